"""An attack on images: those of different classes that meet, and the one image that the adversary makes of them.

All measures of the drawing are inches.
"""

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from jaxtyping import Float64, Num

from motlp.errors import InvalidConfig, InvalidMeasure, arg
from motlp.players.adversary import Attack
from motlp.problem.measure import LabeledMeasure
from motlp.problem.rationals import check_whole
from motlp.report.canvas import MOST_ROWS, ROWS, check_plot
from motlp.report.meetings import Meeting, as_text, describe, list_meetings, share
from motlp.system.atomic import write_atomically

if TYPE_CHECKING:
    from matplotlib.figure import Figure

CHANNELS, ALPHA = (1, 3), 4  # of grey and of coloured images; of coloured ones that are transparent, which come last
DOTS = 150  # an inch
WIDEST, LARGEST, SMALLEST = 8.0, 1.1, 0.3  # a picture, if images need not become too small for it, and an image
MARGIN, HEAD, NAME, GAP = 0.25, 1.2, 0.27, 0.1  # around all, above all, above each image, between images
ARROW, MASS = 0.62, 0.95  # beside the members of a meeting, and beside the image that they become
LINE = 0.19  # between lines
DARK, PALE = "#222222", "#5a5a5a"
LONGEST = 60  # letters of the name of a class, before it is measured


def image_shape(shape: tuple[int, ...]) -> tuple[int, ...] | None:
    """The shape of one point as an image: height, width and, of coloured ones, channels; None if it is no image."""
    if len(shape) == 2:
        return shape
    if len(shape) != 3:
        return None
    if shape[0] in CHANNELS and shape[2] not in CHANNELS:
        return (*shape[1:], shape[0])
    return shape if shape[2] in (*CHANNELS, ALPHA) else None


def check_drawable(measure: LabeledMeasure) -> None:
    """Refuse points that are neither images nor in the plane.

    Raises:
        InvalidMeasure: no picture can be made of them.
    """
    if measure.dimension != 2 and image_shape(measure.shape) is None:
        shape = " × ".join(map(str, measure.shape)) or "unknown"
        raise InvalidMeasure(
            f"the points of {measure.name} have {measure.dimension:,} features, of shape {shape}; draw images, of "
            "shape height × width, alone or with 1, 3 or 4 channels, or points with 2 features."
        )


def as_images(measure: LabeledMeasure, points: Num[np.ndarray, "n dims"]) -> Float64[np.ndarray, "n height width *_"]:
    """Points of the space of a measure as images between 0 and 1: the range of pixels, or else that of its features."""
    if measure.points.dtype == np.uint8 and measure.unit == Fraction(1, 255):
        low, high = 0.0, 255.0
    else:
        low, high = float(measure.points.min()), float(measure.points.max())
    pixels = np.clip((points.astype(np.float64) - low) / ((high - low) or 1.0), 0.0, 1.0)
    pixels = pixels.reshape(len(points), *measure.shape)
    if image_shape(measure.shape) != measure.shape:
        pixels = np.moveaxis(pixels, 1, -1)
    return pixels[..., 0] if pixels.ndim == 4 and pixels.shape[-1] == 1 else pixels


def plot_gallery(attack: Attack, path: str | Path, rows: int = ROWS) -> None:
    """Draw the heaviest meetings of an attack on images, one in a row, to a PNG, PDF or SVG file.

    Args:
        attack: on images, of shape (height, width), with 1 or 3 channels before or after these
            two, or with 4 after them.
        path: of the file.
        rows: how many meetings to draw at most, up to 200.

    Raises:
        MotlpError: there are no meetings or no images, matplotlib is not installed, the path ends in another kind, or
            the file cannot be written.
    """
    target = check_plot(path) or Path(path)
    check_whole("rows", rows)
    if rows > MOST_ROWS:
        raise InvalidConfig(f"{arg('rows')} is {rows}; a picture has at most {MOST_ROWS}.")
    meetings = list_meetings(attack, rows)
    if not meetings or image_shape(attack.source.shape) is None:
        raise InvalidConfig(f"{arg('attack')} moves no images to one place; there is nothing to draw.")
    figure = draw_rows(attack, meetings)
    with write_atomically(target) as beside:
        figure.savefig(beside, format=target.suffix[1:].lower())


def draw_rows(attack: Attack, meetings: Sequence[Meeting]) -> "Figure":
    """A picture with one row for each meeting."""
    from matplotlib.figure import Figure

    most = max(len(meeting.points) for meeting in meetings)
    taken = 2 * MARGIN + (most - 1) * GAP + ARROW + GAP + MASS
    side = min(LARGEST, max(SMALLEST, (WIDEST - taken) / (most + 1)))
    step = side + NAME + GAP
    height = HEAD + len(meetings) * step + MARGIN
    figure = Figure((taken + (most + 1) * side, height), dpi=DOTS, facecolor="white")
    write_title(figure, "Images of different classes become one")
    write_lines(figure, describe(attack, len(meetings)), height - MARGIN - 0.26)
    for row, meeting in enumerate(meetings):
        draw_row(figure, attack, meeting, most, side, height - HEAD - row * step - NAME - side)
    return figure


def write_title(figure: "Figure", title: str) -> None:
    """The title, at the top."""
    width, height = figure.get_size_inches()
    write(figure, MARGIN, height - MARGIN, title, width - 2 * MARGIN, size=12.5, weight="bold", color=DARK, va="top")


def write_lines(figure: "Figure", lines: Sequence[str], y: float) -> None:
    """What is to be seen, one line below the other; y is the top of the first."""
    room = figure.get_size_inches()[0] - 2 * MARGIN
    for row, line in enumerate(lines):
        write(figure, MARGIN, y - row * LINE, line, room, size=9.5, color=PALE, va="top")


def draw_row(figure: "Figure", attack: Attack, meeting: Meeting, most: int, side: float, y: float) -> None:
    """The members of a meeting, an arrow, what they become, and their mass; the image they become is in one column."""
    source, first = attack.source, most - len(meeting.points)
    for column, (point, image) in enumerate(
        zip(meeting.points, as_images(source, source.points[meeting.points]), strict=True)
    ):
        x = MARGIN + (first + column) * (side + GAP)
        draw_image(figure, image, x, y, side, "#bbbbbb")
        write(
            figure,
            x + side / 2,
            y + side + 0.06,
            as_text(source.class_names[source.labels[point]], LONGEST),
            side,
            size=9.5,
            ha="center",
        )
    x = MARGIN + most * (side + GAP) - GAP
    draw_arrow(figure, x + 0.12, x + ARROW - 0.12, y + side / 2)
    x += ARROW
    draw_image(figure, as_images(source, meeting.place[None])[0], x, y, side, DARK)
    mass = f"{share(meeting.mass)}\nof all mass"
    write(figure, x + side + GAP, y + side / 2, mass, MASS, size=9.5, va="center", color=PALE)


def draw_image(figure: "Figure", image: Float64[np.ndarray, "..."], x: float, y: float, side: float, edge: str) -> None:
    """An image in a frame, in a square with its lower left corner at x, y."""
    width, height = figure.get_size_inches()
    axes = figure.add_axes((x / width, y / height, side / width, side / height), xticks=[], yticks=[])
    axes.imshow(image, cmap="gray", vmin=0.0, vmax=1.0, interpolation="nearest")
    axes.spines[:].set(color=edge, linewidth=0.8)


def draw_arrow(figure: "Figure", start: float, end: float, y: float) -> None:
    """An arrow to the right."""
    from matplotlib.patches import FancyArrowPatch

    places, inches = ((start, y), (end, y)), figure.dpi_scale_trans
    figure.add_artist(
        FancyArrowPatch(*places, transform=inches, arrowstyle="-|>", mutation_scale=13, linewidth=1.4, color=DARK)
    )


def write(figure: "Figure", x: float, y: float, text: str, room: float, **style: Any) -> None:
    """Write a text at a place; one that does not fit the room is cut."""
    shown = figure.text(x, y, text, transform=figure.dpi_scale_trans, parse_math=False, **style)
    while len(text) > 1 and shown.get_window_extent().width > room * figure.dpi:
        text = text[:-2] + "…"
        shown.set_text(text)
