"""The chain of bounds: every link is what it is said to be, and none is larger than the next."""

from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support import brute, chain
from support.bounds import weighted
from support.hearing import Heard
from support.measures import BUDGETS, measures

import motlp
from motlp.errors import InvalidBudget, TooManyInteractions, UnknownName
from motlp.problem.measure import LabeledMeasure
from motlp.problem.threat import Ball
from motlp.proof.decimals import read_lower, read_upper
from motlp.studies.links import BOUNDS, Link, connect
from motlp.studies.links import join as join_links

PUBLISHED = {"2.5": Fraction(58, 3000), "3": Fraction(263, 3000), "3.5": Fraction(685, 3000)}


def ends(rows) -> dict[str, tuple[Fraction | None, Fraction | None]]:
    """What the rows of one budget prove, by bound."""
    return {
        row.bound: (
            None if row.risk_lower is None else read_lower(row.risk_lower),
            None if row.risk_upper is None else read_upper(row.risk_upper),
        )
        for row in rows
    }


def truths(measure, norm, eps) -> dict[str, Fraction]:
    """Every link, exactly."""
    every = brute.interactions(measure, Ball(norm), Fraction(eps), measure.classes)
    up_to = {k: brute.risk(measure, {A: c for A, c in every.items() if len(A) <= k}) for k in (2, 3, measure.classes)}
    pairs = [A for A in every if len(A) == 2]
    found = {
        "binary": chain.class_pair_risk(measure, pairs),
        "order 2": up_to[2],
        "order 3": up_to[3],
        "R*": up_to[measure.classes],
        "deterministic": chain.hard_risk(measure, pairs),
        "Caro-Wei": chain.caro_wei(measure, pairs),
    }
    return found if measure.classes > 2 else {name: risk for name, risk in found.items() if name != "order 3"}


def check_chain(measure, norm, eps, width):
    """Each interval holds its link, and is narrow where nothing but time could make it wide."""
    rows = motlp.compare(measure, [eps], norm=norm)
    found, true = ends(rows), truths(measure, norm, eps)
    assert list(found) == list(true)
    for name, (lower, upper) in found.items():
        assert lower is None or lower <= true[name]
        assert upper is None or upper >= true[name]
        assert (lower is None, upper is None) == (name == "Caro-Wei", name == "binary")
    assert all(one <= other for one, other in pairwise(true.values()))
    for column in (0, 1):
        line = [both[column] for both in found.values() if both[column] is not None]
        assert line == sorted(line)
    for name in ("binary", "order 2", "order 3", "R*"):
        assert name not in found or true[name] - found[name][0] <= width
    for name in ("order 2", "order 3", "R*", "deterministic", "Caro-Wei"):
        assert name not in found or found[name][1] - true[name] <= width
    hard = next(row for row in rows if row.bound == "deterministic")
    if hard.solver_lower is not None:
        assert hard.solver_lower == pytest.approx(float(true["deterministic"]), abs=1e-6)


@settings(max_examples=12)
@given(measures(classes=(2, 4), points=(4, 8)), st.sampled_from(["l2", "linf"]), st.sampled_from(BUDGETS))
def test_every_link_is_what_it_is_said_to_be(measure, norm, eps):
    check_chain(measure, norm, eps, Fraction(1, 10**6))


@settings(max_examples=8)
@given(weighted(), st.sampled_from(BUDGETS))
def test_masses_of_every_size_some_of_them_zero(measure, eps):
    check_chain(measure, "l2", eps, Fraction(1, 10**5))


def test_three_points_that_meet():
    measure = LabeledMeasure.from_arrays([[0.0], [0.0], [0.0]], [0, 1, 2])
    found = ends(motlp.compare(measure, ["0.5"]))
    half, rest = Fraction(1, 2), Fraction(2, 3)
    assert found["binary"] == (half, None)
    assert [lower for lower, _ in found.values()] == [half, half, *[pytest.approx(rest, abs=1e-9)] * 3, None]
    assert [upper for _, upper in found.values()][2:] == [pytest.approx(rest, abs=1e-6)] * 4


def test_rows_come_by_budget_and_of_two_classes_there_is_no_order_three(measure):
    heard = Heard()
    rows = motlp.compare(measure, ["0.6", 1, "0.3", "0.60"], progress=heard)
    assert [(row.eps, row.bound) for row in rows] == [(eps, name) for eps in ("0.3", "0.6", "1") for name in BOUNDS]
    assert heard.results == rows
    assert {(row.data, row.norm) for row in rows} == {("gaussians", "l2")}
    two = motlp.compare(measure.select(["0", "1"]), [1])
    assert [row.bound for row in two] == [name for name in BOUNDS if name != "order 3"]
    again = motlp.compare(measure, ["0.6"])
    for row, alone in zip(rows[6:12], again, strict=True):
        assert (row.risk_lower, row.risk_upper) == pytest.approx((alone.risk_lower, alone.risk_upper), abs=1e-6)


def test_too_many_triples_are_told_and_the_rest_is_there(measure):
    counts = motlp.interactions(measure, Ball("l2"), 3, 3).counts
    rows = motlp.compare(measure, ["0.3", 3], most=counts[1] + counts[2])
    assert [row.bound for row in rows] == [*BOUNDS, *BOUNDS]
    small, large = (row for row in rows if row.bound == "order 3")
    assert small.status == "optimal"
    assert (large.risk_lower, large.risk_upper) == (None, None)
    assert large.status.startswith(f"not enumerated: {counts[1]:,} of order 1, {counts[2]:,} of order 2 and about ")
    assert large.status.endswith("interactions allowed")
    assert rows[-3].risk_lower >= rows[-5].risk_lower > 0  # R* and order 2
    with pytest.raises(TooManyInteractions):
        motlp.compare(measure, [3], most=counts[1] + counts[2] - 1)


def test_ends_go_along_the_chain_and_contradictions_are_faults():
    def link(bound, lower, upper):
        return Link(bound, *(None if end is None else Fraction(end) for end in (lower, upper)), 0.0, "")

    links = [link("a", "0.2", None), link("b", None, None), link("c", "0.1", "0.6"), link("d", None, "0.4")]
    assert connect(links) == [
        link("a", "0.2", None),
        link("b", None, None),
        link("c", "0.2", "0.4"),
        link("d", None, "0.4"),
    ]
    with pytest.raises(AssertionError, match="a: what is proved contradicts itself"):
        connect([link("a", "0.5", None), link("c", "0.1", "0.4")])


def test_larger_interactions_join_the_pairs(measure):
    every = motlp.interactions(measure, Ball("l2"), 1, 4)
    pairs = every.truncate(2)
    joined = join_links(pairs, every.select(every.sizes > 2))
    assert joined.counts == every.counts
    assert join_links(pairs, pairs).counts == pairs.counts


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"eps": []}, InvalidBudget, "eps is empty"),
        ({"eps": "1"}, InvalidBudget, "eps is '1'; give a list"),
        ({"eps": [-1]}, InvalidBudget, "at least 0"),
        ({"norm": "quadratic"}, UnknownName, "unknown norm 'quadratic'"),
        ({"time_limit": 0}, InvalidBudget, "time_limit is 0"),
    ],
)
def test_what_cannot_be_compared_is_refused(measure, arguments, error, message):
    with pytest.raises(error, match=message):
        motlp.compare(measure, **{"eps": [1]} | arguments)


def test_published_risks_of_three_digits(mnist_root):
    """MNIST 1, 4 and 7: the least risk over all orders, as Dai et al. report it."""
    measure = motlp.datasets.load("mnist", split="train", classes=["1", "4", "7"], per_class=1000, root=mnist_root)
    rows = motlp.compare(measure, list(PUBLISHED))
    for eps, risk in PUBLISHED.items():
        found = ends([row for row in rows if row.eps == eps])
        assert found["order 2"][0] <= risk <= found["R*"][1]
        assert found["R*"] == pytest.approx((risk, risk), abs=1e-6)
        assert found["deterministic"] == pytest.approx((risk, risk), abs=1e-6)
        assert found["binary"][0] < risk < found["Caro-Wei"][1]
    assert np.all([row.solver_lower is None for row in rows])
