"""Primal: stratified multimarginal optimal transport, as a fractional cover by interactions.

    B_L  =  min  Σ_A (1 + c_A) π_A
            s.t. Σ_{A∋v} π_A ≥ m_v    for every point v        (marginal)
                 π ≥ 0

The plan π says how much mass is moved to the meeting place of each interaction A. Where an optimal plan
covers a point too often, the excess moves to a subset of the interaction, which costs no more: so ≥ gives
the same value as =. Under a ball, the interactions contained in others may be left out. The multiplier of
`marginal` is the potential. Source: arXiv 2401.09191, the stratified MOT problem truncated to |A| ≤ L.
"""

import numpy as np

from motlp.frameworks.model import LinearProgram, Model
from motlp.problem.hypergraph import Hypergraph

NEEDS = {"cvxpy": "linear", "pyomo": "linear", "matrix": "linear"}


def cvxpy(hypergraph: Hypergraph) -> Model:
    """The formula in CVXPY: one sparse product."""
    import cvxpy as cp

    plan = cp.Variable(hypergraph.size, nonneg=True, name="plan")
    marginal = hypergraph.incidence @ plan >= hypergraph.mass
    problem = cp.Problem(cp.Minimize(hypergraph.price @ plan), [marginal])
    return Model("primal", "cvxpy", hypergraph, problem, plan=plan, marginal=marginal)


def pyomo(hypergraph: Hypergraph) -> Model:
    """The formula in Pyomo: one constraint a point."""
    import pyomo.environ as pyo

    memberships = hypergraph.memberships
    containing = np.split(memberships.interactions, memberships.indptr[1:-1])
    problem = pyo.ConcreteModel("primal")
    problem.plan = pyo.Var(range(hypergraph.size), domain=pyo.NonNegativeReals)
    problem.marginal = pyo.Constraint(
        range(hypergraph.measure.size),
        rule=lambda m, v: pyo.quicksum(m.plan[a] for a in containing[v].tolist()) >= hypergraph.mass[v],
    )
    problem.cover = pyo.Objective(expr=pyo.sum_product(hypergraph.price.tolist(), problem.plan))
    return Model("primal", "pyomo", hypergraph, problem, plan=problem.plan, marginal=problem.marginal)


def matrix(hypergraph: Hypergraph) -> Model:
    """The formula as plain arrays: columns are interactions, rows are points."""
    problem = LinearProgram(
        sense="min",
        cost=hypergraph.price.copy(),
        matrix=hypergraph.incidence.copy(),
        row_lower=hypergraph.mass.copy(),
        row_upper=np.full(hypergraph.measure.size, np.inf),
    )
    return Model("primal", "matrix", hypergraph, problem, plan=slice(None), marginal=slice(None))
