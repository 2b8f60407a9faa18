"""The one place that asks HiGHS (through SciPy): the least of a cost, in parts or in whole numbers."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import optimize

Numbers = NDArray[np.float64]
NEAR = 1e-6  # what the solver's numbers may be off

_linprog: Any = optimize.linprog  # its stubs know no sparse matrices
_milp: Any = optimize.milp

ENOUGH = {
    "mip_rel_gap": 0.5,
    "node_limit": 500,
}  # of a search in whole numbers: counted, not timed, so that it ends the same each time


def least(
    cost: Numbers, ties: Any, right: Numbers, *, box: tuple[Numbers, Numbers], at_most: Any = None
) -> Numbers | None:
    """Return x with `ties` x = `right` within its box for which the cost is least; None where there is none or no end to it.

    `at_most` may add (rows, limits) with rows x <= limits.
    """
    told: dict[str, Any] = {"A_eq": ties, "b_eq": right} if ties.shape[0] else {}
    if at_most:
        told |= {"A_ub": at_most[0], "b_ub": at_most[1]}
    found = _linprog(cost, bounds=np.column_stack(box), method="highs", **told)
    return np.asarray(found.x) if found.status == 0 else None


def least_whole(cost: Numbers, ties: Any, right: Numbers, *, box: tuple[Numbers, Numbers]) -> Numbers | None:
    """Return the same in whole numbers: a good one is enough."""
    tied = [optimize.LinearConstraint(ties, right, right)] if ties.shape[0] else []
    whole = np.ones(len(cost), dtype=np.int64)
    found = _milp(cost, constraints=tied, bounds=optimize.Bounds(*box), integrality=whole, options=ENOUGH)
    return None if found.x is None else np.round(found.x)


def is_whole(x: Numbers) -> bool:
    """Tell whether all of these are whole numbers."""
    return bool(np.abs(x - np.round(x)).max(initial=0.0) <= NEAR)
