"""The optimal attack: what the plan of a solution says that the adversary does with every point.

A plan puts mass π_A on interactions. The attack takes π_A of the mass of each member of A to the place where they meet,
or less where a plan wants more than there is (see `parts`); what is left stays at home. No classifier can tell apart
what lies at one place. So at every place it is wrong on all but one class, and its risk on the attacked measure, less
what the adversary pays, is a lower bound on its adversarial risk.

Source: N. García Trillos, M. Jacobs, J. Kim, arXiv 2204.12676, which builds it from an optimal multicoupling.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from math import fsum, inf, nextafter
from numbers import Integral
from pathlib import Path
from typing import NamedTuple

import numpy as np
from jaxtyping import Float64, Int32, Int64, Shaped

from motlp.errors import InvalidBudget, InvalidConfig, InvalidFile, InvalidHypergraph, NoPlan, arg, one_line, shorten
from motlp.geometry.exact import root
from motlp.players.data_file import write_data
from motlp.players.parts import share_out
from motlp.players.places import Meetings, Move, locate, move, number_places
from motlp.problem.archive import check_path
from motlp.problem.measure import LabeledMeasure, check_measure
from motlp.problem.rationals import spell
from motlp.problem.threat import Quadratic, Threat
from motlp.proof.bounds import make_cover
from motlp.proof.certificate import Certificate
from motlp.proof.certify import describe_data, list_support
from motlp.proof.decimals import float_above
from motlp.solving.solution import Solution


class Moves(NamedTuple):
    """Where the mass of one point goes.

    Attributes:
        rows: the rows of the attack that these are.
        places: where each lies, in features, rounded.
        mass: how much goes there.
    """

    rows: Int64[np.ndarray, " parts"]
    places: Float64[np.ndarray, "parts dims"]
    mass: Float64[np.ndarray, " parts"]


@dataclass(frozen=True, eq=False)
class Attack:
    """What the adversary does with the mass of every point: one row for each part of it.

    The rows that are moved come first, heaviest meeting first, then those that stay at home, in the order of the
    points. A point without mass has one row, at home; no other row is without mass.

    Attributes:
        source: the points before.
        threat, eps: what moves cost, and the budget in features; None under a threat that has none.
        origin: of each row the point of `source` that it comes from.
        meeting: the number 0 … M−1 of the meeting that each row goes to, heaviest first; −1 where it stays at home. All
            rows of one meeting lie at one place; two meetings may lie at one place as well.
        mass: of each row.
        meetings: for each size the sets that meet, and where, exactly.
    """

    source: LabeledMeasure
    threat: Threat
    eps: Fraction | None
    origin: Int32[np.ndarray, " rows"]
    meeting: Int32[np.ndarray, " rows"]
    mass: Float64[np.ndarray, " rows"]
    meetings: tuple[Meetings, ...]

    @classmethod
    def from_certificate(cls, certificate: Certificate, measure: LabeledMeasure) -> "Attack":
        """The attack of a certificate's plan. Its places are not believed, but checked.

        Raises:
            InvalidFile: the certificate is about other data, or its places are none.
            InvalidHypergraph: a place is farther from a point than the budget allows.
            InvalidMeasure, InvalidConfig: an argument is not what it must be.
        """
        check_measure(measure)
        if not isinstance(certificate, Certificate):
            raise InvalidConfig(f"{arg('certificate')} is {shorten(certificate)}; it must be a motlp.Certificate.")
        certificate.check()
        for name, here in describe_data(measure).items():
            if (there := certificate.claim["data"].get(name)) != here:
                raise InvalidFile(
                    f"the certificate is about other data: their {name} is {shorten(there)}, not {here!r}."
                )
        unit = Fraction(certificate.claim["weight_unit"])
        try:
            return make_attack(measure, certificate.threat, certificate.eps, certificate.arrays, unit).check()
        except InvalidHypergraph:
            raise
        except (ArithmeticError, LookupError, TypeError, ValueError) as error:
            raise InvalidFile(f"the certificate cannot be read: {one_line(error)}.") from None

    @cached_property
    def measure(self) -> LabeledMeasure:
        """The attacked measure: one point for each row, at its place, of the class and in the unit of the source.

        A place is a rational, and each of its coordinates is rounded once, to float64: so the float of a place may lie
        a little beyond the budget, while `place` and `check` are exact. Equal places have equal floats. It is made when
        it is first asked for, and takes 8 bytes for each row and feature.
        """
        points = self.source.points[self.origin].astype(np.float64)
        for moved in self._moves():
            points[moved.rows] = moved.spread(moved.places.as_floats())
        name = f"{self.source.name}, attacked"
        return replace(self.source, points=points, labels=self.source.labels[self.origin], mass=self.mass, name=name)

    def place(self, row: int) -> list[Fraction]:
        """The place of a row, exactly, in features.

        Raises:
            InvalidBudget: there is no such row.
        """
        check_number("row", row, len(self.origin))
        unit = self.source.unit
        if self.meeting[row] < 0:
            return [Fraction(x) * unit for x in self.source.points[self.origin[row]].tolist()]
        for meetings in self.meetings:
            for found in np.flatnonzero((meetings.rows == row).any(axis=1)).tolist():
                _, places = locate(self.source.points, meetings.take([found]), self.threat.norm)
                return [x * unit for x in places.as_fractions(0)]
        raise AssertionError("every row that is moved has a meeting")

    def moves(self, v: int) -> Moves:
        """Where the mass of point v goes, and how much of it.

        Raises:
            InvalidBudget: there is no such point.
        """
        check_number("v", v, self.source.size)
        rows = np.flatnonzero(self.origin == v)
        places = [[float(x) for x in self.place(row)] for row in rows.tolist()]
        return Moves(rows, np.array(places, np.float64), self.mass[rows])

    def check(self) -> "Attack":
        """Check from the exact places, in exact arithmetic, that no mass moves farther than the budget; returns itself.

        Raises:
            InvalidHypergraph: some mass does; the text names the first. Nothing is too far for a threat without budget.
        """
        if self.eps is None:
            return self
        for rows, some in self._lengths():
            if (largest := max(some)) > self.eps**self._power:
                v = self.origin[rows[some.index(largest)]]
                raise InvalidHypergraph(
                    f"point {v} would move farther than the budget {spell(self.eps)}: the points of its set do not "
                    "meet where the attack says; solve again."
                )
        return self

    @cached_property
    def farthest(self) -> float:
        """The largest move of any mass, in features, in the norm of the threat; rounded up."""
        largest = max((length for _, some in self._lengths() for length in some), default=Fraction(0))
        if self._power == 1:
            return float_above(largest)
        found = root(largest)  # to within a unit of the last place
        while Fraction(found) ** 2 < largest:
            found = nextafter(found, inf)
        return found

    @cached_property
    def cost(self) -> float:
        """What the adversary pays: Σ mass · c(x, x̃), relative to the sum of the masses; 0 under a ball."""
        if not isinstance(self.threat, Quadratic):
            return 0.0
        tau, paid = self.threat.tau, 0.0
        for rows, some in self._lengths():
            paid += fsum(self.mass[rows] * [float(tau * length) for length in some])
        return paid / fsum(self.mass.tolist())

    @cached_property
    def bayes_risk(self) -> float:
        """The least risk of any classifier on the attacked measure: at every place it is right on one class at most.

        1 − Σ over places of the largest mass of a class there. Places are one if they are equal, exactly, whether mass
        meets there or is at home.
        """
        home, classes = np.flatnonzero(self.meeting < 0), self.source.classes
        place = number_places(self.source.points[self.origin[home]], home, self._moves(), len(self.origin))
        cells, cell = np.unique(place * classes + self.source.labels[self.origin], return_inverse=True)
        mass, starts = np.bincount(cell, self.mass), np.flatnonzero(np.diff(cells // classes, prepend=-1))
        total = fsum(self.mass.tolist())
        return max(0.0, (total - fsum(np.maximum.reduceat(mass, starts).tolist())) / total)

    @property
    def value(self) -> float:
        """`bayes_risk` less `cost`: no classifier has a smaller adversarial risk, up to rounding.

        It is at least the solution's `risk_lower`, and equal to it if the plan is optimal for all orders; points that
        share a place by chance can make it larger at a truncated order.
        """
        return self.bayes_risk - self.cost

    def save(self, path: str | Path) -> None:
        """Write the attacked measure to a `.npz` file that `motlp.datasets.load` reads, with `origin` and `meeting`.

        Raises:
            InvalidFile: the file cannot be written; what was there before is untouched.
        """
        check_path(path)  # before long work
        write_data(self.measure, path, origin=self.origin, meeting=self.meeting)

    @property
    def _power(self) -> int:
        """Of lengths, as they are kept exactly."""
        return 2 if self.threat.norm == "l2" else 1

    def _moves(self) -> Iterator[Move]:
        """All meetings, a few at a time."""
        return move(self.source.points, self.meetings, self.threat.norm)

    def _lengths(self) -> Iterator[tuple[Int32[np.ndarray, " moved"], list[Fraction]]]:
        """The rows that move, a few at a time, and how far, exactly, in features; squared for l2."""
        unit = self.source.unit**self._power
        for moved in self._moves():
            yield moved.rows, [unit * length for length in moved.lengths(self.threat.norm)]


def attack(solution: Solution) -> Attack:
    """The attack of a solution's plan, of any order; it is optimal where the plan is.

    Raises:
        NoPlan: the solution has no plan.
        InvalidHypergraph: a set of three or more points with mass on it is no interaction, in l2 or l1. For all others,
            `Attack.check` says so.
        InvalidConfig: `solution` is no Solution.
    """
    if not isinstance(solution, Solution):
        raise InvalidConfig(f"{arg('solution')} is {shorten(solution)}; it must be one, as motlp.solve returns.")
    if solution.plan is None:
        raise NoPlan(
            f"no attack can be made: there is no plan ({solution.message}); try another solver, or give it more time."
        )
    hypergraph = solution.hypergraph
    cover = make_cover(hypergraph, solution.plan)
    arrays = list_support(hypergraph, cover.plan)
    return make_attack(hypergraph.measure, hypergraph.threat, hypergraph.eps, arrays, cover.unit)


def make_attack(
    source: LabeledMeasure,
    threat: Threat,
    eps: Fraction | None,
    arrays: Mapping[str, Shaped[np.ndarray, "..."]],
    unit: Fraction,
) -> Attack:
    """The attack of a plan, given as in a certificate; if it costs more than it gains, the one that moves nothing.

    Raises:
        InvalidHypergraph: a set has two points of one class.
    """
    for members in (array for name, array in arrays.items() if name.startswith("members")):
        labels = np.sort(source.labels[members], axis=1)
        if (twice := (labels[:, 1:] == labels[:, :-1]).any(axis=1)).any():
            raise InvalidHypergraph(
                f"the set {members[twice][0].tolist()} has two points of one class; enumerate again."
            )
    made = Attack(source, threat, eps, *share_out(source.mass, arrays, unit))
    if threat.has_budget or made.value >= 0:
        return made
    return Attack(source, threat, eps, *share_out(source.mass, {}, unit))


def check_number(name: str, value: int, number: int) -> None:
    """Refuse what is no number of one of so many things, counted from 0."""
    if isinstance(value, bool | np.bool_) or not isinstance(value, Integral) or not 0 <= value < number:
        raise InvalidBudget(f"{arg(name)} is {shorten(value)}; it must be a whole number between 0 and {number - 1}.")
