"""From a kit to a statement: recorded once, revised and never edited, no version saying less than the one before."""

import uuid

import pytest

from handrail.core.common.refusals import Conflict, Refused
from handrail.core.journal import sealing, verify
from handrail.services.drugchecking import public
from handrail.services.drugchecking.bench import models, queries
from handrail.services.drugchecking.statements import Advice, advice

pytestmark = pytest.mark.django_db


def read(table, sample, language="en"):
    return public.look_up(sample.code, language=language, today=table.today)


def test_path_from_kit_to_look_up(table) -> None:
    sample = table.sample(expected=["cocaine"])
    waiting = read(table, sample)
    assert waiting.versions == () and not waiting.pending
    table.strip(sample)
    assert read(table, sample).versions == ()  # a test is not told before somebody tells it
    table.tell(sample)
    (version,) = read(table, sample).versions
    assert version.first[0] == "A fentanyl strip reacted: fentanyl is likely there. Act as if it is."
    assert (version.why, version.final) == ("first", True)
    assert read(table, sample, "fr").versions[0].first[0].startswith("Une bandelette fentanyl a réagi")


def test_every_act_is_taken_once_and_another_body_is_a_conflict(table) -> None:
    bench, _, _ = table.kits()[0]
    act_id = uuid.uuid4()
    assert not table.act("intake", act_id, bench=bench, kind="drug").already
    assert table.act("intake", act_id, bench=bench, kind="drug").already
    with pytest.raises(Conflict):
        table.act("intake", act_id, bench=bench, kind="residue")
    with pytest.raises(Refused, match="kit-used"):
        table.act("intake", bench=bench)
    with pytest.raises(Refused, match="unknown-kit"):
        table.act("intake", bench="Z-9999")


@pytest.mark.parametrize(
    "name", ["open_box", "intake", "test", "tell", "handle", "send", "withdraw_test", "print_kits"]
)
def test_nobody_without_the_role_touches_the_table(table, outreach, name) -> None:
    sample = table.sample()
    test = table.strip(sample)
    bench, _, _ = table.kits()[0]
    table.by = outreach
    bodies = {
        "open_box": {"panel": "fentanyl"}, "intake": {"bench": bench}, "test": {"sample": str(sample.id), "method": "ftir"},
        "tell": {"sample": str(sample.id), "tests": [str(test.id)]}, "handle": {"sample": str(sample.id), "state": "stored"},
        "send": {"samples": [str(sample.id)]}, "withdraw_test": {"test": str(test.id), "why": "misread"},
    }  # fmt: skip
    with pytest.raises(Refused, match="not-allowed"):
        table.kits() if name == "print_kits" else table.act(name, **bodies[name])


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("intake", {"bench": "R-217", "kind": "person"}), ("intake", {"bench": "R-217", "name": "x"}), ("intake", {"bench": 7}),
        ("intake", {"bench": "R-217", "expected": ["Coca!"]}), ("intake", {"bench": "R-217", "expected": "coke"}),
        ("test", {"sample": "x"}), ("test", {"sample": str(uuid.uuid4()), "method": "strip", "panel": "fentanyl"}),
        ("test", {"sample": str(uuid.uuid4()), "method": "ftir", "picture": "one-line"}),
        ("test", {"sample": str(uuid.uuid4()), "method": "ftir", "seen": [{}]}),
        ("test", {"sample": str(uuid.uuid4()), "method": "ftir", "seen": ["x"]}), ("test", {"sample": str(uuid.uuid4()), "method": "nose"}),
        ("test", {"sample": str(uuid.uuid4()), "method": "ftir", "seen": "caffeine"}),
        ("withdraw_test", {"test": str(uuid.uuid4()), "why": "later-negative"}), ("withdraw_test", {"test": str(uuid.uuid4())}),
        ("handle", {"sample": str(uuid.uuid4())}), ("send", {"samples": ["x"]}), ("send", {"samples": "x"}),
        ("open_box", {"panel": "fentanyl", "product": "btnx-xylazine"}), ("open_box", {}), ("tell", {"sample": str(uuid.uuid4()), "how": "post"}),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_refused(table, name, body) -> None:
    with pytest.raises(Refused, match="not-an-act"):
        table.act(name, **body)


@pytest.mark.parametrize("amount", [-1, 1001, True])
def test_amount_beyond_a_whole_is_refused(table, amount) -> None:
    with pytest.raises(Refused, match="bad-amount"):
        table.act(
            "test",
            sample=str(uuid.uuid4()),
            method="laboratory",
            seen=[{"substance": "fentanyl", "percent_tenths": amount}],
        )


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("test", "unknown-sample"),
        ("tell", "unknown-sample"),
        ("handle", "unknown-sample"),
        ("send", "unknown-sample"),
        ("withdraw_test", "unknown-test"),
    ],
)
def test_what_is_of_no_sample_here_is_refused(table, name, code) -> None:
    stranger = str(uuid.uuid4())
    bodies = {
        "test": {"sample": stranger, "method": "ftir"}, "tell": {"sample": stranger}, "handle": {"sample": stranger, "state": "stored"},
        "send": {"samples": [stranger]}, "withdraw_test": {"test": stranger, "why": "misread"},
    }  # fmt: skip
    with pytest.raises(Refused, match=code):
        table.act(name, **bodies[name])


def test_wrong_brand_for_the_panel_is_left_out_and_weakens_no_reaction(table) -> None:
    sample = table.sample()
    table.strip(sample, product="btnx-xylazine", lot="Z9")
    assert models.BenchTest.objects.get().product == ""
    table.tell(sample)
    assert "likely there" in read(table, sample).versions[0].first[0]


def test_laboratory_answer_at_day_119_revises_the_statement_and_both_stand_with_their_days(table) -> None:
    sample = table.sample(expected=["heroin"])
    table.strip(sample, "two-lines")
    table.tell(sample)
    table.act("send", samples=[str(sample.id)], laboratory="Provincial")
    assert read(table, sample).pending
    table.later(days=119)
    assert read(table, sample).pending  # past 90 days: a code never ends while a test is pending
    table.machine(sample, "carfentanil", "caffeine", method="laboratory")
    table.tell(sample)
    newest, first = read(table, sample).versions
    assert newest.first[0] == "We found carfentanil." and newest.why == "laboratory" and newest.final
    assert "did not see anything" in first.first[0] and (newest.day - first.day).days == 119
    table.later(days=90)
    assert read(table, sample) is not None
    table.later(days=1)
    assert read(table, sample) is None


def test_preliminary_while_the_laboratory_looks_and_final_after_it(table) -> None:
    sample = table.sample()
    table.strip(sample, "two-lines")
    table.act("send", samples=[str(sample.id)])
    table.tell(sample)
    assert not read(table, sample).versions[0].final
    table.machine(sample, method="laboratory")
    table.tell(sample)
    newest, older = read(table, sample).versions
    assert newest.final and newest.why == "laboratory" and not older.final


def test_withdrawing_takes_the_sentence_and_says_why(table) -> None:
    sample = table.sample()
    test = table.strip(sample)
    table.tell(sample)
    table.act("withdraw_test", test=str(test.id), why="wrong-bag")
    with pytest.raises(Refused, match="already-withdrawn"):
        table.act("withdraw_test", test=str(test.id), why="wrong-bag")
    with pytest.raises(Refused, match="nothing-to-tell"):
        table.tell(sample)
    table.strip(sample, "two-lines")
    table.tell(sample)
    newest, older = read(table, sample).versions
    assert newest.why == "correction" and "it was of another sample" in newest.more[0]
    assert "likely there" in older.first[0] and "likely there" not in newest.first[0]


def test_no_version_says_less_than_the_one_before_whatever_tests_it_names(table) -> None:
    sample = table.sample()
    table.strip(sample)
    table.tell(sample)
    later = table.machine(sample, "caffeine")
    table.act("tell", sample=str(sample.id), tests=[str(later.id)])  # a device that had not seen the strip
    newest = read(table, sample).versions[0]
    assert "likely there" in newest.first[0] and newest.why == "new-test"


def test_telling_again_in_person_or_on_paper_makes_no_second_version(table) -> None:
    sample = table.sample()
    table.strip(sample)
    for how in ("person", "slip", "code"):
        table.tell(sample, how)
    assert len(read(table, sample).versions) == 1
    assert sorted(models.Handed.objects.values_list("how", flat=True)) == ["person", "slip"]
    with pytest.raises(Refused, match="nothing-to-tell"):
        table.tell(table.sample())


def test_queue_puts_overdoses_first_then_the_oldest_and_lets_go_what_was_told(table) -> None:
    old = table.sample()
    table.later(days=1)
    told, urgent, gone = table.sample(), table.sample(overdose="involved"), table.sample()
    table.strip(told)
    table.act("handle", sample=str(gone.id), state="returned")
    assert [one.bench for one in queries.queue(table.site.id, today=table.today)][:2] == [urgent.bench, old.bench]
    table.tell(told)
    waiting = {one.bench for one in queries.queue(table.site.id, today=table.today)}
    assert told.bench not in waiting and {old.bench, urgent.bench} <= waiting
    assert [one.bench for one in queries.done_today(table.site.id, today=table.today)] == [told.bench]
    table.machine(told, "fentanyl")
    assert told.bench in {one.bench for one in queries.queue(table.site.id, today=table.today)}


def test_conflict_of_strip_and_machine_is_one_item_of_the_queue(table) -> None:
    sample = table.sample()
    table.strip(sample)
    table.machine(sample, "caffeine")
    (item,) = queries.queue(table.site.id, today=table.today)
    assert advice(item.judgement, expected=item.expected) == [Advice.CONFIRM_CONFLICT]


def test_box_serves_until_another_of_its_panel_is_opened(table) -> None:
    table.act("open_box", panel="fentanyl", product="btnx-fentanyl", lot="A1", ug_per_ml=200)
    table.act("open_box", panel="fentanyl", product="btnx-fentanyl", lot="B2", ug_per_ml=200)
    table.act("open_box", panel="xylazine", lot="X")
    found = queries.boxes(table.site.id, today=table.today)
    assert (found["fentanyl"].lot, found["xylazine"].lot, found["xylazine"].product) == ("B2", "X", "")


def test_unknown_substance_keeps_its_slug_for_a_name(table) -> None:
    sample = table.sample()
    table.machine(sample, "brand-new-thing")
    table.tell(sample)
    assert "We found brand-new-thing" in read(table, sample).versions[0].first[0]


def test_sealing_leaves_the_day_and_takes_what_ordered_the_queue(table) -> None:
    samples = [table.sample() for _ in range(6)]
    for one in samples:
        table.strip(one)
        table.tell(one, "person")
    assert models.BenchSample.objects.filter(at__isnull=False).count() == 6
    sealing.seal_day(table.today)
    assert not models.BenchSample.objects.filter(at__isnull=False).exists()
    assert models.Statement.objects.filter(sealed=True).count() == 6
    assert all(read(table, one).versions for one in samples)
    assert verify.verify(today=table.today).broken is None
    table.later(days=1)
    table.strip(samples[0], "faint-line")
    table.tell(samples[0])
    assert len(read(table, samples[0]).versions) == 2


def test_strip_of_a_box_reads_the_same_words_offline_and_a_negative_has_its_three_parts(table) -> None:
    assert not queries.has_kits(table.site.id)
    table.kits()
    assert queries.has_kits(table.site.id)
    known, unknown = (queries.strip_reads(queries.Strips("fentanyl", *box)) for box in (("btnx-fentanyl", "A1"), ()))
    assert known["one-line"] == unknown["one-line"] and "likely there. Act as if it is." in known["one-line"]
    assert "0.2 µg/mL" in known["two-lines"] and "It misses some relatives" in known["two-lines"]
    assert all("Only the bit we tested" in told["two-lines"] for told in (known, unknown))
    assert "we cannot say what it can see" in unknown["two-lines"]
