"""The generated pages of `docs/reference`: refusals, fields, acts, indicators. Each is made of what the code says."""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import django
import yaml
from django.utils import translation

ROOT = Path(__file__).resolve().parents[4]
FOLDER = ROOT / "docs" / "reference"
FIELDS = ROOT / "docs" / "fields.yml"
CATALOGUE = "handrail.evidence.indicators.catalogue"
MADE = "<!-- Made by `./handrail fix` from {source}. Do not edit. -->"


def pages() -> dict[Path, str]:
    """Make every generated page, in English; nothing is written."""
    with translation.override("en"):
        return {FOLDER / name: make() for name, make in PAGES.items()} | _indicators()


def write() -> None:
    """Write every generated page. Sets Django up."""
    django.setup()
    for file, text in pages().items():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")


def refusals() -> str:
    """Return the page of refusals: code, what is so, what to do next, status."""
    from handrail.core.ui.refusals import CATALOGUE

    rows = ((f"`{code}`", str(one.what), str(one.next), str(one.status)) for code, one in sorted(CATALOGUE.items()))
    return _page(
        "Refusals",
        "handrail.core.ui.refusals",
        "Every refusal has a stable code. Screens show both sentences; the API answers with the code, the sentences and the status.",
        _table(("Code", "What is so", "What to do next", "Status"), rows),
    )


def acts() -> str:
    """Return the page of acts: every kind that sync, import and screens may send."""
    from handrail.core.journal import kinds

    rows = (
        (
            f"`{kind.name}`",
            str(kind.version),
            kind.journal,
            ", ".join(f"`{key}`" for key in sorted(kind.expires)) or "-",
            _promise(kind.run),
        )
        for kind in kinds.registered()
    )
    return _page(
        "Acts",
        "handrail.core.journal.kinds",
        "Whatever changes a record is an act. The confidential journal is sealed every second, in order; the anonymous one by the day, "
        "its order forgotten. What expires leaves the journal when retention says so.",
        _table(("Kind", "Version", "Journal", "Expires", "What it does"), rows),
    )


def fields() -> str:
    """Return the page of fields: what every column of every table is kept for."""
    told = yaml.safe_load(FIELDS.read_text(encoding="utf-8"))
    parts = [
        f"## `{table}`\n\n{_table(FIELD_HEADS, (_field(name, row) for name, row in rows.items()))}"
        for table, rows in told.items()
    ]
    return _page(
        "Fields",
        "docs/fields.yml",
        "Every column of every installed table, what it is kept for, and until when. There is no column for a name, a phone, a birthday, "
        "an address or a network address of anyone who comes to a site.",
        "\n".join(parts),
    )


def indicators() -> str:
    """Return the list of indicators: each with its unit and whether it is counted, released or waits."""
    from handrail.evidence.indicators import catalogue

    return f"{MADE.format(source=CATALOGUE)}\n\n{catalogue.as_markdown()}\n"


def _indicators() -> dict[Path, str]:
    """Return a page each: formula, denominator, source, and what it must not be used for."""
    from handrail.evidence.indicators import catalogue

    made = MADE.format(source=CATALOGUE)
    return {FOLDER / "indicators" / f"{name}.md": f"{made}\n\n{text}\n" for name, text in catalogue.pages().items()}


PAGES: Mapping[str, Callable[[], str]] = {
    "refusals.md": refusals,
    "acts.md": acts,
    "fields.md": fields,
    "indicators.md": indicators,
}
FIELD_HEADS = ("Column", "Tier", "Purpose", "Feeds", "Kept", "Encrypted", "Logged", "Exported", "Optional")


def _field(name: str, row: Mapping[str, object]) -> tuple[str, ...]:
    yes = {True: "yes", False: "no"}
    flags = (yes[bool(row[key])] for key in ("encrypted", "logged", "exported", "optional"))
    return (f"`{name}`", str(row["tier"]), str(row["purpose"]), str(row["feeds"]), str(row["retention"]), *flags)


def _promise(run: Callable[..., object]) -> str:
    return (run.__doc__ or "").strip().split("\n")[0]


def _page(title: str, source: str, lead: str, body: str) -> str:
    return f"{MADE.format(source=source)}\n\n# {title}\n\n{lead}\n\n{body}"


def _table(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    heads = list(heads)
    lines = (heads, ["---"] * len(heads), *rows)
    return "".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |\n" for line in lines)


if __name__ == "__main__":
    write()
