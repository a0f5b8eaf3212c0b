"""Sinkhorn, then linear programming on what it leaves: the optimum of the truncated problem, proved.

An optimal plan needs few interactions, and those to which Sinkhorn gives most mass around each point all but contain
one. The linear program over these few is solved; its potential prices all the others, those that it violates join, and
so on until the interval over *all* interactions closes. Source: column generation (L. Ford, D. Fulkerson, "A
suggested computation for maximal multi-commodity network flows", 1958), begun from a good guess.
"""

import warnings
from collections.abc import Mapping
from functools import partial
from time import perf_counter
from typing import Any

import numpy as np
from jaxtyping import Bool, Float64

from motlp.errors import InvalidBudget, arg
from motlp.frameworks.answer import Status
from motlp.frameworks.engine import find_engine
from motlp.frameworks.formulations import check_names
from motlp.frameworks.options import read_options
from motlp.problem.hypergraph import Hypergraph, check_hypergraph
from motlp.problem.rationals import check_whole
from motlp.solving.aim import PROVED_OPTIMAL, read_aim
from motlp.solving.declared import solve_hypergraph
from motlp.solving.repair import Plan, Potential, estimate_cover_cost, repair_potential
from motlp.solving.sinkhorn import NotConverged, Regularised, read_start, sinkhorn
from motlp.solving.solution import Solution
from motlp.system.compiled import njit
from motlp.system.progress import SILENCE, Progress, check_progress
from motlp.system.threads import share, threads_for

BEST = 10  # interactions around each point that the first linear program has; with 6 it needs a second
JOINING = 6  # violated interactions around each point that join the next one
ROUNDS = 30  # linear programs at most; one or two is usual
VIOLATED = 1e-7  # what a constraint may be violated by without joining: the tolerance of the solvers


class Incumbent:
    """The best feasible plan and potential so far, and what they are worth as floats add it.

    Attributes:
        lower, upper: ends of the interval that they give, in units of risk.
        message: the solver's status of the last linear program, and which one that was.
    """

    def __init__(self, guess: Regularised) -> None:
        assert guess.plan is not None
        assert guess.potential is not None
        self.hypergraph, self.message = guess.hypergraph, "no linear program was needed"
        self.plan, self.potential = guess.plan, guess.potential
        self.cost = estimate_cover_cost(self.hypergraph, guess.plan)
        self.value = float(self.hypergraph.mass @ guess.potential)

    @property
    def lower(self) -> float:
        return 1.0 - self.cost

    @property
    def upper(self) -> float:
        return 1.0 - self.value

    @property
    def width(self) -> float:
        return self.cost - self.value

    def improve(self, plan: Plan, potential: Potential) -> None:
        """Takes a feasible plan, or a feasible potential, that is better."""
        cost, value = estimate_cover_cost(self.hypergraph, plan), float(self.hypergraph.mass @ potential)
        if cost < self.cost:
            self.plan, self.cost = plan, cost
        if value > self.value:
            self.potential, self.value = potential, value


def sinkhorn_lp(
    hypergraph: Hypergraph,
    eta: float = 3e-3,
    tol: float = PROVED_OPTIMAL,
    max_sweeps: int = 80,
    solver: str = "ipm",
    options: Mapping[str, Any] | None = None,
    start: Float64[np.ndarray, " _"] | None = None,
    *,
    best: int = BEST,
    progress: Progress = SILENCE,
) -> Solution:
    """Solve the truncated problem to the optimum.

    Args:
        hypergraph: the interactions.
        eta, max_sweeps, start: of `sinkhorn`, which need not converge here.
        tol: width of the proved interval, in units of risk, that counts as an optimum.
        solver, options: of the framework "matrix", for the linear programs.
        best: interactions around each point that the first linear program has.
        progress: is told the interval by `sinkhorn`, then after each linear program, with `linear_program`.

    Raises:
        InvalidBudget: a number that is out of range or no number, or a start that is not one number a point.
        UnknownName, InvalidConfig: the solver or an option cannot be used, or `progress` is of another type.
        InvalidHypergraph: `hypergraph` is not one.
    """
    if tol is None:
        raise InvalidBudget(
            f"{arg('tol')} is None; it must be a number, positive and finite, such as {PROVED_OPTIMAL:g}."
        )
    read_aim(eta, tol, None, max_sweeps)
    check_whole("best", best)
    check_hypergraph(hypergraph)
    check_progress(progress)
    chosen, start = read_options(options), read_start(start, hypergraph.measure.size)
    check_names(solver=solver)
    find_engine("matrix").prepare(solver, chosen)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NotConverged)  # a guess is all that is wanted
        guess = sinkhorn(hypergraph, eta, max_sweeps=max_sweeps, start=start, progress=progress)
    began = perf_counter()
    found = generate_columns(guess, tol, best, solver, chosen, progress)
    reached = Status.OPTIMAL if found.width <= PROVED_OPTIMAL else Status.CONVERGED
    return Solution(
        hypergraph=hypergraph,
        model="primal",
        framework="sinkhorn",
        solver="sinkhorn+lp",
        version=guess.version,
        status=reached if found.width <= tol else Status.LIMIT,
        message=found.message,
        objective=found.cost,
        plan=found.plan,
        potential=found.potential,
        seconds={
            "declare": guess.seconds["declare"],
            "sinkhorn": guess.seconds["solve"] + guess.seconds["repair"],
            "solve": perf_counter() - began,
        },
    )


def generate_columns(
    guess: Regularised, tol: float, best: int, solver: str, options: Mapping[str, Any], progress: Progress
) -> Incumbent:
    """Linear programs over growing sets of interactions, until the interval is narrow or nothing violated is left."""
    hypergraph, found = guess.hypergraph, Incumbent(guess)
    kept = choose_best(hypergraph, guess.regularised_plan, best) | (hypergraph.sizes == 1)
    rounds, presolve = 0, "on"  # it halves the time, but now and then what it returns is not feasible
    while rounds < ROUNDS and found.width > tol:
        settings = {"presolve": presolve} | dict(options)
        answer = solve_hypergraph(hypergraph.select(kept), "primal", "matrix", solver, settings)
        rounds += 1
        said = answer.message.partition(";")[0]  # by the solver; the rest judges the small problem, not this one
        found.message = f"{said} in linear program {rounds}, with {kept.sum()} interactions"
        if answer.plan is None or answer.potential is None:
            break
        plan, prices = np.zeros(hypergraph.size), np.clip(answer.potential, 0.0, 1.0)
        plan[kept] = np.maximum(answer.plan, 0.0)
        found.improve(plan, repair_potential(hypergraph, prices))
        progress.interval(found.lower, found.upper, linear_program=rounds)
        excess = hypergraph.memberships.sum_members(prices) - hypergraph.price
        joining = choose_best(hypergraph, np.where(kept, 0.0, excess - VIOLATED), JOINING)
        if not joining.any():
            if presolve == "off":
                break
            presolve = "off"
        kept |= joining
    return found


def choose_best(hypergraph: Hypergraph, score: Plan, k: int) -> Bool[np.ndarray, " interactions"]:
    """The interactions of positive score that are among the k best around one of their points."""
    members, chosen = hypergraph.memberships, np.zeros(len(score), bool)
    choose = partial(_choose, members.indptr, members.interactions, score, k, chosen)
    share(choose, hypergraph.measure.size, threads_for(len(members.points)))
    return chosen


@njit(cache=True, nogil=True)
def _choose(indptr, interactions, score, k, chosen, start, stop):
    """Mark the best; threads may mark one twice, harmlessly."""
    for v in range(start, stop):
        top = np.zeros(k)  # ascending
        who = np.full(k, -1)
        for q in range(indptr[v], indptr[v + 1]):
            a = interactions[q]
            if score[a] > top[0]:
                at = 0
                while at + 1 < k and score[a] > top[at + 1]:
                    top[at], who[at] = top[at + 1], who[at + 1]
                    at += 1
                top[at], who[at] = score[a], a
        for a in who:
            if a >= 0:
                chosen[a] = True
