"""Sinkhorn: the truncated problem with entropic regularisation, solved by block updates class by class.

    max_g  Σ_v m_v g_v − η Σ_A π_A(g),     π_A(g) = exp((Σ_{v∈A} g_v − 1 − c_A) / η)

At the optimum π covers every point by its mass: Σ_{A∋v} π_A = m_v. An interaction holds at most one point of a class,
so the objective is separable over the points of a class, and

    g_v ← g_v + η log(m_v / Σ_{A∋v} π_A)

maximises it exactly over all of them at once. Source: arXiv 2401.09191, the Sinkhorn algorithm of the truncated
problem; over-relaxed as in A. Thibault, L. Chizat, C. Dossal, N. Papadakis, "Overrelaxed Sinkhorn–Knopp algorithm for
regularized optimal transport" (arXiv 1711.01851).
"""

import sys
import warnings
from dataclasses import dataclass
from importlib.metadata import version
from time import perf_counter
from typing import NamedTuple

import numpy as np
from jaxtyping import Float64

from motlp.errors import InvalidBudget, arg, shorten
from motlp.frameworks.answer import Status
from motlp.problem.hypergraph import Hypergraph, check_hypergraph
from motlp.solving.aim import LEAP, SETTLED, Aim, is_positive, read_aim
from motlp.solving.repair import estimate_cover_cost, repair
from motlp.solving.sinkhorn_sweeps import RELAXATION, Sweeper
from motlp.solving.solution import Solution
from motlp.system.progress import SILENCE, Progress, check_progress

COARSEST = 3e-2  # η to start from: there a dozen sweeps settle all but the details
REFINEMENT = 1 / 3  # of η, from one stage to the next
LOOK = 40  # sweeps from one look at the interval to the next, which takes as long as a dozen of them


class NotConverged(UserWarning):
    """The sweeps ended before they got to what was asked for."""


@dataclass(frozen=True, eq=False)
class Regularised(Solution):
    """The answer of Sinkhorn: `plan` and `potential` are repaired from the regularised ones beside them.

    The potential is feasible. The plan covers no point by more than its mass; singletons for what it leaves uncovered,
    which `risk_lower` counts, make it feasible.

    Attributes:
        eta: the regularisation η that was reached.
        sweeps: passes over all classes, at every η.
        marginal_error: Σ_v |m_v − Σ_{A∋v} π_A|, as seen in the last sweep.
        regularised_objective: Σ_v m_v g_v − η Σ_A π_A.
        regularised_plan: π_A(g) an interaction.
        regularised_potential: g a point; of either sign, −∞ where the mass is 0.
    """

    eta: float
    sweeps: int
    marginal_error: float
    regularised_objective: float
    regularised_plan: Float64[np.ndarray, " interactions"]
    regularised_potential: Float64[np.ndarray, " points"]


class End(NamedTuple):
    """How sweeps ended: with an interval that is narrow enough, or with marginals that have settled at the last η."""

    narrow: bool
    settled: bool


def sinkhorn(
    hypergraph: Hypergraph,
    eta: float = 1e-3,
    tol: float | None = None,
    marginal: float | None = None,
    max_sweeps: int = 1000,
    start: Float64[np.ndarray, " _"] | None = None,
    *,
    relaxation: float = RELAXATION,
    leap: int = LEAP,
    progress: Progress = SILENCE,
) -> Regularised:
    """Solve the regularised problem over all interactions of a hypergraph, and repair the answer to a proved interval.

    η decreases to `eta` in stages, each started from the last.

    Args:
        hypergraph: the interactions.
        eta: regularisation, in units of cost (a point alone costs 1).
        tol: width of the interval, in units of risk, to stop at, whatever η has been reached.
        marginal: marginal error, in units of mass (which sums to 1), to stop at once η is `eta`; where neither it nor
            `tol` is asked for, 1e-3.
        max_sweeps: passes over all classes to stop after.
        start: a potential to start from, directly at `eta`; best the `regularised_potential` of a similar problem.
        relaxation: factor on the steps, from 1 (exact) to below 2.
        leap: sweeps from one leap along the way of the last sweeps to the next.
        progress: is told the interval from time to time, with `sweep` and `eta`.

    Raises:
        InvalidBudget: a number that is out of range or no number, or a start that is not one number a point.
        InvalidHypergraph, InvalidConfig: `hypergraph` or `progress` is of another type.

    The interval of the answer is proved wherever the sweeps end. The status is LIMIT, with a warning `NotConverged`, if
    they end before the interval is as narrow as `tol` or, without `tol`, before the marginal error is reached.
    """
    check_hypergraph(hypergraph)
    check_progress(progress)
    aim = read_aim(eta, tol, marginal, max_sweeps, leap)
    check_relaxation(relaxation)
    guess = read_start(start, hypergraph.measure.size)
    began = perf_counter()
    first = np.zeros(hypergraph.measure.size) if guess is None else guess
    state = Sweeper(hypergraph, first, relaxation=float(relaxation))
    _ = hypergraph.memberships, hypergraph.price
    declared = perf_counter()
    end = descend(state, aim, [aim.eta] if guess is not None else schedule(aim.eta), progress)
    seconds = {"declare": declared - began, "solve": perf_counter() - declared}
    answer = conclude(state, aim, end, seconds)
    if answer.status is Status.LIMIT:
        warnings.warn(f"sinkhorn {answer.message}; its proved interval still holds", NotConverged, stacklevel=caller())
    return answer


def conclude(state: Sweeper, aim: Aim, end: End, seconds: dict[str, float]) -> Regularised:
    """The answer, with a plan and a potential that are repaired."""
    began = perf_counter()
    plan = state.plan
    repaired, potential = repair(state.hypergraph, plan, state.potential)
    converged = end.narrow or (end.settled and aim.tol is None)
    return Regularised(
        hypergraph=state.hypergraph,
        model="dual",
        framework="sinkhorn",
        solver="sinkhorn",
        version=version("motlp"),
        status=Status.CONVERGED if converged else Status.LIMIT,
        message=explain(state, aim, end),
        objective=estimate_cover_cost(state.hypergraph, repaired),
        plan=repaired,
        potential=potential,
        seconds=seconds | {"repair": perf_counter() - began},
        eta=state.eta,
        sweeps=state.sweeps,
        marginal_error=state.error,
        regularised_objective=state.objective(plan),
        regularised_plan=plan,
        regularised_potential=state.potential,
    )


def descend(state: Sweeper, aim: Aim, stages: list[float], progress: Progress) -> End:
    """Sweeps through the stages of η, each with its share of the sweeps that are left."""
    end = End(False, False)
    for left, eta in zip(range(len(stages), 0, -1), stages, strict=True):
        until = state.sweeps + max(1, (aim.max_sweeps - state.sweeps) // left)
        error = aim.least_error if left == 1 else max(aim.least_error, SETTLED)
        end = sweep_at(state, eta, error, until, aim, progress)
        if end.narrow or state.sweeps >= aim.max_sweeps:
            break
    return End(end.narrow, end.settled and state.eta == aim.eta)


def sweep_at(state: Sweeper, eta: float, error: float, until: int, aim: Aim, progress: Progress) -> End:
    """Sweeps at one η, up to a marginal error, to a number of sweeps, or to the interval that is asked for."""
    state.cool(eta)
    first = state.sweeps
    while True:
        state.sweep()
        settled = state.error <= error
        over = settled or state.sweeps >= until
        if not settled and (state.sweeps - first) % aim.leap == 0 and state.sweeps + aim.leap <= until:
            state.leap()
        if over or (state.sweeps - first) % LOOK == 0:
            if look(state, aim, progress):
                return End(True, settled)
            if over:
                return End(False, settled)


def look(state: Sweeper, aim: Aim, progress: Progress) -> bool:
    """Whether the interval is narrow enough; reports it. Without `tol` and `progress` there is nothing to do."""
    if aim.tol is None and progress is SILENCE:
        return False
    plan, potential = repair(state.hypergraph, state.plan, state.potential)
    lower, upper = 1.0 - estimate_cover_cost(state.hypergraph, plan), 1.0 - float(state.mass @ potential)
    progress.interval(lower, upper, sweep=state.sweeps, eta=state.eta)
    return aim.tol is not None and upper - lower <= aim.tol


def explain(state: Sweeper, aim: Aim, end: End) -> str:
    """Where the sweeps ended, and why there if that is not where they were asked to get to."""
    reached = f"eta {state.eta:g}, {state.sweeps} sweeps, marginal error {state.error:.1e}"
    if end.narrow or (end.settled and aim.tol is None):
        return reached
    wanted = f"tol = {aim.tol:g}" if aim.tol is not None else f"marginal = {aim.least_error:g}"
    if end.settled:
        return f"settled before {wanted}; lower eta ({reached})"
    return f"stopped by max_sweeps = {aim.max_sweeps} before {wanted} ({reached})"


def schedule(eta: float) -> list[float]:
    """The values of η, from coarse to the target."""
    stages = [eta]
    while stages[0] < COARSEST * REFINEMENT:
        stages.insert(0, stages[0] / REFINEMENT)
    return stages


def read_start(start: object, points: int) -> Float64[np.ndarray, " points"] | None:
    """The potential to start from, as floats, if there is one."""
    if start is None:
        return None
    try:
        given = np.asarray(start)
    except ValueError:  # rows of different lengths
        given = np.empty((), object)
    if given.dtype.kind not in "fiu":
        raise InvalidBudget(
            f"{arg('start')} is {shorten(start)}; it must be an array of numbers, one potential a point."
        )
    if given.shape != (points,):
        raise InvalidBudget(f"{arg('start')} has shape {given.shape} for {points} points; give one potential a point.")
    return given.astype(np.float64)


def caller() -> int:
    """The level, for a warning, of the code outside of motlp that asked for the work."""
    frame, level = sys._getframe(1), 1
    while frame.f_back is not None and str(frame.f_globals.get("__name__")).startswith("motlp."):
        frame, level = frame.f_back, level + 1
    return level


def check_relaxation(value: object) -> None:
    """Refuse a factor with which the sweeps may not converge."""
    if not is_positive(value) or not 1 <= value < 2:
        raise InvalidBudget(f"{arg('relaxation')} is {shorten(value)}; it must be a number of at least 1 and below 2.")
