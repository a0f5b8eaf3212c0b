"""The picture of a sweep."""

from dataclasses import replace

import pytest

import motlp
from motlp.errors import MotlpError
from motlp.report.curve import check_plot, draw_steps, plot_risk
from motlp.studies.rows import SweepRow


@pytest.fixture(scope="module")
def rows() -> list[SweepRow]:
    measure = motlp.datasets.load("gaussians", per_class=12)
    return motlp.sweep(measure, ("0.3", "0.6", "1"), orders=(2, 3), framework="matrix")


def test_plot(rows, tmp_path, monkeypatch):
    figures = []
    Figure = pytest.importorskip("matplotlib.figure", reason="needs the extra 'plot'").Figure
    save = Figure.savefig
    monkeypatch.setattr(Figure, "savefig", lambda self, *a, **k: (figures.append(self), save(self, *a, **k)))
    zero = [replace(row, eps=eps, risk_lower=0.0) for row in rows[:2] for eps in ("0.05", "1/15")]
    plot_risk([*zero, *rows], tmp_path / "risk.png")
    assert (tmp_path / "risk.png").read_bytes().startswith(b"\x89PNG")
    ((axes,),) = [figure.axes for figure in figures]
    assert "gaussians, ℓ2" in axes.get_title()
    assert axes.get_xlabel() == "budget ε (ℓ2 distance, in feature units)"
    assert axes.get_ylabel() == "adversarial risk (share of the mass)"
    assert [line.get_label() for line in axes.lines] == ["order 2", "order 3", "leaves 0 after ε = 1/15"]
    # Between two budgets, the bound of the smaller one is what is proved.
    assert {line.get_drawstyle() for line in axes.lines[:2]} == {"steps-post"}
    for row in rows:
        line = axes.lines[row.order - 2].get_xydata()
        assert [float(row.eps), row.risk_lower] in line.tolist()
    assert axes.lines[2].get_xydata().tolist() == [[1 / 15, 0.0]]
    # The legend is below the axes, where no data are.
    (legend,) = figures[0].legends
    assert legend.get_window_extent().y1 <= axes.get_window_extent().y0


def test_the_curve_of_all_orders_has_its_name_and_comes_last(rows):
    Figure = pytest.importorskip("matplotlib.figure", reason="needs the extra 'plot'").Figure
    full = [replace(row, order="full", risk_upper=1.0, risk_lower=0.5 * i) for i, row in enumerate(rows[::2])]
    axes = Figure().add_subplot()
    draw_steps(axes, [*full, *rows])
    assert [line.get_label() for line in axes.lines] == ["order 2", "order 3", "R*, all orders"]
    assert axes.lines[-1].get_drawstyle() == "steps-post"
    assert axes.lines[-1].get_xydata().tolist() == [[0.3, 0.0], [0.6, 0.5], [1.0, 1.0]]


def test_plots_of_every_kind(rows, tmp_path, monkeypatch):
    pytest.importorskip("matplotlib", reason="needs the extra 'plot'")
    for name in ("a.pdf", "a.SVG"):
        plot_risk(rows, tmp_path / name)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.SVG", "a.pdf"]
    with pytest.raises(MotlpError, match=r"use \.png, \.pdf, \.svg"):
        check_plot("a.gif")
    monkeypatch.setattr("motlp.report.canvas.find_spec", lambda name: None)
    with pytest.raises(MotlpError, match=r"pip install 'motlp\[plot\]'"):
        check_plot("a.png")
    assert check_plot(None) is None


def test_names_that_are_no_text(rows, tmp_path):
    pytest.importorskip("matplotlib", reason="needs the extra 'plot'")
    plot_risk([replace(row, data="\udcff") for row in rows], tmp_path / "risk.png")
    assert (tmp_path / "risk.png").stat().st_size > 0
