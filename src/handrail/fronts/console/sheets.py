"""Import a machine's orders, a spreadsheet of visits, a spreadsheet of deliveries: by a mapping, through the one door, dry run first."""

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from handrail.core.common import clock, periods
from handrail.core.common.refusals import Refused
from handrail.core.encounters import channels
from handrail.core.journal import acts, kinds
from handrail.core.supplies import actions as supplies
from handrail.core.supplies import queries as stock
from handrail.core.supplies import rules as stock_rules

from .importing import IMPORTER, Note, Report, count
from .mapping import BadCellError, Sheet, read

GAP_MINUTES = 5  # orders of one machine closer than this are one presentation (frontline reference, section 4)
LONGEST_GAP = 120  # minutes: more is another visit, whatever the machine
NALOXONE = "naloxone"
Drafted = tuple[int, Any]


@dataclass(frozen=True)
class Order:
    """One line of a machine's file: so many of an item at a moment; none: it was asked for and not there."""

    line: int
    machine: str
    at: datetime
    item: str
    units: int


def import_sheet(kind: str, path: Path, *, mapping: Path | None, site: str | None, dry_run: bool) -> Report:
    """Take a file of one of the kinds; what cannot be taken is named by line, column and code, the rest is saved.

    Raises:
        Refused: as `mapping.read`, and `unknown-site`. Nothing was saved.
    """
    fields, drafts, taken = KINDS[kind]
    sheet = read(path, mapping, site=site, fields=fields)
    now = clock.now()
    sheet.report.read = len(sheet.rows)
    made = list(drafts(sheet, now))
    if not dry_run:
        taken(sheet, made, now)
    return sheet.report


# --- A machine's orders ---


def machine(sheet: Sheet, now: datetime) -> Iterator[Drafted]:
    """Make a draft of each presentation: orders of one machine, none more than the gap after the one before. Exact times end here."""
    gap_minutes = sheet.mapping.get("gap_minutes", GAP_MINUTES)
    if not isinstance(gap_minutes, int) or not 0 <= gap_minutes <= LONGEST_GAP:
        raise Refused("bad-mapping")
    gap = timedelta(minutes=gap_minutes)
    found = sorted(_orders(sheet, now), key=lambda one: (one.machine, one.at, one.line))
    for _, orders in itertools.groupby(found, key=lambda one: one.machine):
        presentation: list[Order] = []
        for order in orders:
            if presentation and order.at - presentation[-1].at > gap:
                yield from _presented(sheet, presentation)
                presentation = []
            presentation.append(order)
        yield from _presented(sheet, presentation)


def _orders(sheet: Sheet, now: datetime) -> Iterator[Order]:
    slots, before = sheet.table("machines"), dict[str, datetime]()
    for line, row in sheet.rows:
        try:
            order = _order(sheet, line, row, slots, now)
        except BadCellError as bad:
            sheet.refuse(line, bad.column, bad.code)
            continue
        if order.at < before.get(order.machine, order.at):
            sheet.report.notes.append(Note(line, "clock-went-back"))
        before[order.machine] = order.at
        yield order


def _order(sheet: Sheet, line: int, row: Mapping[str, str], slots: Mapping[str, Any], now: datetime) -> Order:
    columns = sheet.table("columns")
    machine, slot = sheet.cell(row, "machine"), sheet.cell(row, "slot")
    if not isinstance(slots.get(machine), Mapping):
        raise BadCellError(columns["machine"], "unknown-machine")
    if slot not in slots[machine].get("slots", {}):
        raise BadCellError(columns["slot"], "unknown-slot")
    at, units = sheet.moment(row, received_at=now), sheet.amount(row, columns["quantity"])
    return Order(line, machine, at, str(slots[machine]["slots"][slot]), units)


def _presented(sheet: Sheet, orders: Sequence[Order]) -> Iterator[Drafted]:
    if not orders:
        return
    first = orders[0]
    units: dict[str, int] = {}
    for one in orders:
        units[one.item] = units.get(one.item, 0) + one.units
    body = _lines(units) | {"channel": "machine"}
    if none_there := sorted({one.item for one in orders if not one.units}):
        body["asked_for"] = none_there
    if account := _machine_account(sheet, first.machine):
        body[channels.STOCK] = str(account)
    said = f"machine|{first.machine}|{first.at.isoformat()}|{sorted(units.items())}"
    yield from _parsed(sheet, first.line, said, first.at, body)


def _machine_account(sheet: Sheet, machine: str) -> UUID | None:
    name = sheet.table("machines")[machine].get("stock")
    return next((one.id for one in stock.opened(sheet.site.id) if one.name == name), None)


def _lines(units: Mapping[str, int]) -> dict[str, Any]:
    """Divide items into what exchange gives and naloxone."""
    items, told = stock.items(), dict[str, Any]()
    for code, amount in sorted(units.items()):
        if amount:
            known = items.get(code)
            part = "naloxone" if known and known.category == NALOXONE else "given"
            told.setdefault(part, []).append({"item": code, "amount": amount})
    return told


def _parsed(sheet: Sheet, line: int, said: str, at: datetime, body: Mapping[str, Any]) -> Iterator[Drafted]:
    kind = kinds.kind(channels.VISIT, 1)
    envelope = kinds.Envelope(sheet.act_id(said), kind.name, 1, sheet.site.id, periods.coarse(at), body)
    try:
        yield line, kind.parse(envelope)
    except Refused as refusal:
        sheet.refuse(line, "", refusal.code)


# --- Visits ---


def visits(sheet: Sheet, now: datetime) -> Iterator[Drafted]:
    """Make a draft of each row: `[items]` gives a heading the item whose units stand under it, `channel` holds for the file."""
    items, columns = sheet.table("items"), sheet.table("columns")
    for line, row in sheet.rows:
        try:
            at = sheet.moment(row, received_at=now)
            units = {
                str(code): sheet.amount(row, heading) for heading, code in items.items() if heading in sheet.headings
            }
            said = sheet.amount(row, str(columns.get("returned", "")))
            people = sheet.amount(row, str(columns.get("people", ""))) or 1
        except BadCellError as bad:
            sheet.refuse(line, bad.column, bad.code)
            continue
        body = _lines(units) | {"served_for": people}
        body |= {"returned": [{"method": "said", "amount": said}]} if said else {}
        channel = str(sheet.mapping.get("channel", channels.WINDOW))
        body |= {"channel": channel} if channel != channels.WINDOW else {}
        yield from _parsed(sheet, line, f"visits|{sheet.mark}|{line}", at, body)


def take_visits(sheet: Sheet, drafts: Sequence[Drafted], now: datetime) -> None:
    """Record visits in batches; count what became of each."""
    kind, todo = kinds.kind(channels.VISIT, 1), iter(drafts)
    while batch := list(itertools.islice(todo, acts.ROWS_AT_ONCE)):
        told = acts.receive_many([draft for _, draft in batch], kind=kind, by=IMPORTER, received_at=now)
        for (line, _), answer in zip(batch, told, strict=True):
            count(sheet.report, line, answer)


# --- Deliveries ---


def deliveries(sheet: Sheet, now: datetime) -> Iterator[Drafted]:
    """Make a draft of each delivery: item by its code, or by the name that `[names]` gives one; amount, and lot and use-by where there are."""
    columns, names = sheet.table("columns"), sheet.table("names")
    for line, row in sheet.rows:
        try:
            at, item = sheet.moment(row, received_at=now), sheet.cell(row, "item")
            amount = sheet.amount(row, columns["amount"], least=1)
            lot, expires = sheet.cell(row, "lot", needed=False), _day(sheet, row)
        except BadCellError as bad:
            sheet.refuse(line, bad.column, bad.code)
            continue
        code = str(names.get(item, item))
        act_id = sheet.act_id(f"stock|{sheet.mark}|{line}")
        yield line, stock_rules.Delivery(act_id, sheet.site.id, periods.coarse(at), code, amount, lot, expires)


def _day(sheet: Sheet, row: Mapping[str, str]) -> date | None:
    text = sheet.cell(row, "expires", needed=False)
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise BadCellError(str(sheet.table("columns")["expires"]), "bad-time") from None


def take_deliveries(sheet: Sheet, drafts: Sequence[Drafted], now: datetime) -> None:
    """Take deliveries onto the shelf, one by one."""
    kind = replace(kinds.kind("supplies.receive", 1), run_many=_one_by_one)
    for line, draft in drafts:
        count(sheet.report, line, acts.receive_many([draft], kind=kind, by=IMPORTER, received_at=now)[0])


def _one_by_one(drafts: Sequence[Any], *, by: Any, received_at: datetime) -> list[Any]:
    return [supplies.receive(draft, by=by, received_at=received_at) for draft in drafts]


Drafts = Callable[[Sheet, datetime], Iterator[Drafted]]
Take = Callable[[Sheet, Sequence[Drafted], datetime], None]
KINDS: Mapping[str, tuple[tuple[str, ...], Drafts, Take]] = {
    "machine": (("time", "machine", "slot", "quantity"), machine, take_visits),
    "visits": (("time",), visits, take_visits),
    "stock": (("time", "item", "amount"), deliveries, take_deliveries),
}
