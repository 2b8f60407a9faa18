"""WEDINOS-style lists and EcstasyData-style databases."""

from collections.abc import Iterator, Mapping
from typing import Any

from handrail.services.drugchecking.rules import BadCell, Issue

from .cells import LONGEST_NAME, Aliases, day, folded, meaning
from .drafts import MAIN, NOTHING, PENDING, REPORTED, TRACE, Found, Result, Tested
from .samples import BAD_ROW, STATUSES, native_id

Rows = Iterator[tuple[int, Mapping[str, Any] | None]]
Told = Iterator[tuple[int, Result | None, list[Issue], list[Issue]]]

YES = {True, "true", "yes"}


def wedinos(rows: Rows, aliases: Aliases) -> Told:
    """Read one object a sample. Postcode, label, effects and the scraper's judgements are left behind; what was not analysed is pending."""
    for line, row in rows:
        if row is None:
            yield line, None, [Issue(line, "", BAD_ROW)], []
            continue
        notes: list[Issue] = []
        try:
            native = native_id({"referenceCode": str(row.get("referenceCode", ""))}, "referenceCode")
            major, minor = (
                _named(row, c, a, aliases) for c, a in (("majorSubstances", MAIN), ("minorSubstances", TRACE))
            )
            found = [
                *major,
                *(one for one in minor if folded(one.substance) not in {folded(two.substance) for two in major}),
            ]
        except BadCell as bad:
            yield line, None, [Issue(line, bad.column, bad.code)], []
            continue
        received = None
        try:
            received = day({"dateReceived": str(row.get("dateReceived") or "")}, "dateReceived")
        except BadCell as bad:
            notes.append(Issue(line, bad.column, bad.code))  # odd days are flagged only
        intent = " ".join(str(row.get("purchaseIntent") or "").split())[:LONGEST_NAME]
        known = meaning(aliases, "expected", intent)
        if intent and known == intent and aliases:
            notes.append(Issue(line, "purchaseIntent", "unknown-name"))
        outcome = REPORTED if found else NOTHING if row.get("analysed") in YES else PENDING
        yield line, Result(
            native, (Tested("", outcome, tuple(found)),), expected=(known,) if known else (), collected=received, completed=received,
        ), [], notes  # fmt: skip


def _named(row: Mapping[str, Any], column: str, amount: str, aliases: Aliases) -> list[Found]:
    """Read names from the list, else from the text; a status is left out. Raises BadCell("bad-substance")."""
    told = row.get(f"{column}Array") or row.get(column) or row.get(f"{column}Raw") or []
    names = told if isinstance(told, list) else str(told).split(",")
    found: dict[str, Found] = {}
    for one in names:
        if not isinstance(one, str) or len(one) > LONGEST_NAME or not one.isprintable():
            raise BadCell(column, "bad-substance")
        text = " ".join(one.split())
        if text and folded(text) not in STATUSES:
            substance = meaning(aliases, "substance", text)
            found.setdefault(folded(substance), Found(substance, amount))
    return list(found.values())


def ecstasydata(rows: Rows, aliases: Aliases) -> Told:
    """Read one row a pill and substance, those of a pill one after the other; parts stay parts of a ratio, never an amount."""
    gathered: dict[str, list[tuple[int, Mapping[str, Any]]]] = {}
    for line, row in rows:
        if row is None:
            yield line, None, [Issue(line, "", BAD_ROW)], []
            continue
        try:
            service = " ".join(str(row.get("Source") or "").split())[:20]
            native = native_id(
                {"Pill_ID": f"{service}:{row['Pill_ID']}" if service else str(row["Pill_ID"])}, "Pill_ID"
            )
        except BadCell as bad:
            yield line, None, [Issue(line, bad.column, bad.code)], []
            continue
        gathered.setdefault(native, []).append((line, row))
    for native, lines in gathered.items():
        yield _pill(native, lines, aliases)


def _pill(
    native: str, lines: list[tuple[int, Mapping[str, Any]]], aliases: Aliases
) -> tuple[int, Result | None, list[Issue], list[Issue]]:
    line, first = lines[-1]
    notes: list[Issue] = []
    tested = None
    try:
        tested = day({"Date": str(first.get("Date") or "")}, "Date")
    except BadCell as bad:
        notes.append(Issue(line, bad.column, bad.code))
    found: dict[str, Found] = {}
    status = ""
    for _, row in lines:
        text = " ".join(str(row.get("Substance_Name") or "").split())
        if folded(text) in STATUSES or not text:
            status = STATUSES.get(folded(text), status)
            continue
        if len(text) > LONGEST_NAME or not text.isprintable():
            return line, None, [Issue(line, "Substance_Name", "bad-substance")], []
        substance = meaning(aliases, "substance", text)
        parts = str(row.get("Substance_Parts") or "")[:20]
        found.setdefault(folded(substance), Found(substance, parts=parts))
    outcome = REPORTED if found else status or PENDING
    sold = ("mdma",) if str(first.get("Sold_As_Ecstasy") or "") in {"1", "True", "true"} else ()
    test = Tested("", outcome, tuple(found[key] for key in sorted(found)))
    return line, Result(native, (test,), expected=sold, collected=tested, completed=tested), [], notes
