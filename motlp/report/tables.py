"""Tables for people: a bound, the interactions, a certificate."""

from decimal import ROUND_CEILING, Context

import numpy as np
from jaxtyping import Float64, Int32
from rich.box import SIMPLE_HEAD
from rich.console import Group, RenderableType
from rich.table import Table

from motlp.problem.hypergraph import Hypergraph
from motlp.problem.measure import LabeledMeasure
from motlp.problem.rationals import spell
from motlp.problem.terms import FULL
from motlp.proof.certificate import Certificate
from motlp.proof.decimals import PLACES, round_down, round_up
from motlp.proof.verification import Verification
from motlp.report.words import (
    adversary,
    interval,
    loss_interval,
    solver_loss,
    solver_risk,
)
from motlp.solving.judgement import spell_bound
from motlp.solving.solution import Solution

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
