"""`handrail demo replay`: a synthetic year of a consumption site with the totals that a real one published. Seeded, in a demo only, marked for life.

What is published is met to the unit: days, visits, people, overdoses. How they spread over days and people, how long anyone stayed
and what was done is invented, and says nothing about that site.
"""

import json as json_module
import random
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction

from handrail.core.common import clock, keys, periods
from handrail.core.common.refusals import Refused
from handrail.core.common.worker import Worker
from handrail.core.encounters import actions as encounters
from handrail.core.encounters.channels import ON_THE_FLOOR
from handrail.core.encounters.rules import Visit
from handrail.core.journal import sealing
from handrail.core.org import actions as org
from handrail.core.org import queries as org_queries
from handrail.core.people import rules as people
from handrail.services.consumption import actions
from handrail.services.consumption.rules import flow, overdoses, setup, stays

from . import anchor, programme
from .setting_up import tell

AT_ONCE = 500
Drawn = Callable[[], uuid.UUID]


@dataclass(frozen=True)
class Profile:
    """Totals that a site published, and where. `opens`, `closes`: hours of its day; `places` as field notes say."""

    name: str
    zone: str
    days: int
    visits: int
    people: int
    overdoses: int
    places: int
    opens: int
    closes: int
    source: str


PROFILES: Mapping[str, Profile] = {
    "insite-2016": Profile(
        "Insite 2016 (synthetic)", "America/Vancouver", 366, 188_124, 8_040, 1_781, 12, 9, 24,
        "vch.ca, Insite user statistics 2016: injection-room visits, people, overdoses",
    ),
}  # fmt: skip
NALOXONE_SHARE = 0.262  # Canada 2020-03 to 2024-05: 10,865 of 41,538 (health-infobase.canada.ca)
AMBULANCE_SHARE = 0.036  # OnPoint, first year: 23 of 636; another site and year, for want of Insite's own
STAY_MINUTES, STAY_SPREAD, LEAST_STAY = (
    20.0,
    0.5,
    5.0,
)  # invented, in the shape of the queue model (frontline reference, 11)
MEAN_WAIT_MINUTES = 7.0  # invented
OPIOID_SHARE, AFTERCARE_SECONDS = 0.6, 600  # invented
SEED = 2016


def run(name: str, *, json: bool) -> int:
    """Replay a profile into this demo; say what came to be. Raises Refused: `no-such-profile`, `not-a-demo`, `replayed-already`."""
    profile = PROFILES.get(name)
    if profile is None:
        raise Refused("no-such-profile", names=", ".join(PROFILES))
    if not org_queries.is_demo():
        raise Refused("not-a-demo")
    if profile.name in {one.name for one in org_queries.sites()}:
        raise Refused("replayed-already")
    told = {"visits": profile.visits, "people": profile.people, "overdoses": profile.overdoses, "days": profile.days}
    replay(profile, chance=random.Random(f"{name}:{SEED}"))  # noqa: S311  -- seeded: the same year each time
    print(json_module.dumps(told | {"profile": name, "synthetic": True}) if json else f"{profile.name}: {told}")
    return 0


def replay(profile: Profile, *, chance: random.Random) -> uuid.UUID:
    """Make the year that ended yesterday; return the site's id."""

    def drawn() -> uuid.UUID:
        return uuid.UUID(int=chance.getrandbits(128), version=4)

    now = clock.now()
    today = periods.site_day(now, profile.zone)
    first = today - timedelta(days=profile.days)
    with transaction.atomic():
        site_id = programme._open_site(profile.name, profile.zone, new_id=drawn)
        by = Worker(drawn(), "synthetic", frozenset({(one, site_id) for one in GRANTS}))
        room = setup.NewRoom(drawn(), site_id, now, "Booths", flow.INJECTING, profile.places, 1)
        actions.open_room(room, by=by, received_at=now)
        org.note_demo_visits(profile.visits)
    cards = _cards(profile.people, site_id, chance)
    who = _visitors(profile, chance)
    begun = 0
    for n, (visits, events) in enumerate(_days(profile, chance)):
        day = first + timedelta(days=n)
        drafts = [_visit(profile, site_id, day, cards[one], chance, drawn) for one in who[begun : begun + visits]]
        begun += visits
        _record(
            drafts, [_overdose(site_id, day, chance, drawn) for _ in range(events)], by=by, day=day, zone=profile.zone
        )
        if n % 30 == 0:
            tell(f"{day}: {begun} of {profile.visits} visits")
    sealing.seal_day(today - timedelta(days=1))
    anchor.keep()
    return site_id


GRANTS = ("consumption.record", "consumption.arrange", "consumption.overdose")


def _days(profile: Profile, chance: random.Random) -> Iterator[tuple[int, int]]:
    """Yield how many visits and overdoses each day has; their sums are the published ones."""
    spread = [_share(profile.visits, profile.days, chance), _share(profile.overdoses, profile.days, chance)]
    yield from zip(*spread, strict=True)


def _share(total: int, days: int, chance: random.Random) -> list[int]:
    found = [0] * days
    for day in chance.choices(range(days), k=total):
        found[day] += 1
    return found


def _cards(count: int, site_id: uuid.UUID, chance: random.Random) -> list[str]:
    codes: set[str] = set()
    while len(codes) < count:
        codes.add("".join(chance.choices(people.ALPHABET, k=5)))
    ring = keys.ring()
    return [people.pseudonym(one + people.check_character(one), site_id=site_id, ring=ring) for one in sorted(codes)]


def _visitors(profile: Profile, chance: random.Random) -> list[int]:
    """Say whose each visit is: everybody came once at least, a few very often."""
    often = [chance.lognormvariate(0, 1.4) for _ in range(profile.people)]
    more = chance.choices(range(profile.people), weights=often, k=profile.visits - profile.people)
    who = [*range(profile.people), *more]
    chance.shuffle(who)
    return who


def _visit(profile: Profile, site_id: uuid.UUID, day: date, card: str, chance: random.Random, drawn: Drawn) -> Visit:
    minutes = max(LEAST_STAY, chance.gauss(STAY_MINUTES, STAY_MINUTES * STAY_SPREAD))
    stay = stays.Stay(
        flow.USED, room=flow.INJECTING, route="inject", said="opioid" if chance.random() < OPIOID_SHARE else "stimulant",
        wait_s=int(chance.expovariate(1 / (MEAN_WAIT_MINUTES * 60))), stay_s=int(minutes * 60),
        after_s=int(chance.expovariate(1 / AFTERCARE_SECONDS)),
    )  # fmt: skip
    hour = min(profile.closes - 1, profile.opens + int(chance.triangular(0, profile.closes - profile.opens, 7)))
    at = datetime.combine(day, time(hour), ZoneInfo(profile.zone))
    return Visit(
        drawn(), site_id, periods.coarse(at, minutes=60), {"consumption": stay}, stay.told, pseudonym=card, where=ON_THE_FLOOR
    )  # fmt: skip


def _overdose(site_id: uuid.UUID, day: date, chance: random.Random, drawn: Drawn) -> stays.Overdose:
    done = [("recognised", 0), ("stimulate", 8), (overdoses.OXYGEN, 45)]
    if chance.random() < NALOXONE_SHARE:
        done.append((overdoses.NALOXONE, 90))
    went = chance.random() < AMBULANCE_SHARE
    done += [("ambulance_called", 120)] if went else []
    stamps = tuple(overdoses.Stamp(drawn(), event, second + chance.randrange(20)) for event, second in done)
    outcome = overdoses.WENT if went else overdoses.RECOVERED
    return stays.Overdose(
        drawn(), site_id, day, flow.INJECTING, overdoses.OPIOID_LIKE, outcome, stamps, chance.randrange(300, 2400)
    )


def _record(drafts: list[Visit], events: list[stays.Overdose], *, by: Worker, day: date, zone: str) -> None:
    heard = datetime.combine(day, time(23, 59), ZoneInfo(zone))
    for start in range(0, len(drafts), AT_ONCE):
        encounters.record_visits(drafts[start : start + AT_ONCE], by=by, received_at=heard)
    with transaction.atomic():
        actions.record_overdoses(events, by=by, received_at=heard)
