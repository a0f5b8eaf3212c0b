"""The heaviest sets of points that fit together, by a complete search on the pairs alone.

Every point has a weight, and the points are ranked by it, the heaviest first. A set is found from the heaviest of its
points, its *leader*, downwards (see `growing.py`). No candidates can add more than the heaviest of each class among
them add; where that is not enough for one of the best sets so far, the branch is given up. Source: branch and bound for
the maximum weight clique with colours as bounds (P. Östergård, "A new algorithm for the maximum-weight clique problem",
2001); here classes are the colours.

Sets that may be a little too wide are not left out: who wants to know must decide for those that are found.
"""

from collections.abc import Callable
from threading import get_ident
from time import perf_counter
from typing import NamedTuple

import numpy as np
from jaxtyping import Float64, Int32, Int64

from motlp.geometry.growing import (
    COSTS,
    Rule,
    begin,
    enter,
    extend,
    grow_stack,
    join,
    make_around,
    make_levels,
    make_stack,
)
from motlp.geometry.ranked import Ranked
from motlp.system.compiled import njit
from motlp.system.threads import share, threads_for

BLOCK = 64  # leaders that a thread takes at a time
SILENT = 2.0  # seconds that a search takes without a report
EVERYTHING = np.iinfo(np.int64).max
TIES = 1.0 + 2.0**-42  # by so much rounding may tell equal sums of up to a thousand weights apart


class Effort(NamedTuple):
    """How far a search goes.

    Attributes:
        each: sets to return for each leader at most.
        work: pairs to look at for each leader, about, before the rest of its sets is only bounded.
        order: points of a set at most.
    """

    each: int
    work: int = EVERYTHING
    order: int = EVERYTHING


class Heaviest(NamedTuple):
    """What a search found.

    Set s is that of the points `members[starts[s]:starts[s + 1]]`, leader first, and weighs `weight[s]` after its cost.
    No other set of the order that a point leads, and none that is not part of a set found, weighs more than its `rest`.
    """

    starts: Int64[np.ndarray, " sets+1"]
    members: Int32[np.ndarray, " _"]
    weight: Float64[np.ndarray, " sets"]
    rest: Float64[np.ndarray, " points"]


class Best(NamedTuple):
    """The best sets of a leader; they stand at the end, ascending."""

    value: Float64[np.ndarray, " each"]
    size: Int32[np.ndarray, " each"]
    members: Int32[np.ndarray, "each order"]


def search(
    ranked: Ranked,
    weight: Float64[np.ndarray, " points"],
    labels: Int32[np.ndarray, " points"],
    rule: Rule,
    least: float,
    effort: Effort,
    deadline: float,
    report: Callable[[float, float], object],
) -> Heaviest:
    """The heaviest sets that weigh more than `least` after their cost, some of them a leader.

    Args:
        ranked, weight: as given to and got from `rank_pairs`.
        labels: classes of the points; a set has one point of a class at most.
        rule: which sets fit.
        least: weight to exceed.
        effort: how far to go.
        deadline: time of `perf_counter` from which on sets are only bounded.
        report: is told, in this thread, how many leaders of how many are done, if the search is long. Where it raises
            an error, such as KeyboardInterrupt, the search ends with it.
    """
    who, parts = ranked.who, [(-1, (np.empty(0, np.int32), np.empty(0, np.int32), np.empty(0)))]
    rest, ordered, of_rank = np.zeros(len(weight)), weight[who], labels[who]
    classes, places = int(labels.max()) + 1, int(np.diff(ranked.starts).max(initial=0))
    order = min(effort.order, classes)

    todo, began, caller = iter(range(0, len(who), BLOCK)), perf_counter(), get_ident()

    def task(_start: int, _stop: int) -> None:
        """Takes blocks of leaders until none is left: some take much longer than others."""
        around, levels = make_around(len(who), places, classes), make_levels(places, classes, order)
        room = around, levels, _make_best(effort.each, order)
        try:
            for first in todo:
                now, last = perf_counter(), min(first + BLOCK, len(who))
                if get_ident() == caller and now > began + SILENT:
                    report(first, len(who))
                work = effort.work if now < deadline else 0
                parts.append((first, _search(ranked, ordered, of_rank, rule, least, work, *room, rest, first, last)))
        except BaseException:  # such as Ctrl-C, which only one of the threads hears
            for _ in todo:
                pass
            raise

    threads = threads_for(len(ranked.near))
    share(task, threads, threads)
    parts.sort(key=lambda part: part[0])
    lengths, members, weights = (np.concatenate([found[i] for _, found in parts]) for i in range(3))
    return Heaviest(np.concatenate([[0], np.cumsum(lengths)]), members, weights, rest)


def _make_best(each: int, order: int) -> Best:
    """Room for so many sets."""
    return Best(np.empty(each), np.empty(each, np.int32), np.empty((each, order), np.int32))


@njit(cache=True, nogil=True)
def _search(ranked, weight, label, rule, least, work, around, levels, best, rest, start, stop):
    """The sets led by the ranks from start to stop - 1: their lengths, their points and their weights."""
    order, each = len(levels.members), len(best.value)
    stack, shared = make_stack(order, 1024), np.empty(len(around.weight) + 1, np.int64)
    lengths, found, values = [np.int32(0)][:0], [np.int32(0)][:0], [0.0][:0]
    for leader in range(start, stop):
        count, most = 0, least
        if weight[leader] * order > least:
            count, most, stack = _lead(
                leader, ranked, weight, label, rule, least, work, around, levels, best, stack, shared
            )
        rest[ranked.who[leader]] = most
        for i in range(each - count, each):
            lengths.append(best.size[i])
            values.append(best.value[i])
            found.append(ranked.who[leader])
            for place in best.members[i, 1 : best.size[i]]:
                found.append(ranked.who[ranked.near[ranked.starts[leader] + place]])
    return np.array(lengths, np.int32), np.array(found, np.int32), np.array(values, np.float64)


@njit(cache=True, nogil=True)
def _lead(leader, ranked, weight, label, rule, least, work, around, levels, best, stack, shared):
    """The best sets of a leader: how many, what no other of its sets exceeds, and the stack, which may have grown."""
    count, limit, left, beyond, level = 0, least * TIES, work, least, 1
    stack = begin(leader, ranked, weight, label, around, levels, stack)
    while level > 0:
        at, worth = levels.next[level], levels.total[level] - levels.cost[level]
        if at == levels.end[level] or worth + stack.bound[at] <= limit or left <= 0:
            if at < levels.end[level] and left <= 0:
                beyond = max(beyond, worth + stack.bound[at])
            if level > 1 and worth > limit and (rule.kind == COSTS or not levels.grew[level]):
                count = _keep(worth, levels.members[:level], count, best)
                limit = (best.value[0] if count == len(best.value) else least) * TIES
            for place in stack.near[levels.first[level] : levels.end[level]]:
                levels.marks[level, place] = -1
            level -= 1
            continue
        levels.next[level] = at + 1
        if not join(stack, at, level, leader, ranked, rule, around, levels):
            continue
        if 2 * levels.end[level] - at >= len(stack.near):
            stack = grow_stack(stack, 2 * (2 * levels.end[level] - at))
        opened, looked = extend(leader, ranked, rule, level, limit, around, levels, stack, shared)
        left -= looked
        if opened >= 0:
            levels.grew[level] = True
            level += 1
            enter(level, opened, around, levels, stack)
    for near in ranked.near[ranked.starts[leader] : ranked.starts[leader + 1]]:
        around.place[near] = -1
    return count, max(beyond, limit), stack


@njit(cache=True, nogil=True)
def _keep(value, members, count, best):
    """Puts a set among the best; returns how many there are."""
    count = min(count + 1, len(best.value))
    i = len(best.value) - count
    while i + 1 < len(best.value) and best.value[i + 1] < value:
        best.value[i], best.size[i] = best.value[i + 1], best.size[i + 1]
        best.members[i] = best.members[i + 1]
        i += 1
    best.value[i], best.size[i] = value, len(members)
    best.members[i, : len(members)] = members
    return count
