"""Pairs within a radius: exactly the rational brute force, whatever the path and whoever runs the tiles."""

from concurrent.futures import BrokenExecutor, Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from fractions import Fraction
from itertools import product
from multiprocessing import get_context

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from support.hearing import Heard

from motlp.errors import InvalidMeasure, TooManyInteractions
from motlp.geometry import pairs as module
from motlp.geometry import panels
from motlp.geometry.choice import choose_screen
from motlp.geometry.coordinates import find_coordinates
from motlp.geometry.cover import draw_sample
from motlp.geometry.distance import exact_distance
from motlp.geometry.masks import BITS, find_questions
from motlp.geometry.pairs import Pairs, estimate_pairs, pairs_within
from motlp.geometry.scale import exponent_of, scale

NORMS = ["l2", "linf", "l1"]
VALUES = {
    np.uint8: st.integers(0, 4) | st.integers(0, 255),
    np.int32: st.integers(-3, 3) | st.integers(-(2**27), 2**27),
    np.float64: st.floats(-4, 4) | st.sampled_from([0.1, 0.2, 0.3, 1e-3, 1e-200, 1 / 3]),
    np.float32: st.floats(-4, 4, width=32),
}


def use_masks(points, limit, norm):
    """Masks, for l∞, even where they tell nothing: two words for the first look, and one for the second."""
    if norm != "linf" or limit < 0:
        return choose_screen(points, limit, norm)
    return find_questions(draw_sample(points, 0), limit, 3 * BITS).screen(points, 2)


def use_coordinates(points, limit, norm):
    """Coordinates, for l∞, even where they tell nothing: three for the first look, and five in all."""
    if norm != "linf":
        return choose_screen(points, limit, norm)
    return find_coordinates(points, draw_sample(points, 0), limit, 5).screen(points, 3)


@pytest.fixture(params=["one by one", "chosen", "masks", "coordinates"], autouse=True)
def path(request, monkeypatch):
    """Small problems are not worth a screen; here they get one, too."""
    if request.param != "one by one":
        monkeypatch.setattr(module, "_WORTH_A_SCREEN", -1)
    if request.param in ("masks", "coordinates"):
        forced = {"masks": use_masks, "coordinates": use_coordinates}[request.param]
        monkeypatch.setattr(
            module, "choose_screen", lambda points, *rest: forced(points, *rest) if points.size else None
        )


@st.composite
def problems(draw):
    """Points in general position or on a line, with duplicates, and limits that are often a tie."""
    dtype = draw(st.sampled_from(list(VALUES)))
    number, dims = draw(st.integers(0, 12)), draw(st.sampled_from([1, 2, 3, 17, 70]))
    if draw(st.booleans()):
        points = draw(arrays(dtype, (number, dims), elements=VALUES[dtype]))
    else:
        steps = draw(arrays(dtype, (number, 1), elements=st.integers(0, 8)))
        points = steps * draw(arrays(dtype, (1, dims), elements=st.integers(0, 8)))
    if number > 1 and draw(st.booleans()):
        points[-1] = points[0]
    labels = np.sort(draw(arrays(np.int32, number, elements=st.integers(0, 3))))
    norm = draw(st.sampled_from(NORMS))
    if number > 1 and draw(st.booleans()):
        i, j = draw(st.tuples(*[st.integers(0, number - 1)] * 2))
        limit = Fraction(exact_distance(points, i, j, norm))
    else:
        limit = draw(st.fractions(0, 50) | st.fractions(-1, 10**9))
    return points, labels, limit, norm


def brute_force(points, labels, limit, norm):
    number = range(len(points))
    return [
        (i, j)
        for i in number
        for j in number[i + 1 :]
        if labels[i] < labels[j] and exact_distance(points, i, j, norm) <= limit
    ]


def as_list(found: Pairs):
    rows = np.repeat(np.arange(len(found.indptr) - 1), np.diff(found.indptr))
    return list(zip(rows.tolist(), found.indices.tolist(), strict=True))


def same(one: Pairs, other: Pairs):
    return all(a.dtype == b.dtype and np.array_equal(a, b) for a, b in zip(one, other, strict=True))


@given(problems())
def check_against_rationals(problem):
    points, labels, limit, norm = problem
    found = pairs_within(points, labels, limit, norm)
    assert as_list(found) == brute_force(points, labels, limit, norm)
    for (i, j), gap in zip(as_list(found), found.distance.tolist(), strict=True):
        exact = exact_distance(points, i, j, norm)
        off = exact * Fraction(points.shape[1] + 4, 2**53) + Fraction(1, 10**300)
        assert abs(Fraction(gap) - exact) <= (off if points.dtype.kind == "f" else 0)


def test_exactly_the_rational_brute_force():
    check_against_rationals()


@st.composite
def scaled_problems(draw):
    """The same with floats, of any size, as those who ask for pairs bring them to a scale."""
    points, labels, limit, norm = draw(problems().filter(lambda problem: problem[0].dtype == np.float64))
    exponent = draw(st.integers(-1000, 1000))
    points = np.ldexp(points, exponent)
    if len(points) > 1 and draw(st.booleans()):
        limit = Fraction(exact_distance(points, *draw(st.tuples(*[st.integers(0, len(points) - 1)] * 2)), norm))
    else:
        limit *= Fraction(4 if norm == "l2" else 2) ** exponent
    return points, labels, limit, norm


@given(scaled_problems())
def check_at_any_scale(problem):
    points, labels, limit, norm = problem
    reach = limit if norm != "l2" or limit <= 0 else Fraction(2) ** ((exponent_of(limit) + 2) // 2)
    try:
        scaled = scale(points, reach)
    except InvalidMeasure:
        assume(False)
    within = Fraction(0) if scaled.alike else limit * Fraction(4 if norm == "l2" else 2) ** scaled.exponent
    if limit >= 0:
        assert as_list(pairs_within(scaled.points, labels, within, norm)) == brute_force(points, labels, limit, norm)


def test_the_same_at_any_scale():
    check_at_any_scale()


@pytest.mark.parametrize("norm", NORMS)
@pytest.mark.parametrize("dims", [3, 100])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_pairs_that_are_just_within_the_limit(dtype, dims, norm):
    """Numbers that no sketch holds exactly, and a limit that is the distance of a pair, or barely less."""
    random = np.random.default_rng(dims)
    points, labels = random.normal(3, 1, (20, dims)).astype(dtype), np.arange(20, dtype=np.int32)
    exact = {(i, j): exact_distance(points, i, j, norm) for i in range(20) for j in range(i + 1, 20)}
    for at in random.choice(len(exact), 8, replace=False):
        limit = sorted(exact.values())[at]
        for within, number in ((limit, at + 1), (limit * (1 - Fraction(1, 2**60)), at)):
            expected = [pair for pair, distance in exact.items() if distance <= within]
            assert len(expected) == number
            assert as_list(pairs_within(points, labels, within, norm)) == expected


@pytest.mark.parametrize("norm", NORMS)
@pytest.mark.parametrize("dtype", [np.uint8, np.int16, np.int64, np.float32, np.float64])
def test_points_without_variety(dtype, norm):
    """Equal points, a single feature, one point a class; limits of 0 and beyond every distance."""
    for points, number in (
        (np.full((5, 3), 7), 10),  # equal points: all pairs, at any limit
        (np.arange(5)[:, None], 0),
        (np.array([[0], [0], [1], [1], [2]]), 2),
    ):
        labels = np.arange(5, dtype=np.int32)
        assert len(pairs_within(points.astype(dtype), labels, Fraction(0), norm).indices) == number
        assert len(pairs_within(points.astype(dtype), labels, Fraction(10**9), norm).indices) == 10
        assert not len(pairs_within(points.astype(dtype), labels, Fraction(-(10**400)), norm).indices)
        assert not len(pairs_within(points.astype(dtype), 0 * labels, Fraction(10**9), norm).indices)


@pytest.mark.parametrize("norm", NORMS)
def test_the_ends_of_64_bits(norm):
    ends = np.array([[-(2**62)], [2**62 - 1], [-(2**62) + 1], [2**62 - 2]])
    labels = np.arange(4, dtype=np.int32)
    for limit in (0, 1, 2**63 - 4, 2**63 - 2):
        if norm == "l2":
            continue
        expected = brute_force(ends, labels, Fraction(limit), norm)
        assert as_list(pairs_within(ends, labels, Fraction(limit), norm)) == expected


def cloud(dtype, number=700, dims=40, classes=5, seed=0):
    """Clusters, so that sketches have something to discard, across several tiles and panels."""
    random = np.random.default_rng(seed)
    centres = random.uniform(60, 190, (20, dims))
    points = centres[random.integers(20, size=number)] + random.normal(0, 6, (number, dims))
    labels = np.sort(random.integers(classes, size=number)).astype(np.int32)
    return (points if np.dtype(dtype).kind == "f" else np.rint(points)).astype(dtype), labels


LIMITS = {"l2": Fraction(60**2), "l1": Fraction(300), "linf": Fraction(20)}


@pytest.mark.parametrize("norm", NORMS)
@pytest.mark.parametrize("dtype", [np.uint8, np.int64, np.float32, np.float64])
def test_clusters_across_tiles(dtype, norm, monkeypatch):
    points, labels = cloud(dtype)
    points = points * dtype(40 if dtype is np.int64 else 1)
    limit = LIMITS[norm] * ((1600 if norm == "l2" else 40) if dtype is np.int64 else 1)
    found = pairs_within(points, labels, limit, norm)
    difference = np.abs(points[:, None].astype(np.float64) - points.astype(np.float64))
    gaps = {"l2": (difference**2).sum(2), "l1": difference.sum(2), "linf": difference.max(2)}[norm]
    expected = np.argwhere((gaps <= float(limit)) & (labels[:, None] < labels))
    assert as_list(found) == [tuple(pair) for pair in expected.tolist()]
    assert 1000 < len(expected) < 100_000
    monkeypatch.setattr(module, "_TASK_BYTES", 1)
    with ThreadPoolExecutor(3) as pool:
        assert same(found, pairs_within(points, labels, limit, norm, executor=pool))


@pytest.mark.parametrize("path", ["chosen"], indirect=True)
def test_other_processes_and_any_number_of_threads_find_the_same(path, monkeypatch):
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        for norm, dtype in product(NORMS, (np.uint8, np.float32)):
            points, labels = cloud(dtype, number=3000)
            here = pairs_within(points, labels, LIMITS[norm], norm)
            assert len(here.indices) > 10_000
            assert same(here, pairs_within(points, labels, LIMITS[norm], norm, executor=pool))
            for threads in (1, 3):
                monkeypatch.setattr(module, "thread_count", lambda threads=threads: threads)
                monkeypatch.setattr(panels, "thread_count", lambda threads=threads: threads)
                assert same(here, pairs_within(points, labels, LIMITS[norm], norm))


class Broken(Executor):
    def submit(self, fn, /, *args, **kwargs):
        future = Future()
        future.set_exception(BrokenExecutor("a worker died"))
        return future


def test_a_broken_executor_is_heard_of():
    with pytest.raises(BrokenExecutor, match="a worker died"):
        pairs_within(*cloud(np.uint8), LIMITS["l2"], "l2", executor=Broken())


def test_progress_ends_at_the_total():
    heard = Heard()
    points, labels = cloud(np.uint8, number=3000)
    pairs_within(points, labels, LIMITS["l2"], "l2", progress=heard)
    steps = heard.updates.pop("pairs")
    assert steps == [(done, len(steps)) for done in range(1, len(steps) + 1)]
    assert not heard.updates


def test_too_many_are_refused():
    points, labels = cloud(np.uint8)
    count = len(pairs_within(points, labels, LIMITS["l2"], "l2").indices)
    assert len(pairs_within(points, labels, LIMITS["l2"], "l2", most=count).indices) == count
    with pytest.raises(TooManyInteractions, match=f"more than {count - 1:,} pairs of points"):
        pairs_within(points, labels, LIMITS["l2"], "l2", most=count - 1)


def test_the_estimate_is_unbiased_and_exact_when_small():
    points, labels = cloud(np.uint8)
    exact = len(pairs_within(points, labels, LIMITS["l2"], "l2").indices)
    assert estimate_pairs(points, labels, LIMITS["l2"], "l2") == exact
    draws = [estimate_pairs(points, labels, LIMITS["l2"], "l2", sample=200, seed=n) for n in range(40)]
    assert abs(np.mean(draws) - exact) < 4 * np.std(draws) / 40**0.5


def mnist(root):
    raw = root / "MNIST" / "raw"
    if not raw.is_dir():
        pytest.skip(f"MNIST is not in {root}")
    images = np.frombuffer((raw / "train-images-idx3-ubyte").read_bytes(), np.uint8, offset=16)
    labels = np.frombuffer((raw / "train-labels-idx1-ubyte").read_bytes(), np.uint8, offset=8)
    by_class = np.argsort(labels, kind="stable")
    return images.reshape(-1, 784)[by_class], labels[by_class].astype(np.int32)


@pytest.mark.parametrize("path", ["chosen"], indirect=True)
@pytest.mark.parametrize("norm", NORMS)
def test_images_with_and_without_sketches(norm, data_root, path, monkeypatch):
    points, labels = mnist(data_root)
    points, labels = points[::30].copy(), labels[::30].copy()
    limit = {"l2": Fraction(1530**2), "l1": Fraction(12000), "linf": Fraction(254)}[norm]
    found = pairs_within(points, labels, limit, norm)
    monkeypatch.setattr(module, "_WORTH_A_SCREEN", 2**63)
    assert same(found, pairs_within(points, labels, limit, norm))
    assert len(found.indices) > 10


@pytest.mark.parametrize("path", ["chosen"], indirect=True)
def test_all_of_mnist(data_root, path):
    points, labels = mnist(data_root)
    found = pairs_within(points, labels, (2 * Fraction("2.75") * 255) ** 2, "l2")
    assert len(found.indices) == 384_219
