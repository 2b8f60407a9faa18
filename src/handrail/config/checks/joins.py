"""The join matrix: which record may carry a key to whom. Anything not written here is forbidden.

An encounter carries a month pseudonym by design, so whoever may carry the first may reach the second through it.
"""

import re
from collections.abc import Iterable, Iterator, Mapping

from django.core.checks import CheckMessage, Error
from django.db.models import Model

from . import keys, rooms

MAY_CARRY: Mapping[str, frozenset[str]] = {
    "encounters": frozenset({"encounter", "participant"}),
    "people": frozenset({"participant"}),
    "supplies": frozenset({"movement"}),
    "exchange": frozenset({"encounter"}),
    "naloxone": frozenset({"encounter"}),
    "education": frozenset({"encounter"}),
    "consumption": frozenset({"encounter", "participant"}),
    "referrals": frozenset({"participant"}),
    "treatment": frozenset({"client"}),
    "drugchecking": frozenset({"sample"}),
}
NEVER_ANYBODY = re.compile(r"sample|finding|test|statement|survey|answer|reversal|movement|mark$", re.IGNORECASE)
PEOPLE = frozenset({"encounter", "participant", "client"})
WORDS: Mapping[str, str] = {
    "encounter": "encounter", "visit": "encounter",
    "participant": "participant", "pseudonym": "participant", "card": "participant", "person": "participant",
    "client": "client", "patient": "client",
    "sample": "sample", "bench": "sample",
    "movement": "movement",
}  # fmt: skip
TAIL = re.compile(r"_(id|code|number|token|key|ref|uuid|pseudonym)$")


def check(models: Iterable[type[Model]]) -> list[CheckMessage]:
    """Name each table that can be joined to someone or something the matrix does not give it."""
    return [error for model in models for error in (*_by_key(model), *_by_name(model))]


def may_carry(model: type[Model]) -> frozenset[str]:
    """Return the nouns a table may carry. Samples, findings, surveys, reversal reports and movements carry nobody."""
    given = MAY_CARRY.get(rooms.room(model), frozenset())
    return given - PEOPLE if NEVER_ANYBODY.search(model.__name__) else given


def _by_key(model: type[Model]) -> Iterator[Error]:
    for noun, way in sorted(_reached(model, model._meta.label, frozenset())):
        if noun not in may_carry(model):
            yield Error(f"{way}: this record never carries a {noun}.", "See the join matrix.", model, "handrail.E010")


def _reached(model: type[Model], way: str, seen: frozenset[type[Model]]) -> set[tuple[str, str]]:
    """Return each noun that keys lead to, and the way there. Stops at the first noun on a way."""
    found: set[tuple[str, str]] = set()
    for key, target in keys.keys(model):
        noun, on = rooms.NOUNS.get(target._meta.label_lower), f"{way}.{key.name}"
        if noun:
            found.add((noun, on))
        elif target not in seen:
            found |= _reached(target, on, seen | {target})
    return found


def _by_name(model: type[Model]) -> Iterator[Error]:
    for field in model._meta.local_concrete_fields:
        noun = _noun(field.name)
        if noun and field.remote_field is None and noun not in may_carry(model):
            where = f"{model._meta.label}.{field.name}"
            yield Error(
                f"{where}: named like a {noun}, and may not carry one.", "See the join matrix.", field, "handrail.E011"
            )


def _noun(column: str) -> str | None:
    stem = column
    while TAIL.search(stem):
        stem = TAIL.sub("", stem)
    for part in (column, stem):
        for word, noun in WORDS.items():
            if part == word or part.endswith(f"_{word}"):
                return noun
    return None
