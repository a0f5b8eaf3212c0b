"""Everything at once, at every scale: interactions and proved intervals against rational arithmetic.

So few examples that they are no burden; `pytest tests/test_fuzz.py --fuzz 5000` looks harder.
"""

from fractions import Fraction
from math import isqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support import brute
from support.comparison import same

from motlp import Ball, LabeledMeasure, Quadratic, interactions, load, save, sinkhorn, solve
from motlp.errors import InvalidMeasure

CIRCLE = [(3, 4), (4, 3), (-3, 4), (-4, -3), (5, 0), (0, -5), (0, 5), (0, 0), (3, -4)]  # about a common centre
SCALES = {"f8": 1000, "f4": 120}  # exponents of two


@st.composite
def features(draw):
    """Points with many ties: on a grid, on a circle, floats of no pattern; equal ones; of every type and scale."""
    n, dims = draw(st.integers(4, 8)), draw(st.integers(1, 3))
    kind = draw(st.sampled_from(["grid", "circle", "thirds", "floats"]))
    if kind == "circle":
        points = np.array(draw(st.lists(st.sampled_from(CIRCLE), min_size=n, max_size=n)), float)
    elif kind == "floats":
        points = np.random.default_rng(draw(st.integers(0, 10**6))).normal(size=(n, dims))
        points[draw(st.integers(0, n - 1))] = points[0]
    else:
        flat = draw(st.lists(st.integers(0, 4), min_size=n * dims, max_size=n * dims))
        points = np.array(flat, float).reshape(n, dims) / (3 if kind == "thirds" else 1)
    dtype = draw(st.sampled_from(["f8", "f8", "f8", "f4", "u1", "i4", "i8"]))
    if dtype in SCALES:
        points = points.astype(dtype)
        points = np.ldexp(points, draw(st.integers(-SCALES[dtype], SCALES[dtype]) | st.just(0)))
        column, row = draw(st.integers(0, points.shape[1] - 1)), draw(st.integers(0, n - 1))
        match draw(st.sampled_from(["plain"] * 5 + ["column", "outlier", "shift"])):
            case "column":  # one much smaller than the others
                points[:, column] = np.ldexp(points[:, column], -draw(st.sampled_from([30, 60, 900])))
            case "outlier":
                points[row] = np.ldexp(points[row], -draw(st.sampled_from([30, 60, 900])))
            case "shift":
                points[:, column] += np.abs(points).max() * 4096
        return points
    points = np.rint(points * (60 if kind == "floats" else 1))
    if dtype == "u1":
        points = np.clip(points - points.min(), 0, 255)
    return points.astype(dtype) + np.dtype(dtype).type(draw(st.sampled_from([0, 0, 10**9])) if dtype == "i8" else 0)


MASSES = st.sampled_from([1.0, 2.0, 0.1, 1e-3, 1e-16, 1e-300]) | st.floats(1e-300, 1)


@st.composite
def problems(draw):
    """A measure, a threat, its budget, and an order. Every budget is that of some set, exactly or nearly."""
    points = draw(features())
    n = len(points)
    classes = draw(st.integers(2, 4))
    labels = [*range(classes), *draw(st.lists(st.integers(0, classes - 1), min_size=n - classes, max_size=n - classes))]
    mass = draw(st.none() | st.lists(MASSES, min_size=n, max_size=n))
    unit = draw(st.sampled_from([1, 1, "1/255", "3"]))
    measure = LabeledMeasure.from_arrays(points, labels, mass, unit=unit)
    norms = ("l2", "linf", "l1") if points.shape[1] <= 2 else ("l2", "linf")
    some = draw(st.lists(st.integers(0, n - 1), min_size=2, max_size=3, unique=True))
    exactly = [[measure.unit * Fraction(x) for x in row] for row in measure.points[some].tolist()]
    factor = draw(
        st.sampled_from([1, 1, 1, 1 + Fraction(1, 2**52), 1 - Fraction(1, 2**52), Fraction(3, 2), Fraction(2, 3)])
    )
    order = draw(st.integers(2, classes))
    if draw(st.integers(0, 4)) == 0:
        paid = brute.moment(exactly)
        tau = factor * (len(some) - 1) / paid if paid else Fraction(1)
        if 2.0**-1000 < tau < 2.0**1000:
            return measure, Quadratic(tau), None, order
    threat = Ball(draw(st.sampled_from(norms)))
    return measure, threat, factor * root(brute.radius_squared(exactly, threat)), order


def root(square: Fraction) -> Fraction:
    """The square root where it is rational, so that a tie is a tie; else a little less."""
    fine = 2**60
    return Fraction(isqrt(square.numerator * square.denominator * fine**2), square.denominator * fine)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("fuzz")


@given(problems(), st.sampled_from(["simplex", "ipm", "sinkhorn"]))
def fuzz(folder, problem, solver):
    measure, threat, eps, order = problem
    try:
        found = interactions(measure, threat, eps, order)
    except InvalidMeasure as error:
        # Sizes that have nothing to do with each other: told, and nothing is claimed.
        nonzero = np.abs(measure.points[measure.points != 0]).astype(float)
        assert "too different in size" in str(error)  # noqa: PT017
        assert nonzero.max() > nonzero.min() * 2.0**800
        return
    truth = brute.interactions(measure, threat, eps, order)
    listed = [tuple(sorted(row)) for rows in found.members for row in rows.tolist()]
    assert sorted(listed) == sorted(truth)
    risk = brute.risk(measure, truth)
    solution = (
        sinkhorn(found, 1e-2, max_sweeps=20)
        if solver == "sinkhorn"
        else solve(found, framework="matrix", solver=solver)
    )
    assert 0 <= Fraction(solution.risk_lower) <= risk
    if solution.gap is not None:
        assert risk <= Fraction(solution.risk_lower + solution.gap)
    save(found, folder / "set.npz")
    assert same(load(folder / "set.npz"), found)
    if eps is not None:
        for smaller in (eps, eps / 2, Fraction(0)):
            kept = sorted(tuple(sorted(row)) for rows in found.at(smaller).members for row in rows.tolist())
            assert kept == sorted(brute.interactions(measure, threat, smaller, order))


@pytest.mark.filterwarnings("ignore::motlp.NotConverged")
def test_fuzz(folder, request):
    """No false interaction, none missed, no false end of the interval, nothing changed by saving."""
    examples = request.config.getoption("--fuzz")
    settings(max_examples=examples, deadline=None)(fuzz)(folder)
