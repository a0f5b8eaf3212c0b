"""What is done where nobody names a solver, or a method of one: it depends on the number of interactions."""

from collections.abc import Mapping
from typing import Any, NamedTuple

MODEL, FRAMEWORK, SOLVER = "dual", "cvxpy", "highs"  # unless others are asked for


class Default(NamedTuple):
    """A solver and its options, for more interactions than so many."""

    above: int
    solver: str
    options: Mapping[str, Any]


# The quickest way to a proved optimum of the plain problem by the number of interactions: the last row that applies. A
# solver that is named without a method gets the options of its last row that applies.
DEFAULTS = (
    Default(0, "highs", {}),
    # From here on the simplex method, HiGHS' own choice, takes many times as long as its interior point; crossover to a
    # vertex would take the time that was saved, and the proved interval needs no vertex.
    Default(20_000, "highs", {"solver": "ipm", "run_crossover": "off"}),
    # Sinkhorn and a small linear program take a fraction of the time of the whole one.
    Default(200_000, "sinkhorn+lp", {}),
)


def choose_default(size: int) -> Default:
    """The row for so many interactions."""
    return [row for row in DEFAULTS if max(size, 1) > row.above][-1]


def usual_options(solver: str, size: int) -> dict[str, Any]:
    """The options that a solver gets for a linear program over so many interactions, where no method is named."""
    rows = [row for row in DEFAULTS if max(size, 1) > row.above and row.solver == solver]
    return dict(rows[-1].options) if rows else {}
