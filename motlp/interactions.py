"""Class interactions of a measure: the sets of points of distinct classes that the adversary can bring together.

Points are sorted by class, the close pairs found, and the sets grown order by order from them. Who is in is decided in
floating point with proved error bounds, and in rational arithmetic where those leave a doubt.
"""

from collections.abc import Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from fractions import Fraction
from itertools import combinations
from typing import NamedTuple

import numpy as np
import scipy.sparse as sp
from jaxtyping import Bool, Float64, Int32, Num
from numba import get_num_threads

from motlp.cost import Ball, Cost, Norm, Number, exact
from motlp.errors import InvalidBudget, TooManyInteractions
from motlp.geometry.cliques import cofaces, extensions, faces_of
from motlp.geometry.enclosing import OUT, UNSURE, radii, radius_squared, slack
from motlp.geometry.pairs import Pairs, estimate_pairs, exact_distance, pairs_within
from motlp.hypergraph import Hypergraph
from motlp.measure import LabeledMeasure

Progress = Callable[[str, int, int], object]
Points = Num[np.ndarray, "points dims"]
Sets = tuple[Int32[np.ndarray, "_ _"], Float64[np.ndarray, " _"]]  # members, and their births or costs

CHUNK = 1 << 19  # sets that one task is meant to find
SAMPLE = 2000  # sets grown to estimate how many an order will have


class _Run(NamedTuple):
    """What an enumeration works on, and within which limits."""

    points: Points  # sorted by class
    labels: Int32[np.ndarray, " points"]
    order: int
    most: int
    executor: Executor | None
    progress: Progress


def interactions(
    measure: LabeledMeasure,
    cost: Cost,
    eps: Number | None = None,
    order: int = 3,
    *,
    executor: Executor | None = None,
    progress: Progress | None = None,
    most: int = 50_000_000,
) -> Hypergraph:
    """All class interactions of at most `order` points.

    Args:
        measure: the labelled points.
        cost: what the adversary pays. Under `Ball(norm)` a set is an interaction when the closed balls of radius `eps`
            around its points meet; under `Quadratic(tau)` when its cost is below its size less one.
        eps: budget in feature units, taken as the decimal it is written as; None for `Quadratic`.
        order: truncation order L, between 1 and the number of classes.
        executor: runs the search for pairs; threads of this process by default. The result does not depend on it.
        progress: called as progress(stage, done, total).
        most: refuse to enumerate more interactions than this.

    Raises:
        InvalidBudget: an order or a budget out of range, or a budget where the cost has none.
        TooManyInteractions: there are more than `most`; where there are far more, a sample tells beforehand.
    """
    if not 1 <= order <= measure.classes:
        raise InvalidBudget(
            f"order is {order}; it must be between 1 and {measure.classes}, the number of classes, "
            "as an interaction holds at most one point of a class."
        )
    by_class = np.argsort(measure.labels, kind="stable").astype(np.int32)
    points, labels = np.ascontiguousarray(measure.points[by_class]), measure.labels[by_class]
    run = _Run(points, labels, order, most, executor, progress or (lambda stage, done, total: None))
    if isinstance(cost, Ball):
        if eps is None:
            raise InvalidBudget("eps is missing; give the radius of the balls in feature units, such as 0.5.")
        budget = exact(eps)
        sets = _balls(run, cost.norm, budget / measure.unit)
    else:
        if eps is not None:
            raise InvalidBudget(f"eps is {eps}, but the quadratic cost has no budget, only its price tau.")
        budget = None
        sets = _useful(run, cost.tau * measure.unit**2)
    members, births = zip(*sets, strict=True)
    return Hypergraph(measure, cost, budget, tuple(by_class[rows] for rows in members), births)


def _balls(run: _Run, norm: Norm, radius: Fraction) -> list[Sets]:
    """The sets whose smallest enclosing ball has at most this radius, by order, with the squared radii."""
    sets = [_singletons(run)]
    if run.order > 1:
        pairs = _pairs(run, (2 * radius) ** 2 if norm == "l2" else 2 * radius, norm)
        half = 0.25 * pairs.distance if norm == "l2" else (0.5 * pairs.distance) ** 2
        sets.append((faces_of(pairs), half))
    while len(sets) < run.order:
        faces = sets[-1][0]

        def extend(start: int, stop: int, faces: Int32[np.ndarray, "faces k"] = faces) -> list[Sets]:
            return [
                _fitting(run.points, norm, radius, *found) for found in cofaces(faces, pairs, start, stop)
            ]

        sets.append(_grow(run, sets, extend))
    return sets


def _fitting(
    points: Points,
    norm: Norm,
    radius: Fraction,
    members: Int32[np.ndarray, "candidates k"],
    distances: Float64[np.ndarray, "candidates _"],
) -> Sets:
    """The candidates that fit into a ball, with their squared radii. All their pairs are known to fit."""
    k = members.shape[1]
    if norm == "linf" or (norm == "l1" and k == 3):  # then that is enough
        return members.copy(), (0.5 * distances.max(axis=1, initial=0.0)) ** 2
    threshold = radius**2
    if norm == "l2":
        births, verdicts = radii(distances, k, threshold, points.shape[1], points.dtype.kind != "f")
    else:
        births, verdicts = np.empty(len(members)), np.full(len(members), UNSURE)
    for row in np.flatnonzero(verdicts == UNSURE):
        square = radius_squared(points[members[row]], norm)
        births[row] = float(square)
        if square > threshold:
            verdicts[row] = OUT
    fits = verdicts != OUT
    return members[fits], births[fits]


def _useful(run: _Run, price: Fraction) -> list[Sets]:
    """The sets A with c_A = (price/|A|) Σ D_uv below |A| − 1, by order, with their costs.

    Not every subset of such a set is one, but the subset without the point farthest from the mean is: it leaves
    c <= c_A (n − 2)/(n − 1). And each of its pairs has D_uv < 2(n − 1)/price, since the other points add to the cost
    least if they are all at the middle of the two.
    """
    sets = [_singletons(run)]
    if run.order > 1:
        pairs = _pairs(run, 2 * (run.order - 1) / price, "l2")
        both, faces = _both_ways(pairs), faces_of(pairs)
        useful = _below(2 / price, faces, pairs.distance.astype(np.float64), run.points)
        sets.append((faces[useful], pairs.distance[useful].astype(np.float64)))
    while len(sets) < run.order:
        faces, k = sets[-1][0], len(sets) + 1

        def extend(
            start: int,
            stop: int,
            faces: Int32[np.ndarray, "faces k"] = faces,
            bound: Fraction = k * (k - 1) / price,
        ) -> list[Sets]:
            found = []
            for members, sums in extensions(faces, both, start, stop):
                useful = _below(bound, members, sums, run.points)
                found.append((members[useful], sums[useful]))
            return found

        members, sums = _grow(run, sets, extend)
        sort = np.lexsort(members.T[::-1])
        fresh = np.ones(len(sort), dtype=bool)
        fresh[1:] = (members[sort[1:]] != members[sort[:-1]]).any(axis=1)
        sets.append((members[sort[fresh]], sums[sort[fresh]]))
    return [(members, _costs(price / members.shape[1], members, sums, run.points)) for members, sums in sets]


def _below(
    bound: Fraction, members: Int32[np.ndarray, "sets k"], sums: Float64[np.ndarray, " sets"], points: Points
) -> Bool[np.ndarray, " sets"]:
    """Where the sum of squared distances is below the bound, exactly."""
    margin = slack(points.shape[1], members.shape[1], points.dtype.kind != "f") * float(bound) + 1e-300
    below = sums < float(bound)
    for row in np.flatnonzero(np.abs(sums - float(bound)) <= margin):
        below[row] = _sum_of_distances(points, members[row]) < bound
    return below


def _costs(
    price: Fraction, members: Int32[np.ndarray, "sets k"], sums: Float64[np.ndarray, " sets"], points: Points
) -> Float64[np.ndarray, " sets"]:
    """price · Σ D_uv, rounded to nearest."""
    largest = max(price.numerator * sums.max(initial=0.0), price.denominator)
    if points.dtype.kind != "f" and largest < 2.0**53:  # all exact but the division
        return price.numerator * sums / price.denominator
    return np.array([float(price * _sum_of_distances(points, row)) for row in members], dtype=np.float64)


def _sum_of_distances(points: Points, members: Int32[np.ndarray, " k"]) -> Fraction:
    """Σ D_uv over the pairs of a set, exactly."""
    distances = (exact_distance(points, u, v, "l2") for u, v in combinations(members.tolist(), 2))
    return sum((Fraction(distance) for distance in distances), Fraction(0))


def _both_ways(pairs: Pairs) -> Pairs:
    """The pairs with every neighbour listed from either end."""
    ends, n = faces_of(pairs), len(pairs.indptr) - 1
    rows, columns = np.concatenate([ends, ends[:, ::-1]]).T
    both = sp.coo_array((np.tile(pairs.distance, 2), (rows, columns)), shape=(n, n)).tocsr()
    both.sort_indices()
    return Pairs(both.indptr.astype(np.int64), both.indices.astype(np.int32), both.data)


def _singletons(run: _Run) -> Sets:
    """Every point by itself, which costs nothing."""
    return np.arange(len(run.points), dtype=np.int32)[:, None], np.zeros(len(run.points))


def _pairs(run: _Run, limit: Fraction, norm: Norm) -> Pairs:
    """The pairs within the limit, unless they are too many."""
    room = run.most - len(run.points)
    about = estimate_pairs(run.points, run.labels, limit, norm)
    if about > 2 * room:
        _refuse(run, [len(run.points)], about)
    return pairs_within(
        run.points,
        run.labels,
        limit,
        norm,
        executor=run.executor,
        progress=lambda done, total: run.progress("pairs", done, total),
        most=room,
    )


def _grow(run: _Run, sets: list[Sets], extend: Callable[[int, int], list[Sets]]) -> Sets:
    """The sets of the next order: extend(start, stop) over all sets of this one, in threads, put together in order."""
    counts = [len(members) for members, _ in sets]
    number, k = counts[-1], len(counts) + 1
    room = run.most - sum(counts)
    each = 1.0
    if number > SAMPLE:
        chosen = np.random.default_rng(0).choice(number, SAMPLE, replace=False)
        yields = [
            sum(len(members) for members, _ in extend(face, face + 1)) for face in np.sort(chosen).tolist()
        ]
        each = float(np.mean(yields))
        if (each - 3 * float(np.std(yields)) / SAMPLE**0.5) * number > room:
            _refuse(run, counts, each * number)
    chunk = int(np.clip(CHUNK / (each + 1e-9), 1 << 8, 1 << 16))
    starts = range(0, number, chunk)
    parts, found = [], 0
    pool = ThreadPoolExecutor(get_num_threads())
    try:
        chunks = pool.map(lambda start: extend(start, min(start + chunk, number)), starts)
        for start, part in zip(starts, chunks, strict=True):
            parts += part
            found += sum(len(members) for members, _ in part)
            if found > room:
                _refuse(run, counts, max(found, each * number))
            run.progress(f"order {k}", min(start + chunk, number), number)
    finally:
        pool.shutdown(cancel_futures=True)
    members, births = zip(*parts, strict=True) if parts else ((), ())
    return np.concatenate([np.empty((0, k), np.int32), *members]), np.concatenate([np.empty(0), *births])


def _refuse(run: _Run, counts: list[int], about: float) -> None:
    """Refuse an enumeration with these many sets by order and about so many of the next."""
    known = ", ".join(f"{count:,} of order {k}" for k, count in enumerate(counts, start=1))
    raise TooManyInteractions(
        f"{known} and about {about:,.0f} of order {len(counts) + 1}: more than the {run.most:,} interactions allowed. "
        "Lower eps (raise tau), lower the order, take fewer points of each class, or allow more."
    )
