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

from motlp.errors import InvalidBudget
from motlp.frameworks.options import named_options
from motlp.problem.hypergraph import Hypergraph, check_hypergraph
from motlp.solving.repair import Memberships, feasible_potential, memberships, total
from motlp.solving.sinkhorn import Callback, NotConverged, begun, check, cover, sinkhorn
from motlp.solving.solution import Solution, Status
from motlp.solving.solve import PROVED_OPTIMAL, solve
from motlp.system.compiled import njit
from motlp.system.threads import share, threads_for

BEST = 10  # interactions around each point that the first linear program has; with 6 it needs a second
JOINING = 6  # violated interactions around each point that join the next one
ROUNDS = 30  # linear programs at most; one or two is usual
VIOLATED = 1e-7  # what a constraint may be violated by without joining: the tolerance of the solvers


def sinkhorn_lp(
    hypergraph: Hypergraph,
    eta: float = 3e-3,
    tol: float = PROVED_OPTIMAL,
    max_sweeps: int = 80,
    solver: str = "ipm",
    options: Mapping[str, Any] | None = None,
    start: Float64[np.ndarray, " _"] | None = None,
    callback: Callback | None = None,
) -> Solution:
    """Solve the truncated problem to the optimum.

    Args:
        eta, max_sweeps, start: of `sinkhorn`, which need not converge here.
        tol: width of the proved interval, in units of risk, that counts as an optimum.
        solver, options: of the framework "matrix", for the linear programs.
        callback: called by `sinkhorn`, then after each linear program with η = 0 and the ends of the interval.

    Raises:
        InvalidBudget: a number that is out of range or none at all, or a start that is not one number a point.
        UnknownName, InvalidConfig: the solver or an option cannot be used.
    """
    check(eta, tol, None, max_sweeps)
    if tol is None:
        raise InvalidBudget(f"tol is None; it must be a number, positive and finite, such as {PROVED_OPTIMAL:g}.")
    check_hypergraph(hypergraph)
    chosen, start = named_options(options), begun(start, hypergraph.measure.size)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NotConverged)  # a guess is all that is wanted
        guess = sinkhorn(hypergraph, eta, max_sweeps=max_sweeps, start=start, callback=callback)
    began = perf_counter()
    parts = memberships(hypergraph)
    assert guess.plan is not None
    assert guess.potential is not None
    plan, potential, message = guess.plan, guess.potential, "no linear program was needed"
    kept = best(parts, guess.regularised_plan, BEST) | (hypergraph.sizes == 1)
    rounds, presolve = 0, "on"  # it halves the time, but now and then what it returns is not feasible
    while rounds < ROUNDS and cover(parts, plan) - parts.mass @ potential > tol:
        settings = {"presolve": presolve} | chosen
        answer = solve(hypergraph.select(kept), model="primal", framework="matrix", solver=solver, options=settings)
        rounds += 1
        said = answer.message.partition(";")[0]  # by the solver; the rest judges the small problem, not this one
        message = f"{said} in linear program {rounds}, with {kept.sum()} interactions"
        if answer.plan is None or answer.potential is None:
            break
        found = np.zeros(hypergraph.size)
        found[kept] = np.maximum(answer.plan, 0.0)
        plan = min(plan, found, key=lambda each: cover(parts, each))
        prices = np.clip(answer.potential, 0.0, 1.0)
        potential = max(potential, feasible_potential(parts, prices), key=lambda each: parts.mass @ each)
        if callback is not None:
            callback(guess.sweeps, 0.0, 1.0 - cover(parts, plan), 1.0 - float(parts.mass @ potential))
        excess = total(parts.starts, parts.points, prices) - parts.price
        joining = best(parts, np.where(kept, 0.0, excess - VIOLATED), JOINING)
        if not joining.any():
            if presolve == "off":
                break
            presolve = "off"
        kept |= joining
    width = cover(parts, plan) - parts.mass @ potential
    reached = Status.OPTIMAL if width <= PROVED_OPTIMAL else Status.CONVERGED
    return Solution(
        hypergraph=hypergraph,
        model="primal",
        framework="sinkhorn",
        solver="sinkhorn+lp",
        version=guess.version,
        status=reached if width <= tol else Status.LIMIT,
        message=message,
        objective=cover(parts, plan),
        plan=plan,
        potential=potential,
        seconds={
            "declare": guess.seconds["declare"],
            "sinkhorn": guess.seconds["solve"] + guess.seconds["round"],
            "solve": perf_counter() - began,
        },
    )


def best(parts: Memberships, score: Float64[np.ndarray, " interactions"], k: int) -> Bool[np.ndarray, " interactions"]:
    """The interactions of positive score that are among the k best around one of their points."""
    chosen = np.zeros(len(score), bool)
    choose = partial(_choose, parts.indptr, parts.interactions, score, k, chosen)
    share(choose, len(parts.mass), threads_for(len(parts.points)))
    return chosen


@njit(cache=True, nogil=True)
def _choose(indptr, interactions, score, k, chosen, start, stop):
    """Marks them; threads may mark the same one, to the same effect."""
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
