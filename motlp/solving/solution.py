"""What comes back from any solver."""

from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property

import numpy as np
from jaxtyping import Float64

from motlp.errors import NoCertificate
from motlp.frameworks.answer import Status
from motlp.problem.hypergraph import Hypergraph
from motlp.problem.linear_form import Sense
from motlp.problem.loss import Loss
from motlp.problem.terms import FULL, Order
from motlp.proof.bounds import cover_cost, potential_value
from motlp.proof.certificate import Certificate
from motlp.proof.certify import certify
from motlp.proof.decimals import float_above, float_below, keep_lower, read_lower
from motlp.proof.summation import exact_sum

INTERRUPTED = "interrupted"  # so begins the message of an untruncated solution whose search Ctrl-C has ended

ROUNDING = 1e-6  # by which a solver may miss an end of [0, 1]


@dataclass(frozen=True, eq=False)
class Solution:
    """The answer to one model, the same whatever the model, the framework or the solver.

    Attributes:
        hypergraph: the interactions the plan refers to; of an untruncated solution those that were generated.
        model, framework, solver, version: what was solved, by what.
        status: how it ended. Of the plain primal and dual "solved to optimality" means proved: the gap is at most
            1e-6, and any other claim of the solver is corrected. Of a model that was changed, or is another one, it is
            what the solver says.
        message: the solver's own status; then why a plan or a potential is missing, and what else a reader of
            the numbers must know, such as what the solver claimed where that is disproved.
        objective: the value of the model's objective as the solver reports it, B_L for the plain problem, or None.
            Where the solver's B_L lies outside the proved interval, it is that of the plan, or None without one.
        plan: π_A ≥ 0 an interaction of `hypergraph`, or None.
        potential: g_v a point, in [0, 1] at the optimum, or None.
        seconds: wall time by stage.
        zero_one: whether the objective is that of the 0-1 loss, so that 1 − objective is a risk.
        sense: "max" or "min", of the model that was declared; None of Sinkhorn, maxflow and an untruncated solution,
            which declare none.
        plain: whether the model is the primal or the dual, declared for this solve, so that nothing was changed in it.
        extended_bound: what the solver's multipliers prove of the optimum of a model that is not plain, or None.
        loss: of a model that is about another loss, or other classifiers: what `loss_value` is the least of.
        loss_lower: a proved lower end of that: no such classifier has less, whatever the order. None if none is proved.
        loss_upper: a proved upper end of what interactions of this order can prove, or None.
        claimed: of a model with integer variables, what the solver says that the objective cannot go beyond; it is
            proved by nothing here. None where the solver does not say.
        risk_upper: of an untruncated solution, a proved upper end of R*, the least risk over interactions of all
            orders: some classifier has no larger one. None of a truncated solution.
    """

    hypergraph: Hypergraph
    model: str
    framework: str
    solver: str
    version: str
    status: Status
    message: str
    objective: float | None
    plan: Float64[np.ndarray, " interactions"] | None
    potential: Float64[np.ndarray, " points"] | None
    seconds: dict[str, float]
    zero_one: bool = field(default=True, kw_only=True)
    sense: Sense | None = field(default=None, kw_only=True)
    plain: bool = field(default=False, kw_only=True)
    extended_bound: float | None = field(default=None, kw_only=True)
    loss: Loss | None = field(default=None, kw_only=True)
    loss_lower: float | None = field(default=None, kw_only=True)
    loss_upper: float | None = field(default=None, kw_only=True)
    claimed: float | None = field(default=None, kw_only=True)
    risk_upper: float | None = field(default=None, kw_only=True)

    @property
    def order(self) -> Order:
        """The truncation order L, or "full" of an untruncated solution."""
        return self.hypergraph.order if self.risk_upper is None else FULL

    @property
    def risk(self) -> float | None:
        """1 − objective: the risk as the solver reports it, proved by nothing.

        None where the objective is not that of the 0-1 loss, or is no share of the mass: then 1 − objective is no risk.
        """
        if self.objective is None or not self.zero_one or not -ROUNDING <= self.objective <= 1.0 + ROUNDING:
            return None
        return 1.0 - self.objective

    @property
    def loss_value(self) -> float | None:
        """The least loss as the solver reports it, proved by nothing; None without a loss or an objective."""
        return None if self.loss is None or self.objective is None else self.loss.whole - self.objective

    @cached_property
    def risk_lower(self) -> float:
        """A proved lower bound on the risk of every classifier, whatever the solver did.

        The plan, completed to a cover of all masses by singletons, costs at least the optimal cover;
        without a plan nothing is proved but 0. A decimal of at most 12 places between this float and the
        next one is proved too. Source: arXiv 2401.09191, weak duality.
        """
        if self.plan is None:
            return 0.0
        return keep_lower(max(Fraction(0), 1 - cover_cost(self.hypergraph, self.plan)))

    @cached_property
    def gap(self) -> float | None:
        """Width of the proved interval [risk_lower, risk_lower + gap], rounded up.

        It is around R*, and ends at `risk_upper`, where that is known; else it is around the truncated risk R_L. The
        sum, in floats, is a proved upper end. None when the solver returned no usable potential.
        """
        if self.risk_upper is not None:
            return float_above(Fraction(self.risk_upper) - Fraction(self.risk_lower))
        if self.potential is None:
            return None
        value = potential_value(self.hypergraph, self.potential)
        if value is None:
            return None
        # The upper end is a float, so that a sum that is at least this large is not rounded to less.
        upper = float_above(1 - Fraction(value))
        return float_above(Fraction(upper) - Fraction(self.risk_lower))

    @property
    def accuracy_upper(self) -> float:
        """1 − risk_lower: no classifier has a higher adversarial accuracy."""
        return float_above(1 - Fraction(self.risk_lower))

    @cached_property
    def value_bound(self) -> float | None:
        """A proved bound on the optimum of the model that was solved, in units of its objective.

        Where `sense` is "max", the optimum is at most this float; where it is "min", at least: whatever the solver did.
        Of a linear model that a user extended, the solver's multipliers prove it (`motlp.proof.weak_duality`); of the
        plain primal and dual, the proved interval does. None where the model is not linear, or the solver gave nothing
        that proves a bound; the message says why. Where the objective is Σ m_v g_v, no classifier that satisfies the
        constraints of the model has a risk below 1 − value_bound, which `risk` may miss on either side. It is about the
        numbers that the framework hands over: where CVXPY or Pyomo adds up constants of an expression, such as
        x + 1e16 − 1e16, what it rounds there is not covered. Source: A.
        Neumaier, O. Shcherbina, "Safe bounds in linear and mixed-integer linear programming" (2004).
        """
        if not self.plain:
            return self.extended_bound
        total = exact_sum(self.hypergraph.mass)  # the interval is for masses of sum 1, which rounded ones may miss
        if self.sense == "max":
            return None if self.plan is None else float_above((1 - Fraction(self.risk_lower)) * total)
        return None if self.gap is None else float_below((1 - Fraction(self.risk_lower + self.gap)) * total)

    def certificate(self) -> Certificate:
        """What this solution proves, in a form that anyone can check without motlp (see docs/certificate.md).

        The upper end of a truncated solution is about all interactions of its order, so a hypergraph from which some
        were taken has a certificate that is false at that end.

        Raises:
            NoCertificate: there is neither a plan nor a potential, and so neither end.
            InvalidHypergraph: a set of three or more points with mass on it is no interaction, in l2 or l1. Others that
                are none the verifier finds.
        """
        upper = None
        if self.gap is not None:
            upper = min(Fraction(self.risk_lower + self.gap), Fraction(1))
        missing = [
            f"{end} end, as there is no {part}"
            for end, part, there in (("lower", "plan", self.plan), ("upper", "usable potential", upper))
            if there is None
        ]
        if len(missing) == 2:
            raise NoCertificate(
                f"no certificate can be made: there is no {' and no '.join(missing)} ({self.message}); "
                "try another solver, or give it more time."
            )
        said = {"model": self.model, "framework": self.framework, "solver": f"{self.solver} {self.version}"}
        return certify(
            self.hypergraph,
            self.plan,
            self.potential,
            lower=read_lower(self.risk_lower),
            upper=upper,
            order=self.order,
            about=said | {"status": self.status.label, "missing": f"no {missing[0]}" if missing else ""},
        )
