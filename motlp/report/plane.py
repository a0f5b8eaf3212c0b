"""An attack and a classifier in the plane: points of different classes meet, and between them classes change."""

from collections.abc import Sequence
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Float64

from motlp.errors import InvalidConfig, arg
from motlp.players.adversary import Attack
from motlp.players.certainty import classify
from motlp.players.classifier import RobustClassifier
from motlp.problem.measure import LabeledMeasure
from motlp.report.canvas import check_plot
from motlp.report.gallery import DOTS, LINE, MARGIN, write_lines, write_title
from motlp.report.meetings import Meeting, as_text, describe, list_meetings
from motlp.system.atomic import write_atomically

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Okabe and Ito's colours, which people who are colour-blind tell apart, in an order in which lightness differs too.
OKABE_ITO = "#0072b2", "#e69f00", "#009e73", "#cc79a7", "#d55e00", "#f0e442", "#56b4e9", "#000000"
MARKERS = "o", "s", "^", "D", "v", "P", "X", "p", "<", "h", ">", "d"
MOST_MEETINGS = 300  # more would hide the points
CELLS = 300  # of the background, along the longer side
ROOM, SHORTEST = 0.04, 0.4  # around all points, and the shorter side, as parts of the longer one
STRONGEST = 0.5  # shade of a class that is certain
ACROSS, UP = 5.3, 7.0  # the plane at most; these and all below are inches
LEFT, HEAD, FOOT, NAMES = 0.95, 0.75, 1.65, 1.85  # to the left of it, above it, below it, and to the right of it
LEAST, ENTRY = 5.0, 0.215  # all but the names at least, and the height of a name
MOST_NAMES = 16  # of classes, in the legend
READ = "Lines lead to where points meet, marked by crosses: the larger, the more mass."
READ_TOO = "Background: the class that the classifier finds most probable, the paler, the less probable."

Colours = Float64[np.ndarray, "classes 3"]
Box = tuple[float, float, float, float]  # left, right, bottom, top


def plot_plane(attack: Attack, classifier: RobustClassifier | None, path: str | Path) -> None:
    """Draw points in the plane, where an attack moves them, and how a classifier divides the plane.

    Args:
        attack: on points of two features.
        classifier: for the same points, in the same units, with the classes 0 … K − 1; without it, the background
            stays white.
        path: of a PNG, PDF or SVG file.

    Raises:
        MotlpError: the points have not two features, matplotlib is not installed, the path ends in another kind, or the
            file cannot be written.
    """
    target, source = check_plot(path) or Path(path), attack.source
    if source.dimension != 2:
        raise InvalidConfig(f"{arg('attack')} is on points of {source.dimension} features; two can be drawn.")
    figure = draw_plane(attack, classifier)
    with write_atomically(target) as beside:
        figure.savefig(beside, format=target.suffix[1:].lower())


def draw_plane(attack: Attack, classifier: RobustClassifier | None) -> "Figure":
    """The picture: the plane, a legend to its right, and below it what is to be seen."""
    from matplotlib.figure import Figure

    source, unit, colours = attack.source, float(attack.source.unit), class_colours(attack.source.classes)
    places = np.concatenate([source.points, attack.measure.points]) * unit
    left, right, bottom, top = box = enclose(places, float(attack.eps or 0))
    inch = max((right - left) / ACROSS, (top - bottom) / UP)  # in features
    across, up = (right - left) / inch, (top - bottom) / inch
    room = max(up, ENTRY * (min(source.classes, MOST_NAMES) + 3))  # for the legend
    width, height = max(LEFT + across, LEAST) + NAMES, HEAD + room + FOOT
    figure = Figure((width, height), dpi=DOTS, facecolor="white")
    axes = figure.add_axes((LEFT / width, (FOOT + room - up) / height, across / width, up / height))
    if classifier is not None:
        draw_regions(axes, classifier, box, unit, colours)
    meetings = list_meetings(attack, MOST_MEETINGS)
    draw_points(axes, source, colours)
    draw_meetings(axes, source, meetings)
    axes.set(xlim=(left, right), ylim=(bottom, top), aspect="equal")
    axes.set(xlabel="feature 1 (feature units)", ylabel="feature 2 (feature units)")
    axes.locator_params(nbins=7, steps=[1, 2, 5, 10])
    axes.ticklabel_format(scilimits=(-3, 4))
    heading = f"{MOST_NAMES} of {source.classes} classes" if source.classes > MOST_NAMES else None
    axes.legend(loc="upper left", bbox_to_anchor=(1.0, 1.02), frameon=False, title=heading)
    write_title(figure, "Points of different classes meet")
    lines = [*describe(attack, len(meetings)), READ, *([] if classifier is None else [READ_TOO])]
    write_lines(figure, lines, MARGIN / 2 + len(lines) * LINE)
    return figure


def class_colours(classes: int) -> Colours:
    """A colour for each class."""
    from matplotlib import colormaps
    from matplotlib.colors import to_rgb

    if classes <= len(OKABE_ITO):
        return np.array([to_rgb(colour) for colour in OKABE_ITO[:classes]])
    return colormaps["viridis"](np.linspace(0.0, 1.0, classes))[:, :3]


def enclose(places: Float64[np.ndarray, "places 2"], reach: float) -> Box:
    """A box around all places, no side much shorter than the other, with room for balls of this radius if not large."""
    low, high = places.min(axis=0), places.max(axis=0)
    longer = float((high - low).max()) or 1.0
    sides = np.maximum(high - low, SHORTEST * longer)
    room = sides / 2 + longer * ROOM + min(reach, longer * ROOM)
    (left, bottom), (right, top) = (low + high) / 2 - room, (low + high) / 2 + room
    return float(left), float(right), float(bottom), float(top)


def draw_regions(axes: "Axes", classifier: RobustClassifier, box: Box, unit: float, colours: Colours) -> None:
    """The background: the most probable class, the paler, the less probable it is."""
    left, right, bottom, top = box
    step = max(right - left, top - bottom) / CELLS
    across, up = ceil((right - left) / step), ceil((top - bottom) / step)
    x = left + (np.arange(across) + 0.5) * (right - left) / across
    y = bottom + (np.arange(up) + 0.5) * (top - bottom) / up
    grid = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2) / unit
    # Its estimator would refuse places between points of whole numbers, which are of another type.
    settled = classifier.measure_, classifier.threat_, classifier.eps_, classifier.potential_
    probabilities, chance = classify(grid, *settled), 1.0 / len(colours)
    shade = STRONGEST * (probabilities.max(axis=1)[:, None] - chance) / (1.0 - chance)
    image = 1.0 - shade * (1.0 - colours[probabilities.argmax(axis=1)])
    axes.imshow(image.reshape(up, across, 3), extent=box, origin="lower", interpolation="nearest", zorder=0)


def draw_meetings(axes: "Axes", source: LabeledMeasure, meetings: Sequence[Meeting]) -> None:
    """The way of every point to where it meets others, and a cross there that is the larger, the more mass meets."""
    from matplotlib.collections import LineCollection, PolyCollection

    if not meetings:
        return
    unit = float(source.unit)
    places = np.array([meeting.place for meeting in meetings]) * unit
    members = [source.points[meeting.points] * unit for meeting in meetings]
    ways = [(point, place) for some, place in zip(members, places, strict=True) for point in some]
    areas = [turn_around(some) for some in members if len(some) > 2]
    axes.add_collection(PolyCollection(areas, facecolor="#00000026", edgecolor="none", zorder=1))
    axes.add_collection(LineCollection(ways, colors="#333333", linewidths=0.6, zorder=2))
    mass = np.array([meeting.mass for meeting in meetings])
    sizes = 6.0 + 22.0 * mass / mass.max()
    x, y = places.T
    axes.scatter(x, y, s=sizes, marker="x", color="black", linewidths=0.9, zorder=4, label="where they meet")


def turn_around(points: Float64[np.ndarray, "members 2"]) -> Float64[np.ndarray, "members 2"]:
    """Points in the order in which they lie around their mean."""
    x, y = (points - points.mean(axis=0)).T
    return points[np.argsort(np.arctan2(y, x))]


def draw_points(axes: "Axes", source: LabeledMeasure, colours: Colours) -> None:
    """A marker for each point, of a shape and a colour for its class."""
    size = float(np.clip(16_000 / source.size, 6.0, 36.0))
    for label, name in enumerate(source.class_names):
        x, y = source.points[source.labels == label].T * float(source.unit)
        axes.scatter(
            x,
            y,
            s=size,
            marker=MARKERS[label % len(MARKERS)],
            color=colours[label],
            edgecolor="black",
            linewidth=0.5,
            zorder=3,
            label=legend_text(name) if label < MOST_NAMES else None,
        )


def legend_text(name: str) -> str:
    """A name as a legend shows it, which hides those that begin with an underscore, and sets $…$ as mathematics."""
    return " " * name.startswith("_") + as_text(name, 16).replace("$", r"\$")
