"""Makes the certificate of a plan and a potential."""

import hashlib
from collections.abc import Mapping
from fractions import Fraction
from typing import Any, Literal

import numpy as np
from jaxtyping import Float64, Int32, Shaped

from motlp.errors import InvalidHypergraph
from motlp.geometry.centres import find_centres, weigh_centres
from motlp.geometry.scale import scale
from motlp.problem.hypergraph import Hypergraph
from motlp.problem.measure import LabeledMeasure
from motlp.problem.rationals import spell
from motlp.proof.bounds import make_cover, make_feasible
from motlp.proof.certificate import FORMAT, Certificate

Arrays = dict[str, Shaped[np.ndarray, "..."]]

VERSION = 1


def certify(
    hypergraph: Hypergraph,
    plan: Float64[np.ndarray, " interactions"] | None,
    potential: Float64[np.ndarray, " points"] | None,
    *,
    lower: Fraction,
    upper: Fraction | None,
    order: int | Literal["full"],
    about: Mapping[str, str],
) -> Certificate:
    """The certificate of a plan and a potential.

    Args:
        hypergraph: the interactions.
        plan: proves the lower end; without one the lower end must be 0.
        potential: proves the upper end, where there is one; of order "full" it must be feasible as it is.
        lower, upper: the ends, which must follow from the plan and the potential.
        order: the truncation order, or "full".
        about: what people may want to know, such as the solver.

    Raises:
        InvalidHypergraph: a set of three or more points with mass on it is no interaction, in l2 or l1.
    """
    measure = hypergraph.measure
    arrays: Arrays = {"about_labels": measure.labels.astype("<i4"), "about_masses": measure.mass.astype("<f8")}
    unit = Fraction(1)
    if plan is not None:
        cover = make_cover(hypergraph, plan)
        unit = cover.unit
        arrays |= list_support(hypergraph, cover.plan)
    if upper is not None and potential is not None:
        feasible = potential if order == "full" else make_feasible(hypergraph, potential)
        assert feasible is not None
        arrays["potential"] = feasible.astype("<f8")
    claim = {
        "format": FORMAT,
        "version": VERSION,
        **describe_threat(hypergraph),
        "order": order,
        "risk_lower": spell_exactly(lower),
        "risk_upper": None if upper is None else spell_exactly(upper),
        "weight_unit": spell_exactly(unit),
        "data": describe_data(measure),
        "about": {"name": measure.name, "class_names": list(measure.class_names), **about},
    }
    return Certificate(claim, arrays)


def describe_threat(hypergraph: Hypergraph) -> dict[str, str]:
    """The adversary, as the format has it."""
    if hypergraph.eps is not None:
        return {"cost": hypergraph.threat.norm, "eps": spell_exactly(hypergraph.eps)}
    return {"cost": "quadratic", "tau": spell_exactly(Fraction(hypergraph.threat.parameters()["tau"]))}


def describe_data(measure: LabeledMeasure) -> dict[str, Any]:
    """The data that the claim is about."""
    points = measure.points.astype(measure.points.dtype.newbyteorder("<"), copy=False)
    hashed = {"points": points, "labels": measure.labels.astype("<i4"), "masses": measure.mass.astype("<f8")}
    return {
        "points": measure.size,
        "features": measure.dimension,
        "classes": measure.classes,
        "type": points.dtype.str,
        "unit": str(measure.unit),
        **{f"sha256_{name}": hashlib.sha256(array.tobytes()).hexdigest() for name, array in hashed.items()},
    }


def spell_exactly(number: Fraction) -> str:
    """A number as a decimal without an exponent, or as a fraction."""
    text = spell(number)
    return str(number) if "e" in text else text


def list_support(hypergraph: Hypergraph, plan: Float64[np.ndarray, " interactions"]) -> Arrays:
    """The interactions of two or more points that carry mass, how much, and where their points meet."""
    arrays: Arrays = {}
    parts = np.split(plan, np.cumsum(list(hypergraph.counts.values()))[:-1])
    for rows, weights, births in zip(hypergraph.members, parts, hypergraph.births, strict=True):
        used, k = weights > 0, rows.shape[1]
        if k == 1 or not used.any():
            continue
        arrays[f"members_{k}"], arrays[f"weights_{k}"] = rows[used].astype("<i4"), weights[used].astype("<f8")
        if not hypergraph.threat.has_budget:
            arrays[f"about_costs_{k}"] = births[used].astype("<f8")
        elif k > 2:
            arrays |= {f"{name}_{k}": array for name, array in show_meeting(hypergraph, rows[used]).items()}
    return arrays


def show_meeting(hypergraph: Hypergraph, rows: Int32[np.ndarray, "sets k"]) -> Arrays:
    """Places where the points of sets of three or more meet, under a ball.

    Raises:
        InvalidHypergraph: the points of a set do not meet.
    """
    measure, norm = hypergraph.measure, hypergraph.threat.norm
    radius = (hypergraph.eps or Fraction(0)) / measure.unit
    try:
        if norm == "l2":
            scaled = scale(measure.points, 2 * radius)
            return {"centres": as_numbers(weigh_centres(scaled.points, rows, scaled.length(radius)))}
        if norm == "l1":
            centres, parts = find_centres(measure.points, rows, radius)
            floats = as_floats(centres, parts) if measure.points.dtype.kind == "f" else None
            if floats is not None:
                return {"centres": floats, "denominators": np.ones(len(parts), "<i8")}
            return {"centres": as_numbers(centres), "denominators": as_numbers(parts)}
    except ValueError as error:
        raise InvalidHypergraph(f"a set with mass on it is no interaction: {error}; enumerate again.") from None
    return {}


def as_numbers(numbers: list[Any]) -> Shaped[np.ndarray, "..."]:
    """Whole numbers as an array of 64 bits; of texts, if one of them does not fit."""
    try:
        return np.array(numbers, "<i8")
    except OverflowError:
        return np.array(numbers, object).astype("S")


def as_floats(places: list[list[int]], parts: list[int]) -> Float64[np.ndarray, "sets dims"] | None:
    """The places as floats; None where a coordinate is none."""
    exact = [[Fraction(entry, part) for entry in place] for place, part in zip(places, parts, strict=True)]
    floats = [[float(entry) for entry in place] for place in exact]
    return np.array(floats, "<f8") if floats == exact else None
