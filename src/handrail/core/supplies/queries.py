"""Questions to the ledger."""

import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from django.db import connection
from django.db.models import F, OuterRef, Subquery, Sum

from handrail.core.common.refusals import Refused

from . import models, rules

Key = tuple[uuid.UUID, str, uuid.UUID | None]  # account, item, lot


@dataclass(frozen=True)
class OnShelf:
    """What a shelf holds of one item and lot. `balance` may be below zero: then the shelf asks for a count."""

    item: str
    name: str
    unit: str
    category: str
    lot_id: uuid.UUID | None
    lot_code: str
    expires: date | None
    balance: int

    @property
    def asks_for_count(self) -> bool:
        """Tell whether the ledger says less than nothing is here."""
        return self.balance < 0

    def is_past(self, day: date) -> bool:
        """Tell whether the lot's last day of use has passed."""
        return self.expires is not None and self.expires < day


@dataclass(frozen=True)
class Catalogue:
    """What can be given, in one edition: items by code, the item of each lot, the lots of each item (first to expire first), kits by version."""

    edition: str
    items: Mapping[str, models.Item]
    lots: Mapping[str, list["LotChoice"]]
    item_of: Mapping[uuid.UUID, str]
    kits: Mapping[str, Mapping[int, tuple[tuple[str, int], ...]]]


_kept: dict[str, Catalogue] = {}  # by database, the edition that was read last


def catalogue() -> Catalogue:
    """Return the catalogue as it stands. It is read again only when its edition is another: one small question a call."""
    edition, kept = _edition(), _kept.get(connection.alias)
    if not edition or kept is None or kept.edition != edition:
        lots: dict[str, list[LotChoice]] = defaultdict(list)
        rows = list(models.Lot.objects.order_by(F("expires").asc(nulls_last=True), "code"))
        for row in rows:
            lots[row.item_id].append(LotChoice(row.id, row.code, row.expires))
        items = {row.code: row for row in models.Item.objects.all()}
        item_of = {row.id: row.item_id for row in rows}
        kept = _kept[connection.alias] = Catalogue(edition, items, dict(lots), item_of, _kits())
    return kept


def _kits() -> dict[str, dict[int, tuple[tuple[str, int], ...]]]:
    told: dict[str, dict[int, tuple[tuple[str, int], ...]]] = defaultdict(dict)
    for item, number, lines in models.KitVersion.objects.values_list("item_id", "number", "lines"):
        told[item][number] = tuple(map(_preset_line, lines.split()))
    return dict(told)


def kit_versions() -> dict[str, int]:
    """Return the version by which each kit is packed now."""
    return {code: max(versions) for code, versions in catalogue().kits.items()}


def exploded(lines: Iterable[rules.Line]) -> list[rules.Line]:
    """Return lines with each kit as its components, by the version it names. Raises Refused("unknown-item") for a kit of no known one."""
    known, told = catalogue(), list[rules.Line]()
    for line in lines:
        item = known.items.get(line.item)
        if item is None or item.category != rules.KIT:
            told.append(line)
            continue
        packed = known.kits.get(line.item, {}).get(line.kit)
        if packed is None:
            raise Refused("unknown-item")
        name = f"{line.item}:{line.kit}"
        told += [rules.Line(code, amount * line.amount, packed_in=name) for code, amount in packed]
    return told


def _edition() -> str:
    """Read the edition's mark; empty before there is one. Plain SQL: asked several times a visit, the ORM would cost more than the answer."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT mark FROM supplies_edition WHERE id = 1")
        row = cursor.fetchone()
    return str(row[0]).replace("-", "") if row else ""


def items() -> Mapping[str, models.Item]:
    """Return the catalogue's items by code."""
    return catalogue().items


def check_known(lines: Iterable[rules.Line]) -> dict[str, models.Item]:
    """Return the items of these lines. Raises Refused: `unknown-item`, `unknown-lot`."""
    lines, known = list(lines), catalogue()
    if any(line.item not in known.items for line in lines):
        raise Refused("unknown-item")
    if any(known.item_of.get(line.lot_id) != line.item for line in lines if line.lot_id):
        raise Refused("unknown-lot")
    return {line.item: known.items[line.item] for line in lines}


def check_giving(pairs: Iterable[tuple[uuid.UUID, uuid.UUID | None]]) -> None:
    """Refuse stock that is none of its site's to give from; (site, account) pairs, None is the shelf. Raises Refused("unknown-account")."""
    named = {(site, account) for site, account in pairs if account}
    if named:
        held = models.Account.objects.filter(pk__in=[account for _, account in named], kind__in=rules.GIVING)
        if not named <= set(held.values_list("site_id", "id")):
            raise Refused("unknown-account")


def check_stock(site_id: uuid.UUID, account_ids: Iterable[uuid.UUID]) -> None:
    """Refuse what is no stock of this site that units can be moved between. Raises Refused("unknown-account")."""
    asked = set(account_ids)
    if models.Account.objects.filter(pk__in=asked, site_id=site_id, kind__in=rules.MOVABLE).count() != len(asked):
        raise Refused("unknown-account")


def balances(account_ids: Collection[uuid.UUID]) -> dict[Key, int]:
    """Return what these accounts hold, by account, item and lot: the latest mark of each key plus what is still open."""
    held: dict[Key, int] = defaultdict(int)
    for account in account_ids:
        for (item, lot), balance in marked(account).items():
            held[account, item, lot] += balance
    for side, sign in (("target_id", 1), ("source_id", -1)):
        rows = models.OpenMovement.objects.filter(**{f"{side}__in": account_ids})
        for account, item, lot, total in rows.values_list(side, "item_id", "lot_id").annotate(total=Sum("amount")):
            held[account, item, lot] += sign * total
    return dict(held)


def marked(account: uuid.UUID) -> dict[tuple[str, uuid.UUID | None], int]:
    """Return the latest marks of one account: one index seek for each lot and for each item without lot, however long its history."""
    marks = models.BalanceMark.objects.filter(account_id=account).order_by("-batch")
    of_lot = marks.filter(item=OuterRef("item_id"), lot=OuterRef("pk")).values("balance")[:1]
    of_item = marks.filter(item=OuterRef("pk"), lot__isnull=True).values("balance")[:1]
    lots = models.Lot.objects.annotate(balance=Subquery(of_lot)).values_list("item_id", "id", "balance")
    loose = models.Item.objects.annotate(balance=Subquery(of_item)).values_list("code", "balance")
    held = {(item, lot): balance for item, lot, balance in lots if balance is not None}
    return held | {(item, None): balance for item, balance in loose if balance is not None}


def plain_sum(account_ids: Collection[uuid.UUID]) -> dict[Key, int]:
    """Return the same balances by adding up every movement there ever was. The proof of `balances`, and of the marks."""
    held: dict[Key, int] = defaultdict(int)
    for table in (models.Movement, models.OpenMovement):
        for side, sign in (("target_id", 1), ("source_id", -1)):
            rows = table.objects.filter(**{f"{side}__in": account_ids})
            for account, item, lot, total in rows.values_list(side, "item_id", "lot_id").annotate(total=Sum("amount")):
                held[account, item, lot] += sign * total
    return dict(held)


def on_shelf(site_id: uuid.UUID, *, kind: str = rules.SHELF) -> list[OnShelf]:
    """Return what a site's shelf (or bin) holds, by category and name, the lot that expires first before the others."""
    account = rules.account_id(site_id, kind)
    return in_accounts([account]).get(account, [])


def in_accounts(account_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, list[OnShelf]]:
    """Return what each of these accounts holds, by category and name, the lot that expires first before the others."""
    held = balances(account_ids)
    catalogue, lots = items(), models.Lot.objects.in_bulk([lot for _, _, lot in held if lot])
    rows: dict[uuid.UUID, list[OnShelf]] = defaultdict(list)
    for (account, code, lot_id), balance in held.items():
        item, lot = catalogue[code], lots.get(lot_id) if lot_id else None
        if balance or lot_id is None:
            rows[account].append(
                OnShelf(code, item.name, item.unit, item.category, lot_id, lot.code if lot else "",
                        lot.expires if lot else None, balance)
            )  # fmt: skip
    return {account: sorted(lines, key=_in_order) for account, lines in rows.items()}


def _in_order(row: OnShelf) -> tuple[str, str, date, str]:
    return row.category, row.name, row.expires or date.max, row.lot_code


@dataclass(frozen=True)
class Place:
    """An account that was opened by name: a vehicle, a peer's bag, an access point, a machine."""

    id: uuid.UUID
    kind: str
    name: str


def opened(site_id: uuid.UUID) -> list[Place]:
    """Return a site's accounts that were opened by name, by kind and name."""
    rows = models.Account.objects.filter(site_id=site_id, kind__in=rules.OPENED).order_by("kind", "name")
    return [Place(*row) for row in rows.values_list("id", "kind", "name")]


def accounts_of(site_id: uuid.UUID) -> list[uuid.UUID]:
    """Return every account of a site."""
    return list(models.Account.objects.filter(site_id=site_id).values_list("id", flat=True))


def unbalanced_marks() -> list[Key]:
    """Name the keys whose latest mark is not the sum of the sealed movements. Empty when the ledger holds."""
    accounts = list(models.Account.objects.values_list("id", flat=True))
    latest = {(account, *key): balance for account in accounts for key, balance in marked(account).items()}
    summed: dict[Key, int] = defaultdict(int)
    for side, sign in (("target_id", 1), ("source_id", -1)):
        rows = models.Movement.objects.values_list(side, "item_id", "lot_id").annotate(total=Sum("amount"))
        for account, item, lot, total in rows:
            summed[account, item, lot] += sign * total
    return sorted((key for key in latest.keys() | summed.keys() if latest.get(key, 0) != summed.get(key, 0)), key=str)


@dataclass(frozen=True)
class Preset:
    """What a site often gives, as one tap."""

    id: uuid.UUID
    name: str
    lines: tuple[tuple[str, int], ...]


def presets(site_id: uuid.UUID) -> list[Preset]:
    """Return a site's presets in its order."""
    rows = models.Preset.objects.filter(site_id=site_id).order_by("position")
    return [Preset(row.id, row.name, tuple(map(_preset_line, row.lines.split()))) for row in rows]


def _preset_line(text: str) -> tuple[str, int]:
    item, _, amount = text.rpartition("=")
    return item, int(amount)


@dataclass(frozen=True)
class LotChoice:
    """A lot that could be in the open box: its code and last day of use."""

    id: uuid.UUID
    code: str
    expires: date | None


def lots() -> Mapping[str, list[LotChoice]]:
    """Return the lots of each item, the one that expires first before the others."""
    return catalogue().lots
