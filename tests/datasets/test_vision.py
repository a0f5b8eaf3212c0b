"""torchvision's data sets: with and without their files, and without torchvision."""

import sys
from fractions import Fraction

import numpy as np
import pytest
from support.refusals import refusal

from motlp.datasets import load, names
from motlp.errors import DatasetUnavailable, InvalidFile, UnknownName

VISION = [name for name in names() if name not in ("digits", "gaussians")]


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


@pytest.mark.parametrize("name", VISION)
def test_data_that_are_not_on_disk(name, tmp_path):
    pytest.importorskip("torchvision", reason="needs the extra 'vision'")
    text = refusal(DatasetUnavailable, name, root=tmp_path)
    assert all(part in text for part in (name, str(tmp_path), "set download to get it", "as root"))


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
    assert "no route to host at all." in text
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
