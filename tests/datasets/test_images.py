"""Folders of images: what they may hold, and what is refused."""

import sys
from fractions import Fraction

import numpy as np
import pytest
from support.refusals import refusal

from motlp.datasets import load
from motlp.errors import DatasetUnavailable, InvalidFile, InvalidMeasure, UnknownName


@pytest.fixture
def save():
    """Writes an array as an image, making its folders."""
    image = pytest.importorskip("PIL.Image", reason="needs the extra 'images'")

    def save(path, pixels, mode=None):
        path.parent.mkdir(parents=True, exist_ok=True)
        picture = image.fromarray(np.asarray(pixels, dtype=np.uint8))
        (picture if mode is None else picture.convert(mode)).save(path)

    return save


@pytest.fixture
def folder(tmp_path, save):
    """Two classes of three images of 4 × 5 pixels, numbered in the order of their names."""
    for k, name in enumerate(("b/0.png", "b/1.png", "b/2.png", "a/2.png", "a/1.png", "a/0.png")):
        save(tmp_path / name, np.full((4, 5, 3), [k, 10 * k, 0]))
    return tmp_path


def test_image_folder(folder):
    measure = load(folder)
    assert measure.class_names == ("a", "b")
    assert (measure.points.dtype, measure.unit, measure.shape) == (np.uint8, Fraction(1, 255), (4, 5, 3))
    assert measure.name == folder.name
    assert measure.points[:, 0].tolist() == [5, 4, 3, 0, 1, 2]
    assert measure.labels.tolist() == [0, 0, 0, 1, 1, 1]
    assert np.array_equal(measure.points[0].reshape(4, 5, 3), np.full((4, 5, 3), [5, 50, 0]))


def test_selections_of_images_are_those_of_arrays(folder):
    whole = load(folder)
    for options in ({"per_class": 2}, {"per_class": 2, "seed": 4}, {"classes": ["b", 0], "per_class": 1}):
        assert np.array_equal(load(folder, **options).points, whole.select(**options).points)
    assert "3 at most" in refusal(InvalidMeasure, folder, per_class=4)
    assert "Known: a, b" in refusal(UnknownName, folder, classes=["a", "cat"])


def test_only_wanted_images_are_read(folder):
    (folder / "b" / "9.png").write_bytes(b"no image")
    assert load(folder, per_class=2).size == 4


def test_grey_images_have_two_axes(tmp_path, save):
    save(tmp_path / "a" / "1.png", np.eye(3))
    save(tmp_path / "b" / "1.png", np.eye(3))
    assert load(tmp_path).shape == (3, 3)


def test_splits_of_image_folders(folder, tmp_path_factory):
    parent = tmp_path_factory.mktemp("parent")
    folder.rename(parent / "train")
    measure = load(parent, split="train")
    assert measure.size == 6
    assert measure.name == f"{parent.name}/train"
    assert "choose one with split: train." in refusal(InvalidFile, parent)
    (parent / "test").mkdir()
    assert "choose one with split: test or train." in refusal(InvalidFile, parent)
    (parent / "test").rmdir()
    assert "Known: train" in refusal(UnknownName, parent, split="test")
    assert "Known: train" in refusal(UnknownName, parent, split="../parent")


def test_clutter_is_passed_over(folder):
    for name in (".DS_Store", "a/.DS_Store", "b/Thumbs.db", "desktop.ini"):
        (folder / name).write_bytes(b"")
    assert load(folder).size == 6


@pytest.mark.parametrize("name", ["a/notes.txt", "notes.txt", "a/0.png"])
def test_what_is_no_image_is_named(folder, name):
    (folder / name).write_text("these are notes")
    assert str(folder / name) in refusal(InvalidFile, folder)


def test_images_cut_short(folder):
    data = (folder / "b" / "2.png").read_bytes()
    (folder / "b" / "2.png").write_bytes(data[:-30])
    assert str(folder / "b" / "2.png") in refusal(InvalidFile, folder)


def test_folders_in_classes(folder, save):
    save(folder / "a" / "deep" / "1.png", np.zeros((4, 5, 3)))
    assert str(folder / "a" / "deep") in refusal(InvalidFile, folder)


@pytest.mark.parametrize(
    ("shape", "mode", "reason"),
    [
        ((5, 4, 3), None, "5 × 4 × 3"),
        ((4, 5, 3), "L", "4 × 5"),
        ((4, 5, 3), "RGBA", "4 × 5 × 4"),
        ((4, 5, 3), "P", "mode P"),
        ((4, 5, 3), "1", "mode 1"),
        ((4, 5, 3), "I;16", "mode I;16"),
    ],
)
def test_images_that_differ(folder, save, shape, mode, reason):
    (folder / "b" / "1.png").unlink()
    save(folder / "b" / "1.png", np.zeros(shape), mode)
    text = refusal(InvalidFile, folder)
    assert str(folder / "b" / "1.png") in text
    assert reason in text


def test_folders_without_enough(tmp_path, save):
    assert "empty" in refusal(InvalidFile, tmp_path)
    save(tmp_path / "a" / "1.png", np.eye(3))
    assert "one class" in refusal(InvalidMeasure, tmp_path)
    (tmp_path / "b").mkdir()
    assert str(tmp_path / "b") in refusal(InvalidFile, tmp_path)


def test_without_pillow(folder, monkeypatch):
    monkeypatch.setitem(sys.modules, "PIL", None)
    assert "pip install 'motlp[images]'" in refusal(DatasetUnavailable, folder)
