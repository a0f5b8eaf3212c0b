"""The bounds that people compare with, side by side: what each proves of the same points, budget by budget.

Source of the chain: S. Dai, W. Ding, A. N. Bhagoji, D. Cullina, B. Y. Zhao, H. Zheng, P. Mittal, "Characterizing the
optimal 0-1 loss for multi-class classification with a test-time attacker" (2023).
"""

from collections.abc import Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field
from fractions import Fraction

from motlp.errors import InvalidBudget, TooManyInteractions, arg
from motlp.problem.hypergraph import Hypergraph
from motlp.problem.interactions import interactions
from motlp.problem.measure import LabeledMeasure, check_measure
from motlp.problem.rationals import Number, check_whole, exact, spell
from motlp.problem.terms import MOST
from motlp.problem.threat import Ball
from motlp.proof.decimals import keep_lower, keep_upper
from motlp.solving.aim import check_limits
from motlp.solving.class_pairs import solve_pairs
from motlp.solving.solution import INTERRUPTED, Solution
from motlp.solving.solve import solve
from motlp.solving.untruncated import untruncated
from motlp.studies.links import (
    FULL_ORDER,
    ORDER_2,
    ORDER_3,
    Link,
    connect,
    link_caro_wei,
    link_class_pairs,
    link_deterministic,
    link_solution,
)
from motlp.studies.sweep import check_several
from motlp.system.executor import check_executor
from motlp.system.progress import SILENCE, Progress, check_progress


@dataclass(frozen=True)
class ComparisonRow:
    """One bound of a comparison.

    Attributes:
        data: the name of the data.
        norm: of the ball.
        eps: the budget in feature units, as an exact text.
        bound: "binary", from two classes at a time; "order 2" and "order 3", from interactions of at most so many
            points; "R*", the least risk of any classifier; "deterministic", that of any classifier that always gives an
            input the same class; "Caro-Wei", which some deterministic classifier attains.
        risk_lower: a proved lower end; None of Caro–Wei, and where nothing is proved.
        risk_upper: a proved upper end; None of "binary", and where nothing is proved.
        solver_lower: of "deterministic", a lower end that the solver claims and nothing proves. None of the others, and
            where the lower end that is proved says it all.
        seconds: wall time, without that of the interactions, which are enumerated once for all rows.
        status: how the computation ended.
    """

    data: str
    norm: str
    eps: str
    bound: str
    risk_lower: float | None
    risk_upper: float | None
    solver_lower: float | None
    seconds: float
    status: str


@dataclass
class Interactions:
    """What was enumerated: all pairs up to the largest budget, and triples as far as they are not too many.

    Attributes:
        pairs: points and pairs, at the largest budget.
        triples: interactions of at most three points, at the largest budget at which they can be listed.
        refused: why they cannot, at larger budgets.
    """

    pairs: Hypergraph
    triples: Hypergraph | None = None
    refused: dict[Fraction, str] = field(default_factory=dict)


def compare(
    measure: LabeledMeasure,
    eps: Sequence[Number],
    *,
    norm: str = "l2",
    time_limit: float = 60.0,
    executor: Executor | None = None,
    most: int = MOST,
    progress: Progress = SILENCE,
) -> list[ComparisonRow]:
    """The chain of bounds, none of which is larger than the next, at every budget.

        two classes at a time ≤ order 2 ≤ order 3 ≤ R* ≤ deterministic ≤ Caro–Wei

    What is proved for one holds for those that follow, or for those before it, and each row has the best end that is
    proved so. Order 3 is left out where there are two classes only.

    Args:
        measure: the labelled points.
        eps: budgets in feature units.
        norm: of the ball.
        time_limit: seconds for R* and for the best deterministic classifier, each, at every budget. The ends that are
            proved by then are still proved.
        executor: runs the search for pairs; threads of this process by default.
        most: refuse to enumerate more interactions than this. Where those of three points are more, the row of order 3
            says so; where the pairs are more, nothing can be compared.
        progress: is told how far the comparison is, the interval of R*, and every row as it is found.

    Returns:
        The rows, by ε, then along the chain.

    Raises:
        InvalidBudget, InvalidMeasure, InvalidConfig, UnknownName, TooManyInteractions: what is asked for cannot be
            done.
    """
    check_measure(measure)
    check_executor(executor)
    check_progress(progress)
    check_whole("most", most)
    if time_limit is None:
        raise InvalidBudget(f"{arg('time_limit')} is None; give a number of seconds, such as 60.")
    check_limits(time_limit=time_limit)
    budgets = sorted({exact(e) for e in check_several("eps", eps)})
    if not budgets:
        raise InvalidBudget(f"{arg('eps')} is empty; give at least one budget, such as [0.5].")
    threat = Ball(norm)
    found = enumerate_once(measure, threat, budgets, executor, most, progress)
    rows: list[ComparisonRow] = []
    for done, budget in enumerate(budgets):
        progress.update("bounds", done, len(budgets))
        pairs = found.pairs.at(budget)
        full = untruncated(
            measure, threat, budget, time_limit=time_limit, executor=executor, most=most, progress=progress
        )
        if full.message.startswith(INTERRUPTED):
            raise KeyboardInterrupt
        for link in connect(forge(found, pairs, full, time_limit)):
            rows.append(make_row(link, pairs))
            progress.result(rows[-1])
    return rows


def enumerate_once(
    measure: LabeledMeasure,
    threat: Ball,
    budgets: Sequence[Fraction],
    executor: Executor | None,
    most: int,
    progress: Progress,
) -> Interactions:
    """All pairs up to the largest budget, and triples up to the largest at which they are not too many.

    Raises:
        TooManyInteractions: the pairs are too many.
    """

    def find(budget: Fraction, order: int) -> Hypergraph:
        return interactions(measure, threat, budget, order, executor=executor, progress=progress, most=most)

    found: Interactions | None = None
    refused: dict[Fraction, str] = {}
    for budget in reversed(budgets if measure.classes > 2 else []):
        try:
            triples = find(budget, 3)
        except TooManyInteractions as error:
            refused[budget] = str(error).partition(". ")[0]  # what follows is advice
            found = found or Interactions(find(budgets[-1], 2), None, refused)
        else:
            found = found or Interactions(triples.truncate(2))
            found.triples = triples
            break
    return found or Interactions(find(budgets[-1], 2))


def forge(found: Interactions, pairs: Hypergraph, full: Solution, time_limit: float) -> Iterator[Link]:
    """The links at one budget, along the chain."""
    assert pairs.eps is not None
    yield link_class_pairs(pairs)
    second = solve_pairs(pairs)
    yield link_solution(ORDER_2, second)
    if pairs.eps in found.refused:
        yield Link(ORDER_3, None, None, 0.0, f"not enumerated: {found.refused[pairs.eps]}")
    elif found.triples is not None:
        yield link_solution(ORDER_3, solve(found.triples.at(pairs.eps)))
    yield link_solution(FULL_ORDER, full)
    yield link_deterministic(pairs, second, full, time_limit)
    yield link_caro_wei(pairs)


def make_row(link: Link, pairs: Hypergraph) -> ComparisonRow:
    """The row of a link; its ends become floats that claim no more than is proved."""
    assert pairs.eps is not None
    return ComparisonRow(
        data=pairs.measure.name,
        norm=pairs.threat.norm,
        eps=spell(pairs.eps),
        bound=link.bound,
        risk_lower=None if link.lower is None else keep_lower(link.lower),
        risk_upper=None if link.upper is None else keep_upper(link.upper),
        solver_lower=link.claimed,
        seconds=round(link.seconds, 4),
        status=link.status,
    )
