"""What the public front may ask of drug checking: what a look-up code leads to. Read only; no code is kept, logged or shown again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from handrail.core.common import keys

from .bench import codes, models, queries, rules
from .statements import LANGUAGES, written_day

__all__ = ["LANGUAGES", "Answer", "Version", "look_up", "written_day"]


@dataclass(frozen=True)
class Version:
    """One statement as it was let out. `why` is `first`, `new-test`, `laboratory` or `correction`."""

    day: date
    why: str
    final: bool
    first: Sequence[str]
    more: Sequence[str]
    methods: Sequence[str]


@dataclass(frozen=True)
class Answer:
    """What is known under a code. `versions`, the newest first, are empty while there is no result; `expect` is then its day."""

    versions: tuple[Version, ...] = ()
    expect: date | None = None
    pending: bool = False


def look_up(typed: str, *, language: str, today: date) -> Answer | None:
    """Return what a code leads to; None for a wrong one, an unknown one and one that has ended, each after the same work."""
    found = queries.looked_up(codes.kept(codes.normalise(typed), ring=keys.ring()), today=today)
    if found is None:
        return None
    if isinstance(found, models.Kit):
        return Answer(expect=rules.expect_by(today, sent=None))
    versions = tuple(
        Version(one.day, one.why, one.final, told["first"], told["more"], told["methods"])
        for one in reversed(found.statements)
        if (told := queries.said(one, language))
    )
    return Answer(versions, rules.expect_by(found.day, sent=found.sent), found.pending)
