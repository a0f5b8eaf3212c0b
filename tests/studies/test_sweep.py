"""Risk against budget: rows, the file they are kept in, the picture of them."""

import csv
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, replace
from fractions import Fraction
from itertools import pairwise
from threading import Barrier

import numpy as np
import pytest
from support.hearing import Heard

import motlp
from motlp.datasets import load
from motlp.errors import InvalidBudget, InvalidFile
from motlp.frameworks.answer import Status
from motlp.problem.interactions import interactions
from motlp.problem.measure import LabeledMeasure
from motlp.problem.threat import Ball
from motlp.solving.method import Method
from motlp.studies.rows import COLUMNS

EPS = ("0.3", "0.6", "1")


@pytest.fixture(scope="module")
def measure() -> LabeledMeasure:
    return load("gaussians", per_class=12)


@pytest.fixture(scope="module")
def rows(measure):
    return motlp.sweep(measure, EPS, orders=(3, 2), framework="matrix")


@pytest.fixture
def counted(monkeypatch) -> list:
    """The (ε, order) that are really solved."""
    solved, solve = [], Method.solve

    def counting(self, hypergraph, start, progress):
        solved.append((float(hypergraph.eps), hypergraph.order))
        return solve(self, hypergraph, start, progress)

    monkeypatch.setattr(Method, "solve", counting)
    return solved


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
    assert [row.order for row in motlp.sweep(measure, ["0.3"], framework="matrix")] == [3]
    assert [row.order for row in motlp.sweep(measure.select(["0", "1"]), ["0.3"], framework="matrix")] == [2]


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


def test_budgets_are_named_by_their_shortest_exact_writing(measure, tmp_path, counted):
    """In files that say 1.0 for 1, too, which older versions wrote."""
    path = tmp_path / "sweep.csv"
    eps = ["1.00", "1e0", Fraction(1), "1.0000005", "0.5e0"]
    rows = motlp.sweep(measure, eps, orders=[2], framework="matrix", save=path)
    assert [row.eps for row in rows] == ["0.5", "1", "1.0000005"]
    text = path.read_text()
    assert text.count(",1,2,") == 1
    path.write_text(text.replace(",1,2,", ",1.0,2,"))
    counted.clear()
    assert motlp.sweep(measure, eps, orders=[2], framework="matrix", save=path) == rows
    assert counted == []


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


def test_fractions_and_decimals_are_told_apart(measure, tmp_path):
    path = tmp_path / "sweep.csv"
    eps = [Fraction(1, 3), "0.3333333333333333"]
    rows = motlp.sweep(measure, eps, orders=[2], framework="matrix", save=path)
    assert [row.eps for row in rows] == ["0.3333333333333333", "1/3"]
    assert motlp.sweep(measure, eps, orders=[2], framework="matrix", save=path) == rows


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"norm": "linf"}, "norm is 'l2' there, 'linf' here"),
        ({"framework": "matrix", "solver": "simplex"}, "solver is '' there, 'simplex' here"),
        ({"framework": "matrix", "options": {"threads": 1}}, "options is '' there, 'threads=1' here"),
        ({"framework": "matrix", "model": "primal"}, "model is '' there, 'primal' here"),
        ({"source": load("gaussians", per_class=13)}, "its gaussians has other points, labels or masses"),
        ({"source": load("digits", per_class=3)}, "data is 'gaussians' there, 'digits' here"),
    ],
)
def test_another_study_is_refused(measure, tmp_path, counted, change, message):
    path = tmp_path / "sweep.csv"
    motlp.sweep(measure, ["0.3"], framework="matrix", save=path)
    before = path.read_bytes()
    counted.clear()
    with pytest.raises(InvalidFile, match=message):
        motlp.sweep(**{"source": measure, "eps": ["0.6"], "framework": "matrix", "save": path} | change)
    assert path.read_bytes() == before
    assert counted == []


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "has the columns of no sweep"),
        ("eps,risk\n1,0\n", "has the columns eps, risk"),
        (",".join(COLUMNS) + "\n1,2\n", "line 2 is no row"),
        (",".join(COLUMNS) + "\n" + ",".join(["1"] * 15) + ",x\n", "line 2 is no row"),
        ("\0", "columns|cannot be read"),
    ],
)
def test_other_files_are_refused(measure, tmp_path, text, message):
    path = tmp_path / "sweep.csv"
    path.write_text(text)
    with pytest.raises(InvalidFile, match=message):
        motlp.sweep(measure, ["0.3"], framework="matrix", save=path)
    assert path.read_text() == text


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


def test_labels_that_look_like_numbers_are_no_trouble(tmp_path):
    X = np.array([[0.0], [1.0], [2.0], [3.0]])
    measure = LabeledMeasure.from_arrays(X, ["a,b", "a,b", 'c"d', "e\nf"], name='odd, "name"')
    path = tmp_path / "sweep.csv"
    rows = motlp.sweep(measure, [1], framework="matrix", save=path)
    assert motlp.sweep(measure, [1], framework="matrix", save=path) == rows


def test_two_sweeps_that_share_a_file_keep_all_rows(measure, tmp_path):
    path = tmp_path / "sweep.csv"
    budgets = [[f"0.{i}{k}" for i in range(1, 9)] for k in (1, 2, 3)]
    start = Barrier(len(budgets))

    def one(eps):
        start.wait()
        return motlp.sweep(measure, eps, orders=[2], framework="matrix", save=path)

    with ThreadPoolExecutor(len(budgets)) as pool:
        found = [row.eps for rows in pool.map(one, budgets) for row in rows]
    with path.open(newline="", encoding="utf-8") as file:
        assert sorted(row["eps"] for row in csv.DictReader(file)) == sorted(found)
    assert list(tmp_path.iterdir()) == [path]


def test_without_locks_rows_are_kept_too(measure, tmp_path, monkeypatch):
    def refused(*_):
        raise OSError("no locks here")

    path = tmp_path / "sweep.csv"
    monkeypatch.setattr("fcntl.flock", refused)

    def other(row) -> None:
        if row.eps == "0.3":
            text = path.read_text()
            path.write_text(text + text.splitlines()[1].replace(",0.3,", ",0.2,") + "\n")

    motlp.sweep(measure, ["0.3", "0.4", "0.5"], orders=[2], framework="matrix", save=path, progress=Heard(other))
    with path.open(newline="", encoding="utf-8") as file:
        assert [row["eps"] for row in csv.DictReader(file)] == ["0.2", "0.3", "0.4", "0.5"]


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


def test_other_types_are_told():
    done = subprocess.run([sys.executable, "-c", WRONG], capture_output=True, text=True, check=True)
    assert done.stdout.split()[::2] == [*["eps"] * 5, *["orders"] * 6, "model", "options", "save", "source", "source"]
    assert set(done.stdout.split()[1::2]) == {"1"}


def test_names_that_are_no_text(tmp_path):
    measure = LabeledMeasure.from_arrays(np.arange(4.0).reshape(-1, 1), [0, 0, 1, 1], name="\udcff")
    rows = motlp.sweep(measure, [1], framework="matrix", save=tmp_path / "sweep.csv")
    assert motlp.sweep(measure, [1], framework="matrix", save=tmp_path / "sweep.csv") == rows


@pytest.mark.parametrize(
    "change",
    [
        {"risk_lower": "2"},
        {"risk_lower": "-1"},
        {"risk_lower": "nan"},
        {"risk_lower": "1e400"},
        {"risk_lower": "0.9"},
        {"accuracy_upper": "0.1"},
        {"gap": "-1"},
        {"gap": "inf"},
        {"risk": "nan"},
        {"status": "hello"},
        {"interactions": "-5"},
        {"eps": "1e99999999"},
        {"eps": "-0.5"},
        {"order": "0"},
        {"seconds": "nan"},
    ],
)
def test_rows_that_no_bound_has_are_refused(measure, tmp_path, change):
    path = tmp_path / "sweep.csv"
    motlp.sweep(measure, ["1"], framework="matrix", save=path)
    with path.open(newline="", encoding="utf-8") as file:
        (line,) = csv.DictReader(file)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        writer.writerow(line | change)
    with pytest.raises(InvalidFile, match="line 2 is no row of a sweep"):
        motlp.sweep(measure, ["1"], framework="matrix", save=path)
