"""No plan, potential or bound proves a loss that is false, whatever numbers they are; logarithms in fifty digits."""

from decimal import Decimal, localcontext
from fractions import Fraction

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from support.measures import BUDGETS, measures

from motlp import Ball
from motlp.problem.interactions import interactions
from motlp.problem.loss import Abstention, CrossEntropy, HardRisk, Loss, WorstClassRisk
from motlp.problem.measure import LabeledMeasure
from motlp.proof.bounds import make_feasible
from motlp.proof.decimals import read_lower, read_upper
from motlp.proof.loss_bounds import prove_lower, prove_upper

SEEDS = st.integers(0, 2**32 - 1)
SCALES = st.sampled_from([1.0, 1e-3, 1e-12, 1e-200, 1e12])


@st.composite
def hypergraphs(draw):
    """All interactions of random points under a ball."""
    measure = draw(measures(classes=(2, 4), points=(4, 9)))
    norm, eps = draw(st.sampled_from(["l2", "linf", "l1"])), draw(st.sampled_from(BUDGETS))
    return interactions(measure, Ball(norm), eps, measure.classes)


def cross_entropy(hypergraph, g) -> Decimal:
    """−Σ p_v log g_v, in fifty digits."""
    with localcontext() as context:
        context.prec = 50
        masses = [Fraction(m) for m in hypergraph.mass.tolist()]
        total = sum(masses)
        shares = [Decimal(m.numerator) / Decimal(m.denominator) for m in (m / total for m in masses)]
        return -sum(p * Decimal(x).ln() for p, x in zip(shares, g.tolist(), strict=True) if p)


@settings(max_examples=60)
@given(hypergraphs(), SEEDS, SCALES)
def test_no_plan_proves_more_than_any_classifier_loses(hypergraph, seed, scale):
    rng = np.random.default_rng(seed)
    plan = rng.exponential(size=hypergraph.size) ** 3 * (rng.random(hypergraph.size) < 0.7) * scale
    lower = prove_lower(CrossEntropy(), hypergraph, plan, None)
    g = make_feasible(hypergraph, rng.random(hypergraph.measure.size) + 1e-6)
    assert Decimal(lower) <= cross_entropy(hypergraph, g)
    upper = prove_upper(CrossEntropy(), hypergraph, g)
    assert Decimal(upper) >= cross_entropy(hypergraph, make_feasible(hypergraph, g))
    assert float(cross_entropy(hypergraph, make_feasible(hypergraph, g))) >= upper - 1e-12 * (1 + upper)


@settings(max_examples=40)
@given(
    hypergraphs(), st.lists(st.sampled_from([0.0, 1e-310, 1e-200, 1.0, 1e308, np.inf, np.nan, -1.0]), min_size=9), SEEDS
)
def test_no_numbers_of_a_plan_prove_what_is_false(hypergraph, entries, seed):
    plan = np.resize(np.array(entries), hypergraph.size)
    lower = prove_lower(CrossEntropy(), hypergraph, plan, None)
    g = make_feasible(hypergraph, np.random.default_rng(seed).random(hypergraph.measure.size) + 1e-6)
    assert 0 <= Decimal(lower) <= cross_entropy(hypergraph, g)


def test_masses_that_are_nearly_nothing():
    measure = LabeledMeasure.from_arrays([[0], [0], [9]], [0, 1, 1], [1e-310, 1, 1])
    hypergraph = interactions(measure, Ball("l2"), 1, 2)
    assert prove_lower(CrossEntropy(), hypergraph, np.ones(hypergraph.size), None) == 0.0
    assert prove_upper(CrossEntropy(), hypergraph, np.array([1e-9, 1.0, 1.0])) <= 1e-8


@settings(max_examples=30)
@given(hypergraphs(), SEEDS)
def test_the_plan_of_a_potential_proves_nearly_what_it_loses(hypergraph, seed):
    """Where no two points conflict, the plan of points alone proves 0, which is the loss of sure answers."""
    rng = np.random.default_rng(seed)
    apart = hypergraph.truncate(1)
    lower = prove_lower(CrossEntropy(), apart, apart.mass * rng.choice([1.0, 1e-9, 1e9]), None)
    assert 0 <= lower <= prove_upper(CrossEntropy(), apart, np.ones(apart.size)) <= 1e-14
    assert prove_upper(CrossEntropy(), apart, np.zeros(apart.size)) is None


@settings(max_examples=40)
@given(hypergraphs(), SEEDS)
def test_upper_ends_are_those_of_classifiers(hypergraph, seed):
    """Their own rational arithmetic: of a hard classifier, and of the class that fares worst."""
    g = np.random.default_rng(seed).random(hypergraph.measure.size)
    masses = [Fraction(m) for m in hypergraph.mass.tolist()]
    upper = prove_upper(HardRisk(), hypergraph, g)
    kept = (g > 0.5).tolist()
    conflict = any(kept[u] and kept[v] for rows in hypergraph.members[1:2] for u, v in rows.tolist())
    assert (upper is None) == conflict
    if upper is not None:
        assert read_upper(upper) >= 1 - sum(m for m, k in zip(masses, kept, strict=True) if k) / sum(masses)
    feasible = [Fraction(x) for x in make_feasible(hypergraph, g).tolist()]
    losses = []
    for label in range(hypergraph.measure.classes):
        some = np.flatnonzero(hypergraph.measure.labels == label).tolist()
        whole = sum(masses[v] for v in some)
        if whole:
            losses.append(1 - sum(masses[v] * feasible[v] for v in some) / whole)
    upper = prove_upper(WorstClassRisk(), hypergraph, g)
    assert max(losses) <= read_upper(upper)
    assert upper <= float(max(losses)) + 1e-12


@settings(max_examples=40)
@given(hypergraphs(), SEEDS, st.sampled_from(["0.1", "1/3", "0.5", "0.6", "0.75", "0.9"]))
def test_an_abstaining_classifier_is_sure_of_what_it_is_said_to_gain(hypergraph, seed, price):
    loss = Abstention.at(price)
    g = np.random.default_rng(seed).random(hypergraph.measure.size)
    room = 1 / (1 - loss.price)

    def fullest(rows) -> Fraction:
        """The largest weighted sum of the gains of a set, exactly."""
        total, left = Fraction(0), room
        for gain in sorted((Fraction(x) for x in g[rows].tolist()), reverse=True):
            share = min(Fraction(1), left)
            total, left = total + share * gain, left - share
        return total

    worst = max([Fraction(1), *(fullest(rows) for some in hypergraph.members for rows in some.tolist())])
    masses = [Fraction(m) for m in hypergraph.mass.tolist()]
    exact = 1 - sum(m * Fraction(x) for m, x in zip(masses, g.tolist(), strict=True)) / worst / sum(masses)
    upper = prove_upper(loss, hypergraph, g)
    assert exact <= read_upper(upper)
    assert upper <= float(exact) + 1e-12


@given(hypergraphs(), st.floats(0, 1))
def test_a_bound_on_the_objective_is_one_on_the_loss(hypergraph, bound):
    total = sum(Fraction(m) for m in hypergraph.mass.tolist())
    assert read_lower(prove_lower(Abstention.at("0.2"), hypergraph, None, bound)) <= max(1 - Fraction(bound) / total, 0)
    assert read_lower(prove_lower(WorstClassRisk(), hypergraph, None, bound)) <= 1 - Fraction(bound)
    assert read_lower(prove_lower(Loss("regret"), hypergraph, None, bound)) <= 1 - Fraction(bound)
    assert prove_lower(Loss("regret", whole=0), hypergraph, None, bound) == -bound
    assert prove_lower(Loss("regret"), hypergraph, None, None) is None
    assert prove_upper(Loss("regret"), hypergraph, np.ones(hypergraph.measure.size)) is None
    assert prove_upper(HardRisk(), hypergraph, np.full(hypergraph.measure.size, np.nan)) is None
