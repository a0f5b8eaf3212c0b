"""Fair: the least worst-class risk.

    max t
    s.t. Σ_{v∈A} g_v ≤ 1 + c_A                          for every interaction A            (conflict)
         Σ_{v of class i} m_v g_v ≥ t Σ_{v of class i} m_v    for every class i with mass
         g, t ≥ 0

The class that fares worst keeps a share t of its mass, and no classifier keeps more of every class. So 1 − t is the
least worst-class risk: whatever the classifier, the risk on some class is at least that.
"""

from math import fsum

import numpy as np
import scipy.sparse as sp

from motlp.frameworks.model import LinearProgram, Model
from motlp.problem.hypergraph import Hypergraph
from motlp.problem.loss import WorstClassRisk

NEEDS = {"cvxpy": "linear", "pyomo": "linear", "matrix": "linear"}
OTHER_LOSS = True  # than the 0-1 loss of all classifiers


def cvxpy(hypergraph: Hypergraph) -> Model:
    """The formula in CVXPY."""
    import cvxpy as cp

    shares = share_by_class(hypergraph)
    potential = cp.Variable(hypergraph.measure.size, nonneg=True, name="potential")
    kept = cp.Variable(nonneg=True, name="kept")
    conflict = hypergraph.incidence.T @ potential <= hypergraph.price
    problem = cp.Problem(cp.Maximize(kept), [conflict, shares @ potential >= kept])
    return Model("fair", "cvxpy", hypergraph, problem, potential=potential, conflict=conflict, loss=WorstClassRisk())


def pyomo(hypergraph: Hypergraph) -> Model:
    """The formula in Pyomo."""
    import pyomo.environ as pyo

    shares = share_by_class(hypergraph).tocsr()
    interactions = [members for rows in hypergraph.members for members in rows.tolist()]
    problem = pyo.ConcreteModel("fair")
    problem.potential = pyo.Var(range(hypergraph.measure.size), domain=pyo.NonNegativeReals)
    problem.kept = pyo.Var(domain=pyo.NonNegativeReals)
    problem.conflict = pyo.Constraint(
        range(hypergraph.size),
        rule=lambda m, a: pyo.quicksum(m.potential[v] for v in interactions[a]) <= hypergraph.price[a],
    )

    def keep_enough(m: pyo.ConcreteModel, i: int) -> object:
        row = slice(shares.indptr[i], shares.indptr[i + 1])
        members = zip(shares.indices[row].tolist(), shares.data[row].tolist(), strict=True)
        return pyo.quicksum(share * m.potential[v] for v, share in members) >= m.kept

    problem.fair = pyo.Constraint(range(shares.shape[0]), rule=keep_enough)
    problem.worst = pyo.Objective(expr=problem.kept, sense=pyo.maximize)
    return Model(
        "fair",
        "pyomo",
        hypergraph,
        problem,
        potential=problem.potential,
        conflict=problem.conflict,
        loss=WorstClassRisk(),
    )


def matrix(hypergraph: Hypergraph) -> Model:
    """The formula as plain arrays: columns are points, then t; rows are interactions, then classes."""
    shares, points = share_by_class(hypergraph), hypergraph.measure.size
    classes = shares.shape[0]
    problem = LinearProgram(
        sense="max",
        cost=np.append(np.zeros(points), 1.0),
        matrix=sp.block_array([[hypergraph.incidence.T, None], [shares, np.full((classes, 1), -1.0)]]).tocsc(),
        row_lower=np.append(np.full(hypergraph.size, -np.inf), np.zeros(classes)),
        row_upper=np.append(hypergraph.price, np.full(classes, np.inf)),
    )
    return Model(
        "fair",
        "matrix",
        hypergraph,
        problem,
        potential=slice(points),
        conflict=slice(hypergraph.size),
        loss=WorstClassRisk(),
    )


def share_by_class(hypergraph: Hypergraph) -> sp.csc_array:
    """The share of every point in the mass of its class, classes × points, without classes that have no mass."""
    measure = hypergraph.measure
    totals = np.array([fsum(measure.mass[block].tolist()) for block in hypergraph.blocks])
    heavy = totals[measure.labels] > 0
    rows = (np.cumsum(totals > 0) - 1)[measure.labels[heavy]]
    shares = measure.mass[heavy] / totals[measure.labels[heavy]]
    places = rows, np.flatnonzero(heavy)
    return sp.csc_array((shares, places), shape=(int((totals > 0).sum()), measure.size))
