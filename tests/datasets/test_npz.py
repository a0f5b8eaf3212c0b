""".npz files: what they may hold, and what is refused."""

from fractions import Fraction

import numpy as np
import pytest
from support.refusals import refusal

from motlp.datasets import load
from motlp.errors import InvalidFile, InvalidMeasure, UnknownName

X = np.array([[0, 3], [1, 1], [2, 5], [4, 4]])
Y = np.array(["a", "b", "a", "b"])


def test_npz(tmp_path):
    np.savez(tmp_path / "mine.npz", x=X, y=Y, mass=[1, 2, 3, 4])
    measure = load(tmp_path / "mine.npz")
    assert np.array_equal(measure.points, X)
    assert (measure.unit, measure.class_names, measure.name) == (1, ("a", "b"), "mine")
    assert measure.mass.tolist() == [0.1, 0.2, 0.3, 0.4]


def test_npz_of_images(tmp_path):
    images = np.arange(48, dtype=np.uint8).reshape(4, 3, 4)
    np.savez_compressed(tmp_path / "images.npz", x=images, y=Y, note=np.array([None]))
    measure = load(str(tmp_path / "images.npz"), per_class=1)
    assert (measure.unit, measure.shape) == (Fraction(1, 255), (3, 4))
    assert np.array_equal(measure.points, images.reshape(4, 12)[:2])


class Bomb:
    """Unpickling one is a failure of the test."""

    def __reduce__(self):
        return pytest.fail, ("a pickle was loaded",)


@pytest.mark.parametrize("key", ["x", "y", "mass"])
def test_npz_is_never_unpickled(tmp_path, key):
    arrays = {"x": X, "y": Y, key: np.array([Bomb()] * 4, dtype=object)}
    np.savez(tmp_path / "bomb.npz", **arrays)
    assert "pickled" in refusal(InvalidFile, tmp_path / "bomb.npz")


@pytest.mark.parametrize("kept", [0.0, 0.3, 0.9])
def test_npz_cut_short(tmp_path, kept):
    np.savez(tmp_path / "whole.npz", x=np.zeros((50, 50)), y=np.arange(50) % 2)
    data = (tmp_path / "whole.npz").read_bytes()
    (tmp_path / "cut.npz").write_bytes(data[: int(len(data) * kept)])
    assert "cut short" in refusal(InvalidFile, tmp_path / "cut.npz")


@pytest.mark.parametrize("at", [0.02, 0.1, 0.5])
def test_npz_damaged_inside(tmp_path, at):
    rng = np.random.default_rng(0)
    np.savez_compressed(tmp_path / "bad.npz", x=rng.random((50, 50)), y=np.arange(50) % 2)
    data = bytearray((tmp_path / "bad.npz").read_bytes())
    start = int(len(data) * at)
    data[start : start + 40] = bytes(40)
    (tmp_path / "bad.npz").write_bytes(data)
    refusal(InvalidFile, tmp_path / "bad.npz")


def test_other_files(tmp_path):
    np.save(tmp_path / "one.npy", X)
    assert "np.savez" in refusal(InvalidFile, tmp_path / "one.npy")
    (tmp_path / "text.npz").write_text("x,y\n1,2\n")
    assert "np.savez" in refusal(InvalidFile, tmp_path / "text.npz")


def test_npz_without_the_arrays(tmp_path):
    np.savez(tmp_path / "other.npz", x=X, births=Y)
    assert "holds x, births" in refusal(InvalidFile, tmp_path / "other.npz")


@pytest.mark.parametrize(
    ("arrays", "reason"),
    [
        ({"x": X, "y": Y[:3]}, "length"),
        ({"x": X * np.nan, "y": Y}, "finite"),
        ({"x": X, "y": np.zeros(4)}, "one class"),
        ({"x": X, "y": Y, "mass": [1, 1, 1, -1]}, "at least 0"),
        ({"x": X, "y": Y, "mass": np.zeros(4)}, "positive"),
        ({"x": X + 1j, "y": Y}, "real"),
    ],
)
def test_npz_that_is_no_measure(tmp_path, arrays, reason):
    np.savez(tmp_path / "bad.npz", **arrays)
    text = refusal(InvalidMeasure, tmp_path / "bad.npz")
    assert "bad.npz" in text
    assert reason in text


def test_npz_has_no_splits(tmp_path):
    np.savez(tmp_path / "mine.npz", x=X, y=Y)
    assert "no splits" in refusal(UnknownName, tmp_path / "mine.npz", split="train")
