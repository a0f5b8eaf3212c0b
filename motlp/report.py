"""How a result is told: a sentence and a table for people, one object for programs."""

from collections.abc import Sequence
from math import floor
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table

from motlp.cost import Ball
from motlp.frameworks.catalogue import SolverInfo
from motlp.hypergraph import Hypergraph
from motlp.solution import Solution
from motlp.sweep import Row

NORMS = {"l2": "ℓ2", "linf": "ℓ∞", "l1": "ℓ1"}


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
        return {"cost": "ball", "norm": hypergraph.threat.norm, "eps": float(hypergraph.eps or 0)}
    return {"cost": "quadratic", "tau": float(hypergraph.threat.tau)}


def sentence(hypergraph: Hypergraph) -> str:
    """The adversary, in words."""
    if isinstance(hypergraph.threat, Ball):
        eps, norm = float(hypergraph.eps or 0), NORMS[hypergraph.threat.norm]
        return f"an adversary who may move every input by {eps:g} in {norm}"
    return f"an adversary who pays {float(hypergraph.threat.tau):g} × squared ℓ2 distance"


def floored(value: float, digits: int = 6) -> str:
    """A proved lower bound, cut and not rounded, but for the 1e-9 that are rounding error."""
    return f"{floor((value + 1e-9) * 10**digits) / 10**digits:.{digits}f}".rstrip("0").ljust(3, "0")


def answer(solution: Solution) -> str:
    """The result in two sentences."""
    lower = float(floored(solution.risk_lower))
    against = sentence(solution.hypergraph)
    name = solution.hypergraph.measure.name
    text = (
        f"No classifier can have risk below {floored(solution.risk_lower)} on {name} against {against}: "
        f"the best possible robust accuracy is {100 * (1 - lower):.4f}".rstrip("0").rstrip(".")
    )
    text += " %."
    if solution.gap is not None and solution.gap > 1e-6:
        upper = solution.risk_lower + solution.gap
        text += f" The bound of order {solution.hypergraph.order} lies between that and {upper:.6f}."
    return text


def table(solution: Solution, seconds: dict[str, float]) -> RenderableType:
    """What the result was computed from, and by what."""
    return listed(
        [
            *described(solution.hypergraph),
            ("risk", f"{solution.risk:.9g} (solver)" if solution.risk is not None else "none from the solver"),
            ("proved interval", interval(solution)),
            ("model", f"{solution.model} in {solution.framework}"),
            ("solver", f"{solution.solver} {solution.version}"),
            ("status", f"{solution.status.label}: {solution.status.value} ({solution.message})"),
            ("seconds", timed(seconds)),
        ]
    )


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
        ("adversary", sentence(hypergraph)),
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


def told(row: Row) -> str:
    """One row of a sweep, in a line."""
    return f"eps {row.eps}, order {row.order}: risk at least {floored(row.risk_lower)} ({row.status})"


def sweep_table(rows: Sequence[Row]) -> Table:
    """The rows of a sweep."""
    grid = Table("eps", "order", "interactions", "risk at least", "gap", "accuracy at most", "status", "seconds")
    for row in rows:
        gap = "" if row.gap is None else f"{row.gap:.1e}"
        accuracy = f"{1 - float(floored(row.risk_lower)):.6g}"
        cells = (row.eps, row.order, f"{row.interactions:,}", floored(row.risk_lower), gap, accuracy, row.status)
        grid.add_row(*map(str, cells), f"{row.seconds:.2f}")
    return grid


def interval(solution: Solution) -> str:
    """The proved interval of the truncated risk."""
    if solution.gap is None:
        return f"at least {solution.risk_lower!r}; no upper end, as there is no potential"
    return f"[{solution.risk_lower!r}, +{solution.gap:.3g}]"


def shown(names: tuple[str, ...]) -> str:
    """Class names, as many as fit a line."""
    return ", ".join(names[:12]) + (", …" if len(names) > 12 else "")


def solver_table(rows: list[SolverInfo]) -> Table:
    """Every known solver, with how to get those that are not ready."""
    grid = Table("framework", "solver", "version", "licence", "ready")
    for info in rows:
        grid.add_row(info.framework, info.name, info.version, info.licence, "yes" if info.ready else info.install)
    return grid
