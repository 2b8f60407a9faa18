"""Drafts and judgements about returns. Plain Python."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from math import sqrt
from statistics import fmean, stdev
from typing import Any

from handrail.core.common.acts import Stated
from handrail.core.common.refusals import Refused
from handrail.core.supplies.rules import MOST_AT_ONCE, check_amount
from handrail.services.exchange import rules

WEIGHT = rules.WEIGHT  # what is calibrated: grams a syringe; or a container, by its item's code
FEWEST, MOST = 5, 40  # containers of known content: frontline reference, 5.2
SOURCES = ("community-bin", "sweep", "found")
AREA_METHODS = (rules.SAID, rules.CONTAINER, rules.WEIGHT)
T_975 = (
    12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160, 2.145, 2.131, 2.120, 2.110,
    2.101, 2.093, 2.086,
)  # fmt: skip  # Student's t, two-sided 95 %, 1 to 20 degrees of freedom (NIST/SEMATECH e-Handbook, 1.3.6.7.2); 20 stands for more


@dataclass(frozen=True)
class Factor:
    """What one calibration amounts to: mean and standard deviation over `n` containers.

    Of a weight: grams a syringe. Of a container: syringes in a full one.
    """

    of: str
    mean: float
    sd: float
    n: int

    @property
    def bounds(self) -> tuple[float, float]:
        """The 95 % prediction interval of the next container's own factor: mean ± t · sd · √(1 + 1/n)."""
        half = T_975[min(self.n - 1, len(T_975)) - 1] * self.sd * sqrt(1 + 1 / self.n)
        return self.mean - half, self.mean + half


@dataclass(frozen=True)
class Estimate:
    """So many syringes, and between what numbers with 95 %."""

    value: int
    low: int
    high: int


def by_weight(net_g: int, factor: Factor) -> Estimate:
    """Return how many syringes weigh so much. Prediction interval: containers differ more than the mean is unsure."""
    least, most = factor.bounds
    return Estimate(round(net_g / factor.mean), int(net_g / most), -int(-net_g // least))


def by_fill(fill_percent: int, factor: Factor) -> Estimate:
    """Return how many syringes a container holds that is so full."""
    least, most = factor.bounds
    return Estimate(*(round(fill_percent / 100 * one) for one in (factor.mean, least, most)))


@dataclass(frozen=True)
class Calibration:
    """Containers of known content, weighed or looked at. It counts for returns from its day on; those before keep theirs."""

    id: uuid.UUID
    site_id: uuid.UUID
    at: datetime
    of: str
    containers: tuple[Mapping[str, int], ...] = field(repr=False)

    @property
    def stated(self) -> Stated:
        """What was stated."""
        body = {"of": self.of, "containers": [dict(one) for one in self.containers]}
        return Stated(self.id, "exchange.calibrate", 1, self.site_id, self.at, body)

    @property
    def factor(self) -> Factor:
        """What it amounts to. Raises Refused: `too-few-containers`, `calibration-spread`."""
        ratios = [_ratio(one) for one in self.containers]
        if len(ratios) < FEWEST:
            raise Refused("too-few-containers", least=FEWEST)
        factor = Factor(self.of, fmean(ratios), stdev(ratios), len(ratios))
        if factor.bounds[0] <= 0:
            raise Refused("calibration-spread")
        return factor


def _ratio(container: Mapping[str, int]) -> float:
    if "gross_g" in container:
        return (container["gross_g"] - container["tare_g"]) / container["syringes"]
    return container["syringes"] / (container["fill_percent"] / 100)


def parse_calibration(of: Any, told: Any, *, act_id: uuid.UUID, site_id: uuid.UUID, at: datetime) -> Calibration:
    """Make a calibration of a body. Raises Refused: `not-an-act`, `bad-amount`, `bad-weight`, and what `Calibration.factor` refuses."""
    if not isinstance(of, str) or not isinstance(told, Sequence) or isinstance(told, str) or len(told) > MOST:
        raise Refused("not-an-act")
    draft = Calibration(act_id, site_id, at, of, tuple(_container(of, one) for one in told))
    assert draft.factor
    return draft


def _container(of: str, told: Any) -> dict[str, int]:
    most = {"gross_g": rules.MOST_GRAMS, "tare_g": rules.MOST_GRAMS} if of == WEIGHT else {"fill_percent": 100}
    most |= {"syringes": MOST_AT_ONCE}
    if not isinstance(told, Mapping) or set(told) != set(most):
        raise Refused("not-an-act")
    kept = {name: check_amount(told[name], least=0 if name == "tare_g" else 1, most=top) for name, top in most.items()}
    if of == WEIGHT and kept["gross_g"] <= kept["tare_g"]:
        raise Refused("bad-weight")
    return kept


@dataclass(frozen=True)
class Weighing:
    """The site bin was weighed when its day was over, and emptied: what was said to go into it since the last time is replaced."""

    id: uuid.UUID
    site_id: uuid.UUID
    at: datetime
    gross_g: int
    tare_g: int

    @property
    def stated(self) -> Stated:
        """What was stated."""
        body = {"gross_g": self.gross_g, "tare_g": self.tare_g}
        return Stated(self.id, "exchange.weigh_bin", 1, self.site_id, self.at, body)


@dataclass(frozen=True)
class AreaReturn:
    """Syringes that came back to an area and not from anybody: a community bin, a sweep, a needle that someone found."""

    id: uuid.UUID
    site_id: uuid.UUID
    at: datetime
    source: str
    returned: rules.Return

    @property
    def stated(self) -> Stated:
        """What was stated."""
        told = {name: value for name, value in vars(self.returned).items() if value not in (None, "")}
        return Stated(
            self.id, "exchange.area_return", 1, self.site_id, self.at, {"source": self.source, "returned": told}
        )


def parse_area_return(told: Mapping[str, Any], *, act_id: uuid.UUID, site_id: uuid.UUID, at: datetime) -> AreaReturn:
    """Make a return to an area of a body. Used sharps are never counted by hand. Raises Refused: `not-an-act`, `bad-amount`, `bad-weight`."""
    if set(told) != {"source", "returned"} or told["source"] not in SOURCES:
        raise Refused("not-an-act")
    back = rules.parse_return(told["returned"])
    if back.method not in AREA_METHODS:
        raise Refused("not-an-act")
    if not any((back.amount, back.fill_percent, back.gross_g)):
        raise Refused("nothing-to-save")
    return AreaReturn(act_id, site_id, at, told["source"], back)
