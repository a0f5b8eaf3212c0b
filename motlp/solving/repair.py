"""Rounds an approximate plan and potential to feasible ones, changing each only where it must change.

Dividing everything by the worst violation, which is all that a certificate needs, lets one bad interaction cost
the whole bound. Here every point answers for its own neighbourhood only, and what room is left is used up.
"""

from functools import partial
from typing import NamedTuple

import numpy as np
from jaxtyping import Float64, Int32, Int64

from motlp.problem.hypergraph import Hypergraph
from motlp.system.compiled import njit
from motlp.system.threads import share, threads_for


class Memberships(NamedTuple):
    """Who belongs to what, read both ways.

    The points of interaction A are `points[starts[A]:starts[A + 1]]`, the interactions of point v are
    `interactions[indptr[v]:indptr[v + 1]]`; `blocks` are the points of each class, which never share an interaction;
    `price` is 1 + c_A, `mass` is m_v.
    """

    starts: Int64[np.ndarray, " interactions+1"]
    points: Int32[np.ndarray, " memberships"]
    indptr: Int64[np.ndarray, " points+1"]
    interactions: Int32[np.ndarray, " memberships"]
    blocks: list[Int64[np.ndarray, " _"]]
    price: Float64[np.ndarray, " interactions"]
    mass: Float64[np.ndarray, " points"]


def memberships(hypergraph: Hypergraph) -> Memberships:
    """The memberships of a hypergraph."""
    starts = np.concatenate([[0], np.cumsum(hypergraph.sizes)])
    points = np.concatenate([rows.ravel() for rows in hypergraph.members])
    indptr, interactions = _transpose(starts, points, hypergraph.measure.size)
    labels = hypergraph.measure.labels
    blocks = np.split(np.argsort(labels, kind="stable"), np.cumsum(np.bincount(labels))[:-1])
    return Memberships(starts, points, indptr, interactions, blocks, 1.0 + hypergraph.cost, hypergraph.mass)


def feasible_potential(
    parts: Memberships, potential: Float64[np.ndarray, " points"], rounds: int = 3
) -> Float64[np.ndarray, " points"]:
    """A potential in the polytope Σ_{v∈A} g_v ≤ 1 + c_A, g ≥ 0, that no single point can raise.

    Dividing g_v by the fullest of the interactions around v is feasible, because each member of an interaction is
    divided by at least how full that one is; it lowers where there is a violation and lifts where there is room.
    Then class after class takes the room that remains: points of a class share no interaction.
    """
    g = np.clip(np.nan_to_num(potential, nan=0.0), 0.0, 1.0)
    for _ in range(rounds):
        full = largest(parts.indptr, parts.interactions, total(parts.starts, parts.points, g) / parts.price)
        full = np.maximum(full, g)
        g = np.divide(g, full, out=np.zeros_like(g), where=full > 0)
    sums = total(parts.starts, parts.points, g)
    for block in parts.blocks:
        lift = partial(_lift, block, parts.indptr, parts.interactions, parts.price, sums, g)
        share(lift, len(block), threads_for(len(parts.points)))
    return g


def feasible_plan(
    parts: Memberships,
    plan: Float64[np.ndarray, " interactions"],
    potential: Float64[np.ndarray, " points"],
    thresholds: tuple[float, ...] = (1e-6, 1e-3, 1e-2, np.inf),
    rounds: int = 2,
) -> Float64[np.ndarray, " interactions"]:
    """A plan that covers no point more than its mass, and that no interaction of two points or more can extend.

    Each interaction is scaled by the most overfull of its points. The mass that is left is handed out greedily, larger
    interactions first: to those that are tight for the (feasible) potential, as complementary slackness wants it, then
    to those within each threshold.
    """
    pi = np.nan_to_num(plan, nan=0.0, posinf=0.0)
    for _ in range(rounds):
        covered = total(parts.indptr, parts.interactions, pi)
        excess = np.divide(covered, parts.mass, out=np.full_like(covered, np.inf), where=parts.mass > 0)
        pi /= np.maximum(largest(parts.starts, parts.points, excess), 1.0)
    left = np.maximum(parts.mass - total(parts.indptr, parts.interactions, pi), 0.0)
    slack = parts.price - total(parts.starts, parts.points, potential)
    for threshold in thresholds:
        _fill(parts.starts, parts.points, slack, threshold, left, pi)
    return pi


def total(
    starts: Int64[np.ndarray, " _"], items: Int32[np.ndarray, " memberships"], values: Float64[np.ndarray, " _"]
) -> Float64[np.ndarray, " groups"]:
    """Sum of the values of the items of each group."""
    sums = np.empty(len(starts) - 1)
    share(partial(_total, starts, items, values, sums), len(sums), threads_for(len(items)))
    return sums


def largest(
    starts: Int64[np.ndarray, " _"], items: Int32[np.ndarray, " memberships"], values: Float64[np.ndarray, " _"]
) -> Float64[np.ndarray, " groups"]:
    """Largest of the values of the items of each group, at least 0."""
    tops = np.empty(len(starts) - 1)
    share(partial(_largest, starts, items, values, tops), len(tops), threads_for(len(items)))
    return tops


@njit(cache=True, nogil=True)
def _transpose(starts, points, count):
    """From the points of each interaction to the interactions of each point."""
    indptr = np.zeros(count + 1, np.int64)
    for v in points:
        indptr[v + 1] += 1
    for v in range(count):
        indptr[v + 1] += indptr[v]
    cursor = indptr[:-1].copy()
    interactions = np.empty(len(points), np.int32)
    for a in range(len(starts) - 1):
        for q in range(starts[a], starts[a + 1]):
            v = points[q]
            interactions[cursor[v]] = a
            cursor[v] += 1
    return indptr, interactions


@njit(cache=True, nogil=True)
def _total(starts, items, values, sums, start, stop):
    for i in range(start, stop):
        s = 0.0
        for q in range(starts[i], starts[i + 1]):
            s += values[items[q]]
        sums[i] = s


@njit(cache=True, nogil=True)
def _largest(starts, items, values, tops, start, stop):
    for i in range(start, stop):
        top = 0.0
        for q in range(starts[i], starts[i + 1]):
            top = max(top, values[items[q]])
        tops[i] = top


@njit(cache=True, nogil=True)
def _lift(block, indptr, interactions, price, sums, g, start, stop):
    """Raises the points of a class as far as each can go, up to 1."""
    for i in range(start, stop):
        v = block[i]
        room = 1.0 - g[v]
        for q in range(indptr[v], indptr[v + 1]):
            a = interactions[q]
            room = min(room, price[a] - sums[a])
        if room > 0.0:
            g[v] += room
            for q in range(indptr[v], indptr[v + 1]):
                sums[interactions[q]] += room


@njit(cache=True, nogil=True)
def _fill(starts, points, slack, threshold, left, plan):
    """Gives each interaction with little slack all the mass that its points have left, the last one first."""
    for a in range(len(plan) - 1, -1, -1):
        if slack[a] <= threshold and starts[a + 1] - starts[a] > 1:
            most = np.inf
            for q in range(starts[a], starts[a + 1]):
                most = min(most, left[points[q]])
            if most > 0.0:
                plan[a] += most
                for q in range(starts[a], starts[a + 1]):
                    left[points[q]] -= most
