"""The closest pairs of points of different classes, exactly, where no limit is known beforehand.

Within any limit that holds m pairs, the m-th smallest of their distances is the answer. So a search within a limit
(see `pairs.py`) settles it, unless it finds too few pairs, or more than there is room for. The limit is guessed: a
third of the points, chosen at random, has about a ninth of the pairs, and what suits them is found in the same way.
A guess decides how long it takes, never what is found: where it fails there is a larger one, and at last what lies
between two limits that failed (see `limits.py`).
"""

from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import suppress
from fractions import Fraction
from math import ceil, sqrt
from typing import NamedTuple

import numpy as np
from jaxtyping import Float64, Int32, Int64

from motlp.errors import InvalidBudget, InvalidMeasure, TooManyInteractions, arg, shorten
from motlp.geometry.distance import UNDERFLOW, Norm, Points, comparable
from motlp.geometry.exact import decide
from motlp.geometry.limits import between, largest_limit, reach_of, scale_limit, step_of
from motlp.geometry.order_statistic import smallest, smallest_box, smallest_sum, smallest_whole
from motlp.geometry.pairs import Labels, pairs_within
from motlp.geometry.scale import Scaled, scale
from motlp.system.progress import SILENCE, Progress

ALL = 1 << 20  # pairs that are all looked at, rather than to guess a limit for them
THINNED = 3  # one point of so many is kept for a guess
LOST = 1e15 * UNDERFLOW  # below it, a squared distance has too few digits left


class Closest(NamedTuple):
    """The closest pairs of points of different classes.

    Attributes:
        distance: how far apart the last of them are, exactly, in the unit of the points; squared for l2.
        members: the two points of each pair, in ascending order of their classes; the nearest pairs first.
        births: half the distance of each pair, rounded; inf where no float holds it.
    """

    distance: Fraction
    members: Int32[np.ndarray, "pairs 2"]
    births: Float64[np.ndarray, " pairs"]


class _Search(NamedTuple):
    """Points whose closest pairs are looked for, and what the searches within a limit run with."""

    points: Points
    labels: Labels
    norm: Norm
    most: int | None
    executor: Executor | None
    progress: Progress


class _Found(NamedTuple):
    """Pairs at a scale that suits the limit within which they were found; `gaps` are as in `Pairs`."""

    scaled: Scaled
    members: Int32[np.ndarray, "pairs 2"]
    gaps: Int64[np.ndarray, " pairs"] | Float64[np.ndarray, " pairs"]


def closest_pairs(
    points: Points,
    labels: Labels,
    number: int,
    norm: Norm,
    *,
    executor: Executor | None = None,
    progress: Progress = SILENCE,
    most: int | None = None,
) -> Closest:
    """The `number` closest pairs of points of different labels, and all others that are as close as the last of them.

    Args:
        points: integers or floats; distances are in their unit.
        labels: not decreasing.
        number: how many pairs are asked for.
        norm: "l2", "linf" or "l1".
        executor: runs the tiles of each search, by default threads of this process. The answer is the same.
        progress: is told, in the stage "pairs", how far each search is; there are several.
        most: refuse to return more pairs than this.

    Raises:
        InvalidBudget: there are not so many pairs.
        InvalidMeasure: the points are of one class, or too large, or too different in size, for exact arithmetic.
        TooManyInteractions: the pairs are more than `most`, with those that floating point hardly tells from them.
    """
    total = _count(labels)
    if total == 0:
        raise InvalidMeasure(f"{len(points)} points of one class make no pairs; give points of at least two classes.")
    if not 1 <= number <= total:
        raise InvalidBudget(
            f"{arg('number')} is {shorten(number)}, but there are {total:,} pairs of points of different classes; "
            f"it must be between 1 and {total:,}."
        )
    if points.dtype.kind != "f":
        comparable(points, norm)  # raises what no limit changes
    found, room = None, None if most is None else max(most, ALL)
    if most is None or number <= most:
        distance, found = _settle(_Search(points, labels, norm, room, executor, progress), number)
    if found is None or (most is not None and len(found.gaps) > most):
        raise TooManyInteractions(
            f"{arg('number')} is {number:,}, and with all pairs that are as close as the last, there are more "
            f"than {most:,}. Lower {arg('number')}, take fewer points of each class, or raise {arg('most')}."
        )
    scaled, members, gaps = found
    births, _ = decide(scaled.points, norm, Fraction(1), members, gaps.astype(np.float64)[:, None])
    order = np.lexsort((members[:, 1], members[:, 0], gaps, births))
    with np.errstate(over="ignore"):
        return Closest(distance, members[order], np.ldexp(births[order], -scaled.exponent))


def _count(labels: Labels) -> int:
    """How many pairs of points of different classes there are."""
    sizes = np.unique(labels, return_counts=True)[1].tolist()
    return (len(labels) ** 2 - sum(size**2 for size in sizes)) // 2


def _settle(search: _Search, number: int) -> tuple[Fraction, _Found | None]:
    """The distance of the pair of this rank, and all pairs that are not farther apart; None where they are too many.

    The distance is then one that floating point hardly tells from it.

    Raises:
        InvalidMeasure: no scale is exact for the points and this distance.
    """
    step = step_of(search.points, search.norm)
    largest, margin = largest_limit(search.points, search.norm, step), _margin(search.points)
    low, high = Fraction(-1), largest + step  # too few pairs are within `low`; from `high` on is nothing to look at
    guesses, many = _guess(search, number, largest), False
    while True:
        limit = next((guess for guess in guesses if low < guess < high), None)
        if limit is None and high > low * (1 + 8 * margin):
            limit = between(low, high, step)
        if limit is None:
            break
        try:
            found = _look(search, limit)
        except TooManyInteractions:
            below = limit - max(step, 4 * margin * limit)  # it may do, where many distances are equal
            guesses = iter([] if many else [below])
            high, many = limit, True
            continue
        if len(found.gaps) < number:
            low = limit
        elif smaller := _recover(found, number, search.norm):
            guesses = iter([Fraction(0), smaller])
        else:
            return _cut(search, found, number)
    if many:
        return high, None
    raise InvalidMeasure(
        "features are too different in size for exact arithmetic with the distance of the closest pairs; "
        "scale or shift them."
    )


def _guess(search: _Search, number: int, largest: Fraction) -> Iterator[Fraction]:
    """Limits that probably hold the pairs and not many more, from below; at last one that surely holds them."""
    total = _count(search.labels)
    if total > ALL:
        size = len(search.points)
        chosen = np.sort(np.random.default_rng(0).choice(size, size // THINNED, replace=False))
        thinned = search._replace(points=search.points[chosen], labels=search.labels[chosen])
        there = _count(thinned.labels)
        mean = number * there / total  # of the pairs that are looked for, how many are there
        rank = ceil(mean + 3 * sqrt(mean)) + 1
        above = 1 + _margin(search.points)
        with suppress(InvalidMeasure):
            while rank <= there:
                yield _settle(thinned, min(rank, number))[0] * above
                if rank >= number:
                    return
                rank *= 2
    yield largest


def _margin(points: Points) -> Fraction:
    """By how much, relative to it, a limit should differ from a distance that many pairs of floats may have.

    Rounding then leaves no doubt about them; each would be worked out in rational arithmetic.
    """
    return Fraction(8 * (points.shape[1] + 4), 2**53) if points.dtype.kind == "f" else Fraction(0)


def _look(search: _Search, limit: Fraction) -> _Found:
    """All pairs within a limit.

    Raises:
        TooManyInteractions: there is no room for so many pairs.
    """
    points, labels, norm, most, executor, progress = search
    scaled = scale(points, reach_of(limit, norm))
    made = scale_limit(limit, scaled, norm)
    pairs = pairs_within(scaled.points, labels, made, norm, executor=executor, progress=progress, most=most)
    owners = np.repeat(np.arange(len(points), dtype=np.int32), np.diff(pairs.indptr))
    return _Found(scaled, np.stack([owners, pairs.indices], axis=1), pairs.distance)


def _recover(found: _Found, number: int, norm: Norm) -> Fraction | None:
    """A smaller limit that holds so many pairs, where the square of their distance lost its digits beside this one."""
    nearest = smallest(found.gaps, number)
    if norm != "l2" or found.gaps.dtype.kind != "f" or nearest >= LOST:
        return None
    return Fraction(nearest + LOST) / Fraction(4) ** found.scaled.exponent


def _cut(search: _Search, found: _Found, number: int) -> tuple[Fraction, _Found]:
    """The exact distance of the pair of this rank, and those of the pairs that are not farther apart."""
    scaled, members, gaps = found
    if gaps.dtype.kind == "i":
        distance, kept = smallest_whole(gaps, number)
    elif search.norm == "linf":
        distance, kept = smallest_box(scaled.points, members, number)
        distance /= Fraction(2) ** scaled.exponent
    else:
        distance, kept = smallest_sum(search.points, members, gaps, number, search.norm)
    return distance, found._replace(members=members[kept], gaps=gaps[kept])
