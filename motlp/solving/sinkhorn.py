"""Sinkhorn: the truncated problem with entropic regularisation, solved by block updates class by class.

    max_g  Σ_v m_v g_v − η Σ_A π_A(g),     π_A(g) = exp((Σ_{v∈A} g_v − 1 − c_A) / η)

At the optimum π covers every point by its mass: Σ_{A∋v} π_A = m_v. An interaction holds at most one point of a class,
so the objective is separable over the points of a class, and

    g_v ← g_v + η log(m_v / Σ_{A∋v} π_A)

maximises it exactly over all of them at once. Source: arXiv 2401.09191, the Sinkhorn algorithm of the truncated
problem; over-relaxed as in A. Thibault, L. Chizat, C. Dossal, N. Papadakis, "Overrelaxed Sinkhorn–Knopp algorithm for
regularized optimal transport" (arXiv 1711.01851).
"""

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from math import isfinite
from numbers import Integral, Real
from time import perf_counter
from typing import TypeGuard

import numpy as np
from jaxtyping import Float64

from motlp.errors import InvalidBudget, shorten
from motlp.problem.hypergraph import Hypergraph, check_hypergraph
from motlp.solving.repair import Memberships, feasible_plan, feasible_potential, memberships, total
from motlp.solving.sinkhorn_sweeps import Sweeper
from motlp.solving.solution import Solution, Status

Callback = Callable[[int, float, float, float], object]

COARSEST = 3e-2  # η to start from: there a dozen sweeps settle all but the details
FINEST = 1e-12  # η below which exponents are mostly rounding
REFINEMENT = 1 / 3  # of η, from one stage to the next
SETTLED = 1e-3  # marginal error with which a stage is left, the last one too unless more is asked for
STILL = 1e-9  # marginal error from which on more sweeps change nothing that can be seen in the interval
CHECK = 40  # sweeps from one look at the interval to the next, which takes as long as a dozen of them
LEAP = 10  # sweeps from one leap to the next, and after the last one, which widens the interval for a while


class NotConverged(UserWarning):
    """The sweeps ended before they got to what was asked for."""


@dataclass(frozen=True, eq=False)
class Regularised(Solution):
    """The answer of Sinkhorn: `plan` and `potential` are feasible, rounded from the regularised ones kept beside them.

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


def sinkhorn(
    hypergraph: Hypergraph,
    eta: float = 1e-3,
    tol: float | None = None,
    marginal: float | None = None,
    max_sweeps: int = 1000,
    start: Float64[np.ndarray, " _"] | None = None,
    callback: Callback | None = None,
) -> Regularised:
    """Solve the regularised problem over all interactions of a hypergraph, and round to a proved interval.

    η decreases to `eta` in stages, each started from the last.

    Args:
        eta: regularisation, in units of cost (a point alone costs 1).
        tol: width of the interval, in units of risk, to stop at, whatever η has been reached.
        marginal: marginal error, in units of mass (which sums to 1), to stop at once η is `eta`; where neither it nor
            `tol` is asked for, 1e-3.
        max_sweeps: passes over all classes to stop after.
        start: a potential to start from, directly at `eta`; best the `regularised_potential` of a similar problem.
        callback: called now and then with sweep, η and the two ends of the interval, not yet proved.

    Raises:
        InvalidBudget: a number that is out of range or none at all, or a start that is not one number a point.

    The interval of the answer is proved wherever the sweeps end. The status is LIMIT when that is not where they were
    asked to get to: with `tol`, to an interval that narrow; without, to the marginal error. It then warns, too.
    """
    check_hypergraph(hypergraph)
    check(eta, tol, marginal, max_sweeps)
    eta = float(eta)
    tol = None if tol is None else float(tol)
    marginal = None if marginal is None else float(marginal)
    max_sweeps = int(max_sweeps)
    guess = begun(start, hypergraph.measure.size)
    if marginal is None:
        marginal = SETTLED if tol is None else STILL
    began = perf_counter()
    state = Sweeper(hypergraph, np.zeros(hypergraph.measure.size) if guess is None else guess)
    parts = memberships(hypergraph)
    declared = perf_counter()
    stages = [eta] if guess is not None else schedule(eta)
    for left, stage in zip(range(len(stages), 0, -1), stages, strict=True):
        until = state.sweeps + max(1, (max_sweeps - state.sweeps) // left)
        aim = marginal if left == 1 else max(marginal, SETTLED)
        narrow, settled = descend(state, parts, stage, tol, aim, until, callback)
        if narrow or state.sweeps >= max_sweeps:
            break
    swept = perf_counter()
    regularised = state.plan
    plan, potential = rounded(parts, regularised, state.potential)
    settled = settled and state.eta == eta
    converged = narrow or (settled and tol is None)
    message = f"eta {state.eta:g}, {state.sweeps} sweeps, marginal error {state.error:.1e}"
    if not converged:
        wanted = f"tol = {tol:g}" if tol is not None else f"marginal = {marginal:g}"
        if settled:
            message = f"settled before {wanted}; lower eta ({message})"
        else:
            message = f"stopped by max_sweeps = {max_sweeps} before {wanted} ({message})"
        warnings.warn(f"sinkhorn {message}; its proved interval still holds", NotConverged, stacklevel=2)
    return Regularised(
        hypergraph=hypergraph,
        model="dual",
        framework="sinkhorn",
        solver="sinkhorn",
        version=version("motlp"),
        status=Status.CONVERGED if converged else Status.LIMIT,
        message=message,
        objective=cover(parts, plan),
        plan=plan,
        potential=potential,
        seconds={"declare": declared - began, "solve": swept - declared, "round": perf_counter() - swept},
        eta=state.eta,
        sweeps=state.sweeps,
        marginal_error=state.error,
        regularised_objective=state.objective(regularised),
        regularised_plan=regularised,
        regularised_potential=state.potential,
    )


def check(eta: object = 1.0, tol: object = None, marginal: object = None, max_sweeps: object = 1) -> None:
    """Refuses what cannot be asked for; before any work begins, too."""
    for name, value in (("eta", eta), ("tol", tol), ("marginal", marginal)):
        if not positive(value) and (value is not None or name == "eta"):
            raise InvalidBudget(f"{name} is {shorten(value)}; it must be a number, positive and finite, such as 1e-3.")
    if positive(eta) and eta < FINEST:
        raise InvalidBudget(f"eta is {eta}; below {FINEST:g} floating point has no room for it; raise it.")
    if not (isinstance(max_sweeps, Integral) and not isinstance(max_sweeps, bool) and int(max_sweeps) >= 1):
        raise InvalidBudget(f"max_sweeps is {shorten(max_sweeps)}; it must be a whole number, at least 1.")


def positive(value: object) -> TypeGuard[float]:
    """Whether it is a number, positive and finite as a float."""
    if not isinstance(value, Real) or isinstance(value, bool):
        return False
    try:
        return isfinite(value) and float(value) > 0
    except OverflowError:  # a whole number that no float holds
        return False


def begun(start: object, points: int) -> Float64[np.ndarray, " points"] | None:
    """The potential to start from, as floats, if there is one."""
    if start is None:
        return None
    try:
        given = np.asarray(start)
    except ValueError:  # rows of different lengths
        given = np.empty((), object)
    if given.dtype.kind not in "fiu":
        raise InvalidBudget(f"start is {shorten(start)}; it must be an array of numbers, one potential a point.")
    if given.shape != (points,):
        raise InvalidBudget(f"start has shape {given.shape} for {points} points; give one potential a point.")
    return given.astype(np.float64)


def schedule(eta: float) -> list[float]:
    """The values of η, from coarse to the target."""
    stages = [eta]
    while stages[0] < COARSEST * REFINEMENT:
        stages.insert(0, stages[0] / REFINEMENT)
    return stages


def descend(
    state: Sweeper,
    parts: Memberships,
    eta: float,
    tol: float | None,
    marginal: float,
    until: int,
    callback: Callback | None,
) -> tuple[bool, bool]:
    """Sweeps at one η; whether the interval became narrow enough, and whether the marginals settled."""
    state.cool(eta)
    first = state.sweeps
    while True:
        state.sweep()
        settled = state.error <= marginal
        over = settled or state.sweeps >= until
        if not settled and (state.sweeps - first) % LEAP == 0 and state.sweeps + LEAP <= until:
            state.leap()
        if (over or (state.sweeps - first) % CHECK == 0) and (tol is not None or callback is not None):
            plan, potential = rounded(parts, state.plan, state.potential)
            lower, upper = 1.0 - cover(parts, plan), 1.0 - float(parts.mass @ potential)
            if callback is not None:
                callback(state.sweeps, eta, lower, upper)
            if tol is not None and upper - lower <= tol:
                return True, settled
        if over:
            return False, settled


def rounded(
    parts: Memberships, plan: Float64[np.ndarray, " interactions"], potential: Float64[np.ndarray, " points"]
) -> tuple[Float64[np.ndarray, " interactions"], Float64[np.ndarray, " points"]]:
    """A feasible plan and a feasible potential near the given ones."""
    feasible = feasible_potential(parts, potential)
    return feasible_plan(parts, plan, feasible), feasible


def cover(parts: Memberships, plan: Float64[np.ndarray, " interactions"]) -> float:
    """What a plan costs, singletons for what it does not cover included."""
    rest = np.maximum(parts.mass - total(parts.indptr, parts.interactions, plan), 0.0)
    return float(parts.price @ plan + rest.sum())
