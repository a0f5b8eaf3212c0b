"""How a result is told: a sentence and a table for people, one object for programs."""

from collections.abc import Sequence
from decimal import ROUND_CEILING, Context
from fractions import Fraction
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Group, RenderableType
from rich.table import Table

from motlp.frameworks.catalogue import SolverInfo
from motlp.problem.hypergraph import Hypergraph
from motlp.problem.rationals import spell
from motlp.problem.threat import Ball
from motlp.proof.decimals import PLACES, float_above, float_below, read_lower, round_down, round_up
from motlp.solving.solution import Solution
from motlp.studies.rows import SweepRow

NORMS = {"l2": "ℓ2", "linf": "ℓ∞", "l1": "ℓ1"}
TWO_DIGITS = Context(prec=2, rounding=ROUND_CEILING)  # of a gap, which is never told as less than it is


def as_json(solution: Solution, seconds: dict[str, float]) -> dict[str, Any]:
    """Everything about one bound, in plain types."""
    return counts_json(solution.hypergraph, seconds) | {
        "risk": solution.risk,
        "risk_lower": solution.risk_lower,
        "gap": solution.gap,
        "accuracy_upper": solution.accuracy_upper,
        "model": solution.model,
        "framework": solution.framework,
        "solver": solution.solver,
        "version": solution.version,
        "status": solution.status.label,
        "message": solution.message,
    }


def counts_json(hypergraph: Hypergraph, seconds: dict[str, float]) -> dict[str, Any]:
    """Everything about the interactions, in plain types."""
    measure = hypergraph.measure
    return {
        "data": {
            "name": measure.name,
            "points": measure.size,
            "dimension": measure.dimension,
            "classes": measure.classes,
            "unit": str(measure.unit),
        },
        "threat": threat(hypergraph),
        "order": hypergraph.order,
        "interactions": {str(order): count for order, count in hypergraph.counts.items()},
        "seconds": {stage: round(time, 4) for stage, time in seconds.items()},
    }


def threat(hypergraph: Hypergraph) -> dict[str, Any]:
    """The adversary, in plain types."""
    if isinstance(hypergraph.threat, Ball):
        return {"cost": "ball", "norm": hypergraph.threat.norm, "eps": stronger(hypergraph.eps or Fraction(0), up=True)}
    return {"cost": "quadratic", "tau": stronger(hypergraph.threat.tau, up=False)}


def stronger(number: Fraction, up: bool) -> float:
    """The float that is written as the number, or else the next one upwards or downwards.

    That way lies the stronger adversary, against whom what is proved holds all the more.
    """
    nearest = float(number)
    if Fraction(repr(nearest)) == number:
        return nearest
    return float_above(number) if up else float_below(number)


def adversary(hypergraph: Hypergraph) -> str:
    """What the adversary does, in words."""
    if isinstance(hypergraph.threat, Ball):
        return f"may move every input by {spell(hypergraph.eps or Fraction(0))} in {NORMS[hypergraph.threat.norm]}"
    return f"pays {spell(hypergraph.threat.tau)} × squared ℓ2 distance to move an input"


def cut(risk_lower: float) -> Fraction:
    """What is told of a proved lower bound: six decimal places, or nine where six would cut almost a unit off."""
    proved = read_lower(risk_lower)
    almost = round_down(proved + Fraction(1, 10**8), 6) > round_down(proved, 6)
    return round_down(proved, 9 if almost else 6)


def answer(solution: Solution) -> str:
    """The result in a sentence or two."""
    hypergraph, lower = solution.hypergraph, cut(solution.risk_lower)
    text = (
        f"No classifier can have risk below {spell(lower)} on {hypergraph.measure.name} against an adversary who "
        f"{adversary(hypergraph)}: none has a robust accuracy above {spell(100 * (1 - lower))} %."
    )
    if solution.plan is None:
        return f"The solver gave no bound, and 0 holds without one. {text}"
    if solution.gap is not None and solution.gap > 1e-6:
        text += f" Solved to the end, order {hypergraph.order} could prove at most {spell(upper(solution, 6))}."
    return text


def table(solution: Solution, seconds: dict[str, float]) -> RenderableType:
    """What the result was computed from, and by what."""
    said = f" ({solution.message})" if solution.message else ""
    return listed(
        [
            *described(solution.hypergraph),
            ("risk", reported(solution)),
            ("proved", interval(solution)),
            ("model", f"{solution.model} in {solution.framework}" if solution.framework else solution.model),
            ("solver", f"{solution.solver} {solution.version}"),
            ("status", f"{solution.status.value}{said}"),
            ("seconds", timed(seconds)),
        ]
    )


def reported(solution: Solution) -> str:
    """The risk that nothing proves."""
    if solution.risk is not None:
        return f"{solution.risk:.9g} as reported"
    return "none" if solution.objective is None else f"none; the objective is {solution.objective:.9g}"


def counts_table(hypergraph: Hypergraph, seconds: dict[str, float]) -> RenderableType:
    """The interactions by order."""
    return listed([*described(hypergraph), ("seconds", timed(seconds))])


def described(hypergraph: Hypergraph) -> list[tuple[str, str]]:
    """The rows on the points and their interactions."""
    measure = hypergraph.measure
    return [
        ("data", measure.name),
        ("points", f"{measure.size:,} of {measure.dimension:,} features, unit {measure.unit}"),
        ("classes", f"{measure.classes}: {shown(measure.class_names)}"),
        ("adversary", adversary(hypergraph)),
        ("interactions", ", ".join(f"order {k}: {n:,}" for k, n in hypergraph.counts.items())),
    ]


def timed(seconds: dict[str, float]) -> str:
    """Seconds by stage."""
    return ", ".join(f"{stage} {time:.2f}" for stage, time in seconds.items())


def listed(rows: list[tuple[str, str]]) -> RenderableType:
    """A table of names and values."""
    grid = Table(show_header=False, box=None, padding=(0, 2, 0, 0))
    grid.add_column(style="bold")
    grid.add_column(overflow="fold")
    for row in rows:
        grid.add_row(*row)
    return Group("", grid)


def row_line(row: SweepRow) -> str:
    """One row of a sweep, in a line."""
    return f"eps {row.eps}, order {row.order}: risk at least {spell(cut(row.risk_lower))} ({row.status})"


def sweep_table(rows: Sequence[SweepRow]) -> Table:
    """The rows of a sweep."""
    grid = Table(box=SIMPLE_HEAD, pad_edge=False, collapse_padding=True)
    for name in ("eps", "order", "interactions", "risk ≥", "gap", "accuracy ≤", "seconds"):
        grid.add_column(name, justify="right", no_wrap=True)
    grid.add_column("status", no_wrap=True)
    for row in rows:
        lower, gap = cut(row.risk_lower), "" if row.gap is None else f"{TWO_DIGITS.create_decimal(row.gap):.1e}"
        bounds = (spell(lower), gap, spell(1 - lower))
        grid.add_row(row.eps, str(row.order), f"{row.interactions:,}", *bounds, f"{row.seconds:.2f}", row.status)
    return grid


def interval(solution: Solution) -> str:
    """The proved interval of the truncated risk, rounded outward."""
    lower = spell(round_down(read_lower(solution.risk_lower), PLACES))
    if solution.gap is None:
        return f"at least {lower}"
    return f"{lower} ≤ risk of order {solution.hypergraph.order} ≤ {spell(upper(solution, PLACES))}"


def upper(solution: Solution, places: int) -> Fraction:
    """The upper end of the proved interval, to so many decimal places."""
    assert solution.gap is not None
    return min(round_up(solution.risk_lower + solution.gap, places), Fraction(1))


def shown(names: tuple[str, ...]) -> str:
    """Class names, as many as fit a line."""
    return ", ".join(names[:12]) + (", …" if len(names) > 12 else "")


def solver_table(rows: list[SolverInfo]) -> Table:
    """Every known solver, what it can solve, and how to get it if it is not ready."""
    names = ("framework", "solver", "version", "licence", "solves", "ready, or how to get it")
    grid = Table(*names, box=SIMPLE_HEAD, pad_edge=False)
    for info in rows:
        state = "ready" if info.ready else info.install
        grid.add_row(info.framework, info.name, info.version, info.licence, info.solves, state)
    return grid
