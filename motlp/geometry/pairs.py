"""All pairs of points of different classes within a radius, exactly.

The search is cut into tiles, a block of points against another (see `tile.py`). A tile is a task for any
`concurrent.futures.Executor`, and what the tiles find is put together in an order that depends on the points alone.
Where there are many pairs, they are first looked at through a screen (see `choice.py`). What is held at a time is in
proportion to the points and to the pairs that are found.
"""

from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ThreadPoolExecutor, wait
from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Float64, Int32, Int64

from motlp.errors import TooManyInteractions
from motlp.geometry.choice import choose_screen
from motlp.geometry.distance import Norm, Points, comparable
from motlp.geometry.panels import LANES, Screen
from motlp.geometry.tile import Part, tile
from motlp.system.compiled import njit
from motlp.system.progress import SILENCE, Progress
from motlp.system.threads import thread_count

Labels = Int32[np.ndarray, " points"]

_WORTH_A_SCREEN = 2**31  # pairs times dimensions, some tenths of a second of looking at them one by one
_PENDING = 32  # tasks handed out and not yet back
_TASK_BYTES = 2**22  # a task sent to another process carries two blocks of points of at most this size
_TILE_WORK = 2**31  # coordinates that a thread compares at most before it can be interrupted, about a second
_WIDE, _HIGH = 4096, 1024  # points on the sides of a tile
_ROWS_OF_TILES = 128  # at most, of very many points with a screen, or to hand out tiles would take as long as they do


class Pairs(NamedTuple):
    """Cross-class pairs in compressed rows, i < j unless both ways are listed.

    The neighbours of i are `indices[indptr[i]:indptr[i + 1]]`, ascending.
    `distance` is squared for l2; exact for integer points, else with a relative error of at most (d + 4) 2⁻⁵³.
    """

    indptr: Int64[np.ndarray, " rows"]
    indices: Int32[np.ndarray, " pairs"]
    distance: Int64[np.ndarray, " pairs"] | Float64[np.ndarray, " pairs"]


def pairs_within(
    points: Points,
    labels: Labels,
    limit: Fraction,
    norm: Norm,
    *,
    executor: Executor | None = None,
    progress: Progress = SILENCE,
    most: int | None = None,
) -> Pairs:
    """Every pair of points of different labels at a distance of at most `limit` (l2: a squared distance), closed.

    Args:
        points: integers or floats; distances are in their unit.
        labels: not decreasing.
        limit: the largest distance, squared for l2.
        norm: "l2", "linf" or "l1".
        executor: runs the tiles, by default threads of this process. The answer is the same bit for bit.
        progress: is told, in the stage "pairs", how many of all tiles are done.
        most: refuse to return more pairs than this.

    Raises:
        InvalidMeasure: the distances of the points do not fit 64 bits.
        TooManyInteractions: more than `most` pairs were found.
    """
    points = comparable(points, norm)
    first = np.searchsorted(labels, labels, side="right")
    screen = None
    if int((len(points) - first).sum()) * (points.shape[1] + 64) > _WORTH_A_SCREEN:
        screen = choose_screen(points, limit, norm)
    blocks = _blocks(points, first, screen, remote=executor is not None)
    tasks = ((block, _arguments(block, points, first, screen, limit, norm)) for block in blocks)
    parts, found = [], 0
    for done, (where, part) in enumerate(_run(tasks, executor), 1):
        if len(part[1]):
            parts.append((where, part))
        found += len(part[1])
        if most is not None and found > most:
            raise TooManyInteractions(
                f"more than {most:,} pairs of points of different classes are within reach of each other "
                f"({found:,} after {done} of {len(blocks)} tiles)."
            )
        progress.update("pairs", done, len(blocks))
    return _assemble(parts, points)


def estimate_pairs(
    points: Points, labels: Labels, limit: Fraction, norm: Norm, *, sample: int = 2000, seed: int = 0
) -> float:
    """Unbiased estimate of the number of pairs that `pairs_within` would find, from `sample`² random pairs.

    Exact where there are no more points than `sample`.
    """
    number = len(points)
    if number <= sample:
        rows = columns = np.arange(number)
    else:
        random = np.random.default_rng(seed)
        rows, columns = (np.sort(random.integers(number, size=sample)) for _ in range(2))
    first = np.searchsorted(labels[columns], labels[rows], side="right")
    chosen = comparable(points[np.concatenate((rows, columns))], norm)
    _, found, _ = tile(chosen[: len(rows)], chosen[len(rows) :], first, limit, norm)
    return float(len(found)) * (number / max(len(rows), 1)) ** 2


class _Block(NamedTuple):
    """A part of the plane of pairs, which one task looks at."""

    rows: slice
    columns: slice


def _blocks(
    points: Points, first: Int64[np.ndarray, " points"], screen: Screen | None, *, remote: bool
) -> list[_Block]:
    """The blocks of the upper triangle that hold pairs of different classes, each row of blocks from the left."""
    number, dims = points.shape
    if remote:
        bytes_ = points.nbytes + (0 if screen is None else sum(np.asarray(part).nbytes for part in screen))
        high = wide = _fill_panels(_TASK_BYTES * number // max(bytes_, 1), _WIDE)
    else:
        wide, high = _WIDE, _HIGH if screen is None else max(_HIGH, number // _ROWS_OF_TILES)
        high = _fill_panels(_TILE_WORK // (wide * max(dims, 1)), high)
    rows = (slice(a, min(a + high, number)) for a in range(0, number, high))
    return [
        _Block(row, slice(b, min(b + wide, number)))
        for row in rows
        for b in range(first[row.start] // wide * wide, number, wide)
    ]


_Task = tuple[_Block, tuple[Any, ...]]  # and the arguments of `tile`


def _fill_panels(points: int, most: int) -> int:
    """About so many points, `most` of them at most, that fill whole panels."""
    return max(min(points, most) // LANES, 1) * LANES


def _arguments(
    block: _Block,
    points: Points,
    first: Int64[np.ndarray, " points"],
    screen: Screen | None,
    limit: Fraction,
    norm: Norm,
) -> tuple[Any, ...]:
    """What `tile` needs to look at a block."""
    rows, columns = block
    parts = () if screen is None else (screen.block(rows.start, rows.stop), screen.block(columns.start, columns.stop))
    return points[rows], points[columns], np.maximum(first[rows] - columns.start, 0), limit, norm, *parts


def _run(tasks: Iterator[_Task], executor: Executor | None) -> Iterator[tuple[_Block, Part]]:
    """Hand out some tasks at a time and yield what comes back. Cancel the rest when something goes wrong."""
    pool = executor or ThreadPoolExecutor(thread_count())
    pending: dict[Future[Part], _Block] = {}
    try:
        while True:
            while len(pending) < _PENDING and (task := next(tasks, None)):
                pending[pool.submit(tile, *task[1])] = task[0]
            if not pending:
                return
            for future in wait(pending, return_when=FIRST_COMPLETED).done:
                yield pending.pop(future), future.result()
    finally:
        for future in pending:
            future.cancel()
        if executor is None:
            pool.shutdown(wait=False)


def _assemble(parts: list[tuple[_Block, Part]], points: Points) -> Pairs:
    """Put the rows of the tiles side by side: the tiles further to the right hold the larger columns."""
    parts.sort(key=lambda part: (part[0].rows.start, part[0].columns.start))
    indptr = np.zeros(len(points) + 1, np.int64)
    for where, (owner, _, _) in parts:
        indptr[1:][where.rows] += _count(owner, where)
    np.cumsum(indptr, out=indptr)
    indices = np.empty(indptr[-1], np.int32)
    distance = np.empty(indptr[-1], np.float64 if points.dtype.kind == "f" else np.int64)
    cursor = indptr[:-1].copy()
    for where, (owner, columns, gaps) in parts:
        count = _count(owner, where)
        before = np.cumsum(count) - count
        place = (cursor[where.rows] - before)[owner] + np.arange(len(columns))
        indices[place] = columns + np.int32(where.columns.start)
        distance[place] = gaps
        cursor[where.rows] += count
    return Pairs(indptr, indices, distance)


def _count(owner: Int32[np.ndarray, " pairs"], where: _Block) -> Int64[np.ndarray, " rows"]:
    """The pairs of each row of a block."""
    return np.bincount(owner, minlength=where.rows.stop - where.rows.start)


def list_both_ways(pairs: Pairs) -> Pairs:
    """The pairs, each under both of its points."""
    indptr, indices, distance = pairs
    counts = np.bincount(indices, minlength=len(indptr) - 1)
    starts = np.concatenate([[0], np.cumsum(np.diff(indptr) + counts)])
    both = Pairs(starts, np.empty(starts[-1], np.int32), np.empty(starts[-1], distance.dtype))
    _write_both_ways(*pairs, *both)
    return both


@njit(cache=True, nogil=True)
def _write_both_ways(indptr, indices, distance, starts, near, far):
    """Writes every pair under both of its points, which are ascending under each."""
    place = starts[:-1].copy()
    for i in range(len(indptr) - 1):
        for p in range(indptr[i], indptr[i + 1]):
            near[place[i]], far[place[i]] = indices[p], distance[p]
            place[i] += 1
            j = indices[p]
            near[place[j]], far[place[j]] = i, distance[p]
            place[j] += 1
