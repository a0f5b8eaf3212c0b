"""Risk against budget, drawn."""

from collections.abc import Sequence
from fractions import Fraction
from importlib.util import find_spec
from pathlib import Path

from motlp.errors import InvalidConfig, MotlpError
from motlp.problem.rationals import spell
from motlp.report.words import NORMS
from motlp.studies.rows import SweepRow
from motlp.system.atomic import write_atomically

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


def plot_risk(rows: Sequence[SweepRow], path: str | Path) -> None:
    """Draw the proved lower bound on risk against ε, a line an order, to a PNG, PDF or SVG file.

    Raises:
        MotlpError: matplotlib is not installed, or the file cannot be written.
    """
    target = drawable(path) or Path(path)
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7, 4.5), layout="constrained")
    axes = figure.add_subplot()
    orders = sorted({row.order for row in rows})
    for order, width in zip(orders, range(len(orders), 0, -1), strict=True):  # lines that coincide all show
        line = sorted((float(Fraction(row.eps)), row.risk_lower) for row in rows if row.order == order)
        eps, risk = zip(*line, strict=True)
        # Up to the next budget no more than this is proved: steps, not slopes.
        axes.plot(eps, risk, marker=".", linewidth=1.5 * width, drawstyle="steps-post", label=f"order {order}")
    # From order 2 on all bounds leave zero together: where the adversary can bring the first two points together.
    first = min((Fraction(row.eps) for row in rows if row.risk_lower > 0), default=Fraction(0))
    zeros = [Fraction(row.eps) for row in rows if Fraction(row.eps) < first]
    if zeros:
        last = max(zeros)
        axes.plot(float(last), 0, "kv", markersize=8, clip_on=False, label=f"leaves 0 after ε = {spell(last)}")
    norm = NORMS[rows[0].norm]
    name = rows[0].data.encode(errors="replace").decode()  # of a file, it may be no text
    axes.set(
        title=f"{name}, {norm} ball: no classifier can have less risk",
        xlabel=f"budget ε ({norm} distance, in feature units)",
        ylabel="adversarial risk (share of the mass)",
    )
    axes.set_ylim(bottom=0)
    axes.grid(alpha=0.3)
    figure.legend(loc="outside lower center", ncols=4, frameon=False)
    with write_atomically(target) as beside:
        figure.savefig(beside, format=target.suffix[1:].lower(), dpi=150)
