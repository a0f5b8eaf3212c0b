"""Saved interactions: whole and the same, or refused."""

import resource
from contextlib import suppress
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support import brute
from support.comparison import same
from support.measures import measures, threats

from motlp.errors import InvalidFile, InvalidHypergraph
from motlp.problem.archive import digest_arrays, is_archive, load, save
from motlp.problem.hypergraph import Hypergraph
from motlp.problem.interactions import interactions
from motlp.problem.measure import LabeledMeasure
from motlp.problem.rationals import exact
from motlp.problem.threat import Ball, Quadratic
from motlp.solving.solve import solve


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


@given(measures(), st.sampled_from(["l2", "linf", "l1", "quadratic"]), st.integers(1, 2))
@settings(max_examples=25)
def test_what_is_saved_comes_back(tmp_path_factory, measure, kind, order):
    path = tmp_path_factory.mktemp("saved") / "set.npz"
    threat, eps = (Quadratic("0.3"), None) if kind == "quadratic" else (Ball(kind), Fraction(4, 3))
    hypergraph = interactions(measure, threat, eps, order)
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


def changed(path, seal=True, **arrays):
    """The file with some arrays replaced, or left out where they are None, and sealed anew."""
    with np.load(path) as file:
        kept = {key: file[key] for key in file.files} | arrays
    kept = {key: array for key, array in kept.items() if array is not None}
    if seal:
        del kept["digest"]
        kept["digest"] = np.array(digest_arrays(kept))
    np.savez(path, **kept)


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"version": np.array(1)}, "is of format version 1, this motlp reads 2"),
        ({"version": None}, "is of format version None"),
        ({"format": None}, "not saved interactions"),
        ({"points": None}, "damaged"),
        ({"norm": np.array("l7")}, "damaged"),
        ({"unit": np.array("0/0")}, "damaged"),
        ({"eps": np.array("much")}, "damaged"),
        ({"labels": np.zeros(3, np.int32)}, "damaged"),
        ({"members_2": np.full((4, 2), 99, np.int32), "births_2": np.zeros(4)}, "damaged"),
        ({"members_3": None}, "damaged"),
        ({"births_3": None}, "damaged"),
        ({"mass": np.full(12, 1 / 12, np.float32)}, "mass are of type float32, not float64"),
        ({"labels": np.arange(12) % 3}, "labels are of type int64, not int32"),
        ({"mass": np.array([None] * 12)}, "pickled"),
    ],
)
def test_other_contents_are_refused(saved, arrays, message):
    changed(saved, **arrays)
    with pytest.raises(InvalidFile, match=message):
        load(saved)


def test_what_was_altered_is_refused(saved):
    with np.load(saved) as file:
        mass = file["mass"][::-1]
    changed(saved, seal=False, mass=mass)
    with pytest.raises(InvalidFile, match="was altered after it was saved"):
        load(saved)


def alterations(arrays, rng):
    """One change to what a file holds, of a kind that could make a bound false."""
    order = int(rng.integers(2, 1 + sum(key.startswith("members_") for key in arrays)))
    members, births = (arrays[f"{name}_{order}"].copy() for name in ("members", "births"))
    n, k = len(arrays["labels"]), order
    some = int(rng.integers(len(members))) if len(members) else None
    drawn = np.sort(rng.choice(n, k, replace=False)).astype(np.int32)[None]
    match rng.integers(14):
        case 0:  # any set, born at once
            return {f"members_{k}": np.concatenate([members, drawn]), f"births_{k}": np.append(births, 0.0)}
        case 1:
            by_class = drawn[:, np.argsort(arrays["labels"][drawn[0]], kind="stable")]
            birth = rng.choice([0.0, births.max(initial=0.0), np.nan, 1.0])
            return {f"members_{k}": np.concatenate([members, by_class]), f"births_{k}": np.append(births, birth)}
        case 2 if some is not None:
            members[some, rng.integers(k)] = rng.integers(n)
            return {f"members_{k}": members}
        case 3 if some is not None:
            births[some] = rng.choice([0.0, -1.0, np.nan, np.inf, births[some] * 0.5, births[some] * 2])
            return {f"births_{k}": births}
        case 4:
            return {f"births_{k}": births * 0.5}
        case 5 if some is not None:  # a set twice
            return {
                f"members_{k}": np.concatenate([members, members[some : some + 1]]),
                f"births_{k}": np.append(births, births[some]),
            }
        case 6:
            return {"eps": np.array(str(rng.choice(["0", "0.3", "0.7", "5", "-1", ""])))}
        case 7:
            return {"unit": np.array(str(rng.choice(["1/2", "2", "0", "1/255"])))}
        case 8:
            points = arrays["points"].copy()
            points[rng.integers(n)] = points.max(axis=0) - points[rng.integers(n)]
            return {"points": points}
        case 9:
            return {"points": arrays["points"].astype(rng.choice(["f8", "i8", "f4", "u1"]))}
        case 10:
            return {"labels": rng.permutation(arrays["labels"])}
        case 11:
            mass = rng.permutation(arrays["mass"]) * rng.choice([1.0, 2.0, -1.0])
            return {"mass": mass}
        case 12:
            return {"norm": np.array(str(rng.choice(["l1", "l2", "linf", ""])))}
        case 13:
            return {"tau": np.array(str(rng.choice(["0.01", "0.3", "9", ""])))}
    return {f"members_{k}": members[:0], f"births_{k}": births[:0]}


def test_five_hundred_altered_files_are_refused_or_true(tmp_path):
    """Sealed anew, so that nothing but the sets themselves can tell; the digest finds all of those that are not."""
    rng, loaded = np.random.default_rng(8), 0
    for number in range(500):
        n, classes = int(rng.integers(5, 8)), int(rng.integers(3, 5))
        points = rng.integers(0, 4, (n, 2)).astype(rng.choice(["f8", "u1", "i8"]))
        labels = np.concatenate([np.arange(classes), rng.integers(0, classes, n - classes)])
        measure = LabeledMeasure.from_arrays(points, labels, rng.integers(1, 5, n), unit=1)
        threat = [Ball("l2"), Ball("linf"), Ball("l1"), Quadratic("0.3")][rng.integers(4)]
        eps = str(rng.choice(["0.5", "1", "1.2", "1.5"])) if isinstance(threat, Ball) else None
        path = tmp_path / "set.npz"
        save(interactions(measure, threat, eps, 3), path)
        with np.load(path) as file:
            change = alterations({key: file[key] for key in file.files}, rng)
        sealed = number % 5 > 0
        before = path.read_bytes()
        changed(path, seal=sealed, **change)
        try:
            found = load(path)
        except InvalidFile:
            continue
        if not sealed:  # nothing was changed by the change
            whole = tmp_path / "whole.npz"
            whole.write_bytes(before)
            assert same(found, load(whole))
        loaded += 1
        truth = brute.risk(found.measure, brute.interactions(found.measure, found.threat, found.eps, classes))
        assert Fraction(solve(found, framework="matrix").risk_lower) <= truth
    assert 50 < loaded < 350


def test_sets_put_in_by_hand_are_checked(small):
    hypergraph = interactions(small, Ball("l2"), "0.5", 3)
    assert hypergraph.check() is hypergraph
    assert hypergraph.counts[2] < 48
    assert hypergraph.maximal().check().at("0.45").check().truncate(2).check().order == 2
    listed = {tuple(row) for row in hypergraph.members[1].tolist()}
    far = next((u, v) for u in range(0, 12, 3) for v in range(1, 12, 3) if (u, v) not in listed)

    def pairs(rows, births):
        members, born = np.array(rows, np.int32).reshape(-1, 2), np.array(births, float)
        singletons = hypergraph.members[0], hypergraph.births[0]
        return Hypergraph(small, Ball("l2"), Fraction(1, 2), (singletons[0], members), (singletons[1], born))

    near, born = hypergraph.members[1][:1].tolist(), hypergraph.births[1][:1].tolist()
    assert pairs(near, born).check().size == 13
    for rows, births, message in [
        ([far], [0.0], f"of the points {far[0]}, {far[1]}, is no interaction"),
        (near, [0.0], "another birth than its points"),
        (near, [np.nan], "another birth than its points"),
        (near * 2, born * 2, "is listed twice"),
        ([[0, 3]], [0.0], "does not list its points by class"),
        ([[4, 4]], [0.0], "does not list its points by class"),
        ([near[0][::-1]], born, "does not list its points by class"),
        ([[0, 12]], [0.0], "not among the 12"),
        ([[-12, 1]], [0.0], "not among the 12"),
        (near, born * 2, "1 members and 2 births"),
    ]:
        with pytest.raises(InvalidHypergraph, match=message) as refusal:
            pairs(rows, births).check()
        assert "\n" not in str(refusal.value)
    with pytest.raises(InvalidHypergraph, match="a ball has a budget"):
        replace(hypergraph, eps=None).check()
    with pytest.raises(InvalidHypergraph, match="is no interaction"):
        replace(hypergraph, eps=Fraction(2, 5)).check()
    with pytest.raises(InvalidHypergraph, match=r"another birth|is no interaction"):
        replace(hypergraph, measure=replace(small, points=small.points // 2)).check()


@given(measures(), threats(norms=("l2", "linf", "l1")), st.integers(1, 4), st.sampled_from([0, -1000, 400]))
@settings(max_examples=30)
def test_what_is_enumerated_is_valid(measure, threat, order, exponent):
    threat, eps = threat
    if exponent and isinstance(threat, Ball):
        measure = replace(measure, points=np.ldexp(measure.points.astype(float), exponent))
        eps = exact(eps) * Fraction(2) ** exponent
    interactions(measure, threat, eps, min(order, measure.classes)).check()


def test_points_changed_after_the_enumeration_are_not_saved(tmp_path):
    X = np.random.default_rng(1).normal(size=(10, 2))
    given_ = X.copy()
    hypergraph = interactions(LabeledMeasure.from_arrays(given_, np.arange(10) % 2), Ball("l2"), 1, 2)
    given_ *= 100
    save(hypergraph, tmp_path / "set.npz")
    assert np.array_equal(load(tmp_path / "set.npz").measure.points, X)


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
