"""UNC's long table of substances, and British Columbia's fentanyl quantities."""

from collections.abc import Iterator, Mapping

from handrail.services.drugchecking.rules import BadCell, Issue

from .cells import Aliases, day, folded, hundredths, is_cas, listed, meaning, name
from .drafts import DAMAGED, MAIN, NOTHING, PENDING, REPORTED, TRACE, Found, Result, Tested

Rows = Iterator[tuple[int, Mapping[str, str] | None]]
Told = Iterator[tuple[int, Result | None, list[Issue], list[Issue]]]

STATUSES = {
    folded("no compounds of interest detected"): NOTHING,
    folded("nothing detected"): NOTHING,
    folded("no active component identified"): NOTHING,
    folded("none"): NOTHING,
    folded("none detected"): NOTHING,
    folded("pending"): PENDING,
    folded("sample damaged"): DAMAGED,
    folded("test failed"): "failed",
}  # rows that stand in lists of substances and are none; drug checking reference, sections 5 and 8
ABUNDANCES = {"": MAIN, "primary": MAIN, "trace": TRACE}
NATIVE_ID = 80
EXPECTED_OF = {
    "down(unknownopioid)": ("unknown opioid",), "fentanyl": ("fentanyl",), "heroin": ("heroin",),
    "fentanylandheroin": ("fentanyl", "heroin"),
}  # fmt: skip
BAD_ROW = "not-a-row"


def native_id(row: Mapping[str, str], column: str) -> str:
    """Read a source's own id. Raises BadCell("bad-native-id")."""
    told = row.get(column, "").strip()
    if not told or len(told) > NATIVE_ID or not told.isascii() or not told.isprintable():
        raise BadCell(column, "bad-native-id")
    return told


def unc(rows: Rows, aliases: Aliases) -> Told:
    """Read one row a substance and give one Result a sample, at its last line.

    `sampleid` is unique only within this family of files. A substance twice in one test is one Finding, the more abundant kept.
    """
    gathered: dict[str, list[tuple[int, Mapping[str, str], str]]] = {}
    for line, row in rows:
        if row is None:
            yield line, None, [Issue(line, "", BAD_ROW)], []
            continue
        try:
            told = name(row, "substance")
            if row["abundance"].strip() not in ABUNDANCES:
                raise BadCell("abundance", "bad-reading")
            day(row, "date_complete")
            gathered.setdefault(native_id(row, "sampleid"), []).append((line, row, told))
        except BadCell as bad:
            yield line, None, [Issue(line, bad.column, bad.code)], []
            continue
        cas = row.get("cas", "").strip()
        if cas and not is_cas(cas):
            yield line, None, [], [Issue(line, "cas", "bad-cas")]
    for native, lines in gathered.items():
        last = lines[-1][0]
        yield last, _unc_sample(native, lines, aliases), [], []


def _unc_sample(native: str, lines: list[tuple[int, Mapping[str, str], str]], aliases: Aliases) -> Result:
    tests: dict[str, dict[str, Found]] = {}
    outcome: dict[str, str] = {}
    for _, row, told in lines:
        method = " ".join(row["method"].split())[:NATIVE_ID]
        tests.setdefault(method, {})
        status = STATUSES.get(folded(told))
        if status:
            outcome.setdefault(method, status)
            continue
        outcome[method] = REPORTED
        substance = meaning(aliases, "substance", told)
        found = Found(substance, ABUNDANCES[row["abundance"].strip()])
        before = tests[method].get(folded(substance))
        if before is None or (before.amount, found.amount) == (TRACE, MAIN):
            tests[method][folded(substance)] = found
    days = sorted(known for _, row, _ in lines if (known := day(row, "date_complete")))
    first = lines[0][1]
    return Result(
        native,
        tuple(
            Tested(method, outcome[method], tuple(tests[method][key] for key in sorted(tests[method])))
            for method in sorted(tests)
        ),
        expected=tuple(meaning(aliases, "expected", one) for one in listed(first.get("expectedsubstance", ""))),
        region=first.get("state", "").strip()[:2].upper(),
        collected=day(first, "date_collect") if "date_collect" in first else None,
        completed=days[-1] if days else None,
    )


def bc_quantity(rows: Rows, aliases: Aliases) -> Told:
    """Read one row a sample: fentanyl by weight. Zero is told as not seen, and noted; collection site and town are left behind."""
    for line, row in rows:
        if row is None:
            yield line, None, [Issue(line, "", BAD_ROW)], []
            continue
        try:
            amount, visited = hundredths(row, "Quant"), day(row, "Visit Date (ISO)")
            native = native_id(row, "Sample ID")
        except BadCell as bad:
            yield line, None, [Issue(line, bad.column, bad.code)], []
            continue
        notes = [Issue(line, "Health Authority", "no-region")] if not row["Health Authority"].strip() else []
        if amount == 0:
            notes.append(Issue(line, "Quant", "zero-amount"))
        told = row["Drug"].strip()
        expected = EXPECTED_OF.get(folded(told), (told[:NATIVE_ID],) if told else ())
        found = (Found("fentanyl", hundredths=amount),) if amount else ()
        outcome = PENDING if amount is None else REPORTED if amount else NOTHING
        region = meaning(aliases, "region", row["Health Authority"].strip())[:60]
        result = Result(
            native, (Tested("fentanyl quantification", outcome, found),),
            expected=expected, region=region, collected=visited, completed=visited,
        )  # fmt: skip
        yield line, result, [], notes
