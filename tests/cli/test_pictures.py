"""`motlp gallery`: the picture, what is said of it, and what is refused before any work begins."""

import json
import os
from pathlib import Path

import numpy as np
import pytest
from support.command import run

from motlp.cli.pictures import PROBLEM

pytest.importorskip("matplotlib", reason="needs the extra 'plot'")

DIGITS = ("gallery", "digits", "--per-class", "20")
PLANE = ("gallery", "gaussians", "--per-class", "8")
EPS = ("--norm", "l2", "--eps", "1.2", "--quiet")


@pytest.fixture
def here(tmp_path, monkeypatch) -> Path:
    """An empty folder, with room for pictures."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_images(here):
    code, out, err = run(*DIGITS, "--eps", "1.2", "--plot", "a.png", "--rows", "4")
    assert code == 0
    first, bound, *table = out.splitlines()
    assert "interactions carry mass:" in first
    assert "% of all mass of digits meets mass of other classes. The 4 heaviest are in a.png." in first
    assert bound.startswith("No classifier can have risk below 0.")
    assert [line.split()[0] for line in err.splitlines()] == [
        "load",
        "interactions",
        "solve",
        "certify",
        "attack",
        "draw",
    ]
    assert sum("%" in line for line in table) == 4
    assert Path("a.png").read_bytes().startswith(b"\x89PNG")


def test_what_is_said_is_what_bound_says(here):
    bound = json.loads(run("bound", *DIGITS[1:], *EPS, "--json")[1])
    code, out, err = run(*DIGITS, *EPS, "--plot", "a.svg", "--json", "--rows", "3")
    answer = json.loads(out)
    assert (code, err) == (0, "")
    assert answer["risk_lower"] == bound["risk_lower"]
    assert (answer["threat"], answer["order"]) == (bound["threat"], 3)
    assert (answer["picture"], answer["drawn"], len(answer["heaviest"])) == ("a.svg", 3, 3)
    assert answer["meetings"] > 3
    masses = [meeting["mass"] for meeting in answer["heaviest"]]
    assert masses == sorted(masses, reverse=True)
    # Of two classes that meet with equal masses, half is lost; of more, more.
    assert bound["risk_lower"] <= answer["mass_met"] <= 2 * bound["risk_lower"] + 1e-9
    for meeting in answer["heaviest"]:
        assert [str(point) for point in meeting["classes"]] == sorted(meeting["classes"])
        assert len(meeting["points"]) == len(meeting["classes"]) > 1


@pytest.mark.parametrize(
    "words", [("--eps", "1"), ("--eps", "0.8", "--order", "full"), ("--cost", "quadratic", "--tau", "0.3")]
)
def test_the_plane(here, words):
    code, out, err = run(*PLANE, *words, "--plot", "a.png", "--quiet")
    assert (code, err) == (0, "")
    assert "All of them are in a.png." in out
    assert Path("a.png").stat().st_size > 10_000


def test_pixels_in_the_plane_have_their_unit(here):
    rng = np.random.default_rng(0)
    np.savez("two.npz", x=rng.integers(0, 256, (40, 2), dtype=np.uint8), y=np.arange(40) % 4)
    code, out, err = run("gallery", "two.npz", "--eps", "0.1", "--plot", "a.png", "--quiet")
    assert (code, err) == (0, "")
    assert "interactions carry mass" in out


def test_from_a_certificate(here):
    assert run("bound", *DIGITS[1:], *EPS, "--save-certificate", "c.npz")[0] == 0
    solved = json.loads(run(*DIGITS, *EPS, "--plot", "a.png", "--json")[1])
    code, out, err = run(*DIGITS, "--certificate", "c.npz", "--plot", "b.png", "--quiet")
    assert (code, err) == (0, "")
    assert "This certificate claims, and `motlp verify` checks: no classifier can have risk below 0." in out
    drawn = json.loads(run(*DIGITS, "--certificate", "c.npz", "--plot", "b.png", "--quiet", "--json")[1])
    for key in ("data", "threat", "meetings", "mass_met", "heaviest", "order", "risk_lower"):
        assert drawn[key] == solved[key]
    assert Path("a.png").read_bytes() == Path("b.png").read_bytes()
    code, out, err = run(
        "gallery", "digits", "--per-class", "21", "--certificate", "c.npz", "--plot", "d.png", "--quiet"
    )
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert "about other data" in err
    assert not Path("d.png").exists()


def test_saved_interactions_are_data_too(here):
    assert run("interactions", *DIGITS[1:], "--eps", "1.2", "--save", "i.npz", "--quiet")[0] == 0
    code, out, _ = run("gallery", "i.npz", "--plot", "a.png", "--quiet")
    assert code == 0
    assert "of digits meets mass of other classes" in out


def test_nothing_meets(here):
    code, out, err = run(*PLANE, "--eps", "0.001", "--plot", "a.png", "--quiet")
    assert (code, err) == (0, "")
    assert "No interaction of gaussians carries mass" in out
    assert "No picture was made." in out
    assert "No classifier can have risk below 0 on gaussians" in out
    answer = json.loads(run(*PLANE, "--eps", "0.001", "--plot", "a.png", "--quiet", "--json")[1])
    assert (answer["picture"], answer["meetings"], answer["heaviest"], answer["risk_lower"]) == (None, 0, [], 0)
    assert os.listdir(here) == []


BAD = [
    ("gallery digits --eps 1", "motlp: --plot is missing; give it on the command line or in a --config file."),
    ("gallery digits --plot a.png", "--eps is missing"),
    ("gallery digits --eps 1 --plot a.gif", "use .png, .pdf, .svg"),
    ("gallery digits --eps 1 --plot nowhere/a.png", "there is no folder nowhere"),
    ("gallery digits --eps 1 --plot a.png --rows 0", "--rows: expected at least 1"),
    ("gallery digits --eps 1 --plot a.png --rows 201", "--rows: expected at most 200, not '201'."),
    ("gallery digits --eps 1 --plot a.png --rows many", "--rows: expected a whole number, not 'many'"),
    ("gallery good.npz --certificate nowhere.npz --plot a.png", "nowhere.npz"),
    ("gallery good.npz --certificate good.npz --plot a.png", "good.npz is no certificate that can be read"),
    ("gallery good.npz --certificate a --plot a.png --eps 1", "--eps has no meaning with a certificate"),
    ("gallery good.npz --certificate a --plot a.png --order full", "--order has no meaning with a certificate"),
    ("gallery good.npz --certificate a --plot a.png --option a=1", "--option has no meaning with a certificate"),
    ("gallery long.npz --eps 1 --plot a.png", "the points of long have 7 features, of shape 7; draw images"),
    ("gallery long.npz --eps 1 --order full --plot a.png", "or points with 2 features."),
]


@pytest.mark.parametrize(("words", "message"), BAD, ids=[words for words, _ in BAD])
def test_what_is_wrong_is_refused_in_a_line(files, words, message, monkeypatch):
    np.savez("long.npz", x=np.arange(28.0).reshape(4, 7), y=[0, 0, 1, 1])
    monkeypatch.setattr("motlp.cli.inputs.interactions", lambda *a, **k: pytest.fail("work has begun"))
    before = sorted(files.iterdir())
    code, out, err = run(*words.split(), "--quiet")
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert err.startswith("motlp: ")
    assert message in err
    assert sorted(files.iterdir()) == before


def test_the_settings_of_a_problem_are_those_that_a_certificate_replaces():
    assert {"norm", "cost", "eps", "tau", "order", "model", "framework", "solver", "option", "dask"} < PROBLEM
    assert not {"data", "per_class", "json_", "quiet", "plot", "rows"} & PROBLEM


def test_mnist(here, mnist_root):
    words = ("--root", mnist_root, "--per-class", "10", "--eps", "3.5", "--plot", "a.png", "--quiet", "--json")
    code, out, err = run("gallery", "mnist", *words)
    assert (code, err) == (0, "")
    assert json.loads(out)["picture"] == "a.png"
