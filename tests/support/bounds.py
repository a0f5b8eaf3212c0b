"""Plans and potentials of any quality, what they prove, and the true risk beside it."""

from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst
from support import brute
from support.measures import measures

from motlp.frameworks.answer import Status
from motlp.problem.hypergraph import Hypergraph
from motlp.problem.measure import LabeledMeasure
from motlp.problem.rationals import exact
from motlp.problem.threat import Threat
from motlp.solving.solution import Solution

SMALL = measures(classes=(2, 4), points=(4, 7))
FLOATS = st.one_of(st.floats(), st.floats(0, 1), st.sampled_from([0.0, 0.1, 1.0, 1 / 3, 5e-324, 1e308, 1.8e308]))
WEIGHTS = st.one_of(st.floats(1e-300, 1), st.sampled_from([0.0, 5e-324, 1e-300, 1e-16, 1e-9, 0.1, 1 / 3, 1.0]))


@st.composite
def weighted(draw):
    """A small measure with masses of every size."""
    measure = draw(SMALL)
    weights = draw(npst.arrays(np.float64, measure.size, elements=WEIGHTS).filter(np.any))
    return replace(measure, mass=weights / weights.sum())


def make_solution(hypergraph: Hypergraph, plan: Any = None, potential: Any = None) -> Solution:
    """The solution if a solver had answered with this plan and this potential."""
    return Solution(hypergraph, "", "", "", "", Status.LIMIT, "", None, plan, potential, {})


def true_risk(measure: LabeledMeasure, threat: Threat, eps: str | None, order: int) -> Fraction:
    """The truncated risk, exactly."""
    return brute.risk(measure, brute.interactions(measure, threat, None if eps is None else exact(eps), order))


def proved_interval(solution: Solution) -> tuple[Fraction, Fraction]:
    """The ends of the proved interval, as the floats that are reported."""
    assert solution.gap is not None
    return Fraction(solution.risk_lower), Fraction(solution.risk_lower + solution.gap)
