"""What a question of the planner is made of, and what it answers with."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from handrail.core.common.refusals import Refused
from handrail.evidence.impact import Parameters, Result, Scenario
from handrail.evidence.impact.engine import Array

WIDE, HIGH = 1000, 400  # of a picture
TEN, HUNDRED = 10, 100
Words = Any  # a sentence, perhaps translated later
Typed = Mapping[str, float]


@dataclass(frozen=True)
class Slider:
    """A number to move: its label, its ends and why it ends there. `step` 0 means a field to type into, not a slider."""

    name: str
    label: Words
    least: float
    most: float
    step: float
    start: float
    ends: Words

    @property
    def typed(self) -> bool:
        """Whether it is typed: a number that no slider could find."""
        return self.step == 0

    def read(self, said: str) -> float:
        """Read what was typed.

        Raises:
            Refused: no number, or past an end.
        """
        try:
            value = float(said)
        except ValueError:
            value = float("nan")
        if not self.least <= value <= self.most:
            raise Refused("past-evidence", name=self.label, least=plain(self.least), most=plain(self.most))
        return value


@dataclass(frozen=True)
class Bar:
    """An interval at a place of the picture: what is drawn from the parameters, and the wider spread of other structures in its own shade."""

    x: int
    low: int
    high: int
    lowest: int
    highest: int


@dataclass(frozen=True)
class Curves:
    """A picture of one planned and one other path: points in a frame of 1000 by 400, the band, the bar, words at the axes."""

    says: Words
    caption: Words
    top: str
    start: Words
    end: Words
    planned: str
    other: str = ""
    band: str = ""
    bar: Bar | None = None
    marks: Sequence[tuple[int, Words]] = ()


@dataclass(frozen=True)
class Rows:
    """A table that is a picture too: a head, and rows of a label and cells; a cell is a text and its length out of 1000."""

    head: Sequence[Words]
    rows: Sequence[tuple[Words, Sequence[tuple[str, int]]]]
    caption: Words


@dataclass(frozen=True)
class Answer:
    """What a question answers with. `sentences` come first; `disputed` is the one that must stand beside a single-site effect."""

    result: Result
    sentences: Sequence[Words]
    behind: Sequence[Words]
    changes: Words
    area: Words
    command: str
    curves: Curves | None = None
    rows: Rows | None = None
    disputed: Words = ""
    not_for: Sequence[Words] = ()

    @property
    def fingerprint(self) -> str:
        """The first letters of what the figures were made of."""
        return str(self.result.provenance["fingerprint"])[:12]


@dataclass(frozen=True)
class Plan:
    """A question: its address, words, sliders, family, and how what was typed becomes a scenario and an answer."""

    name: str
    title: Words
    lede: Words
    family: str
    sliders: Sequence[Slider]
    parameters: Callable[[], Parameters]
    asked: Callable[[Typed], Scenario]
    answer: Callable[[Typed], Answer]
    choices: Mapping[str, Words] = field(default_factory=dict)  # yes-or-no questions


def plain(value: float) -> str:
    """Return a number as a reader writes it: thousands apart, no more digits than there are."""
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.4g}"


def few(value: float) -> str:
    """Return a figure with as many digits as a model of this kind knows: two below 100, three above."""
    digits = 2 if abs(value) < HUNDRED else 3
    rounded = float(f"{value:.{digits}g}") + 0.0
    return f"{rounded:,.0f}" if abs(rounded) >= TEN or rounded == 0 else f"{rounded:g}"


def percent(share: float) -> int:
    """Return a share as a whole percentage: a model of this kind knows no finer."""
    return round(100 * share)


def depth(share: float) -> int:
    """Return how far below the picture's upper edge a share of that edge stands."""
    return round(HIGH * (1 - min(max(share, 0.0), 1.0)))


def path(shares: Array) -> str:
    """Return values, as shares of the upper edge, as SVG points from left to right."""
    step = WIDE / (len(shares) - 1)
    return " ".join(f"{round(at * step)},{depth(float(value))}" for at, value in enumerate(shares))


def band(low: Array, high: Array) -> str:
    """Return the points around the area between two paths."""
    step = WIDE / (len(low) - 1)
    back = [f"{round(at * step)},{depth(float(low[at]))}" for at in range(len(low) - 1, -1, -1)]
    return " ".join([path(high), *back])


def command(asked: Scenario, family: str, *, seed: int, draws: int) -> str:
    """Return what gives the same figures on the console."""
    told = " ".join(f"--set {name}={_said(value)}" for name, value in asked.settings.items())
    return f"./handrail model run {family} --shipped --scenario {asked.name} {told} --seed {seed} --draws {draws}"


def _said(value: Any) -> str:
    return f"{value:.10g}" if isinstance(value, float) else str(value)
