"""Tables for people: a bound, the interactions, a sweep, the solvers."""

from collections.abc import Sequence
from decimal import ROUND_CEILING, Context

import numpy as np
from jaxtyping import Float64, Int32
from rich.box import SIMPLE_HEAD
from rich.console import Group, RenderableType
from rich.table import Table

from motlp.frameworks.catalogue import SolverInfo
from motlp.problem.hypergraph import Hypergraph
from motlp.problem.measure import LabeledMeasure
from motlp.problem.rationals import spell
from motlp.proof.certificate import Certificate
from motlp.proof.decimals import PLACES, round_down, round_up
from motlp.proof.verification import Verification
from motlp.report.words import (
    BOUND_NAMES,
    adversary,
    interval,
    kept_end,
    loss_interval,
    lower_end,
    solver_loss,
    solver_risk,
)
from motlp.solving.judgement import spell_bound
from motlp.solving.solution import FULL, Solution
from motlp.studies.comparison import ComparisonRow
from motlp.studies.rows import SweepRow

# Where the adversary moves points to, as the verifier has seen.
PLACES_OF_MEETING = {
    "l2": "points meet in their convex hull, so inputs in a box stay in it and need not be clipped",
    "linf": "points meet between their extremes, so inputs in a box stay in it and need not be clipped",
}
TWO_DIGITS = Context(prec=2, rounding=ROUND_CEILING)  # of a gap: rounded up, it is never printed as less than it is


def bound_table(solution: Solution, seconds: dict[str, float]) -> RenderableType:
    """What the result was computed from, and by what; `seconds` is wall time by stage."""
    said = f" ({solution.message})" if solution.message else ""
    return name_value_table(
        [
            *problem_rows(solution.hypergraph, solution.order == FULL),
            ("risk", solver_risk(solution)),
            ("proved", interval(solution)),
            *other_rows(solution),
            ("model", f"{solution.model} in {solution.framework}" if solution.framework else solution.model),
            ("solver", f"{solution.solver} {solution.version}"),
            ("status", f"{solution.status.value}{said}"),
            ("seconds", stage_times(seconds)),
        ]
    )


def other_rows(solution: Solution) -> list[tuple[str, str]]:
    """What is proved of a model that is not the plain one."""
    if solution.loss is not None:
        return [("loss", solver_loss(solution)), ("proved loss", loss_interval(solution))]
    return [] if solution.plain or solution.value_bound is None else [("optimum", spell_bound(solution))]


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
        ("adversary", adversary(hypergraph.threat, hypergraph.eps)),
        ("interactions", ("generated: " if generated else "") + ", ".join(counts)),
    ]


def certificate_table(certificate: Certificate) -> RenderableType:
    """What a certificate claims, and what its plan and its potential say; nothing of it is checked."""
    claim, about = certificate.claim, certificate.claim["about"]
    data = claim["data"]
    upper = certificate.risk_upper
    carrying = [f"order {k}: {len(certificate.members(k)):,}" for k in certificate.orders]
    rows = [
        ("data", f"{about.get('name', '')}, SHA-256 of the points {data['sha256_points'][:16]}…"),
        ("points", f"{data['points']:,} of {data['features']:,} features, unit {data['unit']}"),
        ("classes", f"{data['classes']}: {class_list(tuple(certificate.class_names))}"),
        ("adversary", adversary(certificate.threat, certificate.eps)),
        ("order", str(certificate.order)),
        ("risk ≥", spell(round_down(certificate.risk_lower, PLACES))),
        ("risk ≤", f"none: {about.get('missing', '')}" if upper is None else spell(round_up(upper, PLACES))),
        ("made by", ", ".join(str(about[key]) for key in ("model", "framework", "solver", "status") if about.get(key))),
        ("mass on", ", ".join(carrying) or "single points only"),
    ]
    if upper is None:
        return name_value_table(rows)
    return Group(name_value_table(rows + potential_rows(certificate)), class_table(certificate))


def potential_rows(certificate: Certificate) -> list[tuple[str, str]]:
    """What the potential, and the classifier that it makes, say."""
    mass, slackness = certificate.mass, certificate.slackness
    parts = {
        "interactions": sum(map(float, map(np.sum, slackness.interactions.values()))),
        "points alone": float(slackness.alone.sum()),
        "points covered too often": float(slackness.excess.sum()),
    }
    binding = [f"order {k}: {len(certificate.binding(k)):,}" for k in certificate.orders]
    return [
        ("binding", ", ".join(binding) or "none"),
        ("hopeless", count_points(certificate.hopeless, mass, "potential 0")),
        ("safe", count_points(certificate.safe, mass, "potential 1")),
        ("slackness", f"{slackness.total:.1e}: " + ", ".join(f"{name} {value:.1e}" for name, value in parts.items())),
    ]


def count_points(points: Int32[np.ndarray, " _"], mass: Float64[np.ndarray, " points"], what: str) -> str:
    """How many points, and of how much mass."""
    return f"{len(points):,} points, of mass {mass[points].sum():.6g} ({what})"


def class_table(certificate: Certificate) -> Table:
    """The risk of the classifier that the potential makes, class by class."""
    grid = Table(box=SIMPLE_HEAD, pad_edge=False)
    for name in ("class", "mass", "hopeless", "safe", "risk"):
        grid.add_column(name, justify="left" if name == "class" else "right")
    labels, classes = certificate.labels, len(certificate.class_names)
    masses = np.bincount(labels, certificate.mass, classes)
    hopeless, safe = (np.bincount(labels[some], minlength=classes) for some in (certificate.hopeless, certificate.safe))
    columns = certificate.class_names, masses, hopeless, safe, certificate.risk_by_class
    for name, mass, lost, kept, risk in zip(*columns, strict=True):
        grid.add_row(name, f"{mass:.6g}", f"{lost:,}", f"{kept:,}", f"{risk:.6f}")
    return grid


def verification_table(found: Verification, measure: LabeledMeasure, seconds: dict[str, float]) -> RenderableType:
    """What was proved, on what, against whom, and what was not checked; `seconds` is wall time by stage."""
    assert found.threat is not None
    assert found.risk_lower is not None
    upper = "none is claimed" if found.risk_upper is None else spell(round_up(found.risk_upper, PLACES))
    rows = [
        ("data", measure.name),
        ("points", f"{measure.size:,} of {measure.dimension:,} features, unit {measure.unit}; the same as claimed"),
        ("adversary", adversary(found.threat, found.eps)),
        ("order", str(found.order)),
        ("risk ≥", f"{spell(round_down(found.risk_lower, PLACES))}, checked in full, in exact arithmetic"),
        ("risk ≤", upper),
        ("unchecked", found.unchecked or "nothing"),
    ]
    if places := PLACES_OF_MEETING.get(found.threat.norm):
        rows.append(("places", places))
    return name_value_table([*rows, ("seconds", stage_times(seconds))])


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


def comparison_table(rows: Sequence[ComparisonRow]) -> Table:
    """The rows of a comparison, a block for each budget; with a column for what a solver claims, if it claims any."""
    grid = Table(box=SIMPLE_HEAD, pad_edge=False, collapse_padding=True)
    has_claim = any(row.solver_lower is not None for row in rows)
    claim_names = ["HiGHS says ≥"] if has_claim else []
    for name in ("eps", "bound", "risk ≥", "risk ≤", *claim_names, "seconds"):
        grid.add_column(name, justify="left" if name == "bound" else "right", no_wrap=True)
    grid.add_column("status", overflow="fold")
    last = ""
    for row in rows:
        if row.eps != last:
            grid.add_section()
        lower = "" if row.risk_lower is None else spell(lower_end(row.risk_lower))
        upper = "" if row.risk_upper is None else spell(kept_end(row.risk_upper))
        claim = "" if row.solver_lower is None else spell(round_down(row.solver_lower, 6))
        bounds = (lower, upper, *[claim] * has_claim)
        eps = row.eps if row.eps != last else ""
        grid.add_row(eps, BOUND_NAMES[row.bound], *bounds, f"{row.seconds:.2f}", row.status)
        last = row.eps
    return grid


def solver_table(rows: list[SolverInfo]) -> Table:
    """Every known solver, what it can solve, and how to get it if it is not ready."""
    names = ("framework", "solver", "version", "licence", "solves", "ready, or how to get it")
    grid = Table(*names, box=SIMPLE_HEAD, pad_edge=False)
    for info in rows:
        state = "ready" if info.ready else info.install
        grid.add_row(info.framework, info.name, info.version, info.licence, info.solves, state)
    return grid
