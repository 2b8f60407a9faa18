"""The rule that may lead to a public alert: frozen, versioned, one for all series of an installation (ADR 27)."""

from dataclasses import dataclass

MONTHS_A_YEAR = 12


@dataclass(frozen=True)
class Rule:
    """What fires, in numbers that never change under one version.

    `window` months are pooled and judged by the `baseline` months before them. A baseline contributor counts `weight`, but the
    whole baseline never more than `strongest` contributors where the substance was not there, falling to `strongest_common` at a
    share of `common` and above: what is always about moves with who comes. None for no such limit. It fires when at least
    `fewest_positive` were positive and the chance is below `alpha`, or `alpha_shared` divided by the series watched, if that is less.
    """

    version: str
    window: int
    baseline: int
    weight: float
    alpha: float
    alpha_shared: float | None = None
    strongest: float | None = None
    strongest_common: float | None = None
    common: float = 0.02
    fewest_positive: int = 3
    fewest_baseline: int = 100

    def level(self, series: int) -> float:
        """Return the chance below which a series fires, when `series` of them are watched in the installation."""
        return self.alpha if self.alpha_shared is None else min(self.alpha, self.alpha_shared / max(1, series))

    def weight_of(self, k0: float, n0: float) -> float:
        """Return how much each contributor of a baseline of k0 in n0 counts."""
        if self.strongest is None or self.strongest_common is None or n0 == 0:
            return self.weight
        rare = max(0.0, 1.0 - k0 / n0 / self.common)
        most = self.strongest_common + (self.strongest - self.strongest_common) * rare
        return min(self.weight, most / n0)


REFERENCE = Rule("reference/1", window=1, baseline=12, weight=0.25, alpha=1e-3)
PUBLIC = Rule(
    "public/1",
    window=2,
    baseline=12,
    weight=1 / 3,
    alpha=5e-4,
    alpha_shared=1.2e-2,
    strongest=400.0,
    strongest_common=150.0,
)
RULES = {rule.version: rule for rule in (REFERENCE, PUBLIC)}
BUDGET_A_YEAR = (
    2.0  # false public alerts an installation may raise, over all its series; drug checking reference, section 11
)
