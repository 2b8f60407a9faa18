"""What a new site starts with, and the demo programme: at most 300 acts through the real actions, seeded, marked for life."""

import csv
import random
import secrets
import uuid
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from django.db import transaction

from handrail.core.common import clock, keys, periods
from handrail.core.common.ids import new_id
from handrail.core.common.worker import Worker
from handrail.core.encounters import actions as encounters
from handrail.core.encounters import parts
from handrail.core.encounters.rules import Visit
from handrail.core.journal import sealing
from handrail.core.org import actions as org
from handrail.core.org import queries as org_queries
from handrail.core.org import rules as org_rules
from handrail.core.people import rules as people
from handrail.core.supplies import actions as supplies
from handrail.core.supplies import rules as stock

from . import anchor

CATALOGUE = Path(__file__).parent / "seed" / "supply_catalogue.csv"
CONSOLE = Worker(
    uuid.uuid5(uuid.NAMESPACE_URL, "handrail:console"),
    "console",
    frozenset((name, None) for name in org_rules.ROLES["operator"]),
)
PRESETS = (
    ("10 × 1 mL + bin", {"SYR-INS-28-1": 10, "SHARPS-P": 1}),
    ("Smoking kit", {"PIPE-STEM": 1, "SCREEN": 2, "MOUTH": 1, "PUSH": 1, "FOIL": 2}),
    ("Naloxone 2 doses", {"NAL-NS-4": 1}),
    ("5 × ½ mL + prep", {"SYR-INS-29-0.5": 5, "COOK": 5, "COT": 5, "WAT": 5, "SWAB": 5}),
)
LEAD = ("lead", "stock")

SEED = 41
DEMO_SITE, DEMO_ZONE = "Riverside (demo)", "America/Vancouver"
DEMO_WORKERS = {"robin": LEAD, "ash": ("outreach",), "kit": ("outreach",)}
DEMO_SIGNERS = {"mara": ("manager",), "otto": ("approver",)}  # one drafts figures, the other lets them out
DEMO_DAYS, VISITS_A_DAY = 14, 18
DELIVERED = {
    "SYR-INS-28-1": 3000, "SYR-INS-29-0.5": 1500, "SHARPS-P": 400, "PIPE-STEM": 200, "SCREEN": 500, "MOUTH": 300,
    "PUSH": 200, "FOIL": 600, "COOK": 900, "COT": 1500,
}  # fmt: skip
DELIVERED_BY_LOT = {
    "NAL-NS-4": (("A17", 60, 200), ("B02", 40, 520)),
    "WAT": (("W-551", 900, 400),),
    "SWAB": (("S-20", 1200, -12),),
}


@transaction.atomic
def open_real(name: str, *, timezone: str, password: str) -> dict[str, str]:
    """Open a real site with the starter catalogue and one lead, whole or not at all; return the lead's sign-in, shown once."""
    first = org_queries.installation() is None
    if first:
        org.install(demo=False)
    site_id, now = _open_site(name, timezone, new_id=new_id), clock.now()
    handle = "lead" if first else f"lead-{str(site_id)[:4]}"
    draft = org_rules.NewWorker(new_id(), new_id(), handle, LEAD, site_id, now)
    org.add_worker(draft, password=password, by=CONSOLE, received_at=now)
    return {handle: password}


def _open_site(name: str, timezone: str, *, new_id: Any) -> uuid.UUID:
    site_id: uuid.UUID = new_id()
    now = clock.now()
    org.open_site(org_rules.NewSite(new_id(), site_id, name, timezone, now), by=CONSOLE, received_at=now)
    supplies.open_accounts(site_id, name=name)
    supplies.add_items(read_catalogue())
    supplies.set_presets(site_id, PRESETS)
    return site_id


def read_catalogue() -> list[dict[str, Any]]:
    """Read the starter catalogue: an item a row, and the ledger's own item for used syringes."""
    with CATALOGUE.open(newline="", encoding="utf-8") as file:
        rows = [_item(row) for row in csv.DictReader(file)]
    used = {"code": stock.USED_SYRINGE, "name": "Used syringe", "category": "used", "unit": "each"}
    return [*rows, used]


def _item(row: dict[str, str]) -> dict[str, Any]:
    doses = row["note"].partition("doses_per_unit=")[2][:1]
    return {
        "code": row["code"], "name": row["name"], "category": row["category"], "unit": row["unit"],
        "counts_as_syringe": int(row["counts_as_syringe"]), "needs_lot": row["needs_lot_expiry"] == "1",
        "doses_per_unit": int(doses or 0),
    }  # fmt: skip


def demo_sign_ins() -> dict[str, str]:
    """Draw a password for each worker of a demo."""
    return {handle: secrets.token_urlsafe(9) for handle in (*DEMO_WORKERS, *DEMO_SIGNERS)}


def load_demo(sign_ins: Mapping[str, str]) -> None:
    """Fill an empty folder with the demo programme, whole or not at all, its workers with these sign-ins. All of it is invented."""
    now = clock.now()
    with transaction.atomic():
        _invent(random.Random(SEED), sign_ins, now=now)
    sealing.seal_day(periods.site_day(now, DEMO_ZONE) - timedelta(days=1))
    sealing.seal_confidential(now.date())
    anchor.keep()


def _invent(chance: random.Random, sign_ins: Mapping[str, str], *, now: datetime) -> None:
    def drawn_id() -> uuid.UUID:
        return uuid.UUID(int=chance.getrandbits(128), version=4)

    org.install(demo=True)
    site_id = _open_site(DEMO_SITE, DEMO_ZONE, new_id=drawn_id)
    for handle, roles in DEMO_WORKERS.items():
        draft = org_rules.NewWorker(drawn_id(), drawn_id(), handle, roles, site_id, now)
        org.add_worker(draft, password=sign_ins[handle], by=CONSOLE, received_at=now)
    lead, window = (org_queries.worker_named(handle) for handle in ("robin", "ash"))
    _deliver(site_id, drawn_id, lead, now=now)
    visits = _visits(site_id, chance, drawn_id, now=now)
    encounters.record_visits(visits, by=window, received_at=now)
    org.note_demo_visits(len(visits))
    since = now - timedelta(days=DEMO_DAYS)  # a role granted today would not sign today
    for handle, roles in DEMO_SIGNERS.items():
        draft = org_rules.NewWorker(drawn_id(), drawn_id(), handle, roles, None, since)
        org.add_worker(draft, password=sign_ins[handle], by=CONSOLE, received_at=since)


def _deliver(site_id: uuid.UUID, drawn_id: Any, lead: Worker, *, now: datetime) -> None:
    began = periods.coarse(now - timedelta(days=DEMO_DAYS))
    for item, amount in DELIVERED.items():
        supplies.receive(stock.Delivery(drawn_id(), site_id, began, item, amount), by=lead, received_at=now)
    for item, lots in DELIVERED_BY_LOT.items():
        for code, amount, days in lots:
            use_by: date = now.date() + timedelta(days=days)
            draft = stock.Delivery(drawn_id(), site_id, began, item, amount, code, use_by)
            supplies.receive(draft, by=lead, received_at=now)


def _visits(site_id: uuid.UUID, chance: random.Random, drawn_id: Any, *, now: datetime) -> list[Visit]:
    codes = ["".join(five) for five in (chance.choices(people.ALPHABET, k=5) for _ in range(40))]
    cards = [people.pseudonym(five + people.check_character(five), site_id=site_id, ring=keys.ring()) for five in codes]
    made = []
    for back in range(DEMO_DAYS, 0, -1):
        opens = (now - timedelta(days=back)).replace(hour=17, minute=0)  # morning on the demo's coast, UTC
        for _ in range(chance.randint(VISITS_A_DAY - 4, VISITS_A_DAY + 1)):
            body = _invented(chance)
            at = periods.coarse(min(now, opens + timedelta(minutes=chance.randrange(0, 480))))
            card = chance.choice(cards) if chance.random() < 0.4 else None
            served = chance.choices((1, 2, 3, 5), weights=(70, 18, 8, 4))[0]
            made.append(Visit(drawn_id(), site_id, at, parts.parse(body), body, served, card))
    return made


def _invented(chance: random.Random) -> dict[str, Any]:
    _, lines = chance.choices(PRESETS, weights=(45, 20, 15, 20))[0]
    body: dict[str, Any] = {}
    for item, amount in lines.items():
        line: dict[str, Any] = {"item": item, "amount": amount * chance.choice((1, 1, 1, 2))}
        if item == "NAL-NS-4":
            body["naloxone"] = [line | {"lot": str(stock.lot_id(item, "A17")), "lot_basis": "known"}]
        else:
            body.setdefault("given", []).append(line)
    if chance.random() < 0.45:
        body["returned"] = [{"method": "said", "amount": chance.choice((5, 10, 10, 20, 30, 40))}]
    if chance.random() < 0.06:
        body["asked_for"] = [chance.choice(("FTS", "SYR-INS-31-0.3", "other-smoking"))]
    return body
