"""Certificates on the command line: written, shown, verified, and refused with a reason and an exit code."""

import json
import subprocess
import sys
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from support.certificates import changing
from support.command import run
from support.problems import triangles

from motlp.cli import solutions
from motlp.proof import verifier
from motlp.proof.certificate import Certificate
from motlp.solving.solve import solve

DATA = ("digits", "--per-class", "20")
QUIET = "--quiet"


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    path = tmp_path_factory.mktemp("certificates") / "digits.cert.npz"
    words = "--norm", "l2", "--eps", "1.2", "--save-certificate", path, QUIET
    code, out, err = run("bound", *DATA, *words)
    assert (code, err) == (0, "")
    assert "No classifier can have risk below" in out
    return path


def test_what_is_saved_is_proved(saved):
    code, out, err = run("verify", saved, *DATA, QUIET)
    assert (code, err) == (0, "")
    assert "Proved: no classifier can have risk below 0." in out
    assert "may move every input by 1.2 in ℓ2" in out
    assert "unchecked  nothing" in out
    assert "need not be clipped" in out


def test_as_json(saved):
    code, out, _ = run("verify", saved, *DATA, "--json", QUIET)
    record = json.loads(out)
    assert (code, record["exit"], record["verdict"], record["unchecked"]) == (0, 0, "proved", "")
    assert record["threat"] == {"cost": "ball", "norm": "l2", "eps": 1.2}
    assert record["risk_lower"] <= Fraction(record["risk_lower_exactly"])
    assert record["risk_upper"] >= Fraction(record["risk_upper_exactly"])
    assert set(record["seconds"]) == {"load", "verify"}


def test_what_the_claim_says_is_proved(saved):
    claimed = Certificate.load(saved).risk_lower
    _, out, _ = run("verify", saved, *DATA, "--json", QUIET)
    assert Fraction(json.loads(out)["risk_lower_exactly"]) >= claimed


def test_show(saved):
    code, out, err = run("show", saved)
    assert (code, err) == (0, "")
    for said in ("This certificate claims", "hopeless", "safe", "binding", "slackness", "class", "1.2 in ℓ2"):
        assert said in out
    code, out, _ = run("show", saved, "--json")
    record = json.loads(out)
    assert set(record) == {"claim", "interactions", "binding", "hopeless", "safe", "slackness", "risk_by_class"}
    assert list(record["risk_by_class"]) == [str(k) for k in range(10)]


def test_a_claim_that_is_raised_is_false(saved, tmp_path):
    certificate = Certificate.load(saved)
    path = changing(lambda parts: parts["claim"].update(risk_lower="0.9"))(certificate, tmp_path / "false.npz")
    code, out, err = run("verify", path, *DATA, QUIET)
    assert (code, out) == (1, "")
    assert err.startswith(f"motlp: {path} is false: it proves 0.")
    assert err.count("\n") == 1
    code, out, err = run("verify", path, *DATA, QUIET, "--json")
    assert (code, json.loads(out)["verdict"]) == (1, "false")


def test_other_data(saved):
    code, out, err = run("verify", saved, "digits", "--per-class", "21", QUIET)
    assert (code, out) == (2, "")
    assert "is not checkable: it is about other data: their points is 200, not 210." in err
    assert err.count("\n") == 1


@pytest.mark.parametrize("words", [("verify", "{}", *DATA, QUIET), ("show", "{}")])
def test_what_is_no_certificate(words, tmp_path):
    (tmp_path / "text.npz").write_text("no archive")
    np.savez(tmp_path / "data.npz", x=[[1.0], [2.0]], y=[0, 1])
    for name in ("text.npz", "data.npz", "missing.npz"):
        code, out, err = run(*(word.format(tmp_path / name) for word in words))
        assert (code, out, err.count("\n")) == (2, "", 1)
        assert "Traceback" not in err
        assert name in err


def test_all_orders_and_the_quadratic_cost(tmp_path):
    for words in (("--norm", "linf", "--eps", "0.4", "--order", "full"), ("--cost", "quadratic", "--tau", "0.5")):
        path = tmp_path / "some.npz"
        assert run("bound", *DATA, *words, "--save-certificate", path, QUIET)[0] == 0
        code, out, err = run("verify", path, *DATA, QUIET)
        assert (code, err) == (0, "")
    assert "pays 0.5 × squared ℓ2 distance" in out


def test_saved_interactions_are_data_too(tmp_path):
    saved, path = tmp_path / "saved.npz", tmp_path / "some.npz"
    assert run("interactions", *DATA, "--eps", "1.2", "--save", saved, QUIET)[0] == 0
    assert run("bound", saved, "--save-certificate", path, QUIET)[0] == 0
    assert run("verify", path, saved, QUIET)[0] == 0
    assert run("verify", path, *DATA, QUIET)[0] == 0


def test_a_file_with_a_unit_serves_both_verifiers(tmp_path):
    data, path = tmp_path / "mine.npz", tmp_path / "some.npz"
    rng = np.random.default_rng(0)
    np.savez(data, x=rng.integers(0, 17, (40, 5)), y=np.arange(40) % 3, mass=rng.random(40), unit="1/16")
    assert run("bound", data, "--eps", "0.5", "--save-certificate", path, QUIET)[0] == 0
    assert run("verify", path, data, QUIET)[0] == 0
    ran = subprocess.run([sys.executable, verifier.__file__, path, data], capture_output=True, text=True, timeout=60)
    assert (ran.returncode, ran.stderr) == (0, "")


def test_no_place_for_it(tmp_path):
    code, out, err = run("bound", *DATA, "--eps", "1", "--save-certificate", tmp_path / "none" / "some.npz", QUIET)
    assert (code, out, err.count("\n")) == (2, "", 1)


def test_an_end_that_is_missing(tmp_path, monkeypatch):
    """A solver that returns neither part leaves nothing to certify; with one of them, the other end is named."""
    solution, path = solve(triangles()), tmp_path / "some.npz"
    words = "bound", *DATA, "--eps", "1", QUIET, "--save-certificate", path
    monkeypatch.setattr(solutions.Method, "solve", lambda *given: replace(solution, plan=None, potential=None))
    code, _, err = run(*words)
    assert (code, path.exists(), err.count("\n")) == (2, False, 1)
    assert "no certificate can be made: there is no lower end, as there is no plan and no upper end" in err
    monkeypatch.setattr(solutions.Method, "solve", lambda *given: replace(solution, potential=None))
    assert run(*words)[0] == 0
    code, out, _ = run("show", path)
    assert code == 0
    assert "risk ≤     none: no upper end, as there is no usable potential" in out
    assert "hopeless" not in run("show", path, "--json")[1]
