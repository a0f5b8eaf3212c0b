"""Abstain: the least loss of classifiers that may abstain, at a price p between 0 and 1.

    max Σ_v m_v g_v
    s.t. g_v ≤ f_{A,v} + (1 − p) a_A        for every interaction A and v ∈ A
         Σ_{v∈A} f_{A,v} + a_A ≤ 1          for every interaction A    (conflict)
         g, f, a ≥ 0

The right label costs nothing, none costs p, a wrong one 1. Where the points of A meet, the classifier answers the label
of v with probability f_{A,v}, and abstains with probability a_A: it gains f_{A,v} + (1 − p) a_A of what it could lose
at v. The gain g_v is what it is sure of wherever v can be moved, and 1 − Σ m_v g_v is its loss. As p grows to 1,
abstaining is worth nothing, and this is the dual. Interactions that are contained in others add nothing. It is for a
ball. Source: C. K. Chow, "On optimum recognition error and reject tradeoff" (1970), for the price of an abstention.
"""

import numpy as np
import scipy.sparse as sp

from motlp.frameworks.model import LinearProgram, Model
from motlp.problem.hypergraph import Hypergraph
from motlp.problem.loss import Abstention
from motlp.problem.rationals import Number
from motlp.problem.threat import check_ball

NEEDS = {"cvxpy": "linear", "pyomo": "linear", "matrix": "linear"}
OTHER_LOSS = True  # than the 0-1 loss of all classifiers


def check(price: Number) -> None:
    """Refuse a price that is none, before anything is enumerated."""
    Abstention.at(price)


def cvxpy(hypergraph: Hypergraph, price: Number) -> Model:
    """The formula in CVXPY: a row for each member of an interaction, and one for each interaction."""
    import cvxpy as cp

    check_ball("abstain", hypergraph.threat)
    loss = Abstention.at(price)
    starts, members, *_ = hypergraph.memberships
    owner = np.repeat(np.arange(hypergraph.size), np.diff(starts))
    sums = sp.csr_array((np.ones(len(members)), np.arange(len(members)), starts))  # over the members of each
    potential = cp.Variable(hypergraph.measure.size, nonneg=True, name="potential")
    answers = cp.Variable(len(members), nonneg=True, name="answers")
    abstains = cp.Variable(hypergraph.size, nonneg=True, name="abstains")
    sure = potential[members] <= answers + loss.gain * abstains[owner]
    conflict = sums @ answers + abstains <= 1
    problem = cp.Problem(cp.Maximize(hypergraph.mass @ potential), [sure, conflict])
    return Model("abstain", "cvxpy", hypergraph, problem, potential=potential, conflict=conflict, loss=loss)


def pyomo(hypergraph: Hypergraph, price: Number) -> Model:
    """The formula in Pyomo."""
    import pyomo.environ as pyo

    check_ball("abstain", hypergraph.threat)
    loss = Abstention.at(price)
    interactions = [members for rows in hypergraph.members for members in rows.tolist()]
    pairs = [(a, v) for a, members in enumerate(interactions) for v in members]
    problem = pyo.ConcreteModel("abstain")
    problem.potential = pyo.Var(range(hypergraph.measure.size), domain=pyo.NonNegativeReals)
    problem.answers = pyo.Var(pairs, domain=pyo.NonNegativeReals)
    problem.abstains = pyo.Var(range(hypergraph.size), domain=pyo.NonNegativeReals)
    problem.sure = pyo.Constraint(
        pairs, rule=lambda m, a, v: m.potential[v] <= m.answers[a, v] + loss.gain * m.abstains[a]
    )
    problem.conflict = pyo.Constraint(
        range(hypergraph.size),
        rule=lambda m, a: pyo.quicksum(m.answers[a, v] for v in interactions[a]) + m.abstains[a] <= 1,
    )
    problem.packing = pyo.Objective(
        expr=pyo.sum_product(hypergraph.mass.tolist(), problem.potential), sense=pyo.maximize
    )
    return Model(
        "abstain",
        "pyomo",
        hypergraph,
        problem,
        potential=problem.potential,
        conflict=problem.conflict,
        loss=loss,
    )


def matrix(hypergraph: Hypergraph, price: Number) -> Model:
    """The formula as plain arrays: columns are g, f and a; rows are members of interactions, then interactions."""
    check_ball("abstain", hypergraph.threat)
    loss = Abstention.at(price)
    starts, members, *_ = hypergraph.memberships
    points, number, size = hypergraph.measure.size, len(members), hypergraph.size
    places, owner = np.arange(number), np.repeat(np.arange(size), np.diff(starts))
    chosen = sp.csr_array((np.ones(number), (places, members)), shape=(number, points))
    owned = sp.csr_array((np.ones(number), (places, owner)), shape=(number, size))
    problem = LinearProgram(
        sense="max",
        cost=np.append(hypergraph.mass, np.zeros(number + size)),
        matrix=sp.block_array(
            [[chosen, -sp.eye_array(number), -loss.gain * owned], [None, owned.T, sp.eye_array(size)]]
        ).tocsc(),
        row_lower=np.full(number + size, -np.inf),
        row_upper=np.append(np.zeros(number), np.ones(size)),
    )
    rows = slice(number, number + size)
    return Model("abstain", "matrix", hypergraph, problem, potential=slice(points), conflict=rows, loss=loss)
