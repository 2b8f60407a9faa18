"""No test ever lowers a hazard; a reaction reads "likely there"; a negative says what it cannot see; no forbidden word is ever said."""

import random
import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import handrail
from handrail.services.drugchecking import registry
from handrail.services.drugchecking.statements import LANGUAGES, Advice, Amount, Mark, advice, hazards, judge, say
from handrail.services.drugchecking.statements.readings import PANELS, PRODUCTS, STRIPS, Category

from .made import BTNX, component, ftir, laboratory, readings, strip

FORBIDDEN = re.compile(
    r"(?<!not )\bsafe\b|\b(clean|pure|good batch|may be false|seguro|segura|limpi[oa]|pur[oa]|buen lote|sûre?|propre|pure?|bon lot|sans danger|sin riesgo|dose|dosis)\b",
    re.IGNORECASE,
)


def text(*told, language="en", expected=()):
    return " ".join(say(judge(told), language=language, expected=expected).lines)


@pytest.mark.scenario("drugchecking:24")
@settings(max_examples=400, deadline=None)
@given(st.lists(readings(), max_size=6), readings(), st.randoms(use_true_random=False))
def test_rule_0_one_more_test_never_takes_a_hazard_or_a_category_away(before, one_more, random) -> None:
    after = [*before, one_more]
    random.shuffle(after)
    assert hazards(before) <= hazards(after)
    old, new = judge(before), judge(after)
    assert all(old.panels[panel] <= new.panels[panel] for panel in PANELS)
    raised = [panel for panel in PANELS if panel in old.hazards]
    assert all(panel in new.hazards for panel in raised)


@pytest.mark.scenario("drugchecking:24")
@settings(max_examples=200, deadline=None)
@given(
    st.lists(readings(), max_size=5),
    st.sampled_from(STRIPS),
    st.sampled_from(["", *PRODUCTS]),
    st.sampled_from(["", "A1"]),
)
def test_rule_0_a_strip_that_reacted_reads_likely_there_whatever_its_paperwork(beside, panel, product, lot) -> None:
    reacted = strip(panel=panel, product=product, lot=lot)
    judged = judge([*beside, reacted])
    assert judged.panels[panel] >= Category.LIKELY or judged.panels[panel] >= Category.ISOMER
    alone = " ".join(say(judge([reacted])).first)
    assert "likely there. Act as if it is." in alone
    named = any(panel in part.panels for part in judged.found)
    said = " ".join(say(judged).first)
    assert named or "likely there. Act as if it is." in said


@pytest.mark.scenario("drugchecking:24")
@settings(max_examples=200, deadline=None)
@given(st.lists(readings(), min_size=1, max_size=5), st.sampled_from(LANGUAGES))
def test_every_hazard_that_is_raised_is_said_first_in_every_language(told, language) -> None:
    judged = judge(told)
    first = " ".join(say(judged, language=language).first)
    for panel in (one for one in PANELS if one in judged.hazards):
        names = [part.name for part in judged.found if panel in part.panels]
        alone = (
            next(one for one in say(judge([strip(panel=panel)]), language=language).first) if panel in STRIPS else ""
        )
        assert any(name in first for name in names) or alone in first or judged.strips(panel, Mark.FAINT)
    assert not FORBIDDEN.search(" ".join(say(judged, language=language).lines))


@pytest.mark.scenario("drugchecking:24")
def test_rule_0_holds_for_ten_thousand_drawn_sets_and_one_more_test_each() -> None:
    drawn = random.Random(24)
    pool = [
        *(strip(mark, panel, product=product, lot=lot) for mark in Mark for panel in STRIPS for product in ("", BTNX[panel]) for lot in ("", "A1")),
        *(ftir(slug, amount=amount) for slug in sorted(registry.seeds()) for amount in Amount), *(laboratory(slug) for slug in sorted(registry.seeds())),
        ftir(), laboratory(),
    ]  # fmt: skip
    for _ in range(10_000):
        before = drawn.choices(pool, k=drawn.randint(0, 6))
        after = [*before, drawn.choice(pool)]
        drawn.shuffle(after)
        old, new = judge(before), judge(after)
        assert old.hazards <= new.hazards
        assert all(old.panels[panel] <= new.panels[panel] for panel in PANELS)


@pytest.mark.scenario("drugchecking:24")
def test_only_a_withdrawn_test_takes_its_sentence_away_and_the_page_says_why() -> None:
    reacted = strip()
    assert "fentanyl" in hazards([reacted, ftir("caffeine"), laboratory("caffeine")])
    judged = judge([replace(reacted, withdrawn="wrong-bag"), ftir("caffeine")])
    assert not judged.hazards
    assert "We took a test back (10 March 2026): it was of another sample." in " ".join(say(judged).more)


@pytest.mark.scenario("drugchecking:4")
def test_two_negatives_for_cocaine_name_both_methods_both_limits_and_what_neither_sees() -> None:
    said = say(judge([strip(Mark.DID_NOT_REACT), ftir("cocaine")]), expected=["cocaine"])
    assert said.first[0] == "We found cocaine (most of it). There may be more in it than we can see."
    on_strip, on_ftir, untested = said.methods
    assert "0.2 µg/mL" in on_strip and "carfentanil and furanylfentanyl" in on_strip
    assert "did not see fentanyl, xylazine and benzos" in on_ftir and "less than about 5 to 10 %" in on_ftir
    assert all("Only the bit we tested" in line for line in (on_strip, on_ftir))
    assert untested == "We did not test for nitazenes."


def test_nothing_seen_never_reads_as_nothing_there() -> None:
    assert "did not see anything they look for. That does not mean nothing is there." in text(
        strip(Mark.DID_NOT_REACT), ftir()
    )
    assert "The test did not work. We have no result." in text(strip(Mark.NO_CONTROL))


def test_strip_against_ftir_says_less_than_ftir_can_see_and_asks_to_confirm_once() -> None:
    told = [strip(), ftir("caffeine")]
    assert "A fentanyl strip reacted: fentanyl is likely there. Act as if it is." in text(*told)
    assert "It is in an amount FTIR cannot see (below about 5 to 10 %)." in text(*told)
    assert advice(judge(told)) == [Advice.CONFIRM_CONFLICT]


def test_laboratory_that_did_not_see_it_leaves_the_warning() -> None:
    told = text(strip(), ftir("caffeine"), laboratory("caffeine"))
    assert "likely there. Act as if it is." in told and "A strip did react: act as if it is there." in told
    assert "FTIR cannot see (below" not in told
    assert advice(judge([strip(), laboratory("caffeine")])) == [Advice.CHEMIST]


def test_laboratory_that_finds_more_leads_and_the_strip_stays_with_its_day() -> None:
    said = say(judge([strip(), laboratory("carfentanil", "caffeine")]))
    assert said.first[:2] == ("We found carfentanil.", "Do not use alone. Keep naloxone close.")
    assert any("BTNX), 10 March 2026: it reacted" in line for line in said.methods)
    assert {"fentanyl", "carfentanil"} <= judge([strip(), laboratory("carfentanil")]).hazards


def test_negative_without_its_paperwork_is_indeterminate_and_the_bench_scans_the_box() -> None:
    told = strip(Mark.DID_NOT_REACT, lot="")
    assert judge([told]).panels["fentanyl"] is Category.INDETERMINATE
    assert "we cannot say what it can see" in text(told)
    assert advice(judge([told])) == [Advice.SCAN_BOX]


def test_faint_line_reads_act_as_if_it_is_there() -> None:
    assert "We could not read the fentanyl strip well. Act as if fentanyl is there." in text(strip(Mark.FAINT))
    assert "fentanyl" in hazards([strip(Mark.FAINT)])


FIRE = [
    *[(strip(ug_per_ml=strength), [slug]) for strength in (1000, 5000) for slug in ("methamphetamine", "mdma")],
    (strip(ug_per_ml=1000), ["diphenhydramine"]),
    *[(strip(panel="xylazine", lot=lot), ["lidocaine"]) for lot in ("A1", "")],
    *[
        (strip(panel="xylazine", product="other-xylazine"), [slug])
        for slug in ("levamisole", "ketamine", "promethazine")
    ],
]
STILL = [
    *[(strip(ug_per_ml=strength), ["methamphetamine"]) for strength in (0, 200, 999)],
    (strip(product="", ug_per_ml=5000), ["methamphetamine"]), (strip(product="btnx-xylazine", ug_per_ml=5000), ["mdma"]),
    *[(strip(ug_per_ml=5000), [slug]) for slug in ("cocaine", "caffeine")],
    (strip(panel="xylazine"), ["levamisole"]), (strip(panel="xylazine", product=""), ["lidocaine"]),
    (strip(panel="nitazenes"), ["caffeine"]),
]  # fmt: skip


@pytest.mark.scenario("drugchecking:6")
@pytest.mark.parametrize(
    ("told", "found", "fires"), [*((*one, True) for one in FIRE), *((*one, False) for one in STILL)]
)
def test_cross_reactivity_fires_on_its_ten_and_on_no_control_and_lowers_nothing(told, found, fires) -> None:
    assert (len(FIRE), len(STILL)) == (10, 10)
    judged = judge([told, ftir(*found)])
    for language in LANGUAGES:
        said = " ".join(say(judged, language=language).lines)
        assert not re.search(r"[Dd]ilute|repeat|[Dd]iluer|[Dd]iluir", said)
    said = " ".join(say(judged).lines)
    assert "likely there. Act as if it is." in said
    assert ("can also react to" in said) is fires
    assert bool({Advice.DILUTE, Advice.CROSS} & set(advice(judged))) is fires


def test_expected_meth_is_enough_for_the_fentanyl_strip() -> None:
    told = text(strip(ug_per_ml=1000), expected=["methamphetamine"])
    assert "This strip can also react to methamphetamine. We are testing again." in told


def test_group_of_isomers_is_never_one_of_them_and_a_named_member_keeps_its_hazards() -> None:
    group = ftir("isotonitazene-protonitazene")
    assert "We found isotonitazene or protonitazene. We cannot tell which one it is." in text(group)
    assert judge([group]).panels["nitazenes"] is Category.ISOMER
    assert hazards([group]) <= hazards([group, laboratory("isotonitazene")])


def test_ftir_that_cannot_see_a_panel_was_no_test_for_it() -> None:
    assert judge([ftir("caffeine")]).panels["nitazenes"] is Category.NOT_TESTED
    assert judge([laboratory("caffeine")]).panels["nitazenes"] is Category.NOT_DETECTED


def test_amount_carries_what_it_may_be_off() -> None:
    part = component("fentanyl", percent_tenths=150, give_or_take_tenths=15)
    told = replace(laboratory(), components=(part,))
    assert "fentanyl: about 15 % of the bit tested, give or take 1.5." in text(told)
    assert "1,5" in text(told, language="es")


def test_trace_of_the_machine_is_possible_and_of_the_laboratory_there() -> None:
    trace = ftir("fentanyl", amount=Amount.TRACE)
    assert judge([trace]).panels["fentanyl"] is Category.TRACE
    assert "There may be a little fentanyl in it." in text(trace)
    assert "We found fentanyl." in text(trace, replace(laboratory(), components=(component("fentanyl", Amount.TRACE),)))


def test_forbidden_words_lets_not_safe_and_safer_pass() -> None:
    assert not FORBIDDEN.search("safer, not safe") and FORBIDDEN.search("this is safe") and FORBIDDEN.search("es pura")


@pytest.mark.scenario("drugchecking:4")
def test_no_wording_file_says_a_forbidden_word() -> None:
    house = Path(handrail.__file__).parent
    files = [
        *(house / "services/drugchecking/statements/wording").glob("*.toml"),
        *(house / "fronts/public/words").glob("*.toml"),
    ]
    assert len(files) == 2 * len(LANGUAGES)
    for file in files:
        told = "\n".join(line for line in file.read_text(encoding="utf-8").splitlines() if not line.startswith("#"))
        assert not FORBIDDEN.search(told), file


SYLLABLE = re.compile(r"[aeiouy]+", re.IGNORECASE)
NAMES = re.compile(
    "|".join(sorted((one.name for one in registry.seeds().values()), key=len, reverse=True)) + "|naloxone|FTIR|µg/mL",
    re.IGNORECASE,
)


def grade(words: str) -> float:
    """Flesch-Kincaid grade (1975), names of substances read as one short word: people know the names of what they bring."""
    plain = NAMES.sub("it", words)
    sentences = max(1, len(re.findall(r"[.!?:]+(?:\s|$)", plain)))
    found = re.findall(r"[A-Za-z']+", plain)
    syllables = sum(max(1, len(SYLLABLE.findall(word.removesuffix("e")))) for word in found)
    return 0.39 * len(found) / sentences + 11.8 * syllables / len(found) - 15.59


@pytest.mark.parametrize(
    "told",
    [[strip()], [strip(), ftir("caffeine")], [strip(Mark.DID_NOT_REACT), ftir("cocaine")], [strip(Mark.FAINT)], [ftir(), strip(Mark.DID_NOT_REACT, lot="")],
     [laboratory("carfentanil", "xylazine"), strip()], [strip(panel="xylazine"), ftir("lidocaine")]],
)  # fmt: skip
def test_statement_reads_at_grade_six(told) -> None:
    said = " ".join(say(judge(told)).lines)
    assert grade(said) <= 6, (grade(said), said)


def test_days_of_tests_are_told_in_words() -> None:
    assert "10 de marzo de 2026" in text(strip(), language="es") and "2 avril 2026" in text(
        laboratory(day=date(2026, 4, 2)), language="fr"
    )
