"""Deterministic: the best classifier that answers every input with one label.

    max Σ_v m_v g_v
    s.t. Σ_{v∈A} g_v ≤ 1    for every interaction A    (conflict)
         g ∈ {0, 1}

Such a classifier is right at v wherever v can be moved (g_v = 1), or it is not. It cannot be right at two points of an
interaction, and so pairs alone decide: from order 2 on, the optimum is the same, that of a heaviest independent set of
the graph of pairs. Larger interactions are cliques of it, and help a solver. It is for a ball: under the quadratic
cost, g_v would be what the adversary has to pay, any number. Source: arXiv 2302.10722, hard classifiers.
"""

import numpy as np

from motlp.frameworks.model import LinearProgram, Model
from motlp.problem.hypergraph import Hypergraph
from motlp.problem.loss import HardRisk
from motlp.problem.threat import check_ball

NEEDS = {"cvxpy": "integer", "pyomo": "integer", "matrix": "integer"}
OTHER_LOSS = True  # than the 0-1 loss of all classifiers


def cvxpy(hypergraph: Hypergraph) -> Model:
    """The formula in CVXPY."""
    import cvxpy as cp

    check_ball("deterministic", hypergraph.threat)
    potential = cp.Variable(hypergraph.measure.size, boolean=True, name="potential")
    conflict = hypergraph.incidence.T @ potential <= hypergraph.price
    problem = cp.Problem(cp.Maximize(hypergraph.mass @ potential), [conflict])
    return Model("deterministic", "cvxpy", hypergraph, problem, potential=potential, conflict=conflict, loss=HardRisk())


def pyomo(hypergraph: Hypergraph) -> Model:
    """The formula in Pyomo."""
    import pyomo.environ as pyo

    check_ball("deterministic", hypergraph.threat)
    interactions = [members for rows in hypergraph.members for members in rows.tolist()]
    problem = pyo.ConcreteModel("deterministic")
    problem.potential = pyo.Var(range(hypergraph.measure.size), domain=pyo.Binary)
    problem.conflict = pyo.Constraint(
        range(hypergraph.size), rule=lambda m, a: pyo.quicksum(m.potential[v] for v in interactions[a]) <= 1
    )
    problem.packing = pyo.Objective(
        expr=pyo.sum_product(hypergraph.mass.tolist(), problem.potential), sense=pyo.maximize
    )
    return Model(
        "deterministic",
        "pyomo",
        hypergraph,
        problem,
        potential=problem.potential,
        conflict=problem.conflict,
        loss=HardRisk(),
    )


def matrix(hypergraph: Hypergraph) -> Model:
    """The formula as plain arrays: columns are points, all of them whole numbers; rows are interactions."""
    check_ball("deterministic", hypergraph.threat)
    problem = LinearProgram(
        sense="max",
        cost=hypergraph.mass.copy(),
        matrix=hypergraph.incidence.T.tocsc(),
        row_lower=np.full(hypergraph.size, -np.inf),
        row_upper=hypergraph.price.copy(),
        integer=np.ones(hypergraph.measure.size, bool),
    )
    return Model(
        "deterministic",
        "matrix",
        hypergraph,
        problem,
        potential=slice(None),
        conflict=slice(None),
        loss=HardRisk(),
    )
