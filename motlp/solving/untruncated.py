"""The untruncated optimum R*: interactions of all orders, generated as they are needed.

The linear program over all interactions is solved on a few of them. Its potential is made feasible for these, and a
search finds the interactions of any order that it violates most. They join, those that have become useless leave, and
so on until none is violated. Source: column generation (L. Ford, D. Fulkerson, "A suggested computation for maximal
multi-commodity network flows", 1958), which is row generation in the dual.

After every round both ends are proved. The plan covers all masses together with singletons, and lies on interactions:
a lower end. The potential, divided as the search says, satisfies every interaction of any order: an upper end.
"""

from collections.abc import Iterator, Sequence
from concurrent.futures import Executor
from contextlib import suppress
from dataclasses import replace
from fractions import Fraction
from functools import partial
from importlib.metadata import version
from math import inf
from time import perf_counter
from typing import NamedTuple

import numpy as np

from motlp.errors import InvalidConfig, InvalidMeasure, arg, shorten
from motlp.frameworks.answer import Status
from motlp.geometry.heaviest import Effort
from motlp.problem.hypergraph import Hypergraph
from motlp.problem.measure import LabeledMeasure, check_measure
from motlp.problem.rationals import Number, check_whole
from motlp.problem.terms import MOST
from motlp.problem.threat import Threat, check_threat
from motlp.problem.violated import Surroundings, find_surroundings
from motlp.proof.bounds import feasible_value, one_each
from motlp.proof.decimals import float_above
from motlp.solving.aim import PROVED_OPTIMAL, check_limits
from motlp.solving.maxflow import maxflow
from motlp.solving.repair import Potential
from motlp.solving.rounds import MOST_STEPS, STEPS, Rounds, tame
from motlp.solving.solution import INTERRUPTED, Solution
from motlp.system.executor import check_executor
from motlp.system.progress import SILENCE, Progress, check_progress

FIRST = 12  # nearest pairs around each point that the first linear program has
NEAR = 100, 400  # and that the first searches look at, where there are many more
GUESS = 0.7  # potential to begin with
# How far searches go among the nearest pairs, and among all; where one finds little, the next follows.
NEARBY = Effort(each=6, work=8_000), Effort(each=12, work=32_000)
EFFORTS = NEARBY[0], Effort(each=12, order=3), Effort(each=12, work=128_000), Effort(each=12, order=4), Effort(each=24)
FEW = 0.01  # of the interactions at hand: so few found are little
COARSEST = 0.1  # interval whose hundredth is a violation that is worth while
FINEST = 1e-13  # violation that floats can tell from none
PATIENCE = 40  # rounds in a row that may pass without a narrower interval


class Aim(NamedTuple):
    """When to stop: at an interval so narrow, or at a time."""

    tol: float
    deadline: float


def untruncated(
    measure: LabeledMeasure,
    threat: Threat,
    eps: Number | None = None,
    *,
    tol: float = PROVED_OPTIMAL,
    time_limit: float | None = None,
    start: Solution | None = None,
    executor: Executor | None = None,
    most: int = MOST,
    progress: Progress = SILENCE,
) -> Solution:
    """Solve the problem with the interactions of all orders.

    Args:
        measure: the labelled points.
        threat, eps: as for `motlp.interactions`.
        tol: width of the proved interval, in units of risk, to stop at.
        time_limit: seconds after which no further round begins, and a search looks no further.
        start: a solution for the same points and threat, at any budget, to begin from.
        executor: runs the search for pairs; threads of this process by default.
        most: refuse to work on more pairs of points than this.
        progress: is told of the search for pairs, how far the search of a round is if that takes long, and the interval
            after every round, with `round`.

    Returns:
        The solution on the interactions that were generated. Its `risk_lower` and `risk_upper` enclose R*, wherever
        the rounds end. If Ctrl-C or the time limit ends them before the interval is as narrow as `tol`, its status is
        LIMIT.

    Raises:
        InvalidBudget: a budget, a tolerance or a time limit is out of range.
        InvalidMeasure, InvalidConfig, InvalidHypergraph: the measure, the start, the executor or `progress` cannot be
            used.
        TooManyInteractions: more than `most` pairs of points are within reach of each other.
    """
    began = perf_counter()
    check_measure(measure)
    check_threat(threat)
    check_executor(executor)
    check_progress(progress)
    check_whole("most", most)
    check_limits(tol, time_limit)
    check_start(start, measure, threat)
    aim = Aim(float(tol), began + (inf if time_limit is None else float(time_limit)))
    surroundings = find_surroundings(measure, threat, eps, executor=executor, progress=progress, most=most)
    found = perf_counter()
    solution = solve_two_classes(surroundings)
    if solution is None:
        solution = solve_by_rounds(surroundings, begin(surroundings, start), aim, progress)
    return replace(solution, seconds={"pairs": found - began, "solve": perf_counter() - found})


def check_start(start: object, measure: LabeledMeasure, threat: Threat) -> None:
    """Refuse what is no solution to begin from.

    Raises:
        InvalidConfig: it is none, or one for other points or another threat.
        InvalidHypergraph: it lists sets that are no interactions, which would make the lower end false; or it has not
            one number for each.
    """
    if start is None:
        return
    if not isinstance(start, Solution):
        raise InvalidConfig(f"{arg('start')} is {shorten(start)}; it must be a Solution, or None.")
    if start.hypergraph.threat != threat or not is_same(start.hypergraph.measure, measure):
        raise InvalidConfig(f"{arg('start')} is a solution for other points or another threat; leave it out.")
    start.hypergraph.check()
    if start.plan is not None:
        one_each("plan", start.plan, start.hypergraph.size, "interactions")
    if start.potential is not None:
        one_each("potential", start.potential, measure.size, "points")


def solve_two_classes(surroundings: Surroundings) -> Solution | None:
    """The exact solution where a maximum flow gives it: two classes, under a ball, with masses in whole numbers."""
    if surroundings.measure.classes > 2 or not surroundings.threat.has_budget:
        return None
    with suppress(InvalidMeasure):  # the masses are no whole numbers
        return untruncate(maxflow(list_interactions(surroundings)))
    return None


def begin(surroundings: Surroundings, start: Solution | None) -> Rounds:
    """The state before the first round: the nearest pairs, or the interactions, plan and potential of a solution."""
    if start is None:
        hypergraph = list_interactions(surroundings.keep_nearest(FIRST))
        return Rounds(hypergraph, np.zeros(hypergraph.size), np.full(hypergraph.measure.size, GUESS))
    measure, eps = surroundings.measure, surroundings.eps
    hypergraph, plan, potential = start.hypergraph, start.plan, start.potential
    if eps is not None and hypergraph.eps is not None and hypergraph.eps > eps:
        hypergraph, plan = hypergraph.at(eps), None
    hypergraph = replace(hypergraph, measure=measure, eps=eps)
    return Rounds(
        hypergraph,
        np.zeros(hypergraph.size) if plan is None else tame(plan, measure.mass.max()),
        np.full(measure.size, GUESS) if potential is None else tame(potential, 1.0),
    )


def is_same(one: LabeledMeasure, other: LabeledMeasure) -> bool:
    """Whether two measures have the same points, labels and masses."""
    if one is other:
        return True
    arrays = [(getattr(one, name), getattr(other, name)) for name in ("points", "labels", "mass")]
    return one.unit == other.unit and all(np.array_equal(*pair) for pair in arrays)


def list_interactions(surroundings: Surroundings) -> Hypergraph:
    """The hypergraph of the points and the pairs."""
    measure, (members, births) = surroundings.measure, surroundings.list_pairs()
    singletons = np.arange(measure.size, dtype=np.int32)[:, None], np.zeros(measure.size)
    return Hypergraph(
        measure, surroundings.threat, surroundings.eps, (singletons[0], *members), (singletons[1], *births)
    )


def solve_by_rounds(surroundings: Surroundings, state: Rounds, aim: Aim, progress: Progress) -> Solution:
    """The solution after as many rounds as it takes, or as there is time for."""
    ended = ""
    try:
        generate(surroundings, state, aim, progress)
    except (KeyboardInterrupt, SystemError) as error:
        if not is_interrupt(error):
            raise
        ended = f"{INTERRUPTED} after "
    status = Status.LIMIT
    if state.upper - state.lower <= aim.tol:
        status = Status.CONVERGED
    elif not ended:
        ended = "ended by the time limit after " if perf_counter() >= aim.deadline else "no progress any more after "
    return untruncate(
        Solution(
            hypergraph=state.cover.hypergraph,
            model="primal",
            framework="sinkhorn",
            solver="untruncated",
            version=version("motlp"),
            status=status,
            message=f"{ended}{state.number} rounds, {state.iterate.steps} steps",
            objective=state.cover.cost,
            plan=state.cover.plan,
            potential=state.packing.potential,
            seconds={},
        )
    )


def generate(surroundings: Surroundings, state: Rounds, aim: Aim, progress: Progress) -> None:
    """Rounds among the nearest pairs, and then among all."""
    for count in NEAR:
        if len(surroundings.pairs.indices) > 2 * count * surroundings.measure.size:
            improve(surroundings.keep_nearest(count), state, aim, progress, NEARBY, whole=False)
    improve(surroundings, state, aim, progress, EFFORTS)


def is_interrupt(error: BaseException | None) -> bool:
    """Whether it is Ctrl-C; numba makes a SystemError of one that comes when it is about to call a kernel."""
    while error is not None and not isinstance(error, KeyboardInterrupt):
        error = error.__cause__ or error.__context__
    return error is not None


def improve(
    surroundings: Surroundings,
    state: Rounds,
    aim: Aim,
    progress: Progress,
    efforts: Sequence[Effort],
    *,
    whole: bool = True,
) -> None:
    """Rounds until the interval is narrow; when a search finds little, the next ones take the next effort.

    Among some of the pairs, not the `whole`, nothing can be proved, and the rounds end when there is little to find.
    """
    number = 0
    for potential in rounds(state, aim):
        least = least_violation(state, potential, aim)
        report = partial(progress.update, f"round {state.number}")
        found = surroundings.find_violated(potential, least, efforts[number], aim.deadline, report)
        if whole and efforts[number].order >= surroundings.order:
            state.prove(found.feasible)
        progress.interval(state.lower, state.upper, round=state.number)
        if whole and state.upper - state.lower <= aim.tol:
            return
        if state.exchange(potential, found) < FEW:
            number += 1
        if number == len(efforts):
            if not whole:
                return
            number -= 1
        state.steps = max(state.steps, min(STEPS << number, MOST_STEPS))


def rounds(state: Rounds, aim: Aim) -> Iterator[Potential]:
    """The potentials of one round after the other, while there is time and the interval still becomes narrower."""
    while perf_counter() < aim.deadline and state.number - state.narrowed < PATIENCE:
        yield state.solve()


def least_violation(state: Rounds, potential: Potential, aim: Aim) -> float:
    """The violation from which on interactions are of use: a small part of the interval that is left, or asked for."""
    left = state.cover.cost - float(state.hypergraph.mass @ potential)
    return max(float(np.clip(left, aim.tol, COARSEST)) / 100, FINEST)


def untruncate(solution: Solution) -> Solution:
    """The solution of all orders, whose potential is feasible for all interactions; its status is that of its gap."""
    assert solution.potential is not None
    value = feasible_value(solution.hypergraph.mass, solution.potential)
    whole = replace(solution, solver="untruncated", risk_upper=float_above(1 - Fraction(value)))
    gap = whole.gap
    assert gap is not None
    return replace(whole, status=Status.OPTIMAL) if gap <= PROVED_OPTIMAL else whole
