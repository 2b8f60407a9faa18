"""What must hold once everything has come home (trust reference, section 10)."""

from collections import Counter
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from handrail.core.common import periods
from handrail.core.common.ids import part_id
from handrail.core.encounters.models import Encounter, Undone
from handrail.core.journal import acts
from handrail.core.journal.held import acts_held
from handrail.core.journal.models import Held, OpenEntry, SealedEntry
from handrail.core.journal.verify import verify
from handrail.core.org import queries as org
from handrail.core.org.rules import SHIFT_NAMES
from handrail.core.supplies import queries as supplies
from handrail.core.supplies import rules as stock
from handrail.services.exchange.models import Line

from .world import DELIVERED, ITEMS, World

FROM_DEVICES = ("window.visit", "window.undo")
RETOLD_EVERY = 4  # seeds: telling everything again takes as long as living through it


def broken(world: World) -> list[str]:
    """Say what does not hold; nothing when all does."""
    wrong = [*_home(world), *_once(world), *_shifts(world), *_stock(world), *_journal(world)]
    return wrong if world.seed % RETOLD_EVERY else wrong + _another_house(world)


def _home(world: World) -> list[str]:
    """Every outbox is empty."""
    waiting = sum(device.waiting for device in world.devices)
    return [f"{waiting} acts are still on the devices"] if waiting else []


def _once(world: World) -> list[str]:
    """I1: each act that a screen said was saved is in the journal once, or held once; nothing else is."""
    kept = Counter(
        str(one)
        for table in (OpenEntry, SealedEntry)
        for one in table.objects.filter(kind__in=FROM_DEVICES).values_list("id", flat=True)
    )
    held = Counter(acts_held(world.saved))
    encounters = Counter(str(one) for one in Encounter.objects.values_list("id", flat=True))
    visits = {
        str(part_id(UUID(one), "encounter"))
        for one in kept
        if one in world.saved and world.saved[one].kind == "window.visit"
    }
    wrong = [
        f"{one} {told.kind}: kept {kept[one]}, held {held[one]}"
        for one, told in world.saved.items()
        if not _is_one(kept[one], held[one])
    ]
    wrong += [f"{one} was never said to be saved" for one in (kept | held) if one not in world.saved]
    return wrong + (
        []
        if set(encounters) == visits and max(encounters.values(), default=1) == 1
        else ["encounters are not the visits"]
    )


def _shifts(world: World) -> list[str]:
    """No act is held because a copy that was brought back lacks its shift, as long as the shift's name is kept."""
    lost = [world.saved[one].act for one in Held.objects.filter(reason="unknown-worker").values_list("act", flat=True)]
    young = [one["id"] for one in lost if world.now - world.opened[one["worker"]] < SHIFT_NAMES]
    return [f"held for want of their shift: {young}"] if young else []


def _is_one(kept: int, held: int) -> bool:
    """Kept once; or held until a reviewer looks, or until its body was destroyed. Another telling of a kept one may be held too."""
    return kept == 1 or (kept == 0 and held == 1)


def _stock(world: World) -> list[str]:
    """I2: what the ledger says, less what waits with a reviewer, is what can be touched; and every mark is a sum."""
    shelf = stock.account_id(world.base.site, stock.SHELF)
    accounts = supplies.accounts_of(world.base.site)
    ledger = Counter[str]()
    for (_, item, _), amount in supplies.balances([shelf]).items():
        ledger[item] += amount
    kept = {str(one) for table in (OpenEntry, SealedEntry) for one in table.objects.values_list("id", flat=True)}
    waiting = Counter[str]()
    for one, told in world.saved.items():
        if one not in kept:
            waiting.update(told.gone)
    wrong = [
        f"{item}: the ledger says {ledger[item]}, {waiting[item]} wait, and {DELIVERED - world.gone[item]} can be touched"
        for item in ITEMS
        if ledger[item] - waiting[item] != DELIVERED - world.gone[item]
    ]
    if supplies.balances(accounts) != supplies.plain_sum(accounts):
        wrong.append("a balance is not the sum of its movements")
    return wrong + [f"marks do not add up: {key}" for key in supplies.unbalanced_marks()]


def _journal(world: World) -> list[str]:
    """I4: both journals verify."""
    report = verify(today=world.now.date())
    return [f"the journal is broken: {report.broken}"] if report.broken else []


def _another_house(world: World) -> list[str]:
    """I6: another house that is told the same acts in another order holds the same."""
    kept, ours = _kept(), _digest(world)
    told = [
        told.act | {"worker": str(world.base.worker), "device": ""} for one, told in world.saved.items() if one in kept
    ]
    world.server.databases.begin(world.base.database)
    world.chance.shuffle(told)
    told.sort(key=lambda act: act["kind"] == "window.undo")
    answers = [acts.receive(act, worker_of=org.worker, received_at=_heard_at(act)) for act in told]
    odd = [one for one in answers if one.outcome != acts.SAVED]
    theirs = _digest(world)
    return [f"told again: {odd}"] * bool(odd) + [
        f"{name} differ in another house" for name in ours if ours[name] != theirs[name]
    ]


def _heard_at(act: dict[str, Any]) -> datetime:
    """Return a moment at which any house takes an act: the first one may have taken it by a clock as wrong as the device's."""
    at = periods.parse_moment(act["at"])
    assert at
    return at + timedelta(hours=1)


def _digest(world: World) -> dict[str, Any]:
    """Return what a house holds, order and arrival aside."""
    undone = set(Undone.objects.values_list("encounter_id", flat=True))
    stood = (supplies.plain_sum(supplies.accounts_of(world.base.site))).items()
    return {
        "encounters": sorted(
            (str(one.id), str(one.day), one.services, one.id in undone) for one in Encounter.objects.all()
        ),
        "lines": sorted((str(one.id), str(one.encounter_id), one.item_id, one.amount) for one in Line.objects.all()),
        "stocks": sorted((str(account), item, n) for (account, item, _), n in stood if n),
    }


def _kept() -> set[str]:
    rows = (
        table.objects.filter(kind__in=FROM_DEVICES).values_list("id", flat=True) for table in (OpenEntry, SealedEntry)
    )
    return {str(one) for ids in rows for one in ids}
