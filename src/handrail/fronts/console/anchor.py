"""The end of each journal's chain, kept beside the keys: who cuts batches off the database does not reach this copy."""

import json
import logging
from dataclasses import dataclass
from pathlib import Path

from handrail.core.common import home
from handrail.core.journal import queries as journal

from . import private

NAME = "anchor.json"
NONE, HOLDS, CUT = "none", "holds", "cut"
log = logging.getLogger("handrail.sealer")


@dataclass(frozen=True)
class Held:
    """What the copy says of the database: `none` (no copy), `holds` or `cut`, and then which batch is gone or another."""

    state: str
    journal: str = ""
    batch: int = 0
    day: str = ""


def where() -> Path:
    """Return where the copy stands: in this installation's key folder."""
    return home.open_home().keys / NAME


def keep() -> None:
    """Bring the copy up to the chains' ends. A copy that says `cut` stays as it is: it is the evidence."""
    if compare().state == CUT:
        log.error("the journal's chain lacks an end that it had: run ./handrail verify")
        return
    text = json.dumps({end.journal: {"number": end.number, "chain": end.chain} for end in journal.last_links()})
    path = where()
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        private.write(path, text)


def compare() -> Held:
    """Compare the copy with the database: each batch that it names must stand there with the same chain."""
    try:
        ends = [(str(name), int(str(end["number"])), str(end["chain"])) for name, end in _read().items()]
    except (ValueError, TypeError, KeyError, AttributeError):
        return Held(CUT)  # nobody writes half a copy: one that cannot be read was changed
    for name, number, chain in sorted(ends):
        found = journal.link(name, number)
        if found is None or found.chain != chain:
            return Held(CUT, name, number, found.day.isoformat() if found else "")
    return Held(HOLDS if ends else NONE)


def beyond() -> list[str]:
    """Say what the copy at the keys knows and the database lacks: sentences, none when the database lacks nothing.

    For a database that was brought back: that it is older is expected, and no cut.
    """
    said = []
    ends = {end.journal: end.number for end in journal.last_links()}
    for name, told in sorted(_read().items()):
        found = journal.link(name, int(str(told["number"])))
        if found is None:
            lacking = int(str(told["number"])) - ends.get(name, 0)
            said.append(f"{name} journal: batches that are not in this copy: the last {lacking}")
        elif found.chain != told["chain"]:
            said.append(
                f"{name} journal: this copy was made before an earlier return, and what followed that is not in it"
            )
    return said


def begin_anew() -> None:
    """Set the copy at the keys aside, as evidence, and begin another from the database as it is now."""
    path, number = where(), 1
    while (kept := path.with_name(f"anchor-before-{number}.json")).exists():
        number += 1
    if path.exists():
        path.rename(kept)
    keep()


def _read() -> dict[str, dict[str, object]]:
    try:
        told: dict[str, dict[str, object]] = json.loads(where().read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    return told
