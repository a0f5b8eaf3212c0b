"""Whether the interactions of a hypergraph are what they claim to be, decided by their points.

A set that is no interaction makes a lower bound false. A file can be altered, and a user can put anything into a
hypergraph, so every set is worked out anew from its points: in floating point with proved error bounds, in rational
arithmetic where those leave a doubt. The time grows with the number of sets that are listed. Sets that are missing are
not looked for: without them the lower end of what is proved is lower, and still true; the upper end is one for the
interactions that are listed.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Bool, Float64, Int32

from motlp.errors import InvalidHypergraph, shorten
from motlp.geometry.extensions import sort_rows
from motlp.geometry.fits import Found, fit_balls, price
from motlp.geometry.scale import scale, scale_costs
from motlp.problem.measure import LabeledMeasure
from motlp.problem.threat import Quadratic, Threat

if TYPE_CHECKING:
    from motlp.problem.hypergraph import Hypergraph


def validate(hypergraph: "Hypergraph") -> None:
    """Refuse a hypergraph with a set that is no interaction, or with a birth or cost that is not that of its set.

    Raises:
        InvalidHypergraph: names the order, the set and the rule.
    """
    if not isinstance(hypergraph.measure, LabeledMeasure):
        raise InvalidHypergraph(f"measure is {shorten(hypergraph.measure)}; it must be a LabeledMeasure.")
    threat = hypergraph.threat
    if not isinstance(threat, Threat):
        raise InvalidHypergraph(f"threat is {shorten(threat)}; it must be a Ball or Quadratic.")
    if threat.has_budget == (hypergraph.eps is None):
        raise InvalidHypergraph(f"eps is {hypergraph.eps} under {threat}; a ball has a budget, and only it.")
    for k, (rows, births) in enumerate(zip(hypergraph.members, hypergraph.births, strict=True), start=1):
        check_arrays(rows, births, k)
        check_sets(hypergraph, rows, k)
    for k, (found, fits) in enumerate(measure_sets(hypergraph), start=1):
        rows, births = hypergraph.members[k - 1], hypergraph.births[k - 1]
        refuse_first(~fits, rows, "is no interaction: the adversary cannot bring its points together")
        true = np.less_equal(np.abs(births - found), threat.birth_error(births, found))  # which NaN is not
        refuse_first(~true, rows, f"has another {threat.birth_word} than its points", births, found)


def check_arrays(rows: object, births: object, k: int) -> None:
    """Refuse arrays of other types or shapes."""
    for name, array, dtype, shape in (("members", rows, np.int32, (k,)), ("births", births, np.float64, ())):
        if not isinstance(array, np.ndarray) or array.dtype != dtype or array.shape[1:] != shape or array.ndim == 0:
            kind = f"{array.dtype} of shape {array.shape}" if isinstance(array, np.ndarray) else shorten(array)
            wanted = f"{np.dtype(dtype)} of shape {('n', *shape)}".replace("'", "")
            raise InvalidHypergraph(f"the {name} of order {k} are {kind}; they must be an array of {wanted}.")
    if len(rows) != len(births):  # type: ignore[arg-type]
        raise InvalidHypergraph(
            f"order {k} has {len(rows)} members and {len(births)} births; give one birth a set."  # type: ignore[arg-type]
        )


def check_sets(hypergraph: "Hypergraph", rows: Int32[np.ndarray, "sets k"], k: int) -> None:
    """Refuse sets of points that are not there, of one class twice, in another order than by class, or listed twice."""
    size, labels = hypergraph.measure.size, hypergraph.measure.labels
    if rows.size and (rows.min() < 0 or rows.max() >= size):
        refuse_first(np.any((rows < 0) | (rows >= size), axis=1), rows, f"names points that are not among the {size:,}")
    falls = (np.diff(labels[rows], axis=1) <= 0).any(axis=1)
    refuse_first(falls, rows, "does not list its points by class, each class once at most")
    if size**k < 2**63:  # a number for each set, which is faster to sort
        numbers = np.sort(rows @ np.array([size**i for i in range(k)], np.int64))
        if (numbers[1:] > numbers[:-1]).all():
            return
    order, again = sort_rows(rows)
    refuse_first(again, rows[order], "is listed twice")


def measure_sets(hypergraph: "Hypergraph") -> Iterator[Found]:
    """The birth or cost of every set as its points say, and whether it is an interaction; order by order."""
    singletons = hypergraph.members[0]
    yield np.zeros(len(singletons)), np.ones(len(singletons), bool)
    if hypergraph.order == 1:
        return
    points, order = hypergraph.measure.points, hypergraph.order
    if isinstance(hypergraph.threat, Quadratic):
        factor = hypergraph.threat.tau * hypergraph.measure.unit**2
        scaled = scale_costs(points, factor, order)
        for rows in hypergraph.members[1:]:
            yield price(scaled.points, rows, scaled.price(factor, order))
        return
    assert hypergraph.eps is not None
    radius = hypergraph.eps / hypergraph.measure.unit
    scaled = scale(points, 2 * radius)
    for rows in hypergraph.members[1:]:
        births, fits = fit_balls(scaled.points, rows, hypergraph.threat.norm, scaled.length(radius))
        yield np.ldexp(births, -scaled.exponent), fits


def refuse_first(
    wrong: Bool[np.ndarray, " sets"],
    rows: Int32[np.ndarray, "sets k"],
    rule: str,
    said: Float64[np.ndarray, " sets"] | None = None,
    found: Float64[np.ndarray, " sets"] | None = None,
) -> None:
    """Refuse the first set that is wrong, if there is one."""
    if not wrong.any():
        return
    row = int(np.argmax(wrong))
    which = ", ".join(map(str, rows[row].tolist()))
    values = f" ({said[row]:g} there, {found[row]:g} by its points)" if said is not None and found is not None else ""
    raise InvalidHypergraph(
        f"set {row} of order {rows.shape[1]}, of the points {which}, {rule}{values}; enumerate them anew."
    )
