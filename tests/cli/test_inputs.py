"""From settings to what the library takes; saved interactions in place of data."""

import json
import zipfile
from pathlib import Path

import numpy as np
import pytest
from support.command import run

from motlp.cli.inputs import check_place, make_threat
from motlp.cli.settings import BoundSettings
from motlp.errors import InvalidFile
from motlp.problem.archive import save
from motlp.problem.interactions import interactions
from motlp.problem.measure import LabeledMeasure
from motlp.problem.threat import Ball, Quadratic


def test_saved_interactions_stand_in_for_the_data(files):
    words = ("digits", "--per-class", 40, "--norm", "l2", "--quiet", "--json")
    assert run("interactions", *words, "--eps", 1.2, "--save", "digits.npz")[0] == 0
    direct = json.loads(run("bound", *words, "--eps", 1)[1])
    stood_in = json.loads(run("bound", "digits.npz", "--eps", 1, "--quiet", "--json")[1])
    assert {**direct, "seconds": 0} == {**stood_in, "seconds": 0}
    rows = json.loads(run("sweep", "digits.npz", "--eps", "0.9,1.2", "--quiet", "--json", "--save", "a.csv")[1])
    assert [row["eps"] for row in rows] == ["0.9", "1.2"]
    again = json.loads(run("sweep", *words, "--eps", "0.9,1.2", "--save", "a.csv")[1])
    assert again == rows  # the points are the same: it is one study
    for flags, message in [
        (("--per-class", 3), "--per-class selects points"),
        (("--norm", "linf"), "not Ball(norm='linf')"),
        (("--eps", 1.3), "--eps is"),
        (("--order", 4), "--order is 4; it must be a whole number between 1 and 3"),
    ]:
        code, _, err = run("bound", "digits.npz", "--quiet", *flags)
        assert code == 2
        assert message in err
        assert err.count("\n") == 1
    code, _, err = run("interactions", *words, "--norm", "linf", "--eps", 0.1, "--save", "digits.npz")
    assert code == 2
    assert "is of Ball(norm='l2'), not Ball(norm='linf')" in err
    code, _, err = run("interactions", "digits", "--quiet", "--eps", 0.1, "--save", "digits.npz")
    assert code == 2
    assert "another data set: points: 400 there, 1797 here" in err


def test_all_orders_take_the_points_of_saved_interactions(files):
    """Whose own order and budget are no limits: the pairs are searched anew."""
    words = ("digits", "--per-class", 20, "--norm", "l2", "--quiet")
    assert run("interactions", *words, "--eps", 1.2, "--order", 2, "--save", "digits.npz")[0] == 0

    def risk(*words) -> float:
        code, out, _ = run("bound", *words, "--order", "full", "--quiet", "--json")
        assert code == 0
        return pytest.approx(json.loads(out)["risk_lower"], abs=1e-6)

    assert risk("digits.npz") == risk(*words, "--eps", 1.2)
    assert risk("digits.npz", "--eps", 1.4) == risk(*words, "--eps", 1.4)
    rows = json.loads(run("sweep", "digits.npz", "--eps", "1,1.2", "--order", "2,full", "--quiet", "--json")[1])
    assert [row["order"] for row in rows] == [2, "full"] * 2
    assert rows[-1]["risk_lower"] == risk("digits.npz")
    for flags, message in [(("--norm", "linf"), "not Ball(norm='linf')"), (("--per-class", 3), "selects points")]:
        code, _, err = run("bound", "digits.npz", "--order", "full", *flags, "--quiet")
        assert (code, err.count("\n")) == (2, 1)
        assert message in err


def test_saved_interactions_are_saved_over_nothing_else(files):
    assert run("interactions", "good.npz", "--eps", 1, "--save", "sets.npz", "--quiet")[0] == 0
    before = Path("nan.npz").read_bytes(), Path("sets.npz").read_bytes()
    for place in ("nan.npz", "sets.npz"):
        code, _, err = run("interactions", "sets.npz", "--eps", 0.5, "--save", place, "--quiet")
        assert (code, err.count("\n")) == (2, 1)
        assert "another" in err
    assert before == (Path("nan.npz").read_bytes(), Path("sets.npz").read_bytes())


def test_only_the_same_study_is_replaced(tmp_path):
    small = LabeledMeasure.from_arrays(np.arange(24, dtype=np.uint8).reshape(12, 2), np.arange(12) % 3)
    saved = tmp_path / "set.npz"
    save(interactions(small, Ball("l2"), "0.01"), saved)
    check_place(None, small, Ball("l2"))
    check_place(tmp_path / "new.npz", small, Ball("l2"))
    check_place(saved, small, Ball("l2"))
    with pytest.raises(InvalidFile, match="not Ball"):
        check_place(saved, small, Ball("linf"))
    with pytest.raises(InvalidFile, match="another data set"):
        check_place(saved, small.select(per_class=2), Ball("l2"))
    with zipfile.ZipFile(tmp_path / "zip.npz", "w") as file:
        file.writestr("mine.txt", "precious")
    with pytest.raises(InvalidFile, match="is not overwritten"):
        check_place(tmp_path / "zip.npz", small, Ball("l2"))


def test_threat():
    def threat(**more):
        return make_threat(BoundSettings(data="digits", **more))

    assert threat() == Ball("l2")
    assert threat(norm="linf") == Ball("linf")
    assert threat(cost="quadratic", tau="0.1") == Quadratic("0.1")
