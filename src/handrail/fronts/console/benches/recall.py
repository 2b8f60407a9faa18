"""A recall's page over HTTP with two hundred thousand lines behind it: places, boxes, visits by basis, the notice."""

import contextlib
import json
import random
import sys
import uuid
from collections.abc import Iterator
from datetime import timedelta
from statistics import median
from typing import Any

from handrail.core.common import clock, periods
from handrail.fronts.console import trial

from . import load
from .figures import Figure

LINES, LINES_A_VISIT, AT_ONCE, LOTS, PLACES, DAYS = 200_000, 10, 500, 40, 60, 60
TURNS, TURN_SECONDS = 3, 4.0
AT_MOST = 5.0  # seconds: the frontline reference, S10
SEED = 31


def recall_200k() -> Iterator[Figure]:
    """Yield `recall-200k`: seconds until a recall's page is there."""
    with trial.house() as house:
        told = json.loads(house.run("-m", __name__, house.site).splitlines()[-1])
        house.up()
        make = _request(house, told["recall"])
        load.drive(house.port, make, clients=1, seconds=TURN_SECONDS)
        took, n = [], 0
        for _ in range(TURNS):
            run = load.drive(house.port, make, clients=1, seconds=TURN_SECONDS)
            took.append(median(run.latencies))
            n += run.answers
        found = median(took)
        yield Figure(
            "recall-200k",
            round(found, 3),
            "s",
            n,
            f"at most, {told['lines']} lines",
            AT_MOST,
            round(AT_MOST / found, 2),
        )


def _request(house: trial.House, recall: str) -> Any:
    with contextlib.closing(house.client("robin")) as client:
        path = f"/desk/stock/{house.site}/recalls/{recall}/"
        text = f"GET {path} HTTP/1.1\r\nHost: localhost\r\nCookie: {client.cookie}\r\n\r\n".encode()
    return lambda: text


def _load(site: uuid.UUID) -> dict[str, Any]:
    """Record invented visits of ten lines each through the real action, out of sixty places; recall one lot."""
    from handrail.core.encounters import actions
    from handrail.core.journal import sealing
    from handrail.core.org import queries as org
    from handrail.core.supplies import actions as supplies
    from handrail.core.supplies import places, recalls, rules

    chance, now, lead = random.Random(SEED), clock.now(), org.worker_named("robin")  # noqa: S311  -- invented amounts, no secret
    lots = [f"L{n}" for n in range(LOTS)]
    for lot in lots:
        delivery = rules.Delivery(
            _drawn(chance), site, periods.coarse(now - timedelta(days=DAYS - 1)), "NAL-NS-4", 50_000, lot
        )
        supplies.receive(delivery, by=lead, received_at=now)
    stocks = [_drawn(chance) for _ in range(PLACES)]
    kinds = (rules.BAG, rules.BOX, rules.MACHINE)
    for n, account in enumerate(stocks):
        place = places.NewPlace(_drawn(chance), site, now, account, kinds[n % len(kinds)], f"Place {n}")
        places.open_place(place, by=lead, received_at=now)
    visits = LINES // LINES_A_VISIT
    for start in range(0, visits, AT_ONCE):
        batch = [_visit(chance, site, stocks, lots, n=n, now=now) for n in range(start, start + AT_ONCE)]
        actions.record_visits(batch, by=lead, received_at=now)
    sealing.seal_day(now.date() - timedelta(days=1))  # as a site's days are, but for the open one
    draft = recalls.NewRecall(_drawn(chance), site, now, rules.lot_id("NAL-NS-4", "L0"), "An invented recall")
    recalls.recall(draft, by=lead, received_at=now)
    found = recalls.find(draft.id)
    if not (found.tasks and found.of(recalls.KNOWN) and found.of(recalls.ASSUMED) and found.of(recalls.NOT_READ)):
        raise RuntimeError("the recall does not reach what was loaded")
    return {"recall": str(draft.id), "lines": visits * LINES_A_VISIT}


def _visit(
    chance: random.Random, site: uuid.UUID, stocks: list[uuid.UUID], lots: list[str], *, n: int, now: Any
) -> Any:
    from handrail.core.journal import kinds
    from handrail.core.supplies import rules

    lines = [_line(chance, rules.lot_id("NAL-NS-4", chance.choice(lots))) for _ in range(LINES_A_VISIT)]
    body = {"naloxone": lines, "channel": "peer", "from": str(stocks[n % PLACES])}
    at = periods.coarse(now - timedelta(days=n % (DAYS - 1)))
    kind = kinds.kind("window.visit", 1)
    return kind.parse(kinds.Envelope(_drawn(chance), kind.name, 1, site, at, body))


def _line(chance: random.Random, lot: uuid.UUID) -> dict[str, Any]:
    basis = chance.choice(("known", "assumed", ""))
    told: dict[str, Any] = {"item": "NAL-NS-4", "amount": chance.randint(1, 4)}
    return told | ({"lot": str(lot), "lot_basis": basis} if basis else {})


def _drawn(chance: random.Random) -> uuid.UUID:
    return uuid.UUID(int=chance.getrandbits(128), version=4)


if __name__ == "__main__":
    import django

    django.setup()
    print(json.dumps(_load(uuid.UUID(sys.argv[1]))))
