"""The ledger of past releases, checked as one: what a new table may show beside everything that was ever printed of the same people."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from handrail.core.common.refusals import Refused

from . import freezing, models
from .gate import hiding, system
from .gate.judging import Rule
from .gate.tables import Key, Table, say_key

MOST_NAMED = 6  # cells in a refusal


@dataclass(frozen=True)
class Past:
    """What one earlier release (or one printed elsewhere) says: numbers by key, the keys it held back, the ends that shares put to counts."""

    printed: Mapping[Key, int]
    held_back: frozenset[Key]
    between: Mapping[Key, tuple[int, int]] = field(default_factory=dict)


def past(indicator: str, periods: Sequence[str]) -> list[Past]:
    """Return every release ever approved of an indicator and these spans, retracted ones too: what was read cannot be unread."""
    rows = models.Release.objects.filter(snapshot__indicator=indicator, snapshot__period__in=periods)
    rows = rows.filter(pk__in=models.Approval.objects.values("release")).order_by("day", "id")
    return [_past(json.loads(row.document), row) for row in rows.select_related("snapshot")]


def _past(document: Mapping[str, Any], row: models.Release) -> Past:
    """Read a release. Of one with noise the exact numbers count as known: noise is no protection of another table."""
    cells = {_key(cell["key"]): cell["value"] for cell in document["cells"]}
    printed = {key: value for key, value in cells.items() if isinstance(value, int)}
    if document["noise"]:
        exact = freezing.table(freezing.read(row.snapshot), document["by"]).cells
        printed = {key: exact[key].value for key in printed}
    return Past(printed, frozenset(set(cells) - set(printed)))


def _key(told: object) -> Key:
    assert isinstance(told, list)
    return tuple((str(axis), str(node)) for axis, node in told)


def outside(known: Iterable[Past]) -> system.Outside:
    """Return the union of what is known. A cell printed once is known, whatever another release held back."""
    printed: dict[Key, int] = {}
    held: set[Key] = set()
    for one in known:
        printed |= one.printed
        held |= one.held_back
    return system.Outside(printed, frozenset(held - set(printed)))


def between(known: Iterable[Past]) -> dict[Key, tuple[int, int]]:
    """Return the ends that released shares put to counts, the narrowest of each."""
    found: dict[Key, tuple[int, int]] = {}
    for one in known:
        for key, (least, most) in one.between.items():
            low, high = found.get(key, (least, most))
            found[key] = (max(low, least), min(high, most))
    return found


def check_shares(linked: Sequence[Table], *, known: Sequence[Past], rule: Rule) -> None:
    """Refuse shares that would let a hidden count be worked out, with all that was printed of the same counts.

    Raises:
        Refused: `would-give-away` with `cells`.
    """
    build = system.build(linked, rule=rule, outside=outside(known), offered=frozenset(), rates=between(known))
    try:
        pattern = hiding.choose(build)
    except hiding.CannotHide as caught:
        raise Refused("would-give-away", cells=_named(caught.cells), merge=say_key(linked[0].at)) from None
    if narrowed := hiding.audit(pattern):
        raise Refused("would-give-away", cells=_named(narrowed), merge=say_key(linked[0].at))


def pass_gate(table: Table, *, linked: Sequence[Table] = (), known: Sequence[Past] = (), rule: Rule) -> hiding.Pattern:
    """Return what of a table may be shown, given everything known and every table it hangs together with.

    Args:
        linked: tables of the same measure that earlier releases were cut from, so that their small cells stay hidden too.
    Raises:
        Refused: `would-give-away` with `cells` and `merge` when cells could be worked out whatever is hidden;
            `too-few-to-publish` when nothing of it could be shown;
            `margins-do-not-add-up`, `negative-cell`, `printed-otherwise` when a number was printed before and is not the same.
    """
    before = outside(known)
    wrong = [key for key, value in before.printed.items() if key in table.cells and table.cells[key].value != value]
    if wrong:
        raise Refused("printed-otherwise", cells=_named(wrong))
    try:
        pattern = hiding.choose(
            system.build(
                [table, *linked], rule=rule, outside=before, offered=frozenset(table.cells), rates=between(known)
            )
        )
    except hiding.CannotHide as caught:
        raise Refused("would-give-away", cells=_named(caught.cells), merge=_merge(table, before)) from None
    if narrowed := hiding.audit(pattern):
        raise Refused("would-give-away", cells=_named(narrowed), merge=_merge(table, before))
    news = [key for key in table.cells if not pattern.why(key) and key not in before.printed and table.cells[key].value]
    if not news:
        raise _nothing_new(table, before)
    return pattern


def _nothing_new(table: Table, before: system.Outside) -> Refused:
    """Say why nothing would be told: the parts of what is printed are too small, or all is too small."""
    if any(key in before.printed for key in table.cells):
        fresh = sorted(set(table.cells) - set(before.printed))
        return Refused("would-give-away", cells=_named(fresh), merge=_merge(table, before))
    return Refused("too-few-to-publish")


def _merge(table: Table, before: system.Outside) -> str:
    """Propose what to merge: the finest nodes of the table that nothing was printed by, into what stands above them."""
    for axis in reversed(table.axes):
        leaves = [leaf for leaf in axis.leaves if not any((axis.name, leaf) in key for key in before.printed)]
        if leaves:
            above = sorted({next(axis.up(leaf), "") for leaf in leaves})
            return f"{', '.join(leaves[:MOST_NAMED])} -> {', '.join(above)}"
    return say_key(table.at)


def _named(cells: Iterable[Key]) -> str:
    told = [say_key(key) for key in cells]
    return "; ".join(told[:MOST_NAMED]) + ("; …" if len(told) > MOST_NAMED else "")
