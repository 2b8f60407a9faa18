"""A replayed year has the published totals to the unit, is the same each time, and goes into a demo only."""

import dataclasses
import random
from datetime import date
from typing import Any

import pytest

from handrail.core.common.refusals import Refused
from handrail.core.encounters import models as encounters
from handrail.core.journal.verify import verify
from handrail.core.org import actions as org
from handrail.core.org import queries as org_queries
from handrail.core.people import models as people
from handrail.evidence.indicators import floor
from handrail.fronts.console import replaying

SMALL = dataclasses.replace(
    replaying.PROFILES["insite-2016"], name="Small (synthetic)", days=20, visits=230, people=40, overdoses=7
)


@pytest.fixture
def demo(db: None, fresh_keys: None) -> None:
    """An installation that is a demo for life."""
    org.install(demo=True)
    org.note_demo_visits(0)


@pytest.mark.usefixtures("demo")
def test_replay_meets_the_published_totals(now: Any) -> None:
    site_id = replaying.replay(SMALL, chance=random.Random(1))
    told = floor.figures(since=date(2026, 1, 1), until=now.date(), site_id=site_id)
    assert (told.visits.used, told.overdoses.events) == (230, 7)
    assert people.Participant.objects.filter(site=site_id).count() == 40
    assert told.per_1000 and told.per_1000.value == 7 / 230 * 1000
    assert org_queries.demo_visits() == 230 and not encounters.Encounter.objects.filter(sealed=False).exists()
    assert verify(today=now.date()).broken is None


def test_replay_is_the_same_each_time() -> None:
    def drawn(seed: int) -> tuple[list[tuple[int, int]], list[int]]:
        chance = random.Random(seed)
        return list(replaying._days(SMALL, chance)), replaying._visitors(SMALL, chance)

    days, who = drawn(5)
    assert drawn(5) == (days, who) != drawn(6)
    assert [sum(told) for told in zip(*days, strict=True)] == [230, 7] and len(set(who)) == 40


@pytest.mark.usefixtures("demo")
def test_run_refuses_what_is_no_profile_and_a_second_time(monkeypatch, capsys) -> None:
    monkeypatch.setitem(replaying.PROFILES, "small", SMALL)
    with pytest.raises(Refused, match="no-such-profile"):
        replaying.run("x", json=False)
    assert replaying.run("small", json=True) == 0 and '"synthetic": true' in capsys.readouterr().out
    with pytest.raises(Refused, match="replayed-already"):
        replaying.run("small", json=False)


def test_run_refuses_a_house_that_is_real(site) -> None:
    org.install(demo=False)
    with pytest.raises(Refused, match="not-a-demo"):
        replaying.run("insite-2016", json=False)
