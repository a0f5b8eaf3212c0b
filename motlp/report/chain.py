"""The chain of bounds against the budget, drawn."""

from collections.abc import Iterable, Sequence
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from motlp.report.curve import risk_axes
from motlp.report.rows import BOUND_NAMES
from motlp.studies.comparison import ComparisonRow
from motlp.studies.links import BINARY, CARO_WEI, DETERMINISTIC, FULL_ORDER, ORDER_2, ORDER_3

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Line = list[tuple[float, float]]  # budget and risk, by budget


class Style(NamedTuple):
    """How a bound is drawn: by colour, dashes and marker, so that each of them alone tells it from the others."""

    color: str  # of Okabe and Ito, whom the colour-blind can tell apart
    dashes: str
    marker: str
    width: float  # lines that coincide all show, as each is thinner than the one below it
    size: float  # of the marker, and so do markers, which are hollow


STYLES = {
    CARO_WEI: Style("#CC79A7", "--", "v", 1.6, 7),
    DETERMINISTIC: Style("#D55E00", "-", "s", 2.0, 13),
    BINARY: Style("#56B4E9", "-.", "o", 2.0, 7),
    ORDER_2: Style("#E69F00", "-", "^", 6.0, 10),
    ORDER_3: Style("#009E73", "-", "D", 3.6, 8),
    FULL_ORDER: Style("#000000", ":", "x", 1.6, 6),
}
BAND, CLAIM = "deterministic: within", "deterministic ≥, HiGHS says"


def plot_chain(rows: Sequence[ComparisonRow], path: str | Path) -> None:
    """Draw the chain of bounds against ε to a PNG, PDF or SVG file.

    What is drawn between two budgets is what is proved there: a lower end that of the smaller budget, as it holds for
    larger ones, and an upper end that of the larger budget, as it holds for smaller ones. The least risk of a
    deterministic classifier lies in the band.

    Raises:
        MotlpError: there are no rows, matplotlib is not installed, the path ends in another kind, or the file cannot
            be written.
    """
    with risk_axes(path, rows, "what each bound proves", (8, 5.2), {"ncols": 3, "handlelength": 3.5}) as axes:
        draw_chain(axes, rows)
        axes.set_ylim(0, 1)


def draw_chain(axes: "Axes", rows: Sequence[ComparisonRow]) -> None:
    """A line for each bound, a band for the deterministic risk, and marks for what is claimed of it."""
    lower = {bound: trace(rows, bound, "risk_lower") for bound in (ORDER_2, ORDER_3, FULL_ORDER, BINARY, DETERMINISTIC)}
    upper = {bound: trace(rows, bound, "risk_upper") for bound in (DETERMINISTIC, CARO_WEI)}
    draw_band(axes, lower.pop(DETERMINISTIC), upper[DETERMINISTIC])
    draw_lines(axes, upper.items(), "steps-pre", "≤")
    draw_lines(axes, lower.items(), "steps-post", "≥")
    if claims := trace(rows, DETERMINISTIC, "solver_lower"):
        color = STYLES[DETERMINISTIC].color
        axes.plot(*zip(*claims, strict=True), "_", color=color, markersize=14, markeredgewidth=2, label=CLAIM)


def trace(rows: Sequence[ComparisonRow], bound: str, end: str) -> Line:
    """The budgets, and an end of a bound, where it has one."""
    found = ((float(Fraction(row.eps)), getattr(row, end)) for row in rows if row.bound == bound)
    return sorted((eps, risk) for eps, risk in found if risk is not None)


def draw_lines(axes: "Axes", lines: Iterable[tuple[str, Line]], steps: str, side: str) -> None:
    """The lines of one end of some bounds, where they have any."""
    for bound, line in lines:
        if line:
            style = STYLES[bound]
            axes.plot(
                *zip(*line, strict=True),
                color=style.color,
                linestyle=style.dashes,
                linewidth=style.width,
                marker=style.marker,
                markersize=style.size,
                markerfacecolor="none",
                drawstyle=steps,
                label=f"{BOUND_NAMES[bound]} {side}",
                clip_on=False,
            )


def draw_band(axes: "Axes", lower: Line, upper: Line) -> None:
    """Where the deterministic risk lies: between two budgets from the lower end of one to the upper end of the other.

    At a budget itself both ends are its own.
    """
    (eps, low), (_, high) = zip(*lower, strict=True), zip(*upper, strict=True)
    color = STYLES[DETERMINISTIC].color
    ends = np.repeat(low, 2)[:-2], np.repeat(high, 2)[2:]
    axes.fill_between(np.repeat(eps, 2)[1:-1], *ends, color=color, alpha=0.15, linewidth=0, label=BAND)
