"""Attacks to draw, and what is to be seen in the pictures."""

from itertools import combinations

from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from motlp.players.adversary import Attack
from motlp.problem.interactions import interactions
from motlp.problem.measure import LabeledMeasure
from motlp.problem.rationals import Number
from motlp.problem.threat import Threat
from motlp.solving.solve import solve


def attack_on(measure: LabeledMeasure, threat: Threat, eps: Number | None, order: int) -> Attack:
    """The attack that forces the bound of an order."""
    solution = solve(interactions(measure, threat, eps, order), framework="matrix")
    return Attack.from_certificate(solution.certificate(), measure)


def save_figures(monkeypatch, draw) -> list[Figure]:
    """The figures that a function saves."""
    figures, save = [], Figure.savefig
    with monkeypatch.context() as patch:
        patch.setattr(Figure, "savefig", lambda self, *a, **k: (figures.append(self), save(self, *a, **k)))
        draw()
    return figures


def texts_of(figure: Figure) -> list[Text]:
    """All texts that can be seen; of the labels of an axis only those within its limits."""
    hidden = set()
    for axes in figure.axes:
        for axis in (axes.xaxis, axes.yaxis):
            low, high = sorted(axis.get_view_interval())
            for tick in axis.get_major_ticks():
                hidden |= {tick.label2} if low <= tick.get_loc() <= high else {tick.label1, tick.label2}
    found = [text for text in figure.findobj(Text) if text.get_visible() and text.get_text().strip()]
    return [text for text in found if text not in hidden]


def texts_outside(figure: Figure) -> list[str]:
    """The texts that leave the picture."""
    figure.draw_without_rendering()
    page = figure.bbox
    boxes = [(text.get_text(), text.get_window_extent()) for text in texts_of(figure)]
    return [text for text, box in boxes if box.x0 < 0 or box.y0 < 0 or box.x1 > page.x1 or box.y1 > page.y1]


def overlapping(boxes: list[Bbox]) -> list[tuple[Bbox, Bbox]]:
    """The pairs that overlap."""
    return [(one, other) for one, other in combinations(boxes, 2) if one.overlaps(other)]
