"""The simulator bites: each way of getting it wrong, put in on purpose, is found within a few seeds."""

from dataclasses import replace

import pytest

from handrail.core.common.ids import part_id
from handrail.core.journal import turns
from handrail.core.supplies import rules as stock
from handrail.fronts.outbox.tests.conftest import MODULES, load_text

from .test_seeds import ON_POSTGRES

WITHIN = 60  # seeds

pytestmark = pytest.mark.skipif(
    ON_POSTGRES, reason="NOT RUN: the same slips are found on SQLite, in a tenth of the time"
)

CARELESS = {
    "an answer that nobody signed is taken": ("if (!verified || answer.of !== of)", "if (!answer || answer.of !== of)"),
    "forgotten as soon as it is acknowledged": (
        'taken ? sureSince(row, answer, told[id].code ?? "") :',
        "taken ? null :",
    ),
    "forgotten whatever copy there is": (
        "return answer.copies === null || answer.copies.done > row.begun;",
        "return true;",
    ),
    "the seals of shifts stay on the device": ("filter(([id]) => mine.has(id))", "filter(() => false)"),
    "what a restored copy lacks is not offered again": ("if (lacking.has(id)) changed[id]", "if (false) changed[id]"),
}


@pytest.mark.parametrize("slip", CARELESS)
def test_a_careless_device_is_found(live, slip) -> None:
    right, wrong = CARELESS[slip]
    text = (MODULES / "core.js").read_text(encoding="utf-8")
    assert right in text
    core = load_text(text.replace(right, wrong))
    assert any(_fails(live, seed, core=core) for seed in range(WITHIN))


def test_a_ledger_that_takes_nothing_back_is_found(live, monkeypatch) -> None:
    monkeypatch.setattr(stock.Move, "reversed", lambda move, act_id: replace(move, id=part_id(act_id, str(move.id))))
    assert any(_fails(live, seed) for seed in range(WITHIN))


def test_a_sealer_that_believes_any_clock_is_found(live, monkeypatch) -> None:
    monkeypatch.setattr(turns, "jumped", lambda _: False)
    assert any(_fails(live, seed) for seed in range(WITHIN))


def _fails(live, seed: int, **other) -> bool:
    try:
        return bool(live(seed, **other)[1])
    except (TypeError, KeyError, ValueError):
        return True
