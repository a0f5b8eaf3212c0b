"""Saved interactions: whole and the same, or refused."""

import os
import resource
import subprocess
import zipfile
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from fractions import Fraction
from threading import Barrier

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from measures import measures

from motlp.archive import is_archive, load, replaceable, save
from motlp.atomic import discard, ours, writable, written
from motlp.cost import Ball, Quadratic
from motlp.errors import InvalidFile
from motlp.interactions import interactions
from motlp.measure import LabeledMeasure


@pytest.fixture
def small():
    rng = np.random.default_rng(3)
    X = rng.integers(0, 256, (12, 2, 3), dtype=np.uint8)
    return LabeledMeasure.from_arrays(X, np.arange(12) % 3, rng.random(12), class_names=["a", "b", "ℓ"], name="set")


@pytest.fixture
def saved(small, tmp_path):
    path = tmp_path / "set.npz"
    save(interactions(small, Ball("l2"), "0.9", 3), path)
    return path


def same(one, other) -> bool:
    """Bit for bit, with types and shapes."""
    for name in ("points", "labels", "mass"):
        a, b = getattr(one.measure, name), getattr(other.measure, name)
        if (a.dtype, a.shape, a.tobytes()) != (b.dtype, b.shape, b.tobytes()):
            return False
    if any(getattr(one.measure, n) != getattr(other.measure, n) for n in ("unit", "class_names", "name", "shape")):
        return False
    arrays = zip((*one.members, *one.births), (*other.members, *other.births), strict=True)
    alike = all((a.dtype, a.shape, a.tobytes()) == (b.dtype, b.shape, b.tobytes()) for a, b in arrays)
    return alike and (one.threat, one.eps) == (other.threat, other.eps)


@given(measures(), st.sampled_from(["l2", "linf", "l1", "quadratic"]), st.integers(1, 2))
@settings(max_examples=25)
def test_what_is_saved_comes_back(tmp_path_factory, measure, kind, order):
    path = tmp_path_factory.mktemp("saved") / "set.npz"
    cost, eps = (Quadratic("0.3"), None) if kind == "quadratic" else (Ball(kind), Fraction(4, 3))
    hypergraph = interactions(measure, cost, eps, order)
    save(hypergraph, path)
    assert is_archive(path)
    assert same(load(path, measure), hypergraph)


def test_images_come_back(small, saved):
    assert same(load(saved, small), interactions(small, Ball("l2"), "0.9", 3))


@given(st.data())
@settings(max_examples=60)
def test_damage_is_seen(tmp_path_factory, data):
    """Whatever a flipped byte does, it is refused, or has changed nothing."""
    path = tmp_path_factory.mktemp("saved") / "set.npz"
    X = np.arange(12, dtype=np.uint8).reshape(6, 2)
    hypergraph = interactions(LabeledMeasure.from_arrays(X, [0, 0, 1, 1, 2, 2]), Ball("l2"), "0.02", 2)
    save(hypergraph, path)
    whole = bytearray(path.read_bytes())
    if data.draw(st.booleans(), "cut"):
        path.write_bytes(whole[: data.draw(st.integers(0, len(whole) - 1), "length")])
    else:
        whole[data.draw(st.integers(0, len(whole) - 1), "place")] ^= 1 << data.draw(st.integers(0, 7), "bit")
        path.write_bytes(whole)
    is_archive(path)
    with suppress(InvalidFile):
        assert same(load(path), hypergraph)


def changed(path, **arrays):
    """The file with some arrays replaced, or left out where they are None."""
    with np.load(path) as file:
        kept = {key: file[key] for key in file.files} | arrays
    np.savez(path, **{key: array for key, array in kept.items() if array is not None})


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"version": np.array(2)}, "is of format version 2, this motlp reads 1"),
        ({"version": None}, "is of format version None"),
        ({"format": None}, "no saved interactions"),
        ({"points": None}, "damaged"),
        ({"norm": np.array("l7")}, "damaged"),
        ({"unit": np.array("0/0")}, "damaged"),
        ({"eps": np.array("much")}, "damaged"),
        ({"labels": np.zeros(3, np.int32)}, "damaged"),
        ({"members_2": np.full((4, 2), 99, np.int32), "births_2": np.zeros(4)}, "damaged"),
        ({"members_3": None}, "damaged"),
        ({"births_3": None}, "damaged"),
        ({"mass": np.array([None] * 12)}, "pickled"),
    ],
)
def test_other_contents_are_refused(saved, arrays, message):
    changed(saved, **arrays)
    with pytest.raises(InvalidFile, match=message):
        load(saved)


def test_another_measure_is_refused_with_what_differs(small, saved):
    def like(X=small.points, y=small.labels, mass=small.mass, **more):
        return LabeledMeasure.from_arrays(X, y, mass, **more)

    for other, message in [
        (small.select(per_class=2), "points: 12 there, 6 here"),
        (like(small.points[:, :5]), "features: 6 there, 5 here"),
        (like(), "classes"),
        (like(class_names=small.class_names, unit=1), "unit: 1/255 there, 1 here"),
        (like(small.points.astype(int), class_names=small.class_names, unit=small.unit), "uint8 there, int64 here"),
        (like(small.points ^ np.uint8(1), class_names=small.class_names), "the points differ"),
        (like(y=small.labels[::-1], class_names=small.class_names), "the labels differ"),
        (like(mass=None, class_names=small.class_names), "the mass differ"),
    ]:
        with pytest.raises(InvalidFile, match=message):
            load(saved, other)


def test_what_is_no_archive(tmp_path):
    text, array, plain = tmp_path / "a.txt", tmp_path / "a.npy", tmp_path / "a.npz"
    text.write_text("PK\x03\x04 and so on")
    np.save(array, np.zeros(3))
    np.savez(plain, x=np.zeros(3))
    for path in (text, array, plain, tmp_path, tmp_path / "nothing"):
        assert not is_archive(path)
        with pytest.raises(InvalidFile):
            load(path)


def test_only_the_same_study_is_replaced(small, saved, tmp_path):
    replaceable(tmp_path / "new.npz", small, Ball("l2"))
    replaceable(saved, small, Ball("l2"))
    with pytest.raises(InvalidFile, match="not Ball"):
        replaceable(saved, small, Ball("linf"))
    with pytest.raises(InvalidFile, match="another data set"):
        replaceable(saved, small.select(per_class=2), Ball("l2"))
    with zipfile.ZipFile(tmp_path / "zip.npz", "w") as file:
        file.writestr("mine.txt", "precious")
    with pytest.raises(InvalidFile, match="is not overwritten"):
        replaceable(tmp_path / "zip.npz", small, Ball("l2"))


def test_a_full_disk_leaves_nothing_behind(small, saved, tmp_path):
    before = saved.read_bytes()
    hypergraph = interactions(small, Ball("l2"), "0.9", 3)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, limits[1]))
    try:
        with pytest.raises(InvalidFile, match="cannot be written"):
            save(hypergraph, saved)
        with pytest.raises(InvalidFile, match="cannot be written"):
            save(hypergraph, tmp_path / "new.npz")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert list(tmp_path.iterdir()) == [saved]
    assert saved.read_bytes() == before


def test_a_process_that_is_ended_while_writing_leaves_nothing_behind(tmp_path):
    place = tmp_path / "a.csv"
    with suppress(InvalidFile), written(place) as beside:
        beside.write_text("half")
        discard()  # as at Ctrl-C, before the process ends on the spot
        assert list(tmp_path.iterdir()) == []
    with written(place) as beside:
        beside.write_text("whole")
        assert not place.exists()
    assert [path.read_text() for path in tmp_path.iterdir()] == ["whole"]


def test_places_that_cannot_be_written_to(tmp_path):
    writable(None)
    writable(tmp_path / "a.csv")
    for path in (tmp_path, tmp_path / "no" / "a.csv"):
        with pytest.raises(InvalidFile, match="cannot be written"):
            writable(path)


def test_links_stay_and_what_they_lead_to_is_replaced(tmp_path):
    (tmp_path / "folder").mkdir()
    link, place = tmp_path / "link", tmp_path / "folder" / "a.csv"
    link.symlink_to("folder/a.csv")
    for text in ("new", "newer"):
        with written(link) as beside:
            beside.write_text(text)
        assert link.is_symlink()
        assert place.read_text() == text
    assert [path.name for path in place.parent.iterdir()] == ["a.csv"]


def test_threads_that_write_to_one_place_do_not_meet(tmp_path):
    place, both = tmp_path / "a.csv", Barrier(2)

    def write(text: str) -> None:
        with written(place) as beside:
            beside.write_text(text)
            both.wait(10)
            assert beside.read_text() == text
            both.wait(10)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(write, ["one", "two"]))
    assert place.read_text() in ("one", "two")
    assert list(tmp_path.iterdir()) == [place]


def test_what_a_killed_process_left_is_removed(tmp_path):
    killed = subprocess.Popen(["true"])
    killed.wait()
    for process in (killed.pid, os.getpid()):
        (tmp_path / f"{ours()}{process}-0.part").write_text("half")
    (tmp_path / ".motlp-elsewhere-1-0.part").write_text("of another machine")
    writable(tmp_path / "a.csv")
    left = {path.name for path in tmp_path.iterdir()}
    assert left == {f"{ours()}{os.getpid()}-0.part", ".motlp-elsewhere-1-0.part"}
