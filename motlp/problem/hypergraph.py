"""The hypergraph of class interactions: which sets of points the adversary can bring together."""

from dataclasses import dataclass, fields, replace
from fractions import Fraction
from functools import cached_property
from numbers import Integral
from typing import Any

import numpy as np
import scipy.sparse as sp
from jaxtyping import Bool, Float64, Int32, Int64
from scipy.sparse.csgraph import connected_components

from motlp.errors import InvalidBudget, InvalidHypergraph, arg, shorten
from motlp.geometry.exact import within
from motlp.problem.measure import LabeledMeasure
from motlp.problem.memberships import Memberships, list_memberships
from motlp.problem.owned import own
from motlp.problem.rationals import Number, exact, spell
from motlp.problem.threat import Threat
from motlp.problem.validity import validate


@dataclass(frozen=True, eq=False)
class Hypergraph:
    """Class interactions of a measure up to some order, each with its birth or its cost.

    An interaction is a set of points of pairwise distinct labels. Whatever has one entry for each interaction (`cost`,
    `sizes`, the columns of `incidence`, a plan) lists them order by order, and within an order as the rows of
    `members`.

    Attributes:
        measure: the points, labels and masses.
        threat: what the adversary pays to move points.
        eps: the budget, in feature units; None under a threat that has none.
        members: for each order k = 1 … L an array of shape (interactions, k): the indices of the points of each
            interaction, in ascending order of their classes.
        births: for each order an array of shape (interactions,). Under a ball, the radius of the smallest enclosing
            ball, rounded, in units of the lattice (multiply by `measure.unit` for features): the smallest budget at
            which the interaction exists. Under the quadratic cost, the cost c_A.

    Raises:
        InvalidHypergraph: members and births are not one array for each order.
    """

    measure: LabeledMeasure
    threat: Threat
    eps: Fraction | None
    members: tuple[Int32[np.ndarray, "_ _"], ...]
    births: tuple[Float64[np.ndarray, " _"], ...]

    def __post_init__(self) -> None:
        if self.eps is not None:
            object.__setattr__(self, "eps", exact(self.eps))
        for name in ("members", "births"):
            if not isinstance(getattr(self, name), tuple | list):
                raise InvalidHypergraph(
                    f"{arg(name)} is {shorten(getattr(self, name))}; give a tuple with an array for each order."
                )
        if not self.members or len(self.members) != len(self.births):
            raise InvalidHypergraph(
                f"there are members of {len(self.members)} orders and births of {len(self.births)}; "
                "give both for every order, from 1 on."
            )
        self.__setstate__({name: getattr(self, name) for name in ("members", "births")})

    def __getstate__(self) -> dict[str, Any]:
        # Without what was worked out from them, which is worked out anew from what nobody can write to.
        return {field.name: getattr(self, field.name) for field in fields(self)}

    def __setstate__(self, state: dict[str, Any]) -> None:
        # Like a measure, a hypergraph owns its arrays: a birth that somebody changes would make a wrong bound.
        for name in ("members", "births"):
            state[name] = tuple(own(rows) if isinstance(rows, np.ndarray) else rows for rows in state[name])
        self.__dict__.update(state)

    def check(self) -> "Hypergraph":
        """Check from the points that every set is an interaction with the right birth or cost; returns the hypergraph.

        It is for interactions that do not come from `motlp.interactions`, and takes a fraction of the time of an
        enumeration. It does not look for interactions that are missing: without them the lower bound is lower, and
        still true.

        Raises:
            InvalidHypergraph: a set is no interaction, or has another birth or cost; the text names the first.
        """
        validate(self.measure, self.threat, self.eps, self.members, self.births)
        return self

    @property
    def order(self) -> int:
        """Truncation order L: the largest size an interaction may have."""
        return len(self.members)

    @property
    def counts(self) -> dict[int, int]:
        """Number of interactions by order."""
        return {k: len(rows) for k, rows in enumerate(self.members, start=1)}

    @property
    def size(self) -> int:
        """Number of interactions of all orders."""
        return sum(self.counts.values())

    @property
    def mass(self) -> Float64[np.ndarray, " points"]:
        """Masses m_v of the points."""
        return self.measure.mass

    @cached_property
    def sizes(self) -> Int64[np.ndarray, " interactions"]:
        """|A| of every interaction."""
        return own(np.repeat(np.arange(1, self.order + 1), list(self.counts.values())))

    @cached_property
    def cost(self) -> Float64[np.ndarray, " interactions"]:
        """c_A of every interaction: 0 under a ball."""
        return own(self.threat.costs(np.concatenate(self.births)))

    @cached_property
    def price(self) -> Float64[np.ndarray, " interactions"]:
        """1 + c_A of every interaction: the cost of a unit of plan on it, and the most its potentials may sum to."""
        return own(1.0 + self.cost)

    @cached_property
    def blocks(self) -> list[Int64[np.ndarray, " _"]]:
        """The points of each class, which never share an interaction."""
        labels = self.measure.labels
        return np.split(np.argsort(labels, kind="stable"), np.cumsum(np.bincount(labels))[:-1])

    @cached_property
    def memberships(self) -> Memberships:
        """The members of every interaction, and the interactions of every point."""
        return list_memberships(self.members, self.measure.size)

    @cached_property
    def incidence(self) -> sp.csc_array:
        """The memberships as a sparse matrix, points × interactions, 1 where the point is a member."""
        starts, points, *_ = self.memberships
        kind = np.int32 if starts[-1] < np.iinfo(np.int32).max else np.int64
        arrays = np.ones(len(points)), points.astype(kind, copy=False), starts.astype(kind)
        return sp.csc_array(arrays, shape=(self.measure.size, self.size))

    @cached_property
    def binding(self) -> Bool[np.ndarray, " interactions"]:
        """The interactions whose constraint can bind: under a ball those contained in no other.

        With g ≥ 0 the constraint of a subset follows from that of its superset when both have the same right-hand
        side. Under the quadratic cost a subset is cheaper than its superset, and all can bind.
        """
        if not self.threat.has_budget:
            return own(np.ones(self.size, dtype=bool))
        masks = [np.ones(len(rows), dtype=bool) for rows in self.members]
        for k in range(1, self.order):
            above = self.members[k]
            facets = np.concatenate([np.delete(above, i, axis=1) for i in range(k + 1)])
            masks[k - 1] = ~contains(facets, self.members[k - 1], self.measure.size)
        return own(np.concatenate(masks))

    def maximal(self) -> "Hypergraph":
        """The hypergraph of the interactions that can bind: the same bounds from fewer constraints."""
        return self if self.binding.all() else self.select(self.binding)

    def select(self, kept: Bool[np.ndarray, " interactions"]) -> "Hypergraph":
        """The hypergraph of the interactions where `kept` is true.

        Raises:
            InvalidHypergraph: `kept` does not hold one truth value for each interaction.
        """
        if np.shape(kept) != (self.size,) or np.asarray(kept).dtype != bool:
            raise InvalidHypergraph(f"{arg('kept')} is {shorten(kept)}; give {self.size} truth values.")
        cuts = np.cumsum(list(self.counts.values()))[:-1]
        masks = np.split(kept, cuts)
        return replace(
            self,
            members=tuple(rows[mask] for rows, mask in zip(self.members, masks, strict=True)),
            births=tuple(birth[mask] for birth, mask in zip(self.births, masks, strict=True)),
        )

    def at(self, eps: Number) -> "Hypergraph":
        """The interactions of a smaller budget, without a new enumeration.

        Raises:
            InvalidBudget: `eps` is larger than the budget of this hypergraph, or the threat has no budget.
        """
        if self.eps is None:
            raise InvalidBudget(f"the quadratic cost has no budget; enumerate again with another {arg('tau')}.")
        budget = exact(eps)
        if budget > self.eps:
            raise InvalidBudget(
                f"{arg('eps')} is {spell(budget)}, larger than {spell(self.eps)}, up to which interactions are known; "
                "enumerate them at the largest budget first."
            )
        radius, norm = budget / self.measure.unit, self.threat.norm
        masks = [
            within(rows, birth, radius, self.measure.points, norm)
            for rows, birth in zip(self.members, self.births, strict=True)
        ]
        return replace(self.select(np.concatenate(masks)), eps=budget)

    def truncate(self, order: int | None) -> "Hypergraph":
        """The interactions of at most `order` points; by default 3, or the order of this hypergraph if that is smaller.

        Raises:
            InvalidBudget: `order` is no whole number between 1 and the order of this hypergraph.
        """
        order = choose_order(order, self.order, "the order enumerated")
        return replace(self, members=self.members[:order], births=self.births[:order])

    def components(self) -> Int32[np.ndarray, " points"]:
        """The connected component of every point, as a number from 0 on; no interaction joins two components."""
        edges = [rows[:, [i, i + 1]] for rows in self.members[1:] for i in range(rows.shape[1] - 1)]
        ends = np.concatenate([np.empty((0, 2), np.int32), *edges])
        n = self.measure.size
        graph = sp.coo_array((np.ones(len(ends), dtype=np.int8), (ends[:, 0], ends[:, 1])), shape=(n, n))
        return connected_components(graph, directed=False)[1]


def check_hypergraph(value: object) -> None:
    """Refuse what is no Hypergraph."""
    if not isinstance(value, Hypergraph):
        raise InvalidHypergraph(
            f"{arg('hypergraph')} is {shorten(value)}; it must be one, as motlp.interactions returns."
        )


def choose_order(order: int | None, most: int, what: str) -> int:
    """The order that is asked for, once it is checked; by default 3, or `most` if that is smaller.

    Raises:
        InvalidBudget: as `check_order` does.
    """
    return min(3, most) if order is None else check_order(order, most, what)


def check_order(order: int, most: int, what: str, name: str = "order") -> int:
    """The order, once it is known to be a whole number between 1 and `most`; `what` says in words what `most` is.

    Raises:
        InvalidBudget: it is not.
    """
    if isinstance(order, bool | np.bool_) or not isinstance(order, Integral) or not 1 <= order <= most:
        raise InvalidBudget(f"{arg(name)} is {shorten(order)}; it must be a whole number between 1 and {most}, {what}.")
    return int(order)


def contains(rows: Int32[np.ndarray, "m k"], wanted: Int32[np.ndarray, "n k"], points: int) -> Bool[np.ndarray, " n"]:
    """Whether each wanted row is among the rows; both list the points of a set in the same order."""
    both = np.concatenate([wanted, rows]).astype(np.int64)
    key = both[:, 0]
    for column in both.T[1:]:
        key = np.unique(key * points + column, return_inverse=True)[1]
    return np.isin(key[: len(wanted)], key[len(wanted) :])
