"""Sinkhorn: the truncated problem with entropic regularisation, solved by block updates class by class.

    max_g  Σ_v m_v g_v − η Σ_A π_A(g),     π_A(g) = exp((Σ_{v∈A} g_v − 1 − c_A) / η)

At the optimum π covers every point by its mass: Σ_{A∋v} π_A = m_v. An interaction holds at most one point of a class,
so the objective is separable over the points of a class, and

    g_v ← g_v + η log(m_v / Σ_{A∋v} π_A)

maximises it exactly over all of them at once. Source: arXiv 2401.09191, section 4, here in the log domain with
absorption (B. Schmitzer, "Stabilized sparse scaling algorithms", 2019) and over-relaxation (A. Thibault et al., 2021).
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from math import isfinite
from time import perf_counter

import numpy as np
from jaxtyping import Float64
from numba import get_num_threads, njit, prange, set_num_threads

from motlp.errors import InvalidBudget
from motlp.hypergraph import Hypergraph
from motlp.rounding import Memberships, feasible_plan, feasible_potential, memberships, total
from motlp.solution import Solution, Status

Callback = Callable[[int, float, float, float], None]

RELAXATION = 1.6  # of the step; beyond 1.8 the late sweeps gain nothing and the early ones are cut short
COARSEST = 3e-2  # η to start from: there a dozen sweeps settle all but the details
REFINEMENT = 1 / 3  # of η, from one stage to the next
STAGE = 40  # sweeps a stage may take before the target η
SETTLED = 1e-2  # marginal error with which a stage before the target η is left
CHECK = 20  # sweeps from one look at the interval to the next
PARALLEL = 100_000  # memberships from which more than one thread is worth it
REACH = 600.0  # growth of log π by which a number that was rounded to zero may begin to matter


@dataclass(frozen=True, eq=False)
class Regularised(Solution):
    """The answer of Sinkhorn: `plan` and `potential` are feasible, rounded from the regularised ones kept here.

    Attributes:
        eta: the regularisation η that was reached.
        sweeps: passes over all classes, stages before the target η included.
        marginal_error: Σ_v |m_v − Σ_{A∋v} π_A| as seen in the last sweep.
        regularised_objective: Σ_v m_v g_v − η Σ_A π_A.
        regularised_plan: π_A(g) an interaction.
        regularised_potential: g a point; of either sign, −∞ where the mass is 0. Start from it elsewhere.
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
    marginal: float = 1e-4,
    max_sweeps: int = 2000,
    start: Float64[np.ndarray, " points"] | None = None,
    callback: Callback | None = None,
) -> Regularised:
    """Solve the regularised problem over all interactions of a hypergraph, and round to a proved interval.

    η decreases to `eta` in stages, each started from the last.

    Args:
        eta: regularisation, in units of cost (a point alone costs 1).
        tol: width of the proved interval, in units of risk, with which to stop, at whatever stage.
        marginal: marginal error, in units of mass (of sum 1), with which to stop at the target `eta`.
        max_sweeps: passes over all classes to stop after.
        start: a potential to start from, directly at the target `eta`; best the `regularised_potential` of a
            neighbouring problem.
        callback: called with sweep, η and the two ends of the interval (as rounded, before they are proved) now and then.

    Raises:
        InvalidBudget: a number that is out of range, or a start of another size.

    The interval is proved wherever the sweeps end; the status says whether they reached what was asked for.
    """
    check(hypergraph, eta, tol, marginal, max_sweeps, start)
    began = perf_counter()
    parts = memberships(hypergraph)
    state = Sweeper(parts, np.zeros(hypergraph.measure.size) if start is None else start)
    declared = perf_counter()
    stages = [eta] if start is not None else schedule(eta)
    reached = None
    with threads_for(len(parts.points)):
        for stage in stages:
            reached = state.stage(stage, stage == eta, tol, marginal, max_sweeps, callback)
            if reached is not None or state.sweeps >= max_sweeps:
                break
        swept = perf_counter()
        plan, potential = state.rounded()
    return Regularised(
        hypergraph=hypergraph,
        model="dual",
        framework="sinkhorn",
        solver="sinkhorn",
        version=version("motlp"),
        status=Status.LIMIT if reached is None else Status.OPTIMAL,
        message=(reached or f"stopped after max_sweeps = {max_sweeps} sweeps")
        + f": eta {state.eta:g}, {state.sweeps} sweeps, marginal error {state.error:.1e}",
        objective=float(parts.price @ plan + (parts.mass - total(parts.indptr, parts.interactions, plan)).sum()),
        plan=plan,
        potential=potential,
        seconds={"declare": declared - began, "solve": swept - declared, "round": perf_counter() - swept},
        eta=state.eta,
        sweeps=state.sweeps,
        marginal_error=state.error,
        regularised_objective=state.objective(),
        regularised_plan=state.plan,
        regularised_potential=np.where(parts.mass > 0, state.g, -np.inf),
    )


def check(
    hypergraph: Hypergraph,
    eta: float,
    tol: float | None,
    marginal: float,
    max_sweeps: int,
    start: Float64[np.ndarray, " _"] | None,
) -> None:
    """Refuse what cannot be asked for."""
    for name, value in (("eta", eta), ("tol", tol), ("marginal", marginal)):
        if value is not None and not (isfinite(value) and value > 0):
            raise InvalidBudget(f"{name} is {value}; it must be positive and finite, such as 1e-3.")
    if max_sweeps < 1:
        raise InvalidBudget(f"max_sweeps is {max_sweeps}; it must be at least 1.")
    if start is not None and len(start) != hypergraph.measure.size:
        raise InvalidBudget(
            f"start has {len(start)} entries for {hypergraph.measure.size} points; give one potential a point."
        )


def schedule(eta: float) -> list[float]:
    """The values of η, from coarse to the target."""
    stages = [eta]
    while stages[0] < COARSEST * REFINEMENT:
        stages.insert(0, stages[0] / REFINEMENT)
    return stages


@contextmanager
def threads_for(count: int) -> Iterator[None]:
    """One thread for a small number of memberships: waking others takes longer than the work."""
    threads = get_num_threads()
    set_num_threads(threads if count >= PARALLEL else 1)
    try:
        yield
    finally:
        set_num_threads(threads)


class Sweeper:
    """The iterates: potential g, and plan π, which the updates of g multiply in place.

    Multiplying spares an exponential a membership. What has underflowed in π stays 0, so π is worked out afresh from g, and
    a sweep done in logarithms, before g has risen so far that it could matter.
    """

    def __init__(self, parts: Memberships, start: Float64[np.ndarray, " points"]) -> None:
        self.parts = parts
        # A point without mass has no plan, nor has any interaction that holds one.
        self.g = np.where(parts.mass > 0, np.nan_to_num(start, nan=0.0, neginf=0.0, posinf=1.0), -np.inf)
        possible = np.isfinite(total(parts.starts, parts.points, self.g)).astype(float)
        moves = (parts.mass > 0) & (total(parts.indptr, parts.interactions, possible) > 0)
        self.blocks = [block[moves[block]] for block in parts.blocks]
        self.order = int(np.diff(parts.starts).max())
        self.eta, self.sweeps, self.error = 1.0, 0, np.inf
        self.plan = np.zeros(len(parts.price))
        self.origin = self.g

    def stage(
        self,
        eta: float,
        last: bool,
        tol: float | None,
        marginal: float,
        max_sweeps: int,
        callback: Callback | None,
    ) -> str | None:
        """Sweeps at one η; says what was reached if that was what was asked for."""
        self.eta = eta
        self.refresh()
        first = self.sweeps
        while self.sweeps < max_sweeps:
            self.sweep()
            settled = self.error <= (marginal if last else SETTLED)
            over = settled or (not last and self.sweeps - first >= STAGE)
            looks = tol is not None or callback is not None
            if looks and (over or self.sweeps % CHECK == 0 or self.sweeps == max_sweeps):
                lower, upper = self.interval()
                if callback is not None:
                    callback(self.sweeps, eta, lower, upper)
                if tol is not None and upper - lower <= tol:
                    return f"the interval is narrower than tol = {tol:g}"
            if over:
                break
        if not last or self.error > marginal:
            return None
        if tol is not None:
            return None
        return f"the marginal error is below {marginal:g}"

    def refresh(self) -> None:
        """π afresh from g, after an exact sweep in logarithms, which brings any g into range: then π_A ≤ max m."""
        parts = self.parts
        logs = (total(parts.starts, parts.points, self.g) - parts.price) / self.eta
        for block in self.blocks:
            _log_sweep(block, parts.indptr, parts.interactions, parts.mass, logs, self.g, self.eta)
        self.sweeps += 1
        self.plan = np.exp(logs)
        self.origin = self.g.copy()

    def sweep(self) -> None:
        """One over-relaxed pass over all classes."""
        parts = self.parts
        self.error, lost = 0.0, 0
        for block in self.blocks:
            error, below = _sweep(
                block, parts.indptr, parts.interactions, parts.mass, self.plan, self.g, self.eta, RELAXATION
            )
            self.error += error
            lost += below
        self.sweeps += 1
        alive = parts.mass > 0
        risen = np.max(self.g[alive] - self.origin[alive], initial=0.0)
        if lost or self.order * risen > REACH * self.eta:
            self.refresh()

    def rounded(self) -> tuple[Float64[np.ndarray, " interactions"], Float64[np.ndarray, " points"]]:
        """A feasible plan and a feasible potential."""
        potential = feasible_potential(self.parts, self.g)
        return feasible_plan(self.parts, self.plan, potential), potential

    def interval(self) -> tuple[float, float]:
        """The risks of the rounded plan and potential."""
        parts = self.parts
        plan, potential = self.rounded()
        short = parts.mass - total(parts.indptr, parts.interactions, plan)
        return 1.0 - float(parts.price @ plan + short.sum()), 1.0 - float(parts.mass @ potential)

    def objective(self) -> float:
        """Σ_v m_v g_v − η Σ_A π_A."""
        alive = self.parts.mass > 0
        return float(self.parts.mass[alive] @ self.g[alive] - self.eta * self.plan.sum())


@njit(cache=True, nogil=True, parallel=True)
def _log_sweep(block, indptr, interactions, mass, logs, g, eta):
    """The exact update of a class, from log π and in place."""
    for i in prange(len(block)):
        v = block[i]
        top = -np.inf
        for q in range(indptr[v], indptr[v + 1]):
            top = max(top, logs[interactions[q]])
        if top > -np.inf:
            covered = 0.0
            for q in range(indptr[v], indptr[v + 1]):
                covered += np.exp(logs[interactions[q]] - top)
            step = np.log(mass[v]) - np.log(covered) - top
            g[v] += eta * step
            for q in range(indptr[v], indptr[v + 1]):
                logs[interactions[q]] += step


@njit(cache=True, nogil=True, parallel=True)
def _sweep(block, indptr, interactions, mass, plan, g, eta, relaxation):
    """The over-relaxed update of a class: the marginal error found, and the number of points whose plan underflowed.

    A step of ω log f, f = m/covered, gains m (ω log f − f^(ω−1) + 1/f), which is positive up to a certain log f, for
    which two thirds of the first root of its third-order expansion stand in. Beyond, the exact step is taken: the
    objective never falls.
    """
    longest = 2.0 * relaxation * (2.0 - relaxation) / ((relaxation - 1.0) ** 3 + 1.0)
    error, lost = 0.0, 0
    for i in prange(len(block)):
        v = block[i]
        covered = 0.0
        for q in range(indptr[v], indptr[v + 1]):
            covered += plan[interactions[q]]
        if covered < 1e-200:
            lost += 1
        else:
            error += abs(mass[v] - covered)
            step = np.log(mass[v] / covered)
            if step < longest:
                step *= relaxation
            g[v] += eta * step
            factor = np.exp(step)
            for q in range(indptr[v], indptr[v + 1]):
                plan[interactions[q]] *= factor
    return error, lost
