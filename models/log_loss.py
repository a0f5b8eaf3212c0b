"""Log loss: the least cross-entropy under attack.

    max Σ_v m_v log g_v
    s.t. Σ_{v∈A} g_v ≤ 1    for every interaction A    (conflict)
         g ≥ 0

A classifier that gives the label of v at least the probability g_v wherever v can be moved loses −log g_v there at
most, and the adversary finds a place where it loses that much. So minus the optimum is the least cross-entropy, in
nats. With the multipliers π of `conflict`, m_v / g_v = Σ_{A∋v} π_A at the optimum. It is for a ball: under the
quadratic cost the probabilities that the adversary pays for would enter otherwise.
"""

from motlp.frameworks.model import Model
from motlp.problem.hypergraph import Hypergraph
from motlp.problem.loss import CrossEntropy
from motlp.problem.threat import check_ball

NEEDS = {"cvxpy": "exponential cone", "pyomo": "nonlinear"}
OTHER_LOSS = True  # than the 0-1 loss of all classifiers


def cvxpy(hypergraph: Hypergraph) -> Model:
    """The formula in CVXPY, which makes exponential cones of the logarithms."""
    import cvxpy as cp

    check_ball("log_loss", hypergraph.threat)
    mass, heavy = hypergraph.mass, (hypergraph.mass > 0).nonzero()[0]  # 0 log g would let a solver run off
    potential = cp.Variable(hypergraph.measure.size, nonneg=True, name="potential")
    conflict = hypergraph.incidence.T @ potential <= hypergraph.price
    problem = cp.Problem(cp.Maximize(mass[heavy] @ cp.log(potential[heavy])), [conflict])
    return Model("log_loss", "cvxpy", hypergraph, problem, potential=potential, conflict=conflict, loss=CrossEntropy())


def pyomo(hypergraph: Hypergraph) -> Model:
    """The formula in Pyomo, for solvers of nonlinear problems."""
    import pyomo.environ as pyo

    check_ball("log_loss", hypergraph.threat)
    interactions = [members for rows in hypergraph.members for members in rows.tolist()]
    heavy = [(v, mass) for v, mass in enumerate(hypergraph.mass.tolist()) if mass > 0]
    problem = pyo.ConcreteModel("log_loss")
    problem.potential = pyo.Var(
        range(hypergraph.measure.size), domain=pyo.NonNegativeReals, initialize=1 / hypergraph.measure.classes
    )
    problem.conflict = pyo.Constraint(
        range(hypergraph.size), rule=lambda m, a: pyo.quicksum(m.potential[v] for v in interactions[a]) <= 1
    )
    problem.likelihood = pyo.Objective(
        expr=pyo.quicksum(mass * pyo.log(problem.potential[v]) for v, mass in heavy), sense=pyo.maximize
    )
    return Model(
        "log_loss",
        "pyomo",
        hypergraph,
        problem,
        potential=problem.potential,
        conflict=problem.conflict,
        loss=CrossEntropy(),
    )
