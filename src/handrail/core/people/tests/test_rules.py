"""The card token: what it catches, what it maps, what it never is."""

import csv
import random
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from handrail.core.common import keys
from handrail.core.common.refusals import Refused
from handrail.core.people import rules

SEED = 20261122
TOKENS, PARTS = 10_000, 4  # parts, so that several processes share the work
SITE, OTHER = uuid.UUID(int=1), uuid.UUID(int=2)


def passes(typed: str) -> bool:
    try:
        rules.normalise(typed)
    except Refused as refusal:
        assert refusal.code == "not-a-code"
        return False
    return True


def slips(code: str) -> Iterator[str]:
    """Every single wrong character, then every swap of two neighbours that differ."""
    for at, right in enumerate(code):
        before, after = code[:at], code[at + 1 :]
        yield from (before + wrong + after for wrong in rules.ALPHABET if wrong != right)
    yield from (code[:n] + code[n + 1] + code[n] + code[n + 2 :] for n in range(5) if code[n] != code[n + 1])


def test_normalise_agrees_with_every_vector_of_the_reference(shared: Path) -> None:
    with (shared / "data" / "frontline" / "token_vectors.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    wrong = [row for row in rows if passes(row["typed"]) != (row["valid"] == "1")]
    assert len(rows) == 460 and wrong == []
    assert all(rules.normalise(row["typed"]) == row["normalised"] for row in rows if row["valid"] == "1")


@pytest.mark.scenario("frontline:S3")
@pytest.mark.parametrize("part", range(PARTS))
def test_normalise_catches_every_single_slip(part: int) -> None:
    chance, tried, caught = random.Random(SEED + part), 0, 0
    for _ in range(TOKENS // PARTS):
        five = "".join(chance.choices(rules.ALPHABET, k=5))
        for slip in slips(five + rules.check_character(five)):
            tried += 1
            try:
                rules.normalise(slip)
            except Refused:
                caught += 1
    assert tried > TOKENS // PARTS * 180 and caught == tried


@pytest.mark.scenario("frontline:S3")
def test_normalise_needs_six_characters_at_most() -> None:
    assert rules.LENGTH == 6 and len(rules.new_code()) == 6


def test_normalise_takes_the_worked_example() -> None:
    assert rules.check_character("JG7MC") == "T"
    assert rules.normalise("JG7MCT") == "JG7MCT"


@pytest.mark.parametrize("typed", ["jg7mct", " JG7 MCT ", "JG7-MCT", "j g 7 - m c t", "JG7\tMCT"])
def test_normalise_drops_what_a_reader_adds(typed: str) -> None:
    assert rules.normalise(typed) == "JG7MCT"


@pytest.mark.parametrize(("heard", "meant"), [("O", "0"), ("o", "0"), ("I", "1"), ("i", "1"), ("L", "1"), ("l", "1")])
def test_normalise_reads_look_alikes_as_digits(heard: str, meant: str) -> None:
    code = f"{meant}2345" + rules.check_character(f"{meant}2345")
    assert rules.normalise(heard + code[1:]) == code


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "JG7MC",
        "JG7MCTT",
        "000000",
        "OOOOOO",
        "UG7MCT",
        "ZG7MCT",
        "JG7MC\x00",
        "JG7MC٣",
        "ＪＧ７ＭＣＴ",
        "JG7MC\ud800",
        "<b>JG7",
    ],
)
def test_normalise_refuses_the_rest(typed: str) -> None:
    assert not passes(typed)


def test_new_code_is_always_a_code() -> None:
    made = [rules.new_code() for _ in range(500)]
    assert all(rules.normalise(code) == code for code in made) and len(set(made)) > 490


def test_new_code_is_never_all_zeros(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = iter("00000" + "JG7MC")
    monkeypatch.setattr(rules.secrets, "choice", lambda _: next(drawn))
    assert rules.new_code() == "JG7MCT"


@pytest.mark.scenario("trust:25")
def test_pseudonym_of_one_card_differs_at_two_sites() -> None:
    ring = keys.make(demo=False)
    assert rules.pseudonym("JG7MCT", site_id=SITE, ring=ring) != rules.pseudonym("JG7MCT", site_id=OTHER, ring=ring)


def test_pseudonym_is_one_however_the_card_is_typed() -> None:
    ring = keys.make(demo=False)
    assert rules.pseudonym("jg7-mct", site_id=SITE, ring=ring) == rules.pseudonym("JG7MCT", site_id=SITE, ring=ring)


@pytest.mark.parametrize("sheets", [0, -1, 11, 10**9])
def test_check_sheets_refuses_none_and_too_many(sheets: int) -> None:
    with pytest.raises(Refused) as refused:
        rules.check_sheets(sheets)
    assert refused.value.code == "bad-amount"


def test_stated_of_card_sheets_holds_no_code() -> None:
    draft = rules.CardSheets(uuid.uuid4(), SITE, 2, datetime(2026, 3, 10, tzinfo=UTC))
    assert draft.stated.body == {"sheets": 2}
