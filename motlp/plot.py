"""Risk against budget, drawn."""

from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

from motlp.atomic import written
from motlp.errors import InvalidConfig, MotlpError
from motlp.report import NORMS
from motlp.sweep import Row

KINDS = (".png", ".pdf", ".svg")


def drawable(path: str | Path | None) -> Path | None:
    """The path of a plot, once it is known that one can be drawn there.

    Raises:
        MotlpError: matplotlib is not installed, or the ending is of no kind of picture it draws.
    """
    if path is None:
        return None
    if Path(path).suffix.lower() not in KINDS:
        raise InvalidConfig(f"--plot {path}: cannot draw that kind of file; use {', '.join(KINDS)}.")
    if find_spec("matplotlib") is None:
        raise MotlpError("matplotlib is not installed: pip install 'motlp[plot]'.")
    return Path(path)


def plot_risk(rows: Sequence[Row], path: str | Path) -> None:
    """Draw the proved lower bound on risk against ε, a line an order, to a PNG, PDF or SVG file.

    Raises:
        MotlpError: matplotlib is not installed, or the file cannot be written.
    """
    target = drawable(path) or Path(path)
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7, 4.5), layout="constrained")
    axes = figure.add_subplot()
    for order in sorted({row.order for row in rows}):
        line = sorted((float(row.eps), row.risk_lower) for row in rows if row.order == order)
        (drawn,) = axes.plot(*zip(*line, strict=True), marker=".", label=f"order {order}")
        zeros = [eps for eps, risk in line if risk <= 0 and eps < line[-1][0]]
        if zeros and line[-1][1] > 0:
            axes.plot(zeros[-1], 0, marker="v", markersize=9, color=drawn.get_color(), linestyle="none")
    leaves = [float(row.eps) for row in rows if row.risk_lower <= 0]
    if leaves and max(row.risk_lower for row in rows) > 0:
        note = f"leaves 0 beyond ε = {max(leaves):g}"
        axes.annotate(note, (max(leaves), 0), xytext=(0, 14), textcoords="offset points", ha="center")
    axes.set(
        title=f"{rows[0].data}, {NORMS[rows[0].norm]} ball: no classifier can have less risk",
        xlabel=f"budget ε ({NORMS[rows[0].norm]} distance, in feature units)",
        ylabel="adversarial risk (share of mass)",
    )
    axes.set_ylim(bottom=0)
    axes.grid(alpha=0.3)
    axes.legend(loc="upper left")
    with written(target) as beside:
        figure.savefig(beside, format=target.suffix[1:].lower(), dpi=150)
