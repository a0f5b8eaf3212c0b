"""Checks a certificate against a measure, by the verifier that shares nothing with the rest."""

from dataclasses import dataclass
from fractions import Fraction
from io import BytesIO
from pathlib import Path
from typing import Any, Literal

from motlp.problem.archive import check_path
from motlp.problem.measure import LabeledMeasure, check_measure
from motlp.problem.threat import Ball, Quadratic, Threat
from motlp.proof import verifier
from motlp.proof.certificate import Certificate


@dataclass(frozen=True)
class Verification:
    """What became of a certificate.

    Attributes:
        exit: 0 where all that it claims is proved; 1 where it does not follow; 2 where it cannot be checked, as it is
            malformed or about other data.
        verdict: the same in words: "proved", "false" or "not checkable".
        why: the reason, where it is not proved.
        threat, eps, order: against whom, and up to which order, where it is proved.
        risk_lower, risk_upper: both ends, computed anew from the data, exactly; the upper one may not be claimed.
        unchecked: what the verifier left out, in words; empty where it checked all.
    """

    exit: int
    verdict: str
    why: str = ""
    threat: Threat | None = None
    eps: Fraction | None = None
    order: int | Literal["full"] | None = None
    risk_lower: Fraction | None = None
    risk_upper: Fraction | None = None
    unchecked: str = ""


def verify(certificate: Certificate | str | Path, measure: LabeledMeasure) -> Verification:
    """Check a certificate, or the file of one, against the points, labels and masses that it is about.

    Raises:
        InvalidMeasure: `measure` is not one.
        InvalidFile: `certificate` is neither a certificate nor a path.
    """
    check_measure(measure)
    if isinstance(certificate, Certificate):
        place: Any = BytesIO()
        certificate.write(place)
    else:
        place = check_path(certificate)
    points = measure.points.astype(measure.points.dtype.newbyteorder("<"), copy=False)
    data = verifier.Data(points, measure.labels, measure.mass, measure.unit)
    found = verifier.verify(place, data)
    if found["exit"]:
        return Verification(**found)
    cost, eps, tau, _ = (found.pop(key, None) for key in ("cost", "eps", "tau", "data"))
    if cost == "quadratic":
        return Verification(threat=Quadratic(Fraction(tau)), **found)
    return Verification(threat=Ball(cost), eps=Fraction(eps), **found)
