"""Whether the sets of a hypergraph are interactions with the right births or costs, decided from their points.

A set that is no interaction makes a lower bound false. A file can be altered, and a user can put anything into a
hypergraph, so every set is computed anew from its points: in floating point with proved error bounds, and in rational
arithmetic where those leave a doubt. The time grows with the number of sets that are listed. Missing sets are not
looked for: without them the lower end of the proved interval is lower, and still true, and the upper end holds for the
listed interactions only.
"""

from collections.abc import Iterator
from fractions import Fraction

import numpy as np
from jaxtyping import Bool, Float64, Int32

from motlp.errors import InvalidHypergraph, arg, shorten
from motlp.geometry.extensions import sort_rows
from motlp.geometry.fits import Found, fit_balls, price
from motlp.geometry.scale import scale, scale_costs
from motlp.problem.measure import LabeledMeasure
from motlp.problem.threat import Ball, Quadratic, Threat

Members = tuple[Int32[np.ndarray, "_ _"], ...]  # of a hypergraph, one array an order
Births = tuple[Float64[np.ndarray, " _"], ...]


def validate(measure: LabeledMeasure, threat: Threat, eps: Fraction | None, members: Members, births: Births) -> None:
    """Refuse the sets if one of them is no interaction, or its birth or cost is wrong.

    The arguments are the attributes of a hypergraph, which may be anything.

    Raises:
        InvalidHypergraph: the text names the order, the set and the rule.
    """
    if not isinstance(measure, LabeledMeasure):
        raise InvalidHypergraph(f"{arg('measure')} is {shorten(measure)}; it must be a LabeledMeasure.")
    if not isinstance(threat, Threat):
        raise InvalidHypergraph(f"{arg('threat')} is {shorten(threat)}; it must be a Ball or Quadratic.")
    if threat.has_budget == (eps is None):
        raise InvalidHypergraph(
            f"{arg('eps')} is {eps} under {threat}; a ball has a budget, the quadratic cost has none."
        )
    for k, (rows, listed) in enumerate(zip(members, births, strict=True), start=1):
        check_arrays(rows, listed, k)
        check_sets(measure, rows, k)
    computed = compute_births(measure, threat, eps, members)
    for rows, listed, (found, fits) in zip(members, births, computed, strict=True):
        refuse_first(~fits, rows, "is no interaction: the adversary cannot bring its points together")
        true = np.less_equal(np.abs(listed - found), threat.birth_error(listed, found))  # which NaN is not
        refuse_first(~true, rows, f"has another {threat.birth_word} than its points", listed, found)


def check_arrays(rows: object, births: object, k: int) -> None:
    """Refuse arrays of other types or shapes."""
    for name, array, dtype, shape in (("members", rows, np.int32, (k,)), ("births", births, np.float64, ())):
        if not isinstance(array, np.ndarray) or array.dtype != dtype or array.shape[1:] != shape or array.ndim == 0:
            kind = f"{array.dtype} of shape {array.shape}" if isinstance(array, np.ndarray) else shorten(array)
            wanted = f"{np.dtype(dtype)} of shape {('n', *shape)}".replace("'", "")
            raise InvalidHypergraph(f"the {name} of order {k} are {kind}; they must be an array of {wanted}.")
    if len(rows) != len(births):  # type: ignore[arg-type]
        raise InvalidHypergraph(
            f"order {k} has {len(rows)} members and {len(births)} births; give one birth for each set."  # type: ignore[arg-type]
        )


def check_sets(measure: LabeledMeasure, rows: Int32[np.ndarray, "sets k"], k: int) -> None:
    """Refuse sets that name missing points, do not list their points by ascending class, or are listed twice."""
    size, labels = measure.size, measure.labels
    if rows.size and (rows.min() < 0 or rows.max() >= size):
        refuse_first(np.any((rows < 0) | (rows >= size), axis=1), rows, f"names points that are not among the {size:,}")
    falls = (np.diff(labels[rows], axis=1) <= 0).any(axis=1)
    refuse_first(falls, rows, "does not list its points by class, each class once at most")
    if size**k < 2**63:  # each set can be written as one number, and numbers are faster to sort than rows
        numbers = np.sort(rows @ np.array([size**i for i in range(k)], np.int64))
        if (numbers[1:] > numbers[:-1]).all():
            return
    order, again = sort_rows(rows)
    refuse_first(again, rows[order], "is listed twice")


def compute_births(measure: LabeledMeasure, threat: Threat, eps: Fraction | None, members: Members) -> Iterator[Found]:
    """Order by order, the birth or cost of every set as its points say, and whether it is an interaction."""
    singletons, *larger = members
    yield np.zeros(len(singletons)), np.ones(len(singletons), bool)
    if not larger:
        return
    match threat:
        case Ball(norm=norm):
            radius = threat.budget(eps) / measure.unit
            scaled = scale(measure.points, 2 * radius)
            for rows in larger:
                births, fits = fit_balls(scaled.points, rows, norm, scaled.length(radius))
                yield np.ldexp(births, -scaled.exponent), fits
        case Quadratic(tau=tau):
            factor, order = tau * measure.unit**2, len(members)
            scaled = scale_costs(measure.points, factor, order)
            for rows in larger:
                yield price(scaled.points, rows, scaled.price(factor, order))


def refuse_first(
    wrong: Bool[np.ndarray, " sets"],
    rows: Int32[np.ndarray, "sets k"],
    rule: str,
    listed: Float64[np.ndarray, " sets"] | None = None,
    found: Float64[np.ndarray, " sets"] | None = None,
) -> None:
    """Refuse the first set that is wrong, if there is one; `listed` and `found` are births or costs to show."""
    if not wrong.any():
        return
    row = int(np.argmax(wrong))
    which = ", ".join(map(str, rows[row].tolist()))
    values = ""
    if listed is not None and found is not None:
        values = f" ({listed[row]:g} there, {found[row]:g} by its points)"
    raise InvalidHypergraph(
        f"set {row} of order {rows.shape[1]}, of the points {which}, {rule}{values}; enumerate again."
    )
