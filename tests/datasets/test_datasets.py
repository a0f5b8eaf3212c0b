"""Data sets by name and by path, and what is refused."""

import subprocess
import sys
from fractions import Fraction

import numpy as np
import pytest

from motlp.datasets.registry import data_folder, load, names
from motlp.errors import DatasetUnavailable, InvalidFile, InvalidMeasure, UnknownName


def refusal(error, *args, **options) -> str:
    """The text of the error that `load` raises, which must be one line."""
    with pytest.raises(error) as caught:
        load(*args, **options)
    text = str(caught.value)
    assert "\n" not in text
    return text


def test_digits():
    measure = load("digits")
    assert measure.points.shape == (1797, 64)
    assert measure.points.dtype == np.uint8
    assert (measure.points.min(), measure.points.max()) == (0, 16)
    assert (measure.unit, measure.shape, measure.name) == (Fraction(1, 16), (8, 8), "digits")
    assert measure.class_names == tuple("0123456789")
    assert np.bincount(measure.labels)[0] == 178


def test_digits_have_no_splits():
    assert "no splits" in refusal(UnknownName, "digits", split="train")


def test_selections_reach_the_data():
    measure = load("digits", classes=["1", "4", 7], per_class=5)
    assert measure.class_names == ("1", "4", "7")
    assert np.bincount(measure.labels).tolist() == [5, 5, 5]
    other = load("digits", classes=["1", "4", 7], per_class=5, seed=3)
    assert not np.array_equal(measure.points, other.points)


def test_gaussians():
    measure = load("gaussians", per_class=400)
    assert measure.points.dtype == np.float64
    assert (measure.unit, measure.shape, measure.classes, measure.size) == (1, (2,), 6, 2400)
    means = np.array([measure.points[measure.labels == k].mean(axis=0) for k in range(6)])
    centres = [[-2, -2], [-2, 2], [2, -2], [2, 2], [6, -2], [6, 2]]
    assert np.allclose(means, centres, atol=0.25)
    assert measure.points[measure.labels == 0].std(axis=0) == pytest.approx(1, abs=0.15)


def test_gaussians_are_seeded_and_fewer_are_the_first_of_more():
    many, few = load("gaussians", per_class=9, seed=5), load("gaussians", per_class=4, seed=5, classes=[2, 3])
    for k, name in enumerate(few.class_names):
        first = many.points[many.labels == int(name)][:4]
        assert np.array_equal(few.points[few.labels == k], first)
    assert not np.array_equal(many.points, load("gaussians", per_class=9).points)


@pytest.mark.parametrize("options", [{"per_class": 0}, {"seed": -1}])
@pytest.mark.parametrize("name", ["gaussians", "digits"])
def test_counts_and_seeds_out_of_range(name, options):
    assert "must be" in refusal(InvalidMeasure, name, **options)


# torchvision


@pytest.mark.parametrize(("split", "size"), [("train", 60000), ("test", 10000)])
def test_mnist(mnist_root, split, size):
    measure = load("mnist", split=split, root=mnist_root)
    assert measure.points.shape == (size, 784)
    assert measure.points.dtype == np.uint8
    assert (measure.unit, measure.shape, measure.name) == (Fraction(1, 255), (28, 28), f"mnist/{split}")
    assert measure.class_names == tuple("0123456789")


def test_mnist_in_the_order_of_its_files(mnist_root):
    raw = mnist_root / "MNIST" / "raw"
    labels = np.frombuffer((raw / "t10k-labels-idx1-ubyte").read_bytes()[8:], np.uint8)
    images = np.frombuffer((raw / "t10k-images-idx3-ubyte").read_bytes()[16:], np.uint8).reshape(-1, 784)
    measure = load("mnist", split="test", root=mnist_root, per_class=20)
    for k in range(10):
        assert np.array_equal(measure.points[measure.labels == k], images[labels == k][:20])


def test_splits_of_torchvision():
    assert "train, test" in refusal(UnknownName, "mnist", split="validation")


VISION = [name for name in names() if name not in ("digits", "gaussians")]


@pytest.mark.parametrize("name", VISION)
def test_data_that_are_not_on_disk(name, tmp_path):
    pytest.importorskip("torchvision", reason="needs the extra 'vision'")
    text = refusal(DatasetUnavailable, name, root=tmp_path)
    assert all(part in text for part in (name, str(tmp_path), "--download", "--root"))


@pytest.mark.parametrize("name", VISION)
def test_without_torchvision(name, monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "torchvision", None)
    text = refusal(DatasetUnavailable, name, root=tmp_path)
    assert "pip install 'motlp[vision]'" in text
    assert "uv run --extra vision" in text


def test_downloads_that_fail(monkeypatch, tmp_path, capsys):
    vision = pytest.importorskip("torchvision", reason="needs the extra 'vision'")

    def unreachable(self):
        print("Downloading")
        raise OSError("no route to host\nat all")

    monkeypatch.setattr(vision.datasets.MNIST, "download", unreachable)
    text = refusal(DatasetUnavailable, "mnist", root=tmp_path, download=True)
    assert "could not be downloaded" in text
    assert "no route to host." in text
    assert capsys.readouterr().out == "Downloading\n"  # a library leaves standard output where it is


def test_damaged_files_of_torchvision(tmp_path):
    pytest.importorskip("torchvision", reason="needs the extra 'vision'")
    raw = tmp_path / "MNIST" / "raw"
    raw.mkdir(parents=True)
    for stem in ("train", "t10k"):
        for kind in ("images-idx3", "labels-idx1"):
            (raw / f"{stem}-{kind}-ubyte").write_bytes(b"\0\0\x08\x03\0\0")
    assert "cannot be read" in refusal(InvalidFile, "mnist", root=tmp_path)


@pytest.mark.parametrize("kind", ["CIFAR10", "SVHN"])
def test_layouts_of_colour_images(kind, monkeypatch, tmp_path):
    """Channels last and flattened in that order, whatever torchvision's layout."""
    vision = pytest.importorskip("torchvision", reason="needs the extra 'vision'")
    images = np.random.default_rng(0).integers(0, 256, (4, 32, 32, 3)).astype(np.uint8)

    class Files:
        classes = ("airplane", "automobile")

        def __init__(self, root, **part):
            svhn = kind == "SVHN"
            assert part == {"download": False, **({"split": "test"} if svhn else {"train": False})}
            self.data = images.transpose(0, 3, 1, 2) if svhn else images
            self.targets, self.labels = [0, 1, 1, 0], np.array([0, 1, 1, 0])

    monkeypatch.setattr(vision.datasets, kind, Files)
    measure = load(kind.lower(), split="test", root=tmp_path)
    assert measure.shape == (32, 32, 3)
    assert np.array_equal(measure.points, images.reshape(4, -1))
    assert measure.class_names == (("0", "1") if kind == "SVHN" else Files.classes)
    assert measure.labels.tolist() == [0, 1, 1, 0]


def test_where_data_are_sought(monkeypatch, tmp_path):
    monkeypatch.setenv("MOTLP_DATA", str(tmp_path / "mine"))
    assert data_folder() == tmp_path / "mine"
    monkeypatch.delenv("MOTLP_DATA")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert data_folder() == tmp_path / "motlp"
    monkeypatch.delenv("XDG_CACHE_HOME")
    assert data_folder().is_absolute()
    assert data_folder().name == "motlp"


# names and paths


def test_unknown_names():
    text = refusal(UnknownName, "mnits")
    assert "'mnist'" in text
    assert all(name in text for name in names())
    assert ".npz" in text
    assert "'fashion-mnist'" in refusal(UnknownName, "Fashion-MNIST")


@pytest.mark.parametrize("name", ["nowhere.npz", "no/where"])
def test_paths_that_do_not_exist(name):
    assert name in refusal(DatasetUnavailable, name)


# .npz files

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


# folders of images


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
    assert "--split train" in refusal(InvalidFile, parent)
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


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        ("digits", {"seed": 3}, "seed is 3, but without per_class"),
        ("digits", {"per_class": 2, "seed": -1}, "at least 0"),
    ],
)
def test_seeds_that_draw_nothing(name, options, message):
    assert message in refusal(InvalidMeasure, name, **options)


# Types are checked while tests run, so only another process can pass wrong ones.
WRONG = """
from motlp.errors import MotlpError
from motlp.datasets import load
for name, options in [
    (None, {}), (3, {}), ("", {}),
    ("digits", {"per_class": 2.5}), ("digits", {"per_class": True}), ("gaussians", {"per_class": "3"}),
    ("gaussians", {"seed": 2.5}), ("gaussians", {"seed": True}), ("digits", {"per_class": 2, "seed": "3"}),
]:
    try:
        load(name, **options)
    except MotlpError as error:
        print(error)
"""


def test_other_types_are_told():
    said = subprocess.run([sys.executable, "-c", WRONG], capture_output=True, text=True, check=True).stdout
    assert [line[: len("per_class is 2")] for line in said.splitlines()] == [
        *["unknown data s"] * 3,
        *["per_class is 2", "per_class is T", "per_class is '"],
        *["seed is 2.5; i", "seed is True; ", "seed is '3'; i"],
    ]
