"""A seeded programme of invented visits, written straight into the tables: 200,000 in the long run, fewer in every other."""

import os
import random
import uuid
from collections import Counter
from datetime import date, timedelta

from handrail.core.encounters import models as encounters
from handrail.services.consumption import models as consumption
from handrail.services.consumption.rules import flow, overdoses
from handrail.services.exchange import models as exchange
from handrail.services.naloxone import models as naloxone

VISITS = 200_000 if os.environ.get("HANDRAIL_FAULTS") == "1" else 8_000
TODAY = date(2026, 3, 10)
FIRST = date(2025, 11, 1)
ITEMS = (("SYR-INS-28-1", 1), ("NDL-25-1", 0), ("SYR-BRL-1", 1), ("COOK", 0))

Told = dict[tuple[str, str], Counter[str]]


def invent(sites: list[uuid.UUID], visits: int) -> Told:
    """Write so many visits of four months straight into the tables, a tenth of them taken back; return what they amount to."""
    chance, told = random.Random(4), dict[tuple[str, str], Counter[str]]()
    met: dict[tuple[str, str], set[str]] = {}
    rows, lines, doses, undone = [], [], [], []
    for _ in range(visits):
        site, day = chance.choice(sites), FIRST + timedelta(days=chance.randrange(120))
        person = f"{day:%m}{chance.randrange(300):030}" if chance.random() < 0.5 else ""
        row = encounters.Encounter(
            id=uuid.UUID(int=chance.getrandbits(128), version=4),
            site_id=site,
            channel="window",
            day=day,
            person=person,
            served_for=chance.choice((1, 1, 2, 5)),
            services="exchange",
        )
        rows.append(row)
        (item, sets), amount = chance.choice(ITEMS), chance.randint(1, 40)
        lines.append(
            exchange.Line(id=uuid.uuid4(), encounter=row, day=day, direction="out", item_id=item, amount=amount)
        )
        if chance.random() < 0.3:
            back, method = chance.randint(1, 30), chance.choice(("said", "counted"))
            lines.append(
                exchange.Line(id=uuid.uuid4(), encounter=row, day=day, direction="in", method=method, amount=back)
            )
        units = 1 if chance.random() < 0.2 else 0
        if units:
            doses.append(naloxone.Dispense(id=uuid.uuid4(), encounter=row, day=day, item_id="NAL-NS-4", units=units))
        if chance.random() < 0.1:
            undone.append(encounters.Undone(encounter=row, day=day))
            continue
        key = (str(site), f"{day:%Y-%m}")
        told.setdefault(key, Counter()).update(
            visits=1, served=row.served_for, with_code=int(person != ""), sets_out=amount * sets, doses_out=2 * units
        )
        met.setdefault(key, set()).update({person} - {""})
    for table, made in (
        (encounters.Encounter, rows),
        (exchange.Line, lines),
        (naloxone.Dispense, doses),
        (encounters.Undone, undone),
    ):
        table.objects.bulk_create(made, batch_size=2000)
    for key, people in met.items():
        told[key]["people"] = len(people)
    return told


def invent_floor(sites: list[uuid.UUID]) -> None:
    """Let a third of the visits be to a floor, and one in forty of those an overdose, some with a code, some tapped by mistake."""
    chance, stays, events = random.Random(7), [], []
    for row in encounters.Encounter.objects.order_by("id"):
        if chance.random() < 0.67:
            continue
        stays.append(
            consumption.Stay(
                id=uuid.UUID(int=chance.getrandbits(128), version=4),
                encounter=row,
                site_id=row.site_id,
                day=row.day,
                outcome=chance.choice((flow.USED, flow.USED, *flow.OUTCOMES)),
                route=chance.choice(("", "injected", "smoked")),
                first=False,
                paper=False,
                wait_s=chance.randrange(900),
                stay_s=chance.randrange(3600),
                after_s=0,
            )
        )
        if chance.random() < 0.025:
            events.append(
                consumption.Overdose(
                    id=uuid.UUID(int=chance.getrandbits(128), version=4),
                    site_id=chance.choice(sites),
                    day=row.day,
                    place="1",
                    outcome=chance.choice(overdoses.OUTCOMES),
                    seconds=600,
                    doses=chance.choice((0, 0, 1, 3)),
                    oxygen=chance.random() < 0.5,
                    ambulance=False,
                    timeline="[]",
                    paper=False,
                    person=row.person if chance.random() < 0.3 else "",
                )
            )
    consumption.Stay.objects.bulk_create(stays, batch_size=2000)
    consumption.Overdose.objects.bulk_create(events, batch_size=2000)
