"""The cache of data sets: what comes out is what went in, or nothing."""

import os
import resource
import sys
from hashlib import blake2b
from multiprocessing import get_context
from time import sleep

import numpy as np
import pytest
from support.command import run
from support.measures import equal
from support.torchvision_files import write_files, write_mnist

from motlp.datasets import load, vision
from motlp.datasets.cache import LabeledImages, keep, place_of, recall
from motlp.datasets.paths import cache_folder
from motlp.errors import DatasetUnavailable

KEY, SOURCE = ("made-up", "train"), [["a", 1, 2, 3]]
DATA = LabeledImages(np.arange(120, dtype=np.uint8).reshape(5, 4, 6), np.array([1, 0, 1, 2, 0]), ["ä", "b", "c"])


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    """A cache for each test."""
    monkeypatch.setenv("MOTLP_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache" / "arrays"


def same(one: LabeledImages, other: LabeledImages) -> bool:
    arrays = [(one.images, other.images), (one.labels, other.labels)]
    return one.titles == other.titles and all(a.dtype == b.dtype and np.array_equal(a, b) for a, b in arrays)


@pytest.mark.parametrize(
    "data",
    [
        DATA,
        DATA._replace(titles=None),
        DATA._replace(images=DATA.images.transpose(0, 2, 1)),
        DATA._replace(images=DATA.images[::-1].astype(np.float32)),
    ],
)
def test_what_comes_out_is_what_went_in(data):
    assert recall(KEY, SOURCE) is None
    keep(KEY, SOURCE, data)
    back = recall(KEY, SOURCE)
    assert same(back, data)
    assert back.labels.flags.aligned
    with pytest.raises(ValueError, match="read-only"):
        back.images[0] = 0


def test_every_byte_counts():
    keep(KEY, SOURCE, DATA)
    place = place_of(KEY)
    whole = place.read_bytes()
    for k in range(len(whole)):
        place.write_bytes(whole[:k] + bytes([whole[k] ^ (1 << k % 8)]) + whole[k + 1 :])
        assert recall(KEY, SOURCE) is None, k
        place.write_bytes(whole[:k])
        assert recall(KEY, SOURCE) is None, k
    place.write_bytes(whole + b"\0")
    assert recall(KEY, SOURCE) is None
    keep(KEY, SOURCE, DATA)
    assert place.read_bytes() == whole


def test_files_of_other_data_sets():
    other = ("made-up", "test")
    keep(KEY, SOURCE, DATA)
    keep(other, SOURCE, DATA._replace(images=DATA.images + 1))
    place_of(other).replace(place_of(KEY))
    assert recall(KEY, SOURCE) is None
    assert recall(other, SOURCE) is None


@pytest.mark.parametrize("source", [[], [["a", 1, 2, 4]], [["a", 2, 2, 3]], [["b", 1, 2, 3]], [*SOURCE, *SOURCE]])
def test_other_sources(source, cache):
    keep(KEY, SOURCE, DATA)
    assert recall(KEY, source) is None
    keep(KEY, source, DATA)
    assert same(recall(KEY, source), DATA)
    assert len(list(cache.iterdir())) == 1  # in place of the old one


def test_other_formats(monkeypatch):
    keep(KEY, SOURCE, DATA)
    monkeypatch.setattr("motlp.datasets.cache.FORMAT", 2)
    assert recall(KEY, SOURCE) is None


@pytest.mark.parametrize(
    "line", ["{}", '{"format": 1}', "[]", "null", '"x"', "[" * 100_000, '{"format": 1, "arrays": 3}']
)
def test_what_another_version_may_have_written(line):
    """A whole file, by its digest, that says something else."""
    keep(KEY, SOURCE, DATA)
    content = line.encode() + b"\n" + bytes(64)
    place_of(KEY).write_bytes(blake2b(content, digest_size=32).digest() + content)
    assert recall(KEY, SOURCE) is None
    keep(KEY, SOURCE, DATA)
    assert same(recall(KEY, SOURCE), DATA)


def test_fewer_bytes_than_the_arrays_have(monkeypatch):
    short = DATA._replace(images=DATA.images[:1])
    keep(KEY, SOURCE, short)
    head, digest = place_of(KEY).read_bytes()[32:].replace(b"[1, 4, 6]", b"[9, 4, 6]"), blake2b(digest_size=32)
    digest.update(head)
    place_of(KEY).write_bytes(digest.digest() + head)
    assert recall(KEY, SOURCE) is None


def test_what_a_link_leads_to_is_never_written(tmp_path, cache):
    cache.mkdir(parents=True)
    (tmp_path / "mine").write_text("of somebody", encoding="utf-8")
    place_of(KEY).symlink_to(tmp_path / "mine")
    keep(KEY, SOURCE, DATA)
    assert (tmp_path / "mine").read_text(encoding="utf-8") == "of somebody"
    assert same(recall(KEY, SOURCE), DATA)
    assert not place_of(KEY).is_symlink()


def test_something_else_in_its_place():
    place = place_of(KEY)
    place.mkdir(parents=True)
    assert recall(KEY, SOURCE) is None
    keep(KEY, SOURCE, DATA)  # in place of an empty folder
    assert same(recall(KEY, SOURCE), DATA)
    place.unlink()
    (place / "mine").mkdir(parents=True)
    keep(KEY, SOURCE, DATA)
    assert recall(KEY, SOURCE) is None
    assert (place / "mine").is_dir()
    (place / "mine").rmdir()
    place.rmdir()
    os.mkfifo(place)
    assert recall(KEY, SOURCE) is None
    keep(KEY, SOURCE, DATA)


@pytest.mark.parametrize("folder", ["/dev/null/cache", "/proc/cache", "file", "~nobody-of-this-name/cache"])
def test_folders_that_cannot_be_written(folder, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("mine")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MOTLP_CACHE", folder)
    keep(KEY, SOURCE, DATA)
    assert recall(KEY, SOURCE) is None
    assert load("digits").size == 1797
    assert (tmp_path / "file").read_text() == "mine"


def test_a_full_disk(cache):
    keep(KEY, SOURCE, DATA)
    place_of(KEY).write_bytes(b"damaged")
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, limits[1]))
    try:
        keep(KEY, SOURCE, DATA)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert [path.read_bytes() for path in cache.iterdir()] == [b"damaged"]  # and no unfinished file is left


def test_no_home(monkeypatch):
    for name in ("MOTLP_CACHE", "XDG_CACHE_HOME", "HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("pwd.getpwuid", {}.__getitem__)
    with pytest.raises(DatasetUnavailable):
        cache_folder()
    keep(KEY, SOURCE, DATA)
    assert recall(KEY, SOURCE) is None
    assert load("digits").size == 1797


def write_often(seed: int) -> bool:
    data = DATA._replace(images=np.full((2000, 5, 6), seed, np.uint8))
    for _ in range(30):
        keep(KEY, SOURCE, data)
        back = recall(KEY, SOURCE)
        if back is None or len(np.unique(back.images)) != 1:
            return False
    return True


def test_processes_that_write_at_once(cache):
    with get_context("fork").Pool(4) as pool:
        assert all(pool.map(write_often, range(4)))
    assert len(list(cache.iterdir())) == 1


def test_digits_are_of_their_version(monkeypatch):
    first = load("digits")
    monkeypatch.setitem(sys.modules, "sklearn.datasets", None)
    assert equal(load("digits"), first)
    monkeypatch.setattr("motlp.datasets.embedded.version", lambda name: "0.1")
    with pytest.raises(ImportError):
        load("digits")


def fake_reader(monkeypatch, before=lambda: None):
    """In place of torchvision: reads the labels of MNIST alone, whatever the files."""
    asked = []

    def read(name, kind, split, root, download):
        asked.append(split)
        path = root / "MNIST" / "raw" / "train-labels-idx1-ubyte"
        if not path.exists():
            raise DatasetUnavailable("not there")
        labels = np.frombuffer(path.read_bytes()[8:], np.uint8).astype(np.int64)
        before()
        return LabeledImages(np.zeros((len(labels), 28, 28), np.uint8), labels)

    monkeypatch.setattr(vision, "through_torchvision", read)
    return asked


def test_changed_files_are_read_anew(tmp_path, monkeypatch):
    asked = fake_reader(monkeypatch)
    write_files("MNIST", tmp_path)
    path = tmp_path / "MNIST" / "raw" / "train-labels-idx1-ubyte"
    first = load("mnist", root=tmp_path)
    load("mnist", root=tmp_path)
    assert len(asked) == 1
    state = path.stat()
    later = (state.st_atime_ns, state.st_mtime_ns + 10**9)
    os.utime(path, ns=later)
    assert equal(load("mnist", root=tmp_path), first)
    assert len(asked) == 2
    sleep(0.05)  # some clocks of file systems are coarse
    path.write_bytes(path.read_bytes()[:8] + bytes(range(5)) * 6)
    os.utime(path, ns=later)  # another file of the same size and time of writing
    assert not equal(load("mnist", root=tmp_path), first)
    assert len(asked) == 3
    path.write_bytes(path.read_bytes()[:-5])
    assert load("mnist", root=tmp_path).size == 25
    (path.parent / "more").touch()
    load("mnist", root=tmp_path)
    assert len(asked) == 5
    load("mnist", root=tmp_path)
    assert len(asked) == 5
    path.unlink()
    with pytest.raises(DatasetUnavailable):
        load("mnist", root=tmp_path)


def test_roots_are_not_confused(tmp_path, monkeypatch, cache):
    asked = fake_reader(monkeypatch)
    sizes = {"one": 30, "two": 25}
    for name, size in sizes.items():
        (tmp_path / name).mkdir()
        write_files("MNIST", tmp_path / name, size=size)
        assert load("mnist", root=tmp_path / name).size == size
    link = tmp_path / "link"
    for name, size in sizes.items():
        link.unlink(missing_ok=True)
        link.symlink_to(name)
        assert load("mnist", root=link).size == size
        monkeypatch.chdir(tmp_path / name)
        assert load("mnist", root=".").size == size
    assert len(asked) == len(list(cache.iterdir())) == 2


def test_folders_behind_links(tmp_path, monkeypatch):
    """The files in a folder that is a link are looked at, not the link."""
    asked = fake_reader(monkeypatch)
    (tmp_path / "real").mkdir()
    write_files("MNIST", tmp_path / "real")
    (tmp_path / "MNIST").mkdir()
    (tmp_path / "MNIST" / "raw").symlink_to(tmp_path / "real" / "MNIST" / "raw")
    load("mnist", root=tmp_path)
    os.utime(tmp_path / "real" / "MNIST" / "raw" / "train-labels-idx1-ubyte", (0, 0))
    load("mnist", root=tmp_path)
    assert len(asked) == 2


def test_files_that_change_while_they_are_read(tmp_path, monkeypatch):
    """What was read before the change is not kept as what the files hold after it."""
    changes = iter([25, 20])

    def change():
        size = next(changes, None)
        if size is not None:
            write_mnist(
                tmp_path / "MNIST" / "raw",
                True,
                np.zeros((size, 28, 28), np.uint8),
                np.arange(size, dtype=np.uint8) % 5,
            )

    asked = fake_reader(monkeypatch, change)
    write_files("MNIST", tmp_path)
    load("mnist", root=tmp_path)
    assert len(asked) == 2
    assert load("mnist", root=tmp_path).size == 20


def test_downloads_are_kept(tmp_path, monkeypatch):
    def download(name, kind, split, root, download):
        asked.append(split)
        if not (root / "MNIST").exists():
            write_files("MNIST", root)
        return DATA

    asked = []
    monkeypatch.setattr(vision, "through_torchvision", download)
    load("mnist", root=tmp_path, download=True)
    assert len(asked) == 2  # the second time, of files that are there
    load("mnist", root=tmp_path)
    assert len(asked) == 2


def test_a_command_with_a_damaged_cache(tmp_path):
    load("digits")
    (file,) = (tmp_path / "cache" / "arrays").iterdir()
    whole = file.read_bytes()
    file.write_bytes(whole[:-1] + b"?")
    code, _, err = run("interactions", "digits", "--per-class", 9, "--norm", "l2", "--eps", 1, "--order", 2)
    assert (code, file.read_bytes()) == (0, whole), err
