"""One line of a bench: our figure beside the other's, from the same run."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from statistics import median


@dataclass(frozen=True)
class Figure:
    """One measured figure. `ratio` is ours to theirs, higher is better; 0 beside nothing. `n`: how many things were measured."""

    name: str
    value: float
    unit: str
    n: int
    against: str = ""
    against_value: float = 0.0
    ratio: float = 0.0

    def line(self, *, as_json: bool) -> str:
        """Write it as one line."""
        if as_json:
            return json.dumps(asdict(self))
        beside = (
            f"   {self.against}: {self.against_value:g} {self.unit}   ratio {self.ratio:.2f}" if self.against else ""
        )
        return f"{self.name:<28}{self.value:>10g} {self.unit:<10} n={self.n:<8}{beside}"


def faster(name: str, ours: Sequence[float], theirs: Sequence[float], *, unit: str, n: int, against: str) -> Figure:
    """Compare rates, turn by turn: more a second is better; the ratio is the median of the turns' ratios."""
    ratio = median(mine / other for mine, other in zip(ours, theirs, strict=True))
    return Figure(name, round(median(ours), 1), unit, n, against, round(median(theirs), 1), round(ratio, 3))


def sooner(name: str, ours: Sequence[float], theirs: Sequence[float], *, n: int, against: str) -> Figure:
    """Compare milliseconds, turn by turn: fewer are better, so the ratio is theirs to ours."""
    ratio = median(other / mine for mine, other in zip(ours, theirs, strict=True))
    return Figure(name, round(median(ours), 3), "ms", n, against, round(median(theirs), 3), round(ratio, 3))
