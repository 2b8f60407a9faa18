"""Family (b), month by month: a share of fentanyl that nobody sees, overdoses, and deaths with and without kits (Irvine 2018)."""

import numpy as np

from .engine import Array


def latent_months(  # noqa: PLR0913  -- the model's own symbols
    rng: np.random.Generator,
    *,
    months: int,
    draws: int,
    start: float,
    mu: float,
    sigma: float,
    people: float,
    fentanyl: float,
    other: float,
    dies: float,
    used: float,
) -> dict[str, Array]:
    """Simulate the monthly model: w_t = w_(t-1) + Normal(mu, sigma), share = logit^-1(w_t), overdoses and deaths Poisson; (draw, month).

    Also `without`: the same share and the same uniform numbers with no kits, so that the difference is the kits' alone.
    """
    w = start + np.cumsum(rng.normal(mu, sigma, (draws, months)), axis=1)
    share = 1 / (1 + np.exp(-w))
    rate = people * (fentanyl * share + other * (1 - share))
    deaths, spared = rng.poisson(rate * dies * (1 - used)), rng.poisson(rate * dies * used)
    found = {"fentanyl_share": share, "overdoses": rng.poisson(rate), "deaths": deaths, "without": deaths + spared}
    return {name: np.asarray(value, dtype=np.float64) for name, value in found.items()}
