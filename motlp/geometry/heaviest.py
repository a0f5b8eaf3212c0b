"""The heaviest sets of points that fit together, by a complete search on the pairs alone.

Every point has a weight, and the points are ranked by it, the heaviest first. A set is found from the heaviest of its
points, its *leader*, downwards: the candidates at first are the neighbours of the leader, and each point that joins
leaves as candidates those after it that fit with it. No candidates can add more than the heaviest of each class among
them add; where that is not enough for one of the best sets so far, the branch is given up. Source: branch and bound for
the maximum weight clique with colours as bounds (P. Östergård, "A new algorithm for the maximum-weight clique problem",
2001); here classes are the colours, and balls are tested as well.

Sets that may be a little too wide are not left out: who wants to know must decide for those that are found.
"""

from typing import NamedTuple

import numpy as np
from jaxtyping import Float64, Int32, Int64

from motlp.geometry.cliques import is_too_wide
from motlp.geometry.enclosing import walk
from motlp.geometry.enclosing_l1 import bound_radius
from motlp.geometry.pairs import Pairs
from motlp.system.compiled import njit
from motlp.system.threads import share, threads_for

BISECTION = 16  # pairs that are looked at in the time in which one is found by bisection
PAIRS, TRIPLES, BALLS, COSTS = 0, 1, 2, 3  # what decides of a set: its pairs; or from four on its points; or a price


class Ranked(NamedTuple):
    """Pairs by rank: the neighbours of rank r that rank below it are `near[starts[r]:starts[r + 1]]`, ascending.

    `who` names the point of each rank; `far` holds the distances of the pairs.
    """

    who: Int32[np.ndarray, " ranks"]
    starts: Int64[np.ndarray, " ranks+1"]
    near: Int32[np.ndarray, " pairs"]
    far: Float64[np.ndarray, " pairs"]


class Rule(NamedTuple):
    """Which sets of pairwise close points fit together, and what they cost.

    Attributes:
        kind: PAIRS (all), TRIPLES (three do, more are decided by an l1 ball of radius 1), BALLS (a Euclidean ball of
            radius 1) or COSTS (all, at Σ far / size).
        unit: times a distance of the pairs (squared for l2), is the distance in which the rule is given.
        error: relative error of what is computed from the distances.
        points: of TRIPLES, whole numbers or floats, so that their differences are as exact as distances.
    """

    kind: int
    unit: float
    error: float
    points: Int64[np.ndarray, "points dims"] | Float64[np.ndarray, "points dims"]


class Heaviest(NamedTuple):
    """What a search found.

    Set s is that of the points `members[starts[s]:starts[s + 1]]`, leader first, and weighs `weight[s]` after its cost.
    No other set that a point leads, and none that is not part of a set found, weighs more than its `rest`.
    """

    starts: Int64[np.ndarray, " sets+1"]
    members: Int32[np.ndarray, " _"]
    weight: Float64[np.ndarray, " sets"]
    rest: Float64[np.ndarray, " points"]


def rank_pairs(pairs: Pairs, weight: Float64[np.ndarray, " points"], unit: float) -> Ranked:
    """The pairs of points of positive weight, by rank; their distances are multiplied by `unit`."""
    who = np.argsort(-weight, kind="stable")[: np.count_nonzero(weight > 0)].astype(np.int32)
    rank = np.full(len(weight), -1, np.int32)
    rank[who] = np.arange(len(who), dtype=np.int32)
    rows = _list_under(_count_followers, _list_followers, len(who), *pairs, rank)
    return Ranked(who, *_list_under(_count_leaders, _list_leaders, len(who), *rows, unit))


def search(
    ranked: Ranked,
    weight: Float64[np.ndarray, " points"],
    labels: Int32[np.ndarray, " points"],
    rule: Rule,
    least: float,
    each: int,
    work: int | None = None,
) -> Heaviest:
    """The heaviest sets that weigh more than `least` after their cost, up to `each` of them a leader.

    Args:
        ranked, weight: as given to and got from `rank_pairs`.
        labels: classes of the points; a set has one point of a class at most.
        rule: which sets fit.
        least: weight to exceed.
        each: sets to return for each leader at most.
        work: pairs to look at for each leader at most, about; all by default.
    """
    who, parts = ranked.who, []
    rest, work = np.zeros(len(weight)), np.iinfo(np.int64).max if work is None else work
    ordered, classes = weight[who], labels[who]

    def task(start: int, stop: int) -> None:
        found = _search(*ranked, ordered, classes, int(labels.max()) + 1, *rule, least, each, work, rest, start, stop)
        parts.append((start, found))

    share(task, len(who), threads_for(len(ranked.near)))
    parts.sort(key=lambda part: part[0])
    lengths, members, weights = (np.concatenate([found[i] for _, found in parts]) for i in range(3))
    return Heaviest(np.concatenate([[0], np.cumsum(lengths)]), members, weights, rest)


def _list_under(count, fill, ranks, *pairs):
    """The pairs in compressed rows: `count` finds how long they are, `fill` writes them; a thread takes some rows."""
    starts = np.zeros(ranks + 1, np.int64)
    count(*pairs, starts[1:])
    np.cumsum(starts, out=starts)
    near, far = np.empty(starts[-1], np.int32), np.empty(starts[-1])
    threads = threads_for(len(near))
    cuts = np.searchsorted(starts, np.linspace(0, starts[-1], threads + 1)[1:-1])
    cuts = np.concatenate([[0], cuts, [ranks]])
    share(lambda i, j: [fill(*pairs, starts, near, far, *cuts[p : p + 2]) for p in range(i, j)], threads, threads)
    return starts, near, far


@njit(cache=True, nogil=True)
def _count_followers(indptr, indices, distance, rank, counts):
    """Counts for every rank the pairs in which it is the lower one."""
    for i in range(len(indptr) - 1):
        if rank[i] >= 0:
            for p in range(indptr[i], indptr[i + 1]):
                if rank[indices[p]] >= 0:
                    counts[max(rank[i], rank[indices[p]])] += 1


@njit(cache=True, nogil=True)
def _list_followers(indptr, indices, distance, rank, starts, near, far, low, high):
    """Writes under every rank from low to high - 1 the ranks above it, in any order."""
    place = starts[low:high].copy()
    for i in range(len(indptr) - 1):
        if rank[i] >= 0:
            for p in range(indptr[i], indptr[i + 1]):
                j = rank[indices[p]]
                below = max(rank[i], j)
                if j >= 0 and low <= below < high:
                    near[place[below - low]] = min(rank[i], j)
                    far[place[below - low]] = distance[p]
                    place[below - low] += 1


@njit(cache=True, nogil=True)
def _count_leaders(indptr, indices, distance, unit, counts):
    """Counts for every rank the pairs in which it is the upper one."""
    for i in indices:
        counts[i] += 1


@njit(cache=True, nogil=True)
def _list_leaders(indptr, indices, distance, unit, starts, near, far, low, high):
    """Writes under every rank from low to high - 1 the ranks below it, ascending, and the distances."""
    place = starts[low:high].copy()
    for i in range(len(indptr) - 1):
        for p in range(indptr[i], indptr[i + 1]):
            j = indices[p]
            if low <= j < high:
                near[place[j - low]] = i
                far[place[j - low]] = unit * distance[p]
                place[j - low] += 1


@njit(cache=True, nogil=True)
def _search(
    who, starts, near, far, weight, label, classes, kind, unit, error, points, least, each, work, rest, start, stop
):
    """The sets led by the ranks from start to stop - 1: their lengths, their points and their weights.

    Level k is a set of k points, members[:k]; its candidates are stack[first[k]:end[k]], and the next is at place[k].
    """
    room = 1024
    stack, bound, gaps = np.empty(room, np.int32), np.empty(room), np.empty((room, classes))
    marks, shared = np.full((classes + 1, len(who)), -1, np.int32), np.empty(len(who) + 1, np.int64)
    first, end, place = np.zeros((3, classes + 1), np.int64)
    members, grew, D = np.empty(classes, np.int32), np.zeros(classes + 1, np.bool_), np.zeros((classes, classes))
    total, spread, top, lambdas = np.zeros(classes + 1), np.zeros(classes + 1), np.empty(classes), np.empty(classes)
    best, best_size, best_set = np.empty(each), np.empty(each, np.int32), np.empty((each, classes), np.int32)
    lengths, found, values = [np.int32(0)][:0], [np.int32(0)][:0], [0.0][:0]
    for leader in range(start, stop):
        count, limit, left, beyond = 0, least, work, least
        degree, level = starts[leader + 1] - starts[leader], 1 if weight[leader] * classes > least else 0
        if degree >= room:
            room = 2 * degree
            stack, bound, gaps = np.empty(room, np.int32), np.empty(room), np.empty((room, classes))
        if level:
            stack[:degree] = near[starts[leader] : starts[leader + 1]]
            gaps[:degree, 0] = far[starts[leader] : starts[leader + 1]]
            members[0], total[1], end[1], place[1] = leader, weight[leader], degree, 0
            _enter(stack, 0, degree, weight, label, top, bound, marks[1])
        while level > 0:
            at = place[level]
            most = total[level] + bound[at] - (spread[level] / level if kind == COSTS else 0.0)
            if at == end[level] or most <= limit or left <= 0:
                if at < end[level] and left <= 0:
                    beyond = max(beyond, most)
                if level > 1 and kind != COSTS and total[level] > limit and not grew[level]:
                    count = _keep(total[level], members, level, count, best, best_size, best_set)
                    limit = best[0] if count == each else least
                _leave(stack, first[level], end[level], marks[level])
                level -= 1
                continue
            place[level] = at + 1
            members[level], total[level + 1] = stack[at], total[level] + weight[stack[at]]
            spread[level + 1] = spread[level]
            for i in range(level):
                D[i, level] = D[level, i] = gaps[at, i]
                spread[level + 1] += gaps[at, i]
            if level > 2 and not _fits(who, points, kind, unit, error, members, level + 1, D, lambdas):
                continue
            if 2 * end[level] - at >= room:
                room = 2 * (2 * end[level] - at)
                stack, bound, gaps = _lengthen(stack, room), _lengthen(bound, room), _lengthen_rows(gaps, room)
            first[level + 1] = place[level + 1] = end[level + 1] = end[level] + 1
            if level + 1 < classes:
                opened, looked = _extend(
                    starts, near, far, kind, error, level, members[level], D, stack, gaps, at, end[level],
                    marks[level], shared,
                )  # fmt: skip
                end[level + 1] += opened
                left -= looked
            grew[level], grew[level + 1] = True, False
            level += 1
            if kind == COSTS and total[level] - spread[level] / level > limit:
                worth = total[level] - spread[level] / level
                count = _keep(worth, members, level, count, best, best_size, best_set)
                limit = best[0] if count == each else least
            _enter(stack, first[level], end[level], weight, label, top, bound, marks[level])
        rest[who[leader]] = max(beyond, limit)
        for i in range(each - count, each):
            lengths.append(best_size[i])
            values.append(best[i])
            for j in range(best_size[i]):
                found.append(who[best_set[i, j]])
    return np.array(lengths, np.int32), np.array(found, np.int32), np.array(values, np.float64)


@njit(cache=True, nogil=True)
def _enter(stack, start, stop, weight, label, top, bound, mark):
    """Marks the candidates of a level, and bounds what those from each on can add: the heaviest of every class."""
    top[:] = 0.0
    most = 0.0
    bound[stop] = 0.0
    for q in range(stop - 1, start - 1, -1):
        point = stack[q]
        mark[point] = q
        most += weight[point] - top[label[point]]
        top[label[point]] = weight[point]
        bound[q] = most


@njit(cache=True, nogil=True)
def _leave(stack, start, stop, mark):
    """Takes the marks of a level away."""
    for q in range(start, stop):
        mark[stack[q]] = -1


@njit(cache=True, nogil=True)
def _fits(who, points, kind, unit, error, members, size, D, lambdas):
    """Whether a set may fit, of which every three points do."""
    if kind == BALLS:
        lower, _ = walk(D[:size, :size], 1.0 + 2.0 * error, lambdas[:size])
        return lower * (1.0 - error) <= 1.0
    if kind == TRIPLES:
        return _bound_l1(points, unit, who, members[:size], 1.0 + 2.0 * error) * (1.0 - error) <= 1.0
    return True


@njit(cache=True, nogil=True)
def _extend(starts, near, far, kind, error, level, newcomer, D, stack, gaps, at, end, mark, shared):
    """Lists the candidates after the newcomer, at `at`, that fit with it and with each other point of the set.

    They are written behind the present ones, which end at `end`. Returns how many, and how many pairs were looked at.
    """
    start, stop, count = starts[newcomer], starts[newcomer + 1], 0
    if at + 1 == end:
        return 0, 1
    stop = start + np.searchsorted(near[start:stop], stack[end - 1], side="right")
    hits, looked = 0, stop - start + 1
    if BISECTION * (end - at) < looked:
        looked = BISECTION * (end - at)
        for q in range(at + 1, end):
            start += np.searchsorted(near[start:stop], stack[q])
            shared[hits] = start
            hits += start < stop and near[start] == stack[q]
    else:
        for p in range(start, stop):
            shared[hits] = p
            hits += mark[near[p]] >= 0  # no branch to mispredict
    for p in shared[:hits]:
        q, across = mark[near[p]], far[p]
        fits = True
        if kind == BALLS:
            for i in range(level):
                fits &= not is_too_wide(D[i, level], gaps[q, i], across, error)
        if fits:
            to = end + 1 + count
            stack[to] = near[p]
            gaps[to, :level] = gaps[q, :level]
            gaps[to, level] = across
            count += 1
    return count, looked + hits


@njit(cache=True, nogil=True)
def _bound_l1(points, unit, who, members, enough):
    """A lower bound on the radius of an l1 ball around the points of these ranks."""
    x = np.empty((len(members), points.shape[1]))
    ranks = np.empty(x.shape, np.int64)
    for d in range(x.shape[1]):
        for i in range(len(members)):  # from the leader, as differences are small where coordinates are not
            x[i, d] = unit * (points[who[members[i]], d] - points[who[members[0]], d])
        ranks[:, d] = np.argsort(x[:, d])
    return bound_radius(x, ranks, enough)[0]


@njit(cache=True, nogil=True)
def _keep(value, members, size, count, best, best_size, best_set):
    """Puts a set among the best, which stand at the end of the arrays, ascending; returns how many there are."""
    count = min(count + 1, len(best))
    i = len(best) - count
    while i + 1 < len(best) and best[i + 1] < value:
        best[i], best_size[i], best_set[i] = best[i + 1], best_size[i + 1], best_set[i + 1]
        i += 1
    best[i], best_size[i] = value, size
    best_set[i, :size] = members[:size]
    return count


@njit(cache=True, nogil=True)
def _lengthen(values, length):
    """The values, with room for more."""
    longer = np.empty(length, values.dtype)
    longer[: len(values)] = values
    return longer


@njit(cache=True, nogil=True)
def _lengthen_rows(rows, length):
    """The rows, with room for more."""
    longer = np.empty((length, rows.shape[1]), rows.dtype)
    longer[: len(rows)] = rows
    return longer
