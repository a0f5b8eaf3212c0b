"""The attack on the command line: a data set that is written beside the answer."""

from dataclasses import replace

import numpy as np
import pytest
from support.command import run
from support.problems import triangles

from motlp.cli import solutions
from motlp.datasets import load
from motlp.solving.solve import solve

WORDS = "bound", "digits", "--per-class", "20", "--norm", "l2", "--quiet"


@pytest.mark.parametrize("order", ["3", "full"])
def test_the_attacked_points_are_data(order, tmp_path):
    path = tmp_path / "attack.npz"
    code, out, err = run(*WORDS, "--eps", "1.2", "--order", order, "--save-attack", path)
    assert (code, err) == (0, "")
    claim = out.splitlines()[0].split("below ")[1].split()[0]
    loaded = load(path)
    assert (loaded.shape, loaded.unit.denominator, loaded.class_names) == ((8, 8), 16, tuple("0123456789"))
    with np.load(path) as file:
        assert {"origin", "meeting"} < set(file.files)
    code, out, err = run("bound", path, "--eps", "0", "--quiet")
    assert (code, err) == (0, "")
    assert float(out.splitlines()[0].split("below ")[1].split()[0]) == pytest.approx(float(claim), abs=1e-6)


def test_beside_a_certificate(tmp_path):
    words = *WORDS, "--eps", "1", "--save-certificate", tmp_path / "some.npz", "--save-attack"
    assert run(*words, tmp_path / "attack.npz")[0] == 0
    assert {path.name for path in tmp_path.iterdir()} == {"some.npz", "attack.npz"}
    (tmp_path / "link.npz").symlink_to(tmp_path / "some.npz")
    for same in ("some.npz", "link.npz"):
        code, out, err = run(*words, tmp_path / same)
        assert (code, out, err.count("\n")) == (2, "", 1)
        assert "--save-certificate and --save-attack are both" in err


def test_no_place_for_it(tmp_path):
    code, out, err = run(*WORDS, "--eps", "1", "--save-attack", tmp_path / "none" / "attack.npz")
    assert (code, out, err.count("\n")) == (2, "", 1)


def test_without_a_plan(tmp_path, monkeypatch):
    solution, path = solve(triangles()), tmp_path / "attack.npz"
    monkeypatch.setattr(solutions.Method, "solve", lambda *given: replace(solution, plan=None))
    code, out, err = run(*WORDS, "--eps", "1", "--save-attack", path)
    assert (code, path.exists(), err.count("\n")) == (2, False, 1)
    assert "no attack can be made: there is no plan" in err
    assert out


@pytest.mark.parametrize(
    ("words", "text"),
    [
        ("bound mine.npz --eps 0.5 --save-attack mine.npz", "--save-attack is mine.npz, where the points"),
        ("bound mine.npz --eps 0.5 --save-certificate ./mine.npz", "where the points are loaded from"),
        (
            "gallery mine.npz --eps 0.5 --plot a.png --model fair",
            "an attack is made for the 0-1 loss of all classifiers",
        ),
        ("bound mine.npz --eps 0.5 --save-attack a.npz --model log_loss", "leave out --model"),
        ("sweep mine.npz --eps 0.5 --model fair", "the rows of a sweep are about the 0-1 loss"),
    ],
)
def test_what_would_be_lost_or_misleading_is_refused(tmp_path, monkeypatch, words, text):
    monkeypatch.chdir(tmp_path)
    rng = np.random.default_rng(0)
    np.savez("mine.npz", x=rng.normal(size=(12, 2)), y=np.arange(12) % 3)
    before = (tmp_path / "mine.npz").read_bytes()
    code, _, err = run(*words.split())
    assert code == 2
    assert text in err
    assert (tmp_path / "mine.npz").read_bytes() == before


def test_a_data_set_may_have_any_name(tmp_path, monkeypatch):
    pytest.importorskip("matplotlib", reason="needs the extra 'plot'")
    monkeypatch.chdir(tmp_path)
    rng = np.random.default_rng(0)
    np.savez("$\\frac$.npz", x=rng.normal(size=(12, 2)), y=np.arange(12) % 3)
    assert run("bounds", "$\\frac$.npz", "--eps", "0.5,1", "--plot", "a.png")[0] == 0
    assert (tmp_path / "a.png").exists()
