"""The gallery of an attack on images: the images are those of the data, aligned, and every text can be read."""

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from support.pictures import attack_on, overlapping, save_figures, texts_outside

from motlp.datasets import load
from motlp.errors import InvalidConfig, InvalidMeasure, MotlpError
from motlp.problem.measure import LabeledMeasure
from motlp.problem.threat import Ball
from motlp.report.gallery import LARGEST, as_images, check_drawable, draw_rows, image_shape, plot_gallery
from motlp.report.meetings import Meeting, list_meetings

pytest.importorskip("matplotlib", reason="needs the extra 'plot'")


@pytest.fixture(scope="module")
def attack():
    """On digits, with pairs and triples among the heaviest meetings."""
    return attack_on(load("digits", per_class=12), Ball("l2"), "1.3", 3)


def random_images(shape, dtype=np.uint8, classes=3, each=4, **more):
    """Images so near to each other that all classes meet."""
    rng = np.random.default_rng(0)
    pixels = rng.integers(0, 256, (classes * each, *shape)).astype(dtype)
    return LabeledMeasure.from_arrays(pixels, np.arange(classes * each) % classes, **more)


def test_the_images_are_the_data_and_the_places(attack, tmp_path, monkeypatch):
    (figure,) = save_figures(monkeypatch, lambda: plot_gallery(attack, tmp_path / "a.png", 5))
    meetings, source = list_meetings(attack, 5), attack.source
    assert {len(meeting.points) for meeting in meetings} == {2, 3}
    assert len(figure.axes) == sum(len(meeting.points) + 1 for meeting in meetings)
    axes = iter(figure.axes)
    for meeting in meetings:
        for point in (*source.points[meeting.points], meeting.place):
            shown = next(axes).images[0]
            assert np.allclose(shown.get_array() * 16, point.reshape(8, 8), rtol=0, atol=1e-9)
            assert (shown.norm.vmin, shown.norm.vmax) == (0, 1)


def test_what_they_become_is_in_one_column_and_members_have_the_names_of_their_classes(attack, tmp_path, monkeypatch):
    (figure,) = save_figures(monkeypatch, lambda: plot_gallery(attack, tmp_path / "a.png", 5))
    meetings, axes = list_meetings(attack, 5), iter(figure.axes)
    texts = {text.get_text(): text for text in figure.texts}
    places = [text.get_window_extent() for text in figure.texts]
    columns = set()
    for meeting in meetings:
        for point in meeting.points:
            box, name = next(axes).get_window_extent(), attack.source.class_names[attack.source.labels[point]]
            above = [
                t
                for t, p in zip(figure.texts, places, strict=True)
                if box.x0 < p.x0 < p.x1 < box.x1 and 0 < p.y0 - box.y1 < 12
            ]
            assert [text.get_text() for text in above] == [name]
        columns.add(round(next(axes).get_window_extent().x0, 6))
    assert len(columns) == 1
    title = next(iter(texts))
    assert title == "Images of different classes become one"
    assert list(texts)[1:3] == ["Data: digits", "The adversary may move every input by 1.3 in ℓ2."]
    assert list(texts)[3].startswith("Interactions that carry mass: the 5 heaviest of ")
    share = f"{100 * meetings[0].mass:.3g} %\nof all mass"
    assert share in texts


@pytest.mark.parametrize("classes", [2, 5, 12])
def test_no_text_is_cut_off_or_in_the_way(classes, tmp_path, monkeypatch):
    names = [f"{k} a name of many letters, for a class" for k in range(classes)]
    measure = random_images((4, 4), classes=classes, each=1 if classes > 9 else 4, class_names=names, name="data" * 30)
    attack = attack_on(measure, Ball("linf"), "0.5", classes)
    (figure,) = save_figures(monkeypatch, lambda: plot_gallery(attack, tmp_path / "a.png", 3))
    assert max(len(meeting.points) for meeting in list_meetings(attack, 3)) == classes
    assert figure.get_size_inches()[0] <= 8.001
    assert texts_outside(figure) == []
    assert overlapping([text.get_window_extent() for text in figure.texts]) == []
    frames = [axes.get_window_extent() for axes in figure.axes]
    assert overlapping(frames) == []
    assert not any(text.get_window_extent().overlaps(frame) for text in figure.texts for frame in frames)
    assert all(frame.width <= LARGEST * figure.dpi + 1e-6 for frame in frames)


def test_images_of_many_members_do_not_vanish():
    attack = attack_on(random_images((2, 2), classes=60, each=1), Ball("linf"), "0.5", 2)
    everyone = Meeting(np.arange(60, dtype=np.int32), np.zeros(4), 1.0)
    figure = draw_rows(attack, [everyone] * 2)
    assert len(figure.axes) == 122
    assert all(axes.get_window_extent().width >= 0.3 * figure.dpi - 1e-6 for axes in figure.axes)


@pytest.mark.parametrize(
    ("shape", "seen"),
    [
        ((5, 4), (5, 4)),
        ((5, 4, 1), (5, 4)),
        ((5, 4, 3), (5, 4, 3)),
        ((3, 5, 4), (5, 4, 3)),
        ((1, 5, 4), (5, 4)),
        ((5, 4, 4), (5, 4, 4)),
    ],
)
def test_every_shape_of_images(shape, seen, tmp_path):
    measure = random_images(shape)
    images = as_images(measure, measure.points)
    assert images.shape[1:] == seen
    pixels = measure.points.reshape(-1, *shape) / 255
    if len(shape) == 3:
        pixels = np.moveaxis(pixels, 1, -1) if shape[0] < 4 else pixels
    assert np.array_equal(images.reshape(pixels.shape), pixels)
    plot_gallery(attack_on(measure, Ball("linf"), "0.5", 2), tmp_path / "a.png", 2)
    assert (tmp_path / "a.png").read_bytes().startswith(b"\x89PNG")


def test_grey_and_colour_range_from_the_darkest_to_the_brightest_value():
    pixels = random_images((3, 3))
    assert as_images(pixels, np.full((1, 9), 51.0)).max() == 0.2
    scaled = LabeledMeasure.from_arrays(np.array([[[-3.0, 1.0]], [[0.0, 5.0]]]), [0, 1])
    assert np.array_equal(as_images(scaled, scaled.points), [[[0.0, 0.5]], [[0.375, 1.0]]])
    sixteenths = replace(pixels, points=np.minimum(pixels.points, 16), unit=Fraction(1, 16))
    assert as_images(sixteenths, sixteenths.points).max() == 1
    flat = LabeledMeasure.from_arrays(np.zeros((2, 2, 2)), [0, 1])
    assert not as_images(flat, flat.points).any()


def test_shapes_that_are_no_images():
    assert [image_shape(shape) for shape in ((), (7,), (5, 4, 2), (2, 2, 2, 3))] == [None] * 4
    for shape in ((7,), (5, 4, 2)):
        with pytest.raises(
            InvalidMeasure, match=r"some have \d+ features, of shape .*; draw images, .* or points with 2"
        ):
            check_drawable(random_images(shape, name="some"))
    for shape in ((2,), (2, 1), (6, 6), (6, 6, 3)):
        check_drawable(random_images(shape))


def test_what_cannot_be_drawn_is_refused_in_a_line(attack, tmp_path):
    measure = random_images((7,))
    far = attack_on(load("digits", per_class=2), Ball("l2"), "0.1", 2)
    for given, rows, kind, message in [
        (attack_on(measure, Ball("linf"), "0.5", 2), 3, InvalidConfig, "no images"),
        (far, 3, InvalidConfig, "nothing to draw"),
        (attack, 201, InvalidConfig, "rows is 201; a picture has at most 200"),
        (attack, 0, MotlpError, "rows is 0; it must be a whole number, at least 1"),
    ]:
        with pytest.raises(kind, match=message):
            plot_gallery(given, tmp_path / "a.png", rows)
    with pytest.raises(MotlpError, match=r"use \.png, \.pdf, \.svg"):
        plot_gallery(attack, tmp_path / "a.gif")
    assert list(tmp_path.iterdir()) == []


def test_pictures_of_every_kind_and_names_that_are_no_text(attack, tmp_path):
    odd = replace(
        attack, source=replace(attack.source, name="\udcff$x$", class_names=tuple(f"$_{k}\udcff" for k in range(10)))
    )
    for name in ("a.pdf", "a.SVG", "a.png"):
        plot_gallery(odd, tmp_path / name, 2)
    assert (tmp_path / "a.pdf").read_bytes().startswith(b"%PDF")
    assert b"<svg" in (tmp_path / "a.SVG").read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.SVG", "a.pdf", "a.png"]
