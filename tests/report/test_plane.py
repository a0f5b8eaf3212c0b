"""The picture of an attack in the plane: points, meetings and regions are where they should be, and differ."""

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from matplotlib.collections import LineCollection, PathCollection, PolyCollection
from matplotlib.colors import to_rgb
from support.pictures import attack_on, overlapping, save_figures, texts_of, texts_outside

from motlp.datasets import load
from motlp.errors import InvalidConfig
from motlp.players.classifier import RobustClassifier
from motlp.problem.measure import LabeledMeasure
from motlp.problem.threat import Ball, Quadratic
from motlp.report import plane
from motlp.report.meetings import list_meetings
from motlp.report.plane import MARKERS, MOST_NAMES, OKABE_ITO, class_colours, enclose, legend_text, plot_plane

pytest.importorskip("matplotlib", reason="needs the extra 'plot'")


@pytest.fixture(scope="module", autouse=True)
def coarse():
    """Fewer cells, as tests need no smooth edges."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(plane, "CELLS", 60)
        yield


def trio() -> LabeledMeasure:
    """Three points that meet, one that meets nobody, and two in the far right that meet; in units of one half."""
    points = [[0, 0], [4, 0], [2, 3], [-20, 6], [20, -4], [22, -4]]
    return LabeledMeasure.from_arrays(
        points, [0, 1, 2, 0, 1, 2], unit="1/2", class_names=["a", "_b", "$c$"], name="trio"
    )


def draw(monkeypatch, path, attack, classifier):
    (figure,) = save_figures(monkeypatch, lambda: plot_plane(attack, classifier, path))
    return figure, figure.axes[0]


def fit(attack, **more):
    source = attack.source
    classifier = RobustClassifier(eps=str(attack.eps), unit=str(source.unit), **more)
    return classifier.fit(source.points.astype(float), source.labels, source.mass)


def test_points_and_meetings_are_in_feature_units(tmp_path, monkeypatch):
    attack = attack_on(trio(), Ball("l2"), "1.3", 3)
    figure, axes = draw(monkeypatch, tmp_path / "a.png", attack, fit(attack))
    *classes, crosses = [item for item in axes.collections if isinstance(item, PathCollection)]
    for label, drawn in enumerate(classes):
        assert np.array_equal(drawn.get_offsets(), trio().points[trio().labels == label] / 2)
    meetings = list_meetings(attack, 9)
    assert sorted(len(meeting.points) for meeting in meetings) == [2, 3]
    assert np.allclose(crosses.get_offsets(), [meeting.place / 2 for meeting in meetings])
    assert crosses.get_sizes()[0] > crosses.get_sizes()[1]  # three masses, and two
    (ways,) = [item for item in axes.collections if isinstance(item, LineCollection)]
    ends = [
        (tuple(point / 2), tuple(meeting.place / 2)) for meeting in meetings for point in trio().points[meeting.points]
    ]
    assert np.allclose([path.vertices for path in ways.get_paths()], ends)
    (areas,) = [item for item in axes.collections if isinstance(item, PolyCollection)]
    assert len(areas.get_paths()) == 1
    assert axes.get_aspect() == 1
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("feature 1 (feature units)", "feature 2 (feature units)")
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["a", " _b", r"\$c\$", "where they meet"]
    said = " ".join(text.get_text() for text in texts_of(figure))
    assert "Points of different classes meet" in said
    assert "Data: trio" in said
    assert "may move every input by 1.3 in ℓ2. Interactions that carry mass: all 2." in said


def test_the_background_is_the_most_probable_class_and_the_paler_the_less_probable(tmp_path, monkeypatch):
    attack = attack_on(trio(), Ball("l2"), "1.3", 3)
    classifier = fit(attack)
    _, axes = draw(monkeypatch, tmp_path / "a.png", attack, classifier)
    (image,) = axes.images
    left, right, bottom, top = image.get_extent()
    pixels, colours = image.get_array(), class_colours(3)
    up, across = pixels.shape[:2]
    assert (right - left) / across == pytest.approx((top - bottom) / up, rel=0.1)
    for row, column in [(0, 0), (up - 1, across - 1), (up // 2, across // 2), (up // 3, across - 2)]:
        place = [left + (column + 0.5) * (right - left) / across, bottom + (row + 0.5) * (top - bottom) / up]
        (chances,) = classifier.predict_proba(2.0 * np.array([place]))
        shade = 0.5 * (chances.max() - 1 / 3) / (2 / 3)
        assert np.allclose(pixels[row, column], 1 - shade * (1 - colours[chances.argmax()]))


def test_without_a_classifier_the_background_is_white(tmp_path, monkeypatch):
    figure, axes = draw(monkeypatch, tmp_path / "a.png", attack_on(trio(), Quadratic("0.1"), None, 3), None)
    said = " ".join(text.get_text() for text in texts_of(figure))
    assert not axes.images
    assert "pays 0.1 × squared ℓ2 distance to move an input" in said
    assert "Background" not in said


@pytest.mark.parametrize("scale", [1e-6, 1.0, 1e7])
@pytest.mark.parametrize("stretch", [(1, 1), (40, 1), (1, 40)])
def test_no_text_is_cut_off_or_in_the_way(scale, stretch, tmp_path, monkeypatch):
    rng = np.random.default_rng(0)
    points = rng.normal(size=(60, 2)) * stretch * scale
    names = [f"{k} a name of many letters, for a class" for k in range(20)]
    measure = LabeledMeasure.from_arrays(points, np.arange(60) % 20, class_names=names, name="data" * 30)
    attack = attack_on(measure, Ball("l2"), f"{0.4 * scale:.7f}", 2)
    figure, axes = draw(monkeypatch, tmp_path / "a.png", attack, None)
    assert texts_outside(figure) == []
    legend = axes.get_legend()
    assert len(legend.get_texts()) == MOST_NAMES + 1
    assert legend.get_title().get_text() == f"{MOST_NAMES} of 20 classes"
    assert legend.get_window_extent().x0 >= axes.get_window_extent().x1
    assert overlapping([text.get_window_extent() for text in texts_of(figure)]) == []


def test_of_very_many_meetings_the_heaviest_are_drawn(tmp_path, monkeypatch):
    monkeypatch.setattr(plane, "MOST_MEETINGS", 3)
    attack = attack_on(load("gaussians", per_class=10), Ball("l2"), "0.8", 3)
    figure, axes = draw(monkeypatch, tmp_path / "a.png", attack, None)
    number = attack.meeting.max() + 1
    assert number > 3
    crosses = [item for item in axes.collections if isinstance(item, PathCollection)][-1]
    assert len(crosses.get_offsets()) == 3
    assert any(f"the 3 heaviest of {number}." in text.get_text() for text in texts_of(figure))


@pytest.mark.parametrize("classes", [2, 6, 8, 9, 12])
def test_classes_differ_in_lightness_and_in_shape(classes):
    colours = class_colours(classes)
    linear = np.where(colours <= 0.04045, colours / 12.92, ((colours + 0.055) / 1.055) ** 2.4)
    lightness = linear @ [0.2126, 0.7152, 0.0722]
    assert min(abs(a - b) for a, b in combinations(lightness, 2)) > 0.004
    assert len(set(MARKERS[:classes])) == classes
    assert len({to_rgb(colour) for colour in OKABE_ITO}) == 8


def test_everything_is_in_the_box():
    assert enclose(np.array([[0.0, 0.0], [10.0, 5.0]]), 0.1) == pytest.approx((-0.5, 10.5, -0.5, 5.5))
    assert enclose(np.array([[0.0, 0.0], [0.0, 100.0]]), 0.0) == pytest.approx((-24, 24, -4, 104))
    left, right, bottom, top = enclose(np.array([[3.0, 3.0]]), 9.0)
    assert left < 3 < right
    assert bottom < 3 < top


def test_what_is_not_in_the_plane_is_refused(tmp_path):
    attack = attack_on(LabeledMeasure.from_arrays([[0.0], [1.0]], [0, 1]), Ball("l2"), "1", 2)
    with pytest.raises(InvalidConfig, match="attack is on points of 1 features; two can be drawn"):
        plot_plane(attack, None, tmp_path / "a.png")


def test_pictures_of_every_kind_and_names_that_are_no_text(tmp_path):
    attack = attack_on(trio(), Ball("linf"), "1.3", 3)
    odd = replace(attack, source=replace(attack.source, name="\udcff$x$", class_names=("\udcff", "_", "$")))
    for name in ("a.pdf", "a.SVG", "a.png"):
        plot_plane(odd, None, tmp_path / name)
    assert (tmp_path / "a.pdf").read_bytes().startswith(b"%PDF")
    assert b"<svg" in (tmp_path / "a.SVG").read_bytes()
    assert legend_text("x" * 40) == "x" * 15 + "…"
