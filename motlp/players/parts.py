"""A plan shared out: which part of the mass of every point goes to which interaction, and what stays at home.

A plan is one of a cover: it may want more of a point than there is, or less. The heaviest interactions take first. From
no member they take more than another one can match, as the rest would meet nobody.

So an attack is worth what its plan proves, or more. Where A meets, a classifier loses all but the largest part, and at
home nothing. Let A take min(π_A, what is left of v) from each member. Then it loses at least the sum of that over A,
less π_A, and taking only what is matched changes neither that nor makes less be left for others. Over all A the sums
are all masses less the shortfall. The adversary pays π_A c_A at most, and classes that meet by chance only add.
"""

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import NamedTuple

import numpy as np
from jaxtyping import Float64, Int32, Shaped

from motlp.players.places import Meetings
from motlp.problem.owned import own


class Parts(NamedTuple):
    """The parts of all masses, as `Attack` describes them."""

    origin: Int32[np.ndarray, " rows"]
    meeting: Int32[np.ndarray, " rows"]
    mass: Float64[np.ndarray, " rows"]
    meetings: tuple[Meetings, ...]


def share_out(
    mass: Float64[np.ndarray, " points"], arrays: Mapping[str, Shaped[np.ndarray, "..."]], unit: Fraction
) -> Parts:
    """The parts of the masses that a plan moves, and those that stay.

    Args:
        mass: of the points.
        arrays: the sets of a plan, their weights and places, by the names of docs/certificate.md.
        unit: of the weights.
    """
    sets = list_sets(arrays)
    weights = join((arrays[f"weights_{some.members.shape[1]}"] for some in sets), np.float64)
    whole = np.array([float(Fraction(m) / unit) for m in mass.tolist()])
    taken, left = take([A for some in sets for A in some.members.tolist()], weights, whole.tolist())
    point = join((some.members.ravel() for some in sets), np.int32)
    part, stays = scale(taken, whole[point], mass[point]), scale(left, whole, mass)
    number = number_meetings(sets, part)
    moved = np.flatnonzero(part > 0)
    moved = moved[np.argsort(number[moved], kind="stable")]
    home = np.flatnonzero((stays > 0) | (np.bincount(point[moved], minlength=len(mass)) == 0))
    rows = np.full(len(part), -1, np.int32)
    rows[moved] = np.arange(len(moved))
    there = np.split(rows, np.cumsum([some.members.size for some in sets]))  # and nothing, in the end
    placed = [some._replace(rows=r.reshape(some.members.shape)) for some, r in zip(sets, there, strict=False)]
    return Parts(
        own(np.concatenate([point[moved], home]), np.int32),
        own(np.concatenate([number[moved], np.full(len(home), -1)]), np.int32),
        own(np.concatenate([part[moved], stays[home]])),
        tuple(some.take((some.rows >= 0).any(axis=1)) for some in placed),
    )


def list_sets(arrays: Mapping[str, Shaped[np.ndarray, "..."]]) -> list[Meetings]:
    """The sets of a plan, by size, before any row is known."""
    sets = []
    for k in sorted(int(name.removeprefix("members_")) for name in arrays if name.startswith("members_")):
        members = arrays[f"members_{k}"].astype(np.int32)
        places = arrays.get(f"centres_{k}"), arrays.get(f"denominators_{k}")
        sets.append(Meetings(members, *places, np.full_like(members, -1)))
    return sets


def join(arrays: Iterable[Shaped[np.ndarray, " _"]], kind: type) -> Shaped[np.ndarray, " _"]:
    """One array of them all, of that type even where there are none."""
    return np.concatenate([np.empty(0, kind), *arrays])


def take(
    sets: Sequence[list[int]], weights: Float64[np.ndarray, " sets"], left: list[float]
) -> tuple[Float64[np.ndarray, " members"], Float64[np.ndarray, " points"]]:
    """What sets take of each of their members, one set after the other, and what is left of every point."""
    taken = [[0.0] * len(A) for A in sets]
    for a in np.argsort(-weights, kind="stable").tolist():
        weight, A = float(weights[a]), sets[a]
        matched = sorted([min(weight, left[v]) for v in A])[-2]
        taken[a] = [min(matched, left[v]) for v in A]
        for v, part in zip(A, taken[a], strict=True):
            left[v] -= part
    return np.array([part for parts in taken for part in parts], np.float64), np.array(left)


def scale(
    amount: Float64[np.ndarray, " n"], whole: Float64[np.ndarray, " n"], mass: Float64[np.ndarray, " n"]
) -> Float64[np.ndarray, " n"]:
    """Amounts out of a whole as the same shares of masses: the whole is just the mass."""
    return np.divide(amount, whole, out=np.ones(len(whole)), where=whole > 0) * mass


def number_meetings(sets: Sequence[Meetings], part: Float64[np.ndarray, " members"]) -> Int32[np.ndarray, " members"]:
    """For each member of each set the number of the set, in descending order of the mass that sets gather."""
    sizes = join((np.full(*some.members.shape) for some in sets), np.int64)
    gathered, of_set = np.zeros(len(sizes)), np.repeat(np.arange(len(sizes)), sizes)
    np.add.at(gathered, of_set, part)
    number = np.empty(len(gathered), np.int32)
    number[np.argsort(-gathered, kind="stable")] = np.arange(len(gathered))
    return number[of_set]
