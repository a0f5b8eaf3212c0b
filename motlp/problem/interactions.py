"""Class interactions of a measure: the sets of points of distinct classes that the adversary can bring together.

The points are sorted by class, the close pairs are found, and from them larger sets are grown, order by order. Whether
a set is an interaction is decided in floating point with proved error bounds, and in rational arithmetic where those
leave a doubt.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from fractions import Fraction
from functools import partial
from typing import NamedTuple, NoReturn

import numpy as np
from jaxtyping import Float64, Int32

from motlp.errors import TooManyInteractions, arg
from motlp.geometry.cliques import cofaces, faces_of
from motlp.geometry.distance import LARGEST, Norm, Points, diameter, slack
from motlp.geometry.exact import decide
from motlp.geometry.extensions import extensions, sort_rows
from motlp.geometry.moments import below, costs
from motlp.geometry.pairs import Pairs, estimate_pairs, list_both_ways, pairs_within
from motlp.geometry.scale import scale, scale_costs
from motlp.problem.hypergraph import Hypergraph, choose_order
from motlp.problem.measure import LabeledMeasure, check_measure
from motlp.problem.rationals import Number, check_whole
from motlp.problem.terms import MOST
from motlp.problem.threat import Ball, Quadratic, Threat, check_threat
from motlp.system.executor import check_executor
from motlp.system.progress import SILENCE, Progress, check_progress
from motlp.system.threads import thread_count

Sets = tuple[Int32[np.ndarray, "_ _"], Float64[np.ndarray, " _"]]  # members, and their births or costs

CHUNK = 1 << 18  # sets that one task is meant to find
SAMPLE_RUN, SAMPLE_RUNS = 1 << 8, 1 << 6  # an order is estimated from so many runs of so many sets in a row


class _Run(NamedTuple):
    """The points of an enumeration, its limits, and what it runs with."""

    points: Points  # sorted by class
    labels: Int32[np.ndarray, " points"]
    order: int
    most: int
    executor: Executor | None
    progress: Progress
    advice: str  # to those who ask for too many interactions


def interactions(
    measure: LabeledMeasure,
    threat: Threat,
    eps: Number | None = None,
    order: int | None = None,
    *,
    executor: Executor | None = None,
    progress: Progress = SILENCE,
    most: int = MOST,
) -> Hypergraph:
    """All class interactions of at most `order` points.

    Args:
        measure: the labelled points.
        threat: what the adversary pays. Under `Ball(norm)` a set is an interaction if the closed balls of radius `eps`
            around its points have a common point; under `Quadratic(tau)` if its cost is below its size minus one.
        eps: budget in feature units; 0.1 means 1/10, not the nearest binary fraction. None for `Quadratic`.
        order: truncation order L, between 1 and the number of classes; by default 3, or the number of classes if that
            is smaller.
        executor: runs the search for pairs; threads of this process by default. The result does not depend on it.
        progress: is told how far each stage is.
        most: refuse to enumerate more interactions than this.

    Raises:
        InvalidBudget: an order or a budget is out of range, or a budget is given where the threat has none.
        InvalidMeasure: the features are too large, or too different in size, for exact arithmetic.
        TooManyInteractions: there are more than `most`; if there are far more, a sample shows it early.
    """
    check_measure(measure)
    check_threat(threat)
    check_executor(executor)
    check_progress(progress)
    budget = threat.budget(eps)
    order = choose_order(
        order, measure.classes, "the number of classes, as an interaction holds at most one point of a class"
    )
    check_whole("most", most)
    if measure.size > most:
        raise TooManyInteractions(
            f"the {measure.size:,} points alone are more than the {most:,} interactions allowed. "
            f"Take fewer points of each class, or raise {arg('most')}."
        )
    by_class = np.argsort(measure.labels, kind="stable").astype(np.int32)
    sorted_ = bool((measure.labels[1:] >= measure.labels[:-1]).all())  # no copy of many points
    points, labels = measure.points if sorted_ else measure.points[by_class], measure.labels[by_class]
    advice = f"{threat.fewer}, lower the order, take fewer points of each class, or raise {arg('most')}."
    run = _Run(points, labels, order, most, executor, progress, advice)
    match threat:
        case Ball(norm=norm):
            sets = _enumerate_balls(run, norm, threat.budget(eps) / measure.unit)
        case Quadratic(tau=tau):
            sets = _enumerate_cheap(run, tau * measure.unit**2)
    members, births = zip(*sets, strict=True)
    return Hypergraph(measure, threat, budget, tuple(by_class[rows] for rows in members), births)


def _enumerate_balls(run: _Run, norm: Norm, radius: Fraction) -> list[Sets]:
    """The sets that fit into a ball of this radius, by order, each with the radius of its smallest enclosing ball."""
    scaled = scale(run.points, 2 * radius)
    run, radius = run._replace(points=scaled.points), scaled.length(radius)
    sets = [_singletons(run)]
    if run.order > 1:
        pairs = _pairs(run, diameter(radius, norm), norm)
        faces = faces_of(pairs)
        births, _ = decide(run.points, norm, radius, faces, pairs.distance.astype(np.float64)[:, None])
        sets.append((faces, births))
    while len(sets) < run.order:
        sets.append(_grow(run, sets, partial(_extend_balls, run.points, norm, radius, sets[-1][0], pairs)))
    return [(members, np.ldexp(births, -scaled.exponent)) for members, births in sets]


def _extend_balls(
    points: Points,
    norm: Norm,
    radius: Fraction,
    faces: Int32[np.ndarray, "faces k"],
    pairs: Pairs,
    start: int,
    stop: int,
) -> Iterator[Sets]:
    """The sets that fit and consist of one of faces[start:stop] and one more point, with their radii."""
    wide = float(min(radius**2, LARGEST)) if norm == "l2" and radius > 0 else np.inf
    for members, distances in cofaces(faces, pairs, start, stop, wide, slack(points, faces.shape[1] + 1)):
        births, fits = decide(points, norm, radius, members, distances)
        yield members[fits], births[fits]


def _enumerate_cheap(run: _Run, price: Fraction) -> list[Sets]:
    """The sets A with c_A = (price/|A|) Σ D_uv below |A| − 1, by order, with their costs.

    Not every subset of such a set is one, too. But if A has n points, then A without the point farthest from the mean
    is one: it costs at most c_A (n − 2)/(n − 1). And every pair in A has D_uv < 2(n − 1)/price: the other points add
    least to the cost when they all lie midway between the two.
    """
    if run.order > 1:
        scaled = scale_costs(run.points, price, run.order)
        run, price = run._replace(points=scaled.points), scaled.price(price, run.order)
    sets = [_singletons(run)]
    if run.order > 1:
        pairs = _pairs(run, 2 * (run.order - 1) / price, "l2")
        close, near = list_both_ways(pairs), pairs.distance.astype(np.float64)
        useful = below(run.points, faces_of(pairs), near, 2 / price)
        sets.append((faces_of(pairs)[useful], near[useful]))
    while len(sets) < run.order:
        found, sums = _grow(run, sets, partial(_extend_cheap, run.points, price, sets[-1][0], close))
        order, again = sort_rows(found)  # a set can be found from several of its subsets
        sets.append((found[order[~again]], sums[order[~again]]))
    return [(found, costs(run.points, found, sums, price / found.shape[1])) for found, sums in sets]


def _extend_cheap(
    points: Points, price: Fraction, faces: Int32[np.ndarray, "faces k"], close: Pairs, start: int, stop: int
) -> Iterator[Sets]:
    """The cheap sets that consist of one of faces[start:stop] and one more point, with their sums Σ D_uv."""
    k = faces.shape[1] + 1
    bound = k * (k - 1) / price
    margin = 4 * slack(points, k)
    exact = close.distance.dtype.kind == "i" and k**2 * close.distance.max(initial=0) < 2**53
    limit = float(bound) * (1 + margin) + 1e-300
    for members, sums in extensions(faces, close, start, stop, limit, 0.0 if exact else margin):
        useful = below(points, members, sums, bound)
        yield members[useful], sums[useful]


def _singletons(run: _Run) -> Sets:
    """Every point by itself; its birth or cost is 0."""
    return np.arange(len(run.points), dtype=np.int32)[:, None], np.zeros(len(run.points))


def _pairs(run: _Run, limit: Fraction, norm: Norm) -> Pairs:
    """The pairs within the limit; refuses more than are allowed."""
    room = run.most - len(run.points)
    about = estimate_pairs(run.points, run.labels, limit, norm)
    if about > 2 * room:
        _refuse(run, [len(run.points)], about)
    try:
        return pairs_within(
            run.points, run.labels, limit, norm, executor=run.executor, progress=run.progress, most=room
        )
    except TooManyInteractions as error:
        raise TooManyInteractions(f"{error.text()} {run.advice}") from None


def _grow(run: _Run, sets: list[Sets], extend: Callable[[int, int], Iterator[Sets]]) -> Sets:
    """The sets of the next order, found in threads; extend(start, stop) yields those that extend last[start:stop]."""
    counts = [len(members) for members, _ in sets]
    number, k, room = counts[-1], len(counts) + 1, run.most - sum(counts)
    about, surely = _estimate(number, extend)
    if surely > room:
        _refuse(run, counts, about)
    chunk = int(np.clip(CHUNK * number / max(about, 1.0), SAMPLE_RUN, CHUNK // 16))
    starts = range(0, number, chunk)
    stops = [min(start + chunk, number) for start in starts]
    parts: list[Sets] = [(np.empty((0, k), np.int32), np.empty(0))]
    found = 0
    pool = ThreadPoolExecutor(thread_count())
    try:
        for stop, blocks in zip(stops, pool.map(partial(_take, extend, room), starts, stops), strict=True):
            parts += blocks
            found += sum(len(members) for members, _ in blocks)
            if found > room:
                _refuse(run, counts, max(found, about))
            run.progress.update(f"order {k}", stop, number)
    finally:
        pool.shutdown(cancel_futures=True)
    members, births = zip(*parts, strict=True)
    return np.concatenate(members), np.concatenate(births)


def _take(extend: Callable[[int, int], Iterator[Sets]], room: int, start: int, stop: int) -> list[Sets]:
    """What extend(start, stop) yields, until there are more sets than there is room for."""
    blocks, found = [], 0
    for block in extend(start, stop):
        blocks.append(block)
        found += len(block[0])
        if found > room:
            break
    return blocks


def _estimate(number: int, extend: Callable[[int, int], Iterator[Sets]]) -> tuple[float, float]:
    """How many sets extend(0, number) yields, by a sample of its range, and a number that it almost surely exceeds."""
    if number <= SAMPLE_RUN * SAMPLE_RUNS:
        return float(number), 0.0
    starts = np.random.default_rng(0).choice(number // SAMPLE_RUN, SAMPLE_RUNS, replace=False) * SAMPLE_RUN
    yields = [sum(len(members) for members, _ in extend(s, s + SAMPLE_RUN)) for s in starts.tolist()]
    scale = number / SAMPLE_RUN
    mean, error = float(np.mean(yields)), float(np.std(yields)) / SAMPLE_RUNS**0.5
    return scale * mean, scale * (mean - 3 * error)


def _refuse(run: _Run, counts: list[int], about: float) -> NoReturn:
    """Refuse an enumeration with `counts` sets of the first orders and about so many of the next."""
    known = ", ".join(f"{count:,} of order {k}" for k, count in enumerate(counts, start=1))
    raise TooManyInteractions(
        f"{known} and about {float(f'{about:.2g}'):,.0f} of order {len(counts) + 1} are more than the {run.most:,} "
        f"interactions allowed. {run.advice}"
    )
