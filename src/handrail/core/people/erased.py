"""Cards whose holders asked to disappear: a list beside the keys, never in the database and never in a copy of it.

A copy that is older than an erasure still holds what was erased; `restore` reads this list and erases it again. So do late acts
and a legal hold that is lifted. A line is let go when the longest copy has ended.
"""

import json
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path

from handrail.core.common import passing, wrapping
from handrail.core.common.periods import parse_moment, write_moment

NAME = "erased.json"
KEPT = timedelta(days=35)  # privacy rules 2.9: copies of sealed days live that long


@dataclass(frozen=True)
class Erased:
    """One card's pseudonym at its site; what it did up to `at` (a quarter of an hour) is erased."""

    site: str
    pseudonym: str
    at: datetime


_read_last: dict[Path, tuple[int, dict[str, Erased]]] = {}  # by file: when it was written, and what it said


def listed() -> dict[str, Erased]:
    """Return the list, by pseudonym. It is read again only when it was written anew: every visit with a card asks."""
    path = _path()
    try:
        written = path.stat().st_mtime_ns
    except FileNotFoundError:
        return {}
    if path not in _read_last or _read_last[path][0] != written:
        rows = (Erased(row["site"], row["pseudonym"], _moment(row["at"])) for row in json.loads(wrapping.read(path)))
        _read_last[path] = written, {row.pseudonym: row for row in rows}
    return _read_last[path][1]


def covers(pseudonym: str, at: datetime) -> bool:
    """Tell whether what a card did at this moment was erased: then it was nobody."""
    row = listed().get(pseudonym)
    return row is not None and at <= row.at


def note(row: Erased) -> None:
    """Put a card on the list."""
    with wrapping.alone(_path().parent):
        _write({**listed(), row.pseudonym: row})


def let_go(*, before: datetime, waiting: set[str]) -> int:
    """Take those off the list whose copies have all ended, but for cards that a hold makes wait; return how many."""
    with wrapping.alone(_path().parent):
        rows = listed()
        kept = {name: row for name, row in rows.items() if row.at >= before - KEPT or name in waiting}
        if len(kept) < len(rows):
            _write(kept)
    return len(rows) - len(kept)


def _write(rows: dict[str, Erased]) -> None:
    told = [asdict(row) | {"at": write_moment(row.at)} for _, row in sorted(rows.items())]
    wrapping.write(_path(), json.dumps(told))


def _moment(text: str) -> datetime:
    at = parse_moment(text)
    assert at is not None
    return at


def _path() -> Path:
    return passing.folder() / NAME
