"""A set of points that grows from its leader, point by point, and the candidates that are left for it on each level.

The candidates at first are the neighbours of the leader, and each point that joins leaves those after it that fit with
the set. What fits with the leader and one more point is listed once and kept, as it is looked up wherever that point
joins. Balls are tested as well, from the distances of the pairs.
"""

from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float64, Int32, Int64

from motlp.geometry.cliques import is_too_wide
from motlp.geometry.enclosing import walk
from motlp.geometry.enclosing_l1 import bound_radius
from motlp.system.compiled import njit

BISECTION = 16  # pairs that are looked at in the time in which one is found by bisection
KEPT = 1 << 22  # pairs in the lists that are kept
PAIRS, TRIPLES, BALLS, COSTS = 0, 1, 2, 3  # what decides of a set: its pairs; or from four on its points; or a price


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


class Around(NamedTuple):
    """The neighbours of a leader that rank below it. They are known by their *places*, 0, 1, …, in this list.

    Attributes:
        place: of each rank; -1 for what is no neighbour.
        weight, label: of each place.
        rows: the places after p that fit with p and the leader are near[rows[p, 0]:rows[p, 1]], ascending, and their
            distances from p are `far`; rows[p, 0] is -1 where they are not listed yet.
        used: room that is taken there.
        tops: weight of the heaviest of each class among them.
    """

    place: Int32[np.ndarray, " ranks"]
    weight: Float64[np.ndarray, " places"]
    label: Int32[np.ndarray, " places"]
    rows: Int64[np.ndarray, "places 2"]
    near: Int32[np.ndarray, " room"]
    far: Float64[np.ndarray, " room"]
    used: Int64[np.ndarray, " 1"]
    tops: Float64[np.ndarray, "places classes"]


class Stack(NamedTuple):
    """The candidates of all levels, by place, one level after the other, each ascending.

    From candidate q on, those of its level can add bound[q]; gaps[i, q] is its distance to member i.
    """

    near: Int32[np.ndarray, " room"]
    bound: Float64[np.ndarray, " room"]
    gaps: Float64[np.ndarray, "classes room"]


class Levels(NamedTuple):
    """A set while it grows. On level k it has k points: the leader, and the places members[1:k].

    Attributes:
        members: as above.
        D: distances between the members.
        total, cost: weight of the points of a level, and what is taken off.
        grew: whether a candidate of the level could join.
        first, end, next: the candidates of level k are stack.near[first[k]:end[k]], and the next one is at next[k].
        marks: where the candidates of a level stand on the stack, by place; -1 for all others.
        caps: bounds on the heaviest that each class can add on a level.
        top: the same of the level that is looked at.
        centre: weights λ of the points of level k that are nearly those of the centre of the smallest ball around them.
        half: ½ λᵀDλ of these.
    """

    members: Int32[np.ndarray, " order"]
    D: Float64[np.ndarray, "order order"]
    total: Float64[np.ndarray, " levels"]
    cost: Float64[np.ndarray, " levels"]
    grew: Bool[np.ndarray, " levels"]
    first: Int64[np.ndarray, " levels"]
    end: Int64[np.ndarray, " levels"]
    next: Int64[np.ndarray, " levels"]
    marks: Int32[np.ndarray, "levels places"]
    caps: Float64[np.ndarray, "levels classes"]
    top: Float64[np.ndarray, " classes"]
    centre: Float64[np.ndarray, "levels order"]
    half: Float64[np.ndarray, " levels"]


def make_around(ranks: int, places: int, classes: int) -> Around:
    """Room for the neighbours of a leader."""
    room = max(KEPT, places)
    return Around(
        np.full(ranks, -1, np.int32),
        np.empty(places),
        np.empty(places, np.int32),
        np.full((places, 2), -1),
        np.empty(room, np.int32),
        np.empty(room),
        np.zeros(1, np.int64),
        np.empty((places, classes)),
    )


def make_levels(places: int, classes: int, order: int) -> Levels:
    """Room for a set of so many points, of different classes."""
    levels = order + 1
    return Levels(
        members=np.zeros(order, np.int32),
        D=np.zeros((order, order)),
        total=np.zeros(levels),
        cost=np.zeros(levels),
        grew=np.zeros(levels, bool),
        first=np.zeros(levels, np.int64),
        end=np.zeros(levels, np.int64),
        next=np.zeros(levels, np.int64),
        marks=np.full((levels, places), -1, np.int32),
        caps=np.full((levels, classes), np.inf),
        top=np.zeros(classes),
        centre=np.zeros((levels, order)),
        half=np.zeros(levels),
    )


@njit(cache=True, nogil=True)
def begin(leader, ranked, weight, label, around, levels, stack):
    """Level 1: the leader, and its neighbours as candidates. Returns the stack, which may have grown."""
    low, high = ranked.starts[leader], ranked.starts[leader + 1]
    if high - low >= len(stack.near):
        stack = make_stack(len(levels.members), 2 * (high - low))
    for place in range(high - low):
        rank = ranked.near[low + place]
        around.place[rank] = stack.near[place] = place
        around.weight[place], around.label[place], around.rows[place, 0] = weight[rank], label[rank], -1
        stack.gaps[0, place] = ranked.far[low + place]
    levels.total[1], levels.first[1], around.used[0] = weight[leader], 0, 0
    enter(1, high - low, around, levels, stack)
    return stack


@njit(cache=True, nogil=True)
def enter(level, count, around, levels, stack):
    """Begins a level that has so many candidates; from each on, they can add the heaviest of every class left."""
    start, stop, top, most = levels.first[level], levels.first[level] + count, levels.top, 0.0
    room = len(levels.members) - level
    levels.next[level], levels.end[level], levels.grew[level] = start, stop, False
    top[:] = 0.0
    stack.bound[stop] = 0.0
    for q in range(stop - 1, start - 1, -1):
        place = stack.near[q]
        levels.marks[level, place] = q
        most += around.weight[place] - top[around.label[place]]
        top[around.label[place]] = around.weight[place]
        stack.bound[q] = min(most, room * around.weight[place])


@njit(cache=True, nogil=True)
def join(stack, at, level, leader, ranked, rule, around, levels):
    """A candidate joins the set. Returns whether they may fit together."""
    levels.members[level] = stack.near[at]
    levels.total[level + 1] = levels.total[level] + around.weight[stack.near[at]]
    spread = levels.cost[level] * level
    for i in range(level):
        levels.D[i, level] = levels.D[level, i] = stack.gaps[i, at]
        spread += stack.gaps[i, at]
    if rule.kind == COSTS:
        levels.cost[level + 1] = spread / (level + 1)
    elif rule.kind == BALLS:
        return _find_centre(levels.D, level + 1, rule.error, levels.centre[level + 1], levels.half)
    elif rule.kind == TRIPLES and level > 2:
        ranks = ranked.near[ranked.starts[leader] :][levels.members[: level + 1]]
        ranks[0] = leader
        return _bound_l1(rule, ranked.who[ranks]) * (1.0 - rule.error) <= 1.0
    return True


@njit(cache=True, nogil=True)
def _find_centre(D, size, error, weights, half):
    """Sets λ, the weights of the centre of a set, and ½ λᵀDλ. Returns whether a ball of radius 1 may hold the set."""
    if size == 2:
        weights[0] = weights[1] = 0.5
    elif size == 3:
        a, b, c = D[1, 2], D[0, 2], D[0, 1]
        weights[0], weights[1], weights[2] = a * (b + c - a), b * (c + a - b), c * (a + b - c)
        total = weights[0] + weights[1] + weights[2]
        if min(weights[0], weights[1], weights[2]) > 0.0:  # acute
            weights[0], weights[1], weights[2] = weights[0] / total, weights[1] / total, weights[2] / total
        else:
            weights[0] = 0.0 if a >= max(b, c) else 0.5
            weights[1] = 0.0 if weights[0] > 0.0 and b >= c else 0.5
            weights[2] = 1.0 - weights[0] - weights[1]
    else:
        walk(D[:size, :size], 1.0 + 2.0 * error, weights[:size])
    half[size] = 0.0
    for i in range(size):  # row by row, so that rounding grows with the size, not its square
        row = 0.0
        for j in range(i):
            row += weights[j] * D[i, j]
        half[size] += weights[i] * row
    return size < 4 or half[size] * (1.0 - error) <= 1.0


@njit(cache=True, nogil=True)
def extend(leader, ranked, rule, level, limit, around, levels, stack, shared):
    """Lists the candidates of the next level: those after the last member that fit with the set.

    They are written behind the present ones. Returns how many, or -1 if they are known to be of no use; and how many
    pairs were looked at.
    """
    newcomer, at, end, looked = levels.members[level], levels.next[level] - 1, levels.end[level], 0
    levels.first[level + 1] = end + 1
    if level + 1 == len(levels.members):
        return 0, 1
    if around.rows[newcomer, 0] < 0:
        looked = _list_row(leader, newcomer, ranked, rule, around, levels, stack, shared)
    most, heaviest = 0.0, 0.0
    for c in range(len(levels.top)):
        cap = levels.caps[level + 1, c] = min(levels.caps[level, c], around.tops[newcomer, c])
        most, heaviest = most + cap, max(heaviest, cap)
    most = min(most, heaviest * (len(levels.members) - level - 1))
    if levels.total[level + 1] - levels.cost[level + 1] + most <= limit:
        return -1, looked + 1
    low, high = around.rows[newcomer]
    near, far, mark, hits = around.near[low:high], around.far[low:high], levels.marks[level], 0
    if BISECTION * (end - at) < len(near):
        hits = _bisect(near, stack.near[at + 1 : end], shared)
        looked += BISECTION * (end - at)
    else:
        for p in range(len(near)):
            shared[hits] = p
            hits += mark[near[p]] >= 0  # no branch to mispredict
        looked += len(near)
    looked += hits + 1
    if rule.kind == BALLS and level > 1:
        hits = _keep_close(near, far, mark, hits, level, levels, stack, rule.error, shared)
    count = 0
    for p in shared[:hits]:
        q, fits = mark[near[p]], True
        if rule.kind == BALLS:
            for i in range(1, level):  # the triangles with the leader are known to fit
                fits &= not is_too_wide(levels.D[i, level], stack.gaps[i, q], far[p], rule.error)
        if fits:
            to = end + 1 + count
            stack.near[to], stack.gaps[level, to] = near[p], far[p]
            for i in range(level):
                stack.gaps[i, to] = stack.gaps[i, q]
            count += 1
    return count, looked


@njit(cache=True, nogil=True)
def _list_row(leader, newcomer, ranked, rule, around, levels, stack, shared):
    """Lists what fits with the leader and the newcomer; returns how many pairs were looked at."""
    last = ranked.near[ranked.starts[leader + 1] - 1]
    newcomer_rank = ranked.near[ranked.starts[leader] + newcomer]
    low, high = ranked.starts[newcomer_rank], ranked.starts[newcomer_rank + 1]
    if around.used[0] + high - low > len(around.near):  # no room: begin anew
        around.rows[: levels.end[1], 0], around.used[0] = -1, 0
    near, far, hits = ranked.near[low:high], ranked.far[low:high], 0
    stop = np.searchsorted(near, last, side="right")
    for p in range(stop):
        shared[hits] = p
        hits += around.place[near[p]] >= 0  # no branch to mispredict
    across, begin, to = stack.gaps[0, newcomer], around.used[0], around.used[0]
    for p in shared[:hits]:
        place = around.place[near[p]]
        around.near[to], around.far[to] = place, far[p]
        to += not (rule.kind == BALLS and is_too_wide(across, stack.gaps[0, place], far[p], rule.error))
    around.rows[newcomer, 0], around.rows[newcomer, 1], around.used[0] = begin, to, to
    around.tops[newcomer, :] = 0.0
    for place in around.near[begin:to][::-1]:
        around.tops[newcomer, around.label[place]] = around.weight[place]
    return stop + hits + 1


@njit(cache=True, nogil=True)
def _bisect(near, wanted, shared):
    """Where those wanted stand among the near ones, both ascending; returns how many do."""
    hits, start = 0, 0
    for place in wanted:
        start += np.searchsorted(near[start:], place)
        if start == len(near):
            break
        shared[hits] = start
        hits += near[start] == place
    return hits


@njit(cache=True, nogil=True)
def _keep_close(near, far, mark, hits, level, levels, stack, error, shared):
    """Of the hits, keeps those that may be in one ball of radius 1 with the set; returns how many.

    With h = ½ λᵀDλ and s = Σ λ_v D_vy, the weights (1 − t)λ of the set and t of a newcomer y prove for the best t that
    r² >= s² / 4(s − h), where s > 2h. That is at most 1 only if s <= 2 + 2√(1 − h).
    """
    weights, kept = levels.centre[level + 1], 0
    reach = (2.0 + 2.0 * np.sqrt(max(0.0, 1.0 - levels.half[level + 1] * (1.0 - error)))) / (1.0 - error)
    for p in shared[:hits]:
        q, s = mark[near[p]], weights[level] * far[p]
        for i in range(level):
            s += weights[i] * stack.gaps[i, q]
        shared[kept] = p
        kept += s <= reach  # no branch to mispredict
    return kept


@njit(cache=True, nogil=True)
def _bound_l1(rule, who):
    """A lower bound on the radius of an l1 ball around some points."""
    x = np.empty((len(who), rule.points.shape[1]))
    ranks = np.empty(x.shape, np.int64)
    for d in range(x.shape[1]):
        for i in range(len(who)):  # from the leader, as differences are small where coordinates are not
            x[i, d] = rule.unit * (rule.points[who[i], d] - rule.points[who[0], d])
        ranks[:, d] = np.argsort(x[:, d])
    return bound_radius(x, ranks, 1.0 + 2.0 * rule.error)[0]


@njit(cache=True, nogil=True)
def make_stack(classes, room):
    """An empty stack."""
    return Stack(np.empty(room, np.int32), np.empty(room), np.empty((classes, room)))


@njit(cache=True, nogil=True)
def grow_stack(stack, room):
    """The stack, with more room."""
    larger = make_stack(len(stack.gaps), room)
    larger.near[: len(stack.near)] = stack.near
    larger.bound[: len(stack.near)] = stack.bound
    larger.gaps[:, : len(stack.near)] = stack.gaps
    return larger
