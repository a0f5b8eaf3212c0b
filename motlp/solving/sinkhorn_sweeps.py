"""The sweeps of Sinkhorn: block updates of the regularised dual, class by class, in logarithms.

At regularisation η the iterate is h = g/η. The update of a point v needs the logarithm of Σ_{A∋v} π_A, with
log π_A = h_v + Σ_{w∈A∖v} h_w − (1 + c_A)/η. All that a sweep reads is h and, in a row, the other members of each
interaction of each point; all that it writes is h, so the points of a class can be shared out among threads.

What settles last moves evenly for hundreds of sweeps: large components, in which every second point rises while the
others sink. So now and then a leap goes on in the direction of the last sweeps for as long as the objective rises.
"""

from functools import partial
from typing import NamedTuple

import numpy as np
from jaxtyping import Float64, Int32, Int64

from motlp.problem.hypergraph import Hypergraph
from motlp.system.compiled import intrinsic, njit, types
from motlp.system.threads import share, threads_for

RELAXATION = 1.7  # factor on a step; with 1.9 the late sweeps gain nothing more, and the early ones lose
CHUNK = 64  # points whose exponentials are taken in one go
FARTHEST = 1e3  # that a start may be from 0; potentials are of the order of 1
HALVINGS = 4  # of the range in which the top of a leap lies
BLOCK = 1 << 14  # interactions whose terms of a slope are summed in one go


class Neighbours(NamedTuple):
    """The other members of the interactions of each point, by size.

    Point v has `degree[v, k]` interactions of k + 1 points. From `place[v]` on, `others` lists for k = 1, 2, … first
    their first other members, then their second ones, and so on. From `rank[v]` on, `costs` holds their c_A; it is
    empty where all are 0.
    """

    degree: Int64[np.ndarray, "points order"]
    place: Int64[np.ndarray, " points"]
    rank: Int64[np.ndarray, " points"]
    others: Int32[np.ndarray, " _"]
    costs: Float64[np.ndarray, " _"]


def neighbours(hypergraph: Hypergraph) -> Neighbours:
    """The neighbours of the points in a hypergraph."""
    size, order = hypergraph.measure.size, hypergraph.order
    degree = np.stack([np.bincount(rows.ravel(), minlength=size) for rows in hypergraph.members], axis=1)
    lengths = degree @ np.arange(order)
    place = np.cumsum(lengths) - lengths
    rank = np.cumsum(degree.sum(axis=1)) - degree.sum(axis=1)
    others = np.empty(lengths.sum(), np.int32)
    costs = np.empty(degree.sum() if hypergraph.cost.any() else 0)
    first_other, first_cost, before = place.copy(), rank.copy(), 0
    for k, rows in enumerate(hypergraph.members):
        prices = hypergraph.cost[before : before + len(rows)]
        _spread(rows, prices, degree[:, k].copy(), first_other, first_cost, others, costs)
        first_other += degree[:, k] * k
        first_cost += degree[:, k]
        before += len(rows)
    return Neighbours(degree, place, rank, others, costs)


class Sweeper:
    """The iterate: a potential that sweeps improve.

    Attributes:
        eta: the regularisation; set it with `cool`.
        sweeps: done so far, without leaps.
        error: Σ_v |m_v − Σ_{A∋v} π_A|, each term as found just before the update of v in the last sweep.
        threads: that share the work; what is found does not depend on them.
    """

    def __init__(
        self,
        hypergraph: Hypergraph,
        start: Float64[np.ndarray, " points"],
        threads: int | None = None,
        relaxation: float = RELAXATION,
    ) -> None:
        self.hypergraph, self.relaxation = hypergraph, relaxation
        self.threads = threads or threads_for(int(hypergraph.sizes.sum()))
        self.neighbours = neighbours(hypergraph)
        mass = hypergraph.mass
        # A point without mass has no plan, nor has any interaction that holds one; a point with neither stays put.
        start = np.clip(np.nan_to_num(start, nan=0.0, neginf=0.0, posinf=1.0), -FARTHEST, FARTHEST)
        self.scaled = np.where(mass > 0, start, -np.inf)
        moves = np.zeros(len(mass), bool)
        for rows in hypergraph.members:
            moves[rows[(mass[rows] > 0).all(axis=1)]] = True
        self.blocks = [block[moves[block]] for block in hypergraph.blocks]
        self.mass, self.logs = mass, np.log(np.where(mass > 0, mass, 1.0))
        self.eta, self.sweeps, self.error = 1.0, 0, np.inf
        self.landed = self.scaled.copy()
        self.heights, self.slants = np.empty((2, hypergraph.size))
        chunks = [(len(block) + CHUNK - 1) // CHUNK for block in self.blocks]
        self.errors = np.zeros(sum(chunks))
        self.errors_by_class = np.split(self.errors, np.cumsum(chunks)[:-1])

    @property
    def potential(self) -> Float64[np.ndarray, " points"]:
        """g, of either sign; −∞ where the mass is 0."""
        return self.eta * self.scaled

    @property
    def plan(self) -> Float64[np.ndarray, " interactions"]:
        """π_A(g)."""
        parts, before = [], 0
        for rows in self.hypergraph.members:
            price = self.hypergraph.price[before : before + len(rows)] / self.eta
            parts.append(np.exp(np.minimum(self.scaled[rows].sum(axis=1) - price, 700.0)))
            before += len(rows)
        return np.concatenate(parts)

    def objective(self, plan: Float64[np.ndarray, " interactions"]) -> float:
        """Σ_v m_v g_v − η Σ_A π_A, what the sweeps maximise, from the present plan."""
        alive = self.mass > 0
        return float(self.mass[alive] @ self.potential[alive] - self.eta * plan.sum())

    def cool(self, eta: float) -> None:
        """Goes on with the same potential at another η."""
        self.scaled *= self.eta / eta
        self.eta = eta
        self.landed[:] = self.scaled

    def sweep(self) -> None:
        """One pass over all classes."""
        for block, errors in zip(self.blocks, self.errors_by_class, strict=True):
            update = partial(
                _sweep, block, *self.neighbours, self.scaled, self.mass, self.logs, self.eta, self.relaxation, errors
            )
            share(update, len(errors), self.threads)
        self.error = float(self.errors.sum())
        self.sweeps += 1

    def leap(self) -> None:
        """Goes on as the sweeps since the last leap went, if the objective rises that way.

        It is concave: where its slope is positive, it has risen all the way.
        """
        way = np.zeros_like(self.scaled)
        np.subtract(self.scaled, self.landed, out=way, where=self.mass > 0)
        end = 0
        for rows in self.hypergraph.members:
            part = slice(end, end := end + len(rows))
            cost, heights, slants = self.hypergraph.cost[part], self.heights[part], self.slants[part]
            incline = partial(_incline, rows, cost, self.scaled, way, self.eta, heights, slants)
            share(incline, len(rows), self.threads)
        gain = float(self.mass @ way)
        if gain > self._slope(1.0):
            low, high = 1.0, 2.0
            while high < 2.0**30 and gain > self._slope(high):
                low, high = high, 2.0 * high
            for _ in range(HALVINGS):
                middle = 0.5 * (low + high)
                if gain > self._slope(middle):
                    low = middle
                else:
                    high = middle
            self.scaled += low * way
        self.landed[:] = self.scaled

    def _slope(self, t: float) -> float:
        """The derivative of Σ_A π_A at a distance t on the way of a leap."""
        parts = np.empty((len(self.heights) + BLOCK - 1) // BLOCK)
        share(partial(_slope, self.heights, self.slants, t, BLOCK, parts), len(parts), self.threads)
        return float(parts.sum())


@njit(cache=True, nogil=True)
def _spread(rows, prices, stride, first_other, first_cost, others, costs):
    """Writes the interactions of one size to the lists of their members."""
    done = np.zeros(len(stride), np.int64)
    for a in range(len(rows)):
        for i in range(rows.shape[1]):
            v = rows[a, i]
            at = first_other[v] + done[v]
            for j in range(rows.shape[1]):
                if j != i:
                    others[at] = rows[a, j]
                    at += stride[v]
            if len(costs):
                costs[first_cost[v] + done[v]] = prices[a]
            done[v] += 1


@njit(cache=True, nogil=True, fastmath={"contract", "reassoc"})
def _sweep(block, degree, place, rank, others, costs, scaled, mass, logs, eta, relaxation, errors, start, stop):
    """The over-relaxed update of some chunks of one class; writes the marginal error that it found in each.

    With x = log(m / covered), a step ωx gains m (ωx − exp((ω−1)x) + exp(−x)), which is positive up to some x.
    Two thirds of the root of its third-order expansion is used for that x; beyond it the exact step is taken. So the
    objective never falls.
    """
    longest = 2.0 * relaxation * (2.0 - relaxation) / ((relaxation - 1.0) ** 3 + 1.0)
    for c in range(start, stop):
        chunk = block[c * CHUNK : (c + 1) * CHUNK]
        ends = np.zeros(len(chunk) + 1, np.int64)
        for i in range(len(chunk)):
            ends[i + 1] = ends[i]
            for k in range(degree.shape[1]):
                ends[i + 1] += degree[chunk[i], k]
        terms = np.empty(ends[-1])
        end = 0
        for v in chunk:
            end = _log_plan(v, degree, place, rank, others, costs, scaled, logs, eta, terms, end)
        for q in range(len(terms)):
            terms[q] = _exp(terms[q])
        error = 0.0
        for i in range(len(chunk)):
            v, first, end = chunk[i], ends[i], ends[i + 1]
            covered = 0.0  # in units of m
            for q in range(first, end):
                covered += terms[q]
            if 1e-100 < covered < 1e100:
                step = -np.log(covered)
            else:
                _log_plan(v, degree, place, rank, others, costs, scaled, logs, eta, terms, first)
                top = terms[first:end].max()
                step = -top - np.log(np.exp(terms[first:end] - top).sum())
            error += mass[v] * abs(covered - 1.0)
            scaled[v] += step * relaxation if step < longest else step
        errors[c] = error


@njit(cache=True, nogil=True)
def _incline(rows, prices, scaled, way, eta, heights, slants, start, stop):
    """Writes log π_A and its derivative along a direction for the interactions of one size."""
    for a in range(np.uint64(start), np.uint64(stop)):  # signed, an index might count from the end: a third slower
        height, slant = -(1.0 + prices[a]) / eta, 0.0
        for i in range(rows.shape[1]):
            v = rows[a, i]
            height += scaled[v]
            slant += way[v]
        heights[a], slants[a] = height, slant


@njit(cache=True, nogil=True, fastmath={"contract", "reassoc"})
def _slope(heights, slants, t, size, parts, start, stop):
    """Writes what blocks of so many interactions add to the derivative of Σ_A π_A at a distance t."""
    for b in range(start, stop):
        total = 0.0
        for a in range(b * size, min((b + 1) * size, len(heights))):
            total += slants[a] * _exp(heights[a] + t * slants[a])
        parts[b] = total


@njit(cache=True, nogil=True, forceinline=True)  # by itself LLVM calls it, which takes up to twice as long
def _log_plan(v, degree, place, rank, others, costs, scaled, logs, eta, terms, start):
    """Writes log(π_A / m_v) for the interactions A of point v to `terms`, from `start` on; returns where it ends."""
    base = scaled[v] - logs[v] - 1.0 / eta
    at, end = place[v], start
    for k in range(degree.shape[1]):
        n = degree[v, k]
        part = terms[end : end + n]
        part[:] = base
        for _ in range(k):
            column = others[at : at + n]
            for q in range(n):
                part[q] += scaled[column[q]]
            at += n
        end += n
    if len(costs):
        for q in range(start, end):
            terms[q] -= costs[rank[v] + q - start] / eta
    return end


@intrinsic
def _float_of_bits(context, bits):
    """The float64 with the bits of an int64."""

    def generate(target, builder, signature, arguments):
        return builder.bitcast(arguments[0], target.get_value_type(types.float64))

    return types.float64(types.int64), generate


@njit(cache=True, nogil=True, fastmath={"contract"})
def _exp(x):
    """exp(x) to an ulp or two, held within exp(±700); unlike the C library's, the compiler makes vectors of it."""
    x = min(max(x, -700.0), 700.0)
    n = np.floor(x * 1.4426950408889634 + 0.5)
    r = x - n * 0.693145751953125 - n * 1.42860682030941723212e-6  # log 2 in two parts: |r| ≤ ½ log 2
    p = 1.0 / 479001600.0
    for inverse in (
        1.0 / 39916800.0, 1.0 / 3628800.0, 1.0 / 362880.0, 1.0 / 40320.0, 1.0 / 5040.0, 1.0 / 720.0,
        1.0 / 120.0, 1.0 / 24.0, 1.0 / 6.0, 0.5, 1.0, 1.0,
    ):  # fmt: skip
        p = p * r + inverse
    return p * _float_of_bits((np.int64(n) + 1023) << 52)  # type: ignore[call-arg]
