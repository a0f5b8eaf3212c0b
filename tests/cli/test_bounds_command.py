"""`motlp bounds`: the chain of bounds on the command line."""

import json
from dataclasses import asdict
from pathlib import Path

import pytest
from support.command import run

import motlp

WORDS = ("bounds", "digits", "--per-class", "12", "--quiet")


def test_a_sentence_and_a_table():
    code, out, err = run(*WORDS, "--eps", "1,1.2")
    assert (code, err) == (0, "")
    first, *_ = out.splitlines()
    assert first.startswith("No classifier can have risk below 0.")
    assert "on digits against an adversary who may move every input by 1.2 in ℓ2, and " in first
    assert out.count("two classes at a time") == out.count("Caro–Wei") == 2


def test_json_is_the_rows_of_the_library():
    code, out, _ = run(*WORDS, "--eps", "0.4", "--norm", "linf", "--time-limit", 30, "--json")
    rows = motlp.compare(motlp.datasets.load("digits", per_class=12), ["0.4"], norm="linf", time_limit=30)
    assert code == 0
    untimed = {"seconds": 0}
    assert [row | untimed for row in json.loads(out)] == [asdict(row) | untimed for row in rows]


def test_a_picture(files):
    pytest.importorskip("matplotlib", reason="needs the extra 'plot'")
    assert run(*WORDS, "--eps", "1,1.1", "--plot", "a.png")[0] == 0
    assert Path("a.png").read_bytes().startswith(b"\x89PNG")


def test_saved_interactions_stand_in_for_their_points(files):
    rows = []
    assert run("interactions", "good.npz", "--norm", "linf", "--eps", 1, "--save", "i.npz", "--quiet")[0] == 0
    for data, norm in (("good.npz", ("--norm", "linf")), ("i.npz", ())):
        code, out, _ = run("bounds", data, *norm, "--eps", 2, "--json", "--quiet")
        assert code == 0
        rows.append([row["risk_lower"] for row in json.loads(out)])
    assert rows[0] == rows[1]
    assert run("interactions", "good.npz", "--cost", "quadratic", "--tau", 1, "--save", "q.npz", "--quiet")[0] == 0
    code, out, err = run("bounds", "q.npz", "--eps", 1, "--quiet")
    assert (code, out) == (2, "")
    assert "needs a ball cost; the quadratic cost has no budget" in err


def test_triples_that_are_too_many_are_told():
    counts = motlp.interactions(motlp.datasets.load("digits", per_class=12), motlp.Ball("l2"), "1.4", 3).counts
    code, out, _ = run(*WORDS, "--eps", "1.4", "--max-interactions", counts[1] + counts[2])
    assert code == 0
    assert "not enumerated: 120 of order 1, " in out


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("bounds digits", "--eps is missing"),
        ("bounds digits --eps one", "--eps is 'one'; it must be a finite number"),
        ("bounds digits --eps 2:1:5", "--eps is '2:1:5', a reversed range"),
        ("bounds digits --eps 1 --norm quadratic", "unknown norm 'quadratic'"),
        ("bounds digits --eps 1 --time-limit 0", "time_limit is 0.0; it must be a number, positive"),
        ("bounds digits --eps 1 --time-limit long", "time_limit is 'long'; it must be a finite number"),
        ("bounds digits --eps 1 --plot a.gif", ".png, .pdf, .svg"),
        ("bounds digits --eps 1 --plot nowhere/a.png", "there is no folder nowhere"),
        ("bounds digits --eps 1.5 --max-interactions 2000", "or raise --max-interactions."),
        ("bounds digits --eps 1 --tau 1", "--tau"),
    ],
)
def test_what_is_wrong_is_refused_in_a_line(files, words, message):
    code, out, err = run(*words.split(), "--quiet")
    assert (code, out) == (2, "")
    assert err.startswith("motlp: ")
    assert err.count("\n") == 1
    assert message in err


def test_the_help():
    code, out, _ = run("bounds", "--help")
    assert code == 0
    assert all(flag in out for flag in ("--eps", "--norm", "--time-limit", "--plot", "--json", "--per-class"))
