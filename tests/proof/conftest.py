"""A certificate of each cost, with sets of three points, and the images that they are about."""

import pytest
from support.certificates import EACH

from motlp.datasets import load
from motlp.problem.interactions import interactions
from motlp.problem.measure import LabeledMeasure
from motlp.problem.threat import Ball, Quadratic
from motlp.proof.certificate import Certificate
from motlp.solving.solve import solve


@pytest.fixture(scope="module")
def images() -> LabeledMeasure:
    return load("digits", per_class=EACH)


@pytest.fixture(scope="module")
def certificates(images) -> dict[str, Certificate]:
    """One of each cost, with sets of three points."""
    found = {}
    for norm, eps in (("l2", "1.4"), ("linf", "0.45"), ("l1", "6.5")):
        found[norm] = solve(interactions(images, Ball(norm), eps, 3)).certificate()
    found["quadratic"] = solve(interactions(images, Quadratic("0.25"), None, 3)).certificate()
    assert all("members_3" in certificate.arrays for certificate in found.values())
    return found
