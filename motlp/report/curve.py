"""Risk against budget, drawn."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

from motlp.errors import InvalidConfig, arg
from motlp.problem.rationals import spell
from motlp.problem.terms import FULL, NORMS
from motlp.report.canvas import check_plot
from motlp.studies.comparison import ComparisonRow
from motlp.studies.rows import SweepRow, rank
from motlp.system.atomic import write_atomically

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def plot_risk(rows: Sequence[SweepRow], path: str | Path) -> None:
    """Draw the proved lower bound on risk against ε, one line for each order, to a PNG, PDF or SVG file.

    That of all orders bounds R*, the least risk there is, as closely as the search over them has got.

    Raises:
        MotlpError: there are no rows, matplotlib is not installed, the path ends in another kind, or the file cannot
            be written.
    """
    with risk_axes(path, rows, "no classifier can have less risk", (7, 4.5), {"ncols": 4}) as axes:
        draw_steps(axes, rows)
        mark_last_zero(axes, rows)
        axes.set_ylim(bottom=0)


@contextmanager
def risk_axes(
    path: str | Path,
    rows: Sequence[SweepRow] | Sequence[ComparisonRow],
    what: str,
    size: tuple[float, float],
    legend: Mapping[str, Any],
) -> Iterator["Axes"]:
    """Axes of risk against ε for the block to draw the rows on; the picture is written where it ends.

    Raises:
        MotlpError: as `plot_risk` does.
    """
    target = check_plot(path) or Path(path)
    if not rows:
        raise InvalidConfig(f"{arg('rows')} is empty; there is nothing to draw.")
    from matplotlib.figure import Figure

    figure = Figure(figsize=size, layout="constrained")
    axes = figure.add_subplot()
    norm = NORMS[rows[0].norm]
    name = rows[0].data.encode(errors="replace").decode()  # the name of a file may be no valid text
    axes.set_title(f"{name}, {norm} ball: {what}", parse_math=False)
    axes.set(
        xlabel=f"budget ε ({norm} distance, in feature units)",
        ylabel="adversarial risk (share of the mass)",
    )
    axes.grid(alpha=0.3)
    yield axes
    figure.legend(loc="outside lower center", frameon=False, **legend)
    with write_atomically(target) as beside:
        figure.savefig(beside, format=target.suffix[1:].lower(), dpi=150)


def draw_steps(axes: "Axes", rows: Sequence[SweepRow]) -> None:
    """One line for each order: steps, not slopes, as a bound at one budget is all that is proved up to the next."""
    orders = sorted({row.order for row in rows}, key=rank)
    # Lines that coincide all show, as each is thinner than the one below it.
    for order, width in zip(orders, range(len(orders), 0, -1), strict=True):
        line = sorted((float(Fraction(row.eps)), row.risk_lower) for row in rows if row.order == order)
        eps, risk = zip(*line, strict=True)
        name = "R*, all orders" if order == FULL else f"order {order}"
        axes.plot(eps, risk, marker=".", linewidth=1.5 * width, drawstyle="steps-post", label=name)


def mark_last_zero(axes: "Axes", rows: Sequence[SweepRow]) -> None:
    """A mark at the largest budget before the bounds leave zero.

    From order 2 on they all leave it together: where the adversary can bring the first two points together.
    """
    first = min((Fraction(row.eps) for row in rows if row.risk_lower > 0), default=Fraction(0))
    zeros = [Fraction(row.eps) for row in rows if Fraction(row.eps) < first]
    if zeros:
        last = max(zeros)
        axes.plot(float(last), 0, "kv", markersize=8, clip_on=False, label=f"leaves 0 after ε = {spell(last)}")
