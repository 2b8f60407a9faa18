"""What a screen shows becomes the body of an act that the server takes as it is."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handrail.core.common import canonical
from handrail.core.common.refusals import Refused
from handrail.core.encounters import channels
from handrail.core.people import rules as people

ITEMS = [
    {"code": "SYR-INS-28-1", "category": "syringe"}, {"code": "NAL-NS-4", "category": "naloxone"},
    {"code": "SHARPS-P", "category": "disposal"},
]  # fmt: skip
NAMES = {"SYR-INS-28-1": "1 mL syringe", "NAL-NS-4": "Naloxone", "SHARPS-P": "Bin"}
WORDS = {
    "people": "{n} people", "asked": "asked for: {n}", "back_said": "{n} said", "back_counted": "{n} packs",
    "back_container": "{n}% full", "back_weight": "{n} g",
}  # fmt: skip
LOT = "11111111-1111-4111-8111-111111111111"


def draft(acts, **told):
    return acts("empty", None) | told


@given(typed=st.text(max_size=9) | st.text(people.ALPHABET.lower() + "OIL -", min_size=6, max_size=8))
def test_card_reads_what_the_server_reads(acts, typed) -> None:
    typed = "".join(one for one in typed if one.isascii() and one.isprintable())
    try:
        code = people.normalise(typed)
    except Refused:
        code = None
    assert acts("card", typed) == code


def test_card_knows_every_code_and_no_slip_of_the_hand(acts) -> None:
    chance = random.Random(3)
    for _ in range(300):
        code = people.new_code()
        n = chance.randrange(6)
        slip = code[:n] + chance.choice(people.ALPHABET.replace(code[n], "")) + code[n + 1 :]
        assert acts("card", f" {code[:3]}-{code[3:].lower()}") == code and acts("card", slip) is None
    assert acts("card", "000000") is None


def test_visit_is_what_the_window_shows(acts) -> None:
    told = draft(acts, people=2, card="JG7MCT", amounts={"SYR-INS-28-1": 10, "NAL-NS-4": 1, "SHARPS-P": 0, "GONE": 3},
                 lots={"NAL-NS-4": LOT}, back={"said": 40}, asked=["FTS"])  # fmt: skip
    assert acts("visit", told, ITEMS) == {
        "served_for": 2, "card": "JG7MCT", "given": [{"item": "SYR-INS-28-1", "amount": 10}],
        "naloxone": [{"item": "NAL-NS-4", "amount": 1, "lot": LOT, "lot_basis": "known"}],
        "returned": [{"method": "said", "amount": 40}], "asked_for": ["FTS"],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("by", "back", "line", "words"),
    [
        ("said", {"said": 40}, {"method": "said", "amount": 40}, "40 said"),
        ("container", {"bin": "SHARPS-P", "fill": 75}, {"method": "container", "item": "SHARPS-P", "fill_percent": 75}, "75% full"),
        ("weight", {"gross": 4200, "tare": 900}, {"method": "weight", "gross_g": 4200, "tare_g": 900}, "3300 g"),
        ("counted", {"pack": "SYR-INS-28-1", "counted": 5}, {"method": "counted", "item": "SYR-INS-28-1", "amount": 5}, "5 packs"),
    ],
)  # fmt: skip
def test_visit_keeps_the_method_by_which_a_return_is_known(acts, visit, by, back, line, words) -> None:
    told = draft(acts, by=by, back=back | ({} if by == "said" else {"said": 9}))
    body = acts("visit", told, ITEMS)
    assert body["returned"] == [line] and acts("said", body, NAMES, WORDS) == words
    assert visit(body).parts  # the server reads it


@pytest.mark.parametrize(
    ("by", "back"),
    [("said", {}), ("said", {"said": 0}), ("container", {"bin": "", "fill": 9}), ("container", {"bin": "x", "fill": None}),
     ("weight", {"gross": 5, "tare": None}), ("counted", {"pack": "x", "counted": 0}), ("other", {})],
)  # fmt: skip
def test_visit_leaves_out_a_return_of_nothing(acts, by, back) -> None:
    told = draft(acts, by=by, back=back)
    assert acts("visit", told, ITEMS) == {"served_for": 1} and acts("isEmpty", told)


def test_tally_is_one_record_of_so_many_people(acts) -> None:
    told = draft(acts, people=31, card="JG7MCT", amounts={"SYR-INS-28-1": 580}, back={"said": 220})
    body = acts("tally", told, ITEMS)
    assert body == {
        "people": 31,
        "given": [{"item": "SYR-INS-28-1", "amount": 580}],
        "returned": [{"method": "said", "amount": 220}],
    }
    assert (
        acts("said", body | {"asked_for": ["FTS"]}, NAMES, WORDS)
        == "31 people + 580 × 1 mL syringe + 220 said + asked for: 1"
    )


def test_isempty_sees_each_part(acts) -> None:
    assert acts("isEmpty", draft(acts)) and not acts("isEmpty", draft(acts, asked=["FTS"]))
    assert not acts("isEmpty", draft(acts, amounts={"COOK": 1})) and not acts("isEmpty", draft(acts, back={"said": 1}))


BODIES = st.recursive(
    st.integers(-(2**53) + 1, 2**53 - 1) | st.text(st.characters(min_codepoint=32, max_codepoint=0x24F, exclude_categories=["Cc"]), max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(st.characters(min_codepoint=97, max_codepoint=122), max_size=4), inner, max_size=3),
    max_leaves=8,
)  # fmt: skip


@given(body=st.dictionaries(st.sampled_from("abcdef"), BODIES))
def test_canonical_spells_as_the_server_does(acts, body) -> None:
    try:
        told = canonical.canonical(body)
    except Refused:
        return
    assert acts("canonical", body) == told


def test_envelope_is_version_one_of_this_device_and_shift(acts, take, outreach, site) -> None:
    pack = {"site": {"id": str(site.id)}, "device": {"id": "22222222-2222-4222-8222-222222222222"}}
    told = {
        "id": "33333333-3333-4333-8333-333333333333", "kind": "window.tally", "at": "2026-03-10T18:00:00Z", "shift": str(outreach.id),
        "seq": 7, "pack": pack, "body": {"people": 3, "asked_for": ["FTS"]},
    }  # fmt: skip
    answer = take(acts("envelope", told))
    assert (answer.outcome, answer.device_seq) == ("saved", 7)


@pytest.mark.parametrize(
    ("back", "half"),
    [({}, False), ({"gross": 5, "tare": 2}, False), ({"gross": 5}, True), ({"tare": 2}, True), ({"gross": 2, "tare": 5}, True)],
)  # fmt: skip
def test_ishalfweighed_sees_a_weight_that_the_server_would_hold(acts, back, half) -> None:
    assert acts("isHalfWeighed", draft(acts, by="weight", back=back)) is half
    assert acts("isHalfWeighed", draft(acts, by="said", back=back)) is False


PACKED = {one.name: one for one in channels.CHANNELS.values()}


@pytest.mark.parametrize("kind", [channels.VISIT, channels.TALLY])
@pytest.mark.parametrize("name", PACKED)
def test_where_is_read_as_the_server_reads_it_and_says_no_more_than_the_channel_asks(acts, name, kind) -> None:
    packed = [{"name": one.name, "kind": one.kind, "asks": sorted(one.asks)} for one in PACKED.values()]
    told = acts("where", {"channel": name, "stop": LOT, "stock": LOT}, kind, packed)
    where = channels.take_where(dict(told), kind=kind)
    assert where.channel.name == (name if PACKED[name].kind == kind else channels.OF_KIND[kind])
    assert where.stated == told and set(told) - {"channel"} <= where.channel.asks
    assert "from" in told and ("stop" in told) == (channels.STOP in where.channel.asks)


def test_lot_is_assumed_unless_it_was_read_off_the_box(acts) -> None:
    told = draft(acts, amounts={"NAL-NS-4": 2}, lots={"NAL-NS-4": acts("lotOf", {"lot": LOT, "basis": "assumed"})})
    assert acts("visit", told, ITEMS)["naloxone"] == [
        {"item": "NAL-NS-4", "amount": 2, "lot": LOT, "lot_basis": "assumed"}
    ]
    assert acts("lotOf", {"lot": LOT, "basis": "known"}) == LOT and acts("lotOf", None) == ""


def test_box_was_opened_where_another_lot_was_read(acts) -> None:
    known, assumed = {"lot": LOT, "basis": "known"}, {"lot": LOT, "basis": "assumed"}
    assert acts("opened", {"NAL-NS-4": LOT}, {"NAL-NS-4": known}) == []
    assert (
        acts("opened", {"NAL-NS-4": LOT}, {"NAL-NS-4": assumed})
        == [["NAL-NS-4", LOT]]
        == acts("opened", {"NAL-NS-4": LOT}, {})
    )
    assert acts("opened", {"NAL-NS-4": f"{LOT}:assumed", "COOK": ""}, {}) == []


def test_care_is_one_of_each_kind_that_was_ticked(acts, visit) -> None:
    body = acts("visit", draft(acts, care=["wound-dressed", "hcv-done"]), ITEMS)
    assert body == {"served_for": 1, "care": {"wound-dressed": 1, "hcv-done": 1}} and visit(body).parts["care"].acts
    assert acts("isEmpty", draft(acts, care=["foot"])) is False
    assert acts("said", body, NAMES, {"care_wound-dressed": "dressed", "care_hcv-done": "tested"}) == "dressed + tested"


def test_kit_names_the_version_that_is_packed_now(acts) -> None:
    items = [*ITEMS, {"code": "KIT-1", "category": "kit", "kit": 3}]
    assert acts("visit", draft(acts, amounts={"KIT-1": 2}), items)["given"] == [
        {"item": "KIT-1", "amount": 2, "kit": 3}
    ]
