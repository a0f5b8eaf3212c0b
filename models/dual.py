"""Dual: potentials, as a fractional packing of interactions.

    B_L  =  max  Σ_v m_v g_v
            s.t. Σ_{v∈A} g_v ≤ 1 + c_A    for every interaction A    (conflict)
                 g ≥ 0

The potential g_v is the probability with which the optimal classifier answers the label of v wherever
the adversary can take v: at the place where the points of an interaction meet, these probabilities share 1.
With g ≥ 0, the interactions contained in others may be left out under a ball. The multiplier of `conflict` is the
plan. Source: arXiv 2401.09191, the dual of the truncated problem; arXiv 2302.10722 for the hypergraph.
"""

import numpy as np

from motlp.frameworks.model import LinearProgram, Model
from motlp.problem.hypergraph import Hypergraph

NEEDS = {"cvxpy": "linear", "pyomo": "linear", "matrix": "linear"}


def cvxpy(hypergraph: Hypergraph) -> Model:
    """The formula in CVXPY: one sparse product."""
    import cvxpy as cp

    potential = cp.Variable(hypergraph.measure.size, nonneg=True, name="potential")
    conflict = hypergraph.incidence.T @ potential <= hypergraph.price
    problem = cp.Problem(cp.Maximize(hypergraph.mass @ potential), [conflict])
    return Model("dual", "cvxpy", hypergraph, problem, potential=potential, conflict=conflict)


def pyomo(hypergraph: Hypergraph) -> Model:
    """The formula in Pyomo: one constraint an interaction."""
    import pyomo.environ as pyo

    interactions = [members for rows in hypergraph.members for members in rows.tolist()]
    problem = pyo.ConcreteModel("dual")
    problem.potential = pyo.Var(range(hypergraph.measure.size), domain=pyo.NonNegativeReals)
    problem.conflict = pyo.Constraint(
        range(hypergraph.size),
        rule=lambda m, a: pyo.quicksum(m.potential[v] for v in interactions[a]) <= hypergraph.price[a],
    )
    problem.packing = pyo.Objective(
        expr=pyo.sum_product(hypergraph.mass.tolist(), problem.potential), sense=pyo.maximize
    )
    return Model("dual", "pyomo", hypergraph, problem, potential=problem.potential, conflict=problem.conflict)


def matrix(hypergraph: Hypergraph) -> Model:
    """The formula as plain arrays: columns are points, rows are interactions."""
    problem = LinearProgram(
        sense="max",
        cost=hypergraph.mass.copy(),
        matrix=hypergraph.incidence.T.tocsc(),
        row_lower=np.full(hypergraph.size, -np.inf),
        row_upper=hypergraph.price.copy(),
    )
    return Model("dual", "matrix", hypergraph, problem, potential=slice(None), conflict=slice(None))
