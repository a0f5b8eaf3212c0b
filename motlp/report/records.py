"""Results as records in plain types, for JSON."""

from collections.abc import Callable
from fractions import Fraction
from typing import Any

from motlp.problem.hypergraph import Hypergraph
from motlp.problem.threat import Ball, Quadratic, Threat
from motlp.proof.certificate import Certificate
from motlp.proof.decimals import float_above, float_below
from motlp.proof.verification import Verification
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
        "loss": loss_record(solution),
        "model": solution.model,
        "framework": solution.framework,
        "solver": solution.solver,
        "version": solution.version,
        "status": solution.status.label,
        "message": solution.message,
    }


def loss_record(solution: Solution) -> dict[str, Any] | None:
    """What a model that is about another loss, or other classifiers, says of it; None of other models.

    `lower` and `upper` are proved, as far as they are there; `value` and `claimed` are the solver's.
    """
    loss = solution.loss
    if loss is None:
        return None
    return {
        "name": loss.name,
        "whose": loss.whose,
        "value": solution.loss_value,
        "lower": solution.loss_lower,
        "upper": solution.loss_upper,
        "claimed": None if solution.claimed is None else loss.whole - solution.claimed,
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
        "threat": threat_record(hypergraph.threat, hypergraph.eps),
        "order": hypergraph.order,
        "interactions": {str(order): count for order, count in hypergraph.counts.items()},
        "seconds": {stage: round(time, 4) for stage, time in seconds.items()},
    }


def threat_record(threat: Threat, eps: Fraction | None) -> dict[str, Any]:
    """The adversary; numbers that are no floats are rounded to a stronger adversary.

    What is proved against an adversary holds against every stronger one.
    """
    match threat:
        case Ball(norm=norm):
            return {"cost": "ball", "norm": norm, "eps": to_float(eps or Fraction(0), float_above)}
        case Quadratic(tau=tau):
            return {"cost": "quadratic", "tau": to_float(tau, float_below)}


def certificate_record(certificate: Certificate) -> dict[str, Any]:
    """The claim of a certificate, and what its plan and its potential say; nothing of it is checked."""
    record: dict[str, Any] = {
        "claim": dict(certificate.claim),
        "interactions": {str(k): len(certificate.members(k)) for k in certificate.orders},
    }
    if certificate.risk_upper is None:
        return record
    return record | {
        "binding": {str(k): len(certificate.binding(k)) for k in certificate.orders},
        "hopeless": certificate.hopeless.tolist(),
        "safe": certificate.safe.tolist(),
        "slackness": certificate.slackness.total,
        "risk_by_class": dict(zip(certificate.class_names, certificate.risk_by_class.tolist(), strict=True)),
    }


def verification_record(found: Verification, seconds: dict[str, float]) -> dict[str, Any]:
    """What became of a certificate; ends are floats rounded outwards, and exact fractions as texts."""
    record: dict[str, Any] = {"exit": found.exit, "verdict": found.verdict, "why": found.why}
    if found.threat is not None and found.risk_lower is not None:
        upper = found.risk_upper
        record |= {
            "threat": threat_record(found.threat, found.eps),
            "order": found.order,
            "risk_lower": float_below(found.risk_lower),
            "risk_lower_exactly": str(found.risk_lower),
            "risk_upper": None if upper is None else float_above(upper),
            "risk_upper_exactly": None if upper is None else str(upper),
            "unchecked": found.unchecked,
        }
    return record | {"seconds": {stage: round(time, 4) for stage, time in seconds.items()}}


def to_float(number: Fraction, otherwise: Callable[[Fraction], float]) -> float:
    """The float that is written as the number, if there is one, or else what `otherwise` makes of the number."""
    nearest = float(number)
    return nearest if Fraction(repr(nearest)) == number else otherwise(number)
