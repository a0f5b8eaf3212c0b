"""Places where sets of points meet, exactly: whole numbers over whole numbers.

How a place is given is as in a certificate (docs/certificate.md): by whole weights of the points in l2, and by itself
in l1, for sets of three and more; half way between the extremes of each coordinate in linf; and elsewhere at the mean.
So what follows is the same whether sets come from a solution or from a file.
"""

import hashlib
from collections.abc import Iterable, Iterator
from fractions import Fraction
from itertools import chain
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Float64, Int32, Int64, Shaped

from motlp.geometry.distance import Norm, Points
from motlp.proof.verifier import length, whole

BLOCK = 1 << 21  # coordinates of members looked at in one go
SMALL = 2**53  # whole numbers below are floats as well


class Meetings(NamedTuple):
    """Sets of k points of which each meets at one place.

    Attributes:
        members: the points of each set.
        centres, denominators: where they meet, as a certificate has it, or None.
        rows: of each member the row of the attack with its mass, or −1 where it sends none.
    """

    members: Int32[np.ndarray, "sets k"]
    centres: Shaped[np.ndarray, "sets _"] | None
    denominators: Shaped[np.ndarray, " sets"] | None
    rows: Int32[np.ndarray, "sets k"]

    def take(self, kept: Any) -> "Meetings":
        """The sets at these places of the list."""
        centres, denominators = (array if array is None else array[kept] for array in self[1:3])
        return Meetings(self.members[kept], centres, denominators, self.rows[kept])


class Places(NamedTuple):
    """Places c/q, in units of `step`, which is itself in the unit of the points; q > 0."""

    c: Shaped[np.ndarray, "sets dims"]
    q: Shaped[np.ndarray, " sets"]
    step: Fraction

    def as_fractions(self, i: int) -> list[Fraction]:
        """The coordinates of one of them."""
        return [Fraction(int(entry), int(self.q[i])) * self.step for entry in self.c[i]]

    def as_floats(self) -> Float64[np.ndarray, "sets dims"]:
        """The coordinates, each rounded once."""
        c, q = self.without_step()
        return (c / q[:, None]).astype(np.float64)  # Python rounds a quotient of its integers once

    def without_step(self) -> tuple[Shaped[np.ndarray, "sets dims"], Shaped[np.ndarray, " sets"]]:
        """Whole numbers c and q > 0 such that the places are c/q in the unit of the points."""
        if self.step == 1:
            return self.c, self.q
        return self.c.astype(object) * self.step.numerator, self.q.astype(object) * self.step.denominator

    def digests(self) -> list[bytes]:
        """For each a SHA-256 that places share just where they are equal: that of the fractions in lowest terms."""
        c, q = self.without_step()
        if (q != 1).any():
            common = np.gcd(np.gcd.reduce(c, axis=1), q)
            c, q = c // common[:, None], q // common
        return [digest(row) for row in np.column_stack([q, c])]


def digest(row: Shaped[np.ndarray, " numbers"]) -> bytes:
    """The SHA-256 of whole numbers, of whatever type."""
    try:
        return hashlib.sha256(row.astype("<i8").tobytes()).digest()
    except OverflowError:
        return hashlib.sha256(str(row.tolist()).encode()).digest()


def locate(points: Points, some: Meetings, norm: Norm) -> tuple[Shaped[np.ndarray, "sets k dims"], Places]:
    """The members of sets in whole numbers, in the step of the places where they meet, and these places.

    Raises:
        ValueError: what is given of a place is none: no whole numbers, or nothing to divide by.
    """
    if norm == "l1" and some.centres is not None:
        return read_places(points, some)
    share = np.ones(some.members.shape, object) if some.centres is None else whole(some.centres)[0]
    q = np.full(len(share), 2, object) if norm == "linf" else share.sum(axis=1)
    if (share < 0).any() or (q <= 0).any():
        raise ValueError("a place has weights that are negative, or all of them 0")
    x, step = whole(points[some.members], int(q.max(initial=1)))
    if norm == "linf":
        return x, Places(x.min(axis=1) + x.max(axis=1), q.astype(x.dtype), step)
    c = (share.astype(x.dtype)[:, :, None] * x).sum(axis=1, dtype=x.dtype)
    return x, Places(c, q.astype(x.dtype), step)


def read_places(points: Points, some: Meetings) -> tuple[Shaped[np.ndarray, "sets k dims"], Places]:
    """The same for places that are given by themselves."""
    assert some.centres is not None
    assert some.denominators is not None
    (x, step), (c, unit), (q, _) = whole(points[some.members]), whole(some.centres), whole(some.denominators)
    if (q <= 0).any():
        raise ValueError("a place has a denominator that is not positive")
    ratio = unit / step
    c, q, x = c * ratio.numerator, q * ratio.denominator, x.astype(object)
    largest = np.abs(x).max(initial=0) * q.max(initial=1) + np.abs(c).max(initial=0)
    kind = np.int64 if largest * points.shape[1] < SMALL else object
    return x.astype(kind), Places(c.astype(kind), q.astype(kind), step)


class Move(NamedTuple):
    """Some meetings, their places, and their members in whole numbers, in the step of the places."""

    some: Meetings
    x: Shaped[np.ndarray, "sets k dims"]
    places: Places

    @property
    def rows(self) -> Int32[np.ndarray, " moved"]:
        """The rows of the attack that go to these places."""
        return self.some.rows[self.some.rows >= 0]

    def spread(self, of_places: np.ndarray) -> np.ndarray:
        """For each of these rows what its place has."""
        return np.repeat(of_places, (self.some.rows >= 0).sum(axis=1), axis=0)

    def lengths(self, norm: Norm) -> list[Fraction]:
        """How far each of these rows moves, exactly, in the unit of the points; squared for l2."""
        _, q, step = self.places
        far = length(q[:, None, None] * self.x - self.places.c[:, None], norm)[self.some.rows >= 0]
        power = 2 if norm == "l2" else 1
        times = self.spread(q).astype(object) ** power
        return [Fraction(d, n) * step**power for d, n in zip(far.tolist(), times.tolist(), strict=True)]


def move(points: Points, every: Iterable[Meetings], norm: Norm) -> Iterator[Move]:
    """All meetings, a few at a time."""
    for meetings in every:
        size = max(1, BLOCK // (meetings.members.shape[1] * points.shape[1]))
        for start in range(0, len(meetings.members), size):
            some = meetings.take(slice(start, start + size))
            yield Move(some, *locate(points, some, norm))


def stay(points: Points) -> Iterator[Places]:
    """The places of points that do not move, a few at a time."""
    size = max(1, BLOCK // points.shape[1])
    for start in range(0, len(points), size):
        c, step = whole(points[start : start + size], 1)
        yield Places(c, np.ones(len(c), c.dtype), step)


def number_places(
    points: Points, home: Int64[np.ndarray, " home"], moves: Iterable[Move], rows: int
) -> Int64[np.ndarray, " rows"]:
    """Numbers that rows share just where their places are equal; the rows `home` are where their points are."""
    numbers: dict[bytes, int] = {}
    found = np.empty(rows, np.int64)
    for moved in moves:
        each = [numbers.setdefault(digest, len(numbers)) for digest in moved.places.digests()]
        found[moved.rows] = moved.spread(np.array(each))
    every = chain.from_iterable(places.digests() for places in stay(points))
    found[home] = [numbers.setdefault(digest, len(numbers)) for digest in every]
    return found
