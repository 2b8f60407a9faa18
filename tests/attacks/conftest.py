"""A house with months behind it, and a clock that can be moved. Each attack says in its docstring how the attacker tried."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from handrail.core.encounters import actions
from handrail.core.journal import sealing
from handrail.core.people import rules as people
from handrail.fronts.console import retaining

AMOUNTS = (5, 10, 20, 40)


@dataclass
class House:
    """What really happened, which only the test knows: who came on which days, and the ids of their visits."""

    cards: list[str]
    came: dict[str, list[date]] = field(default_factory=dict)
    acts: dict[str, list[Any]] = field(default_factory=dict)


@pytest.fixture
def move(monkeypatch: Any) -> Callable[[datetime], dict[str, int]]:
    """Set the clock and let the house forget what is due then; returns the counts."""

    def run(to: datetime) -> dict[str, int]:
        monkeypatch.setattr("handrail.core.common.clock.now", lambda: to)
        return retaining.reapply()

    return run


@pytest.fixture
def house(fresh_keys: None, visit: Any, outreach: Any, now: datetime) -> Callable[..., House]:
    """Fill days with visits of so many people, a third of them nobody's, and seal each day; returns what really happened."""

    def fill(*, people_count: int, days: int, a_day: int, seed: int = 5) -> House:
        chance = random.Random(seed)
        cards = sorted({people.new_code() for _ in range(people_count)})
        told = House(cards, {card: [] for card in cards}, {card: [] for card in cards})
        drafts = []
        for back in range(days, 0, -1):
            at = now - timedelta(days=back)
            for _ in range(a_day):
                card = chance.choice(cards) if chance.random() < 2 / 3 else None
                step = at - timedelta(minutes=15 * chance.randrange(32))
                given = {"given": [{"item": "SYR-INS-28-1", "amount": chance.choice(AMOUNTS)}]}
                draft = visit(given | ({"card": card} if card else {}), at=step)
                drafts.append(draft)
                if card:
                    told.came[card].append(at.date())
                    told.acts[card].append(draft.id)
        chance.shuffle(drafts)
        actions.record_visits(drafts, by=outreach, received_at=now)
        sealing.seal_day(now.date() - timedelta(days=1))
        return told

    return fill
