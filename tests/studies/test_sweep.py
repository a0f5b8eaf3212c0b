"""Risk against budget: every row, in whatever way it is computed."""

import csv
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, replace
from itertools import pairwise

import pytest
from support.hearing import Heard

import motlp
import motlp.solving.untruncated as all_orders
from motlp.errors import InvalidBudget, InvalidConfig, UnknownName
from motlp.frameworks.answer import Status
from motlp.problem.interactions import interactions
from motlp.problem.threat import Ball
from motlp.solving.method import Method
from motlp.solving.solution import INTERRUPTED

EPS = ("0.3", "0.6", "1")


@pytest.fixture(scope="module")
def rows(measure):
    return motlp.sweep(measure, EPS, orders=(3, 2), framework="matrix")


def timeless(rows) -> list[dict]:
    return [asdict(row) | {"seconds": 0} for row in rows]


def test_rows_are_the_bounds(measure, rows):
    assert [(row.eps, row.order) for row in rows] == [(eps, k) for eps in EPS for k in (2, 3)]
    for row in rows:
        hypergraph = interactions(measure, Ball("l2"), row.eps, row.order)
        solution = motlp.solve(hypergraph, framework="matrix")
        assert row.risk == pytest.approx(solution.risk, abs=1e-9)
        assert row.risk_lower == pytest.approx(solution.risk_lower, abs=1e-9)
        assert (row.interactions, row.status) == (hypergraph.size, "optimal")
    assert rows[-1].risk_lower > rows[0].risk_lower


def test_executors_and_saved_interactions_change_nothing(measure, rows):
    with ThreadPoolExecutor(2) as pool:
        side_by_side = motlp.sweep(measure, EPS, orders=(2, 3), framework="matrix", executor=pool)
    assert timeless(side_by_side) == timeless(rows)
    hypergraph = interactions(measure, Ball("l2"), 1, 4)
    assert timeless(motlp.sweep(hypergraph, EPS, orders=(2, 3), framework="matrix")) == timeless(rows)


def test_order_three_or_what_there_is(measure):
    pairs = interactions(measure, Ball("l2"), "0.3", 2)
    for source, order in ((measure, 3), (measure.select(["0", "1"]), 2), (pairs, 2)):
        for orders in ({}, {"orders": None}):
            assert [row.order for row in motlp.sweep(source, ["0.3"], **orders, framework="matrix")] == [order]


def test_the_file_is_whole_after_every_row(measure, rows, tmp_path):
    path, seen = tmp_path / "sweep.csv", []

    def each(row):
        with path.open(newline="", encoding="utf-8") as file:
            seen.append([(line["eps"], line["order"]) for line in csv.DictReader(file)])
        assert list(tmp_path.iterdir()) == [path]

    motlp.sweep(measure, EPS, orders=(2, 3), framework="matrix", save=path, progress=Heard(each))
    assert [len(lines) for lines in seen] == [1, 2, 3, 4, 5, 6]
    assert all(before == after[: len(before)] for before, after in pairwise(seen))


def test_a_sweep_is_continued(measure, rows, tmp_path, counted):
    path = tmp_path / "sweep.csv"

    def enough(row):
        if row.eps == "0.6":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        motlp.sweep(measure, EPS, orders=(2, 3), framework="matrix", save=path, progress=Heard(enough))
    assert counted == [(0.3, 2), (0.3, 3), (0.6, 2)]
    counted.clear()
    assert timeless(motlp.sweep(measure, EPS, orders=(2, 3), framework="matrix", save=path)) == timeless(rows)
    assert counted == [(0.6, 3), (1.0, 2), (1.0, 3)]
    counted.clear()
    # What is not asked for stays in the file, and what is there costs nothing, not even an enumeration.
    again = motlp.sweep(measure, ["0.6"], orders=[2], framework="matrix", save=path, most=1)
    assert timeless(again) == timeless([row for row in rows if (row.eps, row.order) == ("0.6", 2)])
    assert counted == []
    assert len(path.read_text().splitlines()) == 7


def test_what_failed_is_tried_again(measure, tmp_path, monkeypatch, counted):
    path = tmp_path / "sweep.csv"
    with monkeypatch.context() as patched:
        solve = Method.solve
        failing = lambda *a, **k: replace(solve(*a, **k), status=Status.FAILED, plan=None)  # noqa: E731
        patched.setattr(Method, "solve", failing)
        (row,) = motlp.sweep(measure, ["1"], framework="matrix", save=path)
        assert (row.status, row.risk_lower) == ("failed", 0)
    (row,) = motlp.sweep(measure, ["1"], framework="matrix", save=path)
    assert row.status == "optimal"
    assert row.risk_lower > 0


def test_what_cannot_be_swept(measure):
    hypergraph = interactions(measure, Ball("l2"), "0.5", 2)
    quadratic = interactions(measure, motlp.Quadratic(5), order=2)
    for source, arguments, message in [
        (measure, {"eps": []}, "the sweep is empty"),
        (measure, {"eps": [1], "orders": []}, "the sweep is empty"),
        (measure, {"eps": [-1]}, "at least 0"),
        (measure, {"eps": [1], "orders": [0]}, "between 1 and 6, the number of classes"),
        (measure, {"eps": [1], "orders": [2, 7]}, "between 1 and 6, the number of classes"),
        (hypergraph, {"eps": ["0.1", "0.6"]}, "known up to 0.5"),
        (hypergraph, {"eps": ["0.1", "0.50000001"]}, "goes up to 0.50000001, but the interactions are known up to 0.5"),
        (hypergraph, {"eps": ["0.1"], "orders": [3]}, "the order of the saved interactions"),
        (hypergraph, {"eps": ["0.1"], "norm": "linf"}, "norm is linf"),
        (quadratic, {"eps": ["0.1"]}, "no budget"),
    ]:
        with pytest.raises(InvalidBudget, match=message):
            motlp.sweep(source, **arguments, framework="matrix")


@pytest.fixture(scope="module")
def full(measure):
    return motlp.sweep(measure, EPS, orders=["full"])


def bounds(rows) -> list[tuple]:
    """What two searches over all orders have in common."""
    return [(row.eps, row.order, row.status, pytest.approx(row.risk_lower, abs=1e-6)) for row in rows]


def test_rows_of_all_orders_are_the_untruncated_bounds(measure, rows, full):
    assert [(row.eps, row.order) for row in full] == [(eps, "full") for eps in EPS]
    for row in full:
        solution = motlp.untruncated(measure, Ball("l2"), row.eps)
        assert max(row.risk_lower, solution.risk_lower) <= min(row.risk_upper, solution.risk_upper)
        assert (row.status, row.model, row.solver) == ("optimal", "", "")
        assert all(other.risk_lower <= row.risk_upper for other in rows if other.eps == row.eps)
    assert all(row.risk_upper is None for row in rows)


def test_all_orders_beside_numbered_ones(measure, rows, full):
    """The method that is named is that of the numbered orders."""
    both = motlp.sweep(measure, EPS, orders=(3, "full", 2), framework="matrix", options={"random_seed": 1})
    assert [row.order for row in both] == [2, 3, "full"] * 3
    assert bounds(row for row in both if row.order == "full") == bounds(full)
    assert bounds(row for row in both if row.order != "full") == bounds(rows)
    with ThreadPoolExecutor(2) as pool:
        side_by_side = motlp.sweep(measure, EPS, orders=(2, 3, "full"), framework="matrix", executor=pool)
    assert bounds(side_by_side) == bounds(both)


def test_all_orders_go_up_and_start_from_the_last(measure, monkeypatch, counted):
    starts, search = [], all_orders.untruncated

    def following(*args, start, **more):
        starts.append(start)
        return search(*args, start=start, **more)

    monkeypatch.setattr(all_orders, "untruncated", following)
    heard = Heard()
    motlp.sweep(measure, ["0.6", "0.3"], orders=["full", 2], framework="matrix", progress=heard)
    assert counted == [(0.3, 2), (0.6, 2), (0.3, "full"), (0.6, "full")]
    assert [row.key for row in heard.results] == [("0.3", 2), ("0.6", 2), ("0.3", "full"), ("0.6", "full")]
    assert starts[0] is None
    assert (starts[1].order, float(starts[1].hypergraph.eps)) == ("full", 0.3)
    assert heard.updates["bounds"] == [(done, 4) for done in range(5)]


def test_with_all_orders_alone_nothing_is_enumerated(measure, full, monkeypatch):
    monkeypatch.setattr("motlp.studies.sweep.interactions", None)
    assert bounds(motlp.sweep(measure, EPS, orders=["full"])) == bounds(full)
    hypergraph = interactions(measure, Ball("l2"), 1, 2)  # whose order does not matter
    assert bounds(motlp.sweep(hypergraph, EPS, orders=["full"])) == bounds(full)


def test_options_of_all_orders(measure):
    (row,) = motlp.sweep(measure, [1], orders=["full"], options={"tol": 0.9, "time_limit": 100})
    assert row.options == "time_limit=100.0;tol=0.9"
    assert 0 <= row.gap <= 0.9
    for asked, kind in [({"solver": "highs"}, InvalidConfig), ({"options": {"threads": 1}}, UnknownName)]:
        with pytest.raises(kind):
            motlp.sweep(measure, [1], orders=["full"], **asked)
    with pytest.raises(InvalidBudget, match="time_limit is 0"):
        motlp.sweep(measure, [1], orders=["full"], options={"time_limit": 0})


def test_a_search_that_is_interrupted_ends_the_sweep_and_is_no_row(measure, monkeypatch, tmp_path):
    path, search = tmp_path / "sweep.csv", all_orders.untruncated

    def interrupted(measure, threat, eps, **more):
        solution = search(measure, threat, eps, **more)
        return replace(solution, status=Status.LIMIT, message=INTERRUPTED) if eps == 1 else solution

    monkeypatch.setattr(all_orders, "untruncated", interrupted)
    with pytest.raises(KeyboardInterrupt):
        motlp.sweep(measure, ["0.3", "1"], orders=["full"], save=path)
    assert [line.split(",")[7:9] for line in path.read_text().splitlines()[1:]] == [["0.3", "full"]]


# Types are checked while tests run, so only another process can pass wrong ones.
WRONG = """
import motlp
measure = motlp.datasets.load("gaussians", per_class=5)
good = {"source": measure, "eps": [1]}
for change in [
    {"eps": "1"}, {"eps": 1}, {"eps": [None]}, {"eps": [True]}, {"eps": None},
    {"orders": "3"}, {"orders": 3}, {"orders": [2.5]}, {"orders": [True]}, {"orders": [None]}, {"orders": ["3"]},
    {"model": 3}, {"options": 3}, {"save": 3}, {"source": None}, {"source": "digits"},
]:
    try:
        motlp.sweep(**(good | change))
    except motlp.MotlpError as error:
        assert "\\n" not in str(error)
        print(next(iter(change)), str(error).count(";"))
"""


def test_other_types_are_refused_in_one_line():
    done = subprocess.run([sys.executable, "-c", WRONG], capture_output=True, text=True, check=True)
    assert done.stdout.split()[::2] == [*["eps"] * 5, *["orders"] * 6, "model", "options", "save", "source", "source"]
    assert set(done.stdout.split()[1::2]) == {"1"}


def test_sinkhorn_continues_by_either_of_its_names(measure, tmp_path, counted):
    path = tmp_path / "sweep.csv"
    rows = motlp.sweep(measure, ["0.3"], framework="sinkhorn", save=path)
    counted.clear()
    assert motlp.sweep(measure, ["0.3"], solver="sinkhorn", save=path) == rows
    assert motlp.sweep(measure, ["0.3"], framework="sinkhorn", solver="Sinkhorn", save=path) == rows
    assert counted == []
