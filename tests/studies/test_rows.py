"""The file of a sweep: rows come back as they were, and what is none of this study is refused."""

import csv
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from fractions import Fraction
from threading import Barrier

import numpy as np
import pytest
from support.hearing import Heard

import motlp
from motlp.datasets import load
from motlp.errors import InvalidFile
from motlp.problem.interactions import interactions
from motlp.problem.measure import LabeledMeasure
from motlp.problem.threat import Ball
from motlp.studies.rows import COLUMNS


def alter(path, change: dict[str, str]) -> None:
    """Changes the one row of a file."""
    with path.open(newline="", encoding="utf-8") as file:
        (line,) = csv.DictReader(file)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        writer.writerow(line | change)


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


def test_a_fraction_is_no_decimal_near_it(measure, tmp_path):
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
        (",".join(COLUMNS) + "\n" + ",".join(["1"] * 16) + ",x\n", "line 2 is no row"),
        ("\0", "columns|cannot be read"),
    ],
)
def test_other_files_are_refused(measure, tmp_path, text, message):
    path = tmp_path / "sweep.csv"
    path.write_text(text)
    with pytest.raises(InvalidFile, match=message):
        motlp.sweep(measure, ["0.3"], framework="matrix", save=path)
    assert path.read_text() == text


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


def test_names_that_are_no_text(tmp_path):
    measure = LabeledMeasure.from_arrays(np.arange(4.0).reshape(-1, 1), [0, 0, 1, 1], name="\udcff")
    rows = motlp.sweep(measure, [1], framework="matrix", save=tmp_path / "sweep.csv")
    assert motlp.sweep(measure, [1], framework="matrix", save=tmp_path / "sweep.csv") == rows


def test_rows_of_all_orders_come_back_and_stand_last(measure, tmp_path, counted):
    path = tmp_path / "sweep.csv"
    rows = motlp.sweep(measure, ["0.3", "1"], orders=["full", 2], save=path)
    assert [row.key for row in rows] == [("0.3", 2), ("0.3", "full"), ("1", 2), ("1", "full")]
    with path.open(newline="", encoding="utf-8") as file:
        lines = list(csv.DictReader(file))
    assert [(line["eps"], line["order"], line["risk_upper"]) for line in lines] == [
        (row.eps, str(row.order), "" if row.risk_upper is None else repr(row.risk_upper)) for row in rows
    ]
    counted.clear()
    assert motlp.sweep(measure, ["0.3", "1"], orders=[2, "full"], save=path) == rows
    # They are of the same study where nothing but all orders is asked for, with no option.
    assert motlp.sweep(measure, ["1"], orders=["full"], save=path) == rows[3:]
    assert counted == []
    with pytest.raises(InvalidFile, match=r"options is '' there, 'tol=0\.1' here"):
        motlp.sweep(measure, ["1"], orders=["full"], options={"tol": 0.1}, save=path)


@pytest.mark.parametrize(
    "change",
    [
        {"risk_upper": ""},
        {"risk_upper": "1.5"},
        {"risk_upper": "nan"},
        {"risk_upper": "0.001"},
        {"gap": ""},
        {"gap": "0.5"},
        {"order": "2"},
        {"order": "Full"},
    ],
)
def test_rows_that_no_search_over_all_orders_has_are_refused(measure, tmp_path, change):
    path = tmp_path / "sweep.csv"
    (row,) = motlp.sweep(measure, ["1"], orders=["full"], save=path)
    assert 0.001 < row.risk_lower < row.risk_upper
    alter(path, change)
    with pytest.raises(InvalidFile, match="line 2 is no row of a sweep"):
        motlp.sweep(measure, ["1"], orders=["full"], save=path)


@pytest.mark.parametrize(
    "change",
    [
        {"risk_upper": "0.5"},
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
    alter(path, change)
    with pytest.raises(InvalidFile, match="line 2 is no row of a sweep"):
        motlp.sweep(measure, ["1"], framework="matrix", save=path)


def test_rows_of_other_interactions_are_refused(measure, tmp_path, counted):
    """Two studies that differ in nothing else: one has all interactions, the other every second."""
    path = tmp_path / "sweep.csv"
    hypergraph = interactions(measure, Ball("l2"), 1, 3)
    some = hypergraph.select((hypergraph.sizes == 1) | (np.arange(hypergraph.size) % 2 == 0))
    rows = motlp.sweep(some, ["0.6", "1"], orders=[2, 3], framework="matrix", save=path)
    assert rows[-1].interactions < hypergraph.size
    before = path.read_bytes()
    counted.clear()
    for eps in ("0.6", "0.3"):
        with pytest.raises(InvalidFile, match=r"at eps 0\.6, order 2 there are [\d,]+ interactions there, [\d,]+ here"):
            motlp.sweep(hypergraph, [eps], orders=[2], framework="matrix", save=path)
    assert path.read_bytes() == before
    assert counted == []
    # The same interactions go on, and a smaller hypergraph does not judge rows beyond its reach.
    assert motlp.sweep(some, ["0.6", "1"], orders=[2, 3], framework="matrix", save=path) == rows
    motlp.sweep(hypergraph.at("0.5").truncate(2), ["0.3"], framework="matrix", save=path)
    assert counted == [(0.3, 2)]


def test_the_interactions_of_rows_of_all_orders_are_not_compared(measure, tmp_path, counted):
    """Which are generated differs from one search to another."""
    path = tmp_path / "sweep.csv"
    (row,) = motlp.sweep(measure, ["1"], orders=["full"], save=path)
    path.write_text(path.read_text().replace(f",full,{row.interactions},", f",full,{row.interactions + 7},"))
    counted.clear()
    hypergraph = interactions(measure, Ball("l2"), 1, 3)
    (again,) = motlp.sweep(hypergraph, ["1"], orders=["full"], save=path)
    assert again == replace(row, interactions=row.interactions + 7)
    assert counted == []


def test_a_measure_and_all_its_interactions_share_a_file(measure, tmp_path, counted):
    path = tmp_path / "sweep.csv"
    rows = motlp.sweep(measure, ["0.6", "1"], orders=[2, 3], framework="matrix", save=path)
    counted.clear()
    hypergraph = interactions(measure, Ball("l2"), 1, 4)
    assert motlp.sweep(hypergraph, ["0.6", "1"], orders=[2, 3], framework="matrix", save=path) == rows
    assert counted == []
