"""The questions about naloxone that was used, as they are asked: on the public form and at the desk, in the same words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

FIRST = (
    ("when", _("When was it?"), (("today", _("today")), ("week", _("this week")), ("earlier", _("earlier")))),
    ("doses", _("How many doses?"), (("1", "1"), ("2", "2"), ("3+", "3+"), ("", _("don't know")))),
    ("outcome", _("How are they now?"), (("ok", _("OK")), ("died", _("they died")), ("unknown", _("don't know")))),
)
MORE = (
    ("route", _("Where did it go?"), (("nose", _("nose")), ("muscle", _("muscle")), ("other", _("another way")))),
    ("ambulance", _("An ambulance?"), (("called", _("called")), ("not-called", _("not called")), ("unknown", _("don't know")))),
    ("breaths", _("Breaths or CPR?"), (("yes", _("yes")), ("no", _("no")), ("unknown", _("don't know")))),
    ("setting", _("What kind of place?"), (("private", _("a home")), ("shelter", _("a shelter")), ("public", _("outdoors or public")), ("other", _("another")))),
    ("age", _("About how old?"), (("under-25", _("under 25")), ("25-44", _("25 to 44")), ("45-up", _("45 or more")))),
)  # fmt: skip
SOME = (
    ("after", _("How were they after it?"), (("vomited", _("vomited")), ("upset", _("upset")), ("withdrawal", _("in withdrawal")), ("sleepy", _("sleepy")))),
    ("thought", _("What do people think it was?"), (("opioids", _("opioids")), ("benzos", _("benzos")), ("stimulants", _("stimulants")), ("alcohol", _("alcohol")), ("other", _("something else")))),
)  # fmt: skip


Told = Mapping[str, Sequence[str]]  # a form's fields as they were sent


@dataclass(frozen=True)
class Question:
    """One question: its field, its words, its answers as (value, words, chosen)."""

    name: str
    asks: Any
    answers: list[tuple[str, Any, bool]]


@dataclass(frozen=True)
class Asked:
    """What the first screen asks, what stands behind "add more", and of that what may have several answers."""

    first: list[Question]
    more: list[Question]
    some: list[Question]


def asked(told: Told) -> Asked:
    """Lay the questions out with what was chosen."""
    return Asked(*(_questions(which, told) for which in (FIRST, MORE, SOME)))


def _questions(which: Any, told: Told) -> list[Question]:
    return [
        Question(name, asks, [(value, says, value in told.get(name, ())) for value, says in answers])
        for name, asks, answers in which
    ]


def answers(told: Told) -> dict[str, Any]:
    """Read the answers out of a form's fields; those that were left open are not among them."""
    names = [*(name for name, *_rest in (*FIRST, *MORE)), "product", "month"]
    one: dict[str, Any] = {name: told.get(name, [""])[-1] for name in names}
    some = {name: sorted(set(told.get(name, ()))) for name, *_rest in SOME}
    return {name: answer for name, answer in (one | some).items() if answer}


def says(name: str, value: str) -> Any:
    """Return an answer's words; empty where there is none."""
    return next((words for which in (*FIRST, *MORE) if which[0] == name for v, words in which[2] if v == value), "")
