"""The chain of bounds as a sentence, a table and a picture: no end that is shown claims more than is proved."""

import re
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from support.screen import text

import motlp
from motlp.errors import MotlpError
from motlp.proof.decimals import keep_upper, read_upper
from motlp.report.chain import BAND, CLAIM, draw_chain, plot_chain
from motlp.report.rows import compared, comparison_table
from motlp.studies.comparison import ComparisonRow


def row(eps: str, bound: str, lower: float | None, upper: float | None, claim: float | None = None) -> ComparisonRow:
    return ComparisonRow("few", "l2", eps, bound, lower, upper, claim, 0.5, "optimal")


ROWS = [
    row("1/3", "binary", 0.05, None),
    row("1/3", "order 2", 0.1, 0.1),
    row("1/3", "R*", 0.1, 0.1),
    row("1/3", "deterministic", 0.1, 0.1),
    row("1/3", "Caro-Wei", None, 0.2),
    row("1", "binary", 0.2, None),
    row("1", "order 2", 0.3333333, 0.3333334),
    replace(row("1", "order 3", None, None), status="not enumerated: too many"),
    row("1", "R*", 0.3333333, 0.4000001),
    row("1", "deterministic", 0.3333333, 0.5000001, 0.45),
    row("1", "Caro-Wei", None, 0.8),
]


def test_the_sentence():
    assert compared(ROWS) == (
        "No classifier can have risk below 0.333333 on few against an adversary who may move every input by 1 in ℓ2, "
        "and the best one has a risk of at most 0.400001. The best deterministic one has at most 0.500001, and not "
        "below 0.45, as HiGHS says and nothing proves."
    )
    assert compared([replace(one, solver_lower=None) for one in ROWS]).endswith("has at most 0.500001.")
    assert compared(ROWS[:5]).endswith(
        "may move every input by 1/3 in ℓ2, and a deterministic one has a risk of at most 0.1."
    )


def test_the_table():
    lines = [line.split() for line in text(comparison_table(ROWS)).splitlines() if line.strip()]
    assert " ".join(lines[0]) == "eps bound risk ≥ risk ≤ HiGHS says ≥ seconds status"
    assert [" ".join(line) for line in lines[2:]] == [
        "1/3 two classes at a time 0.05 0.50 optimal",
        "order 2 0.1 0.1 0.50 optimal",
        "R*, all orders 0.1 0.1 0.50 optimal",
        "deterministic 0.1 0.1 0.50 optimal",
        "Caro–Wei 0.2 0.50 optimal",
        "1 two classes at a time 0.2 0.50 optimal",
        "order 2 0.333333 0.333334 0.50 optimal",
        "order 3 0.50 not enumerated: too many",
        "R*, all orders 0.333333 0.400001 0.50 optimal",
        "deterministic 0.333333 0.500001 0.45 0.50 optimal",
        "Caro–Wei 0.8 0.50 optimal",
    ]
    assert "HiGHS" not in text(comparison_table(ROWS[:5]))


def test_no_end_that_is_printed_is_false():
    measure = motlp.datasets.load("digits", per_class=12)
    rows = motlp.compare(measure, ["1.2"])
    printed = text(comparison_table(rows))
    by_bound = {one.bound: one for one in rows}
    lower, upper = by_bound["R*"].risk_lower, by_bound["deterministic"].risk_upper
    shown = re.search(r"deterministic +([\d.]+) +([\d.]+) ", printed)
    assert Fraction(shown[1]) <= Fraction(lower) + Fraction(1, 10**12)
    assert Fraction(shown[2]) >= read_upper(upper)
    assert Fraction(shown[1]) > Fraction(lower) - Fraction(1, 10**6)
    assert f"risk below {shown[1]} on digits" in compared(rows)


def test_the_picture(tmp_path, monkeypatch):
    figures = []
    Figure = pytest.importorskip("matplotlib.figure", reason="needs the extra 'plot'").Figure
    save = Figure.savefig
    monkeypatch.setattr(Figure, "savefig", lambda self, *a, **k: (figures.append(self), save(self, *a, **k)))
    plot_chain([replace(one, data="\udcff") for one in ROWS], tmp_path / "chain.png")
    assert (tmp_path / "chain.png").read_bytes().startswith(b"\x89PNG")
    ((axes,),) = [figure.axes for figure in figures]
    assert axes.get_ylim() == (0, 1)
    lines = {line.get_label(): line for line in axes.lines}
    # A lower end holds for larger budgets, an upper end for smaller ones.
    steps = {name: line.get_drawstyle() for name, line in lines.items()}
    assert steps == {
        "deterministic ≤": "steps-pre",
        "Caro–Wei ≤": "steps-pre",
        "order 2 ≥": "steps-post",
        "R*, all orders ≥": "steps-post",
        "two classes at a time ≥": "steps-post",
        CLAIM: "default",
    }
    assert lines["order 2 ≥"].get_xydata().tolist() == [[1 / 3, 0.1], [1.0, 0.3333333]]
    assert lines[CLAIM].get_xydata().tolist() == [[1.0, 0.45]]
    (band,) = axes.collections
    assert band.get_label() == BAND
    corners = {tuple(corner) for path in band.get_paths() for corner in path.vertices.tolist()}
    assert corners == {(1 / 3, 0.1), (1.0, 0.1), (1.0, 0.5000001), (1 / 3, 0.5000001)}
    (legend,) = figures[0].legends
    assert legend.get_window_extent().y1 <= axes.get_window_extent().y0
    assert figures[0].bbox.containsx(legend.get_window_extent().x1)


def test_a_picture_of_one_budget_and_of_none(tmp_path):
    figure = pytest.importorskip("matplotlib.figure", reason="needs the extra 'plot'").Figure()
    draw_chain(figure.add_subplot(), ROWS[:5])
    plot_chain(ROWS[:5], tmp_path / "one.svg")
    with pytest.raises(MotlpError, match="rows is empty"):
        plot_chain([], tmp_path / "none.png")
    with pytest.raises(MotlpError, match=r"use \.png"):
        plot_chain(ROWS, tmp_path / "a.gif")


def test_a_kept_upper_end_stands_for_no_less_than_was_proved():
    rng = np.random.default_rng(0)
    for number in rng.integers(0, 10**6, 300).tolist():
        for proved in (
            Fraction(number, 10**6),
            Fraction(number, 10**6) + Fraction(1, 10**20),
            Fraction(number, 999_999),
        ):
            kept = keep_upper(proved)
            assert proved <= read_upper(kept) <= Fraction(kept) <= proved + Fraction(1, 10**15)
        assert read_upper(keep_upper(Fraction(number, 10**6))) == Fraction(number, 10**6)
