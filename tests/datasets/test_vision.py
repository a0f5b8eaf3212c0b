"""torchvision's data sets: with and without their files, and without torchvision."""

import sys
from fractions import Fraction
from importlib.util import find_spec

import numpy as np
import pytest
from support.measures import equal
from support.process import run_python
from support.refusals import refusal
from support.torchvision_files import trust_files, write_files

from motlp.datasets import load, names, vision
from motlp.datasets.registry import SOURCES
from motlp.errors import DatasetUnavailable, InvalidFile, UnknownName

VISION = [name for name in names() if name not in ("digits", "gaussians")]
KINDS = {name: SOURCES[name].args[2] for name in VISION}


@pytest.fixture
def reads(monkeypatch):
    """Counts how often torchvision is asked."""
    asked = []

    def count(name, kind, split, root, download, ask=vision.through_torchvision):
        asked.append(split)
        return ask(name, kind, split, root, download)

    monkeypatch.setattr(vision, "through_torchvision", count)
    return asked


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
@pytest.mark.skipif(find_spec("torchvision") is None, reason="needs the extra 'vision'")
def test_data_that_are_not_on_disk(name, tmp_path):
    text = refusal(DatasetUnavailable, name, root=tmp_path)
    assert all(part in text for part in (name, str(tmp_path), "set download to get it", "as root"))


@pytest.mark.parametrize("name", VISION)
def test_without_torchvision(name, monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "torchvision", None)
    text = refusal(DatasetUnavailable, name, root=tmp_path)
    assert "pip install 'motlp[vision]'" in text
    assert "uv run --extra vision" in text


def test_downloads_that_fail(monkeypatch, tmp_path, capsys):
    torchvision = pytest.importorskip("torchvision", reason="needs the extra 'vision'")

    def unreachable(self):
        print("Downloading")
        raise OSError("no route to host\nat all")

    monkeypatch.setattr(torchvision.datasets.MNIST, "download", unreachable)
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
    torchvision = pytest.importorskip("torchvision", reason="needs the extra 'vision'")
    images = np.random.default_rng(0).integers(0, 256, (4, 32, 32, 3)).astype(np.uint8)

    class Files:
        classes = ("airplane", "automobile")

        def __init__(self, root, **part):
            svhn = kind == "SVHN"
            assert part == {"download": False, **({"split": "test"} if svhn else {"train": False})}
            self.data = images.transpose(0, 3, 1, 2) if svhn else images
            self.targets, self.labels = [0, 1, 1, 0], np.array([0, 1, 1, 0])

    monkeypatch.setattr(torchvision.datasets, kind, Files)
    write_files(kind, tmp_path)
    measure = load(kind.lower(), split="test", root=tmp_path)
    assert measure.shape == (32, 32, 3)
    assert np.array_equal(measure.points, images.reshape(4, -1))
    assert measure.class_names == (("0", "1") if kind == "SVHN" else Files.classes)
    assert measure.labels.tolist() == [0, 1, 1, 0]


def test_where_torchvision_has_its_files(tmp_path):
    datasets = pytest.importorskip("torchvision.datasets", reason="needs the extra 'vision'")
    for kind in KINDS.values():
        owner = getattr(datasets, kind)
        for split in vision.SPLITS:
            found = vision.places(kind, split)
            if kind == "SVHN":
                assert found == (owner.split_list[split][1],)
            elif kind.startswith("CIFAR"):
                assert found == (owner.base_folder,)
            else:
                files = owner.__new__(owner)
                files.root = str(tmp_path)
                folders = [str(tmp_path / part) for part in found]
                assert folders == [files.raw_folder, files.processed_folder]


@pytest.mark.parametrize("name", KINDS)
def test_every_data_set_of_torchvision(name, tmp_path, monkeypatch, reads):
    datasets = pytest.importorskip("torchvision.datasets", reason="needs the extra 'vision'")
    trust_files(datasets, monkeypatch)
    write_files(KINDS[name], tmp_path)
    first = {split: load(name, split=split, root=tmp_path) for split in vision.SPLITS}
    assert reads == ["train", "test"]
    assert first["train"].class_names[0] == {"mnist": "0", "svhn": "0"}.get(name, first["train"].class_names[0])
    monkeypatch.setitem(sys.modules, "torchvision", None)  # as where it is not installed
    for split, measure in first.items():
        assert equal(load(name, split=split, root=tmp_path), measure)
        assert equal(load(name, split=split, root=tmp_path, download=True), measure)
    assert load(name, root=tmp_path, classes=[1, 2], per_class=3, seed=1).size == 6
    assert reads == ["train", "test"]


def test_neither_torch_nor_scikit_learn_is_imported(tmp_path, reads):
    write_files("MNIST", tmp_path)
    pytest.importorskip("torchvision", reason="needs the extra 'vision'")
    sizes = [load("mnist", root=tmp_path).size, load("digits").size]
    program = (
        f"import sys; from motlp.datasets import load; print(load('mnist', root={str(tmp_path)!r}).size, "
        "load('digits').size, {'torch', 'torchvision', 'sklearn'} & set(sys.modules))"
    )
    assert run_python(program).stdout == f"{sizes[0]} {sizes[1]} set()\n"


def test_removed_and_damaged_files_are_refused_as_without_a_cache(tmp_path, reads):
    pytest.importorskip("torchvision", reason="needs the extra 'vision'")
    write_files("MNIST", tmp_path)
    load("mnist", root=tmp_path)
    path = tmp_path / "MNIST" / "raw" / "train-images-idx3-ubyte"
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(InvalidFile, match="cannot be read"):
        load("mnist", root=tmp_path)
    path.unlink()
    with pytest.raises(DatasetUnavailable, match="not whole"):
        load("mnist", root=tmp_path)
    assert len(reads) == 3
