"""What the two players are given: nothing is rounded, dropped or believed on the way in."""

from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest

from motlp import Attack, Ball, RobustClassifier
from motlp.datasets import load
from motlp.errors import InvalidFile, InvalidMeasure
from motlp.problem.interactions import interactions
from motlp.solving.solve import solve


def test_no_number_is_rounded_on_the_way_in():
    """2⁵³ and 2⁵³ + 1 are one float, and a tenth is none."""
    whole = np.array([[2**53], [2**53 + 1]], object)
    exact = RobustClassifier(eps="0.1").fit(whole, [0, 1])
    assert exact.measure_.points.dtype == np.int64
    assert exact.risk_upper_ < 1e-6
    assert exact.predict_proba(whole).tolist() == [[1, 0], [0, 1]]
    for odd in (np.array([[Decimal(0)], [Decimal("0.1")]], object), np.array([["1"], ["2"]], object)):
        with pytest.raises(InvalidMeasure, match="holds numbers that no 64 bits hold"):
            RobustClassifier(eps="0.05").fit(odd, [0, 1])


def test_masks_are_not_dropped():
    x, y = np.ma.array([[0.0], [1.0], [9e9]], mask=[[0], [0], [1]]), [0, 1, 1]
    with pytest.raises(InvalidMeasure, match="X has masked entries"):
        RobustClassifier(eps="0.6").fit(x, y)
    with pytest.raises(InvalidMeasure, match="y has masked entries"):
        RobustClassifier(eps="0.6").fit(x.data, np.ma.array(y, mask=[0, 0, 1]))
    with pytest.raises(InvalidMeasure, match="X has masked entries"):
        RobustClassifier(eps="0.6").fit(x.data, y).predict_proba(x)


def test_parameters_that_are_set_after_the_fit_change_no_answer():
    pixels = np.array([[0], [255]], np.uint8)
    fitted = RobustClassifier(eps="0.1").fit(pixels, [0, 1]).set_params(unit="1/16", eps=3)
    with pytest.raises(InvalidMeasure, match="give X in that type"):
        fitted.predict_proba(np.array([[1.0]]))
    assert fitted.predict_proba(pixels).tolist() == [[1, 0], [0, 1]]
    assert fitted.robust_score(pixels, [0, 1]).upper < 1e-6


def test_certificates_that_were_changed_in_memory_are_refused():
    measure = load("digits", per_class=10)
    made = solve(interactions(measure, Ball("l2"), "1.2", 3)).certificate()
    for claim in ({"weight_unit": "x"}, {"weight_unit": None}, {"weight_unit": "0"}, {"eps": "x"}, {"data": {}}):
        forged = replace(made, claim={**made.claim, **claim})
        with pytest.raises(InvalidFile, match="no certificate that can be read"):
            RobustClassifier.from_certificate(forged, measure.points, measure.labels)
        with pytest.raises(InvalidFile, match="no certificate that can be read"):
            Attack.from_certificate(forged, measure)
    for weights in (-made.arrays["weights_2"], np.full_like(made.arrays["weights_2"], np.nan)):
        forged = replace(made, arrays={**made.arrays, "weights_2": weights})
        with pytest.raises(InvalidFile):
            Attack.from_certificate(forged, measure)
