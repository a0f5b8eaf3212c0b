"""Results as records in plain types, for JSON."""

from collections.abc import Callable
from fractions import Fraction
from typing import Any

from motlp.problem.hypergraph import Hypergraph
from motlp.problem.threat import Ball, Quadratic
from motlp.proof.decimals import float_above, float_below
from motlp.solving.solution import Solution


def bound_record(solution: Solution, seconds: dict[str, float]) -> dict[str, Any]:
    """Everything about one bound; `seconds` is wall time by stage.

    Of an untruncated solution the order is "full", and the interactions are those that were generated.
    """
    return interactions_record(solution.hypergraph, seconds) | {
        "order": solution.order,
        "risk": solution.risk,
        "risk_lower": solution.risk_lower,
        "risk_upper": solution.risk_upper,
        "gap": solution.gap,
        "accuracy_upper": solution.accuracy_upper,
        "sense": solution.sense,
        "value_bound": solution.value_bound,
        "model": solution.model,
        "framework": solution.framework,
        "solver": solution.solver,
        "version": solution.version,
        "status": solution.status.label,
        "message": solution.message,
    }


def interactions_record(hypergraph: Hypergraph, seconds: dict[str, float]) -> dict[str, Any]:
    """The data, the adversary and the number of interactions; `seconds` is wall time by stage."""
    measure = hypergraph.measure
    return {
        "data": {
            "name": measure.name,
            "points": measure.size,
            "dimension": measure.dimension,
            "classes": measure.classes,
            "unit": str(measure.unit),
        },
        "threat": threat_record(hypergraph),
        "order": hypergraph.order,
        "interactions": {str(order): count for order, count in hypergraph.counts.items()},
        "seconds": {stage: round(time, 4) for stage, time in seconds.items()},
    }


def threat_record(hypergraph: Hypergraph) -> dict[str, Any]:
    """The adversary; numbers that are no floats are rounded to a stronger adversary.

    What is proved against an adversary holds against every stronger one.
    """
    match hypergraph.threat:
        case Ball(norm=norm):
            return {"cost": "ball", "norm": norm, "eps": to_float(hypergraph.eps or Fraction(0), float_above)}
        case Quadratic(tau=tau):
            return {"cost": "quadratic", "tau": to_float(tau, float_below)}


def to_float(number: Fraction, otherwise: Callable[[Fraction], float]) -> float:
    """The float that is written as the number, if there is one, or else what `otherwise` makes of the number."""
    nearest = float(number)
    return nearest if Fraction(repr(nearest)) == number else otherwise(number)
