"""Tables for people: a bound, the interactions, a sweep, the solvers."""

from collections.abc import Sequence
from decimal import ROUND_CEILING, Context

from rich.box import SIMPLE_HEAD
from rich.console import Group, RenderableType
from rich.table import Table

from motlp.frameworks.catalogue import SolverInfo
from motlp.problem.hypergraph import Hypergraph
from motlp.problem.rationals import spell
from motlp.proof.decimals import round_up
from motlp.report.words import adversary, interval, lower_end, solver_risk
from motlp.solving.judgement import spell_bound
from motlp.solving.solution import FULL, Solution
from motlp.studies.rows import SweepRow

TWO_DIGITS = Context(prec=2, rounding=ROUND_CEILING)  # of a gap: rounded up, it is never printed as less than it is


def bound_table(solution: Solution, seconds: dict[str, float]) -> RenderableType:
    """What the result was computed from, and by what; `seconds` is wall time by stage."""
    said = f" ({solution.message})" if solution.message else ""
    return name_value_table(
        [
            *problem_rows(solution.hypergraph, solution.order == FULL),
            ("risk", solver_risk(solution)),
            ("proved", interval(solution)),
            *([] if solution.plain or solution.value_bound is None else [("optimum", spell_bound(solution))]),
            ("model", f"{solution.model} in {solution.framework}" if solution.framework else solution.model),
            ("solver", f"{solution.solver} {solution.version}"),
            ("status", f"{solution.status.value}{said}"),
            ("seconds", stage_times(seconds)),
        ]
    )


def interactions_table(hypergraph: Hypergraph, seconds: dict[str, float]) -> RenderableType:
    """The interactions by order; `seconds` is wall time by stage."""
    return name_value_table([*problem_rows(hypergraph), ("seconds", stage_times(seconds))])


def problem_rows(hypergraph: Hypergraph, generated: bool = False) -> list[tuple[str, str]]:
    """Names and values of the points and their interactions: all of them, or those that a search has generated."""
    measure = hypergraph.measure
    counts = [f"order {k}: {n:,}" for k, n in hypergraph.counts.items() if n or not generated]
    return [
        ("data", measure.name),
        ("points", f"{measure.size:,} of {measure.dimension:,} features, unit {measure.unit}"),
        ("classes", f"{measure.classes}: {class_list(measure.class_names)}"),
        ("adversary", adversary(hypergraph)),
        ("interactions", ("generated: " if generated else "") + ", ".join(counts)),
    ]


def class_list(names: tuple[str, ...]) -> str:
    """Class names, as many as fit a line."""
    return ", ".join(names[:12]) + (", …" if len(names) > 12 else "")


def stage_times(seconds: dict[str, float]) -> str:
    """Seconds by stage."""
    return ", ".join(f"{stage} {time:.2f}" for stage, time in seconds.items())


def name_value_table(rows: list[tuple[str, str]]) -> RenderableType:
    """A table of names and values."""
    grid = Table(show_header=False, box=None, padding=(0, 2, 0, 0))
    grid.add_column(style="bold")
    grid.add_column(overflow="fold")
    for row in rows:
        grid.add_row(*row)
    return Group("", grid)


def sweep_table(rows: Sequence[SweepRow]) -> Table:
    """The rows of a sweep; with a column for the upper end of R* where some row has one."""
    grid = Table(box=SIMPLE_HEAD, pad_edge=False, collapse_padding=True)
    has_upper = any(row.risk_upper is not None for row in rows)
    upper_names = ["R* ≤"] if has_upper else []
    for name in ("eps", "order", "interactions", "risk ≥", *upper_names, "gap", "accuracy ≤", "seconds"):
        grid.add_column(name, justify="right", no_wrap=True)
    grid.add_column("status", no_wrap=True)
    for row in rows:
        lower, gap = lower_end(row.risk_lower), "" if row.gap is None else f"{TWO_DIGITS.create_decimal(row.gap):.1e}"
        upper = "" if row.risk_upper is None else spell(round_up(row.risk_upper, 6))
        bounds = (spell(lower), *[upper] * has_upper, gap, spell(1 - lower))
        grid.add_row(row.eps, str(row.order), f"{row.interactions:,}", *bounds, f"{row.seconds:.2f}", row.status)
    return grid


def solver_table(rows: list[SolverInfo]) -> Table:
    """Every known solver, what it can solve, and how to get it if it is not ready."""
    names = ("framework", "solver", "version", "licence", "solves", "ready, or how to get it")
    grid = Table(*names, box=SIMPLE_HEAD, pad_edge=False)
    for info in rows:
        state = "ready" if info.ready else info.install
        grid.add_row(info.framework, info.name, info.version, info.licence, info.solves, state)
    return grid
