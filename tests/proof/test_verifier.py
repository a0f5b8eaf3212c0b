"""The verifier: what it accepts is true, on the data that it is about, and it runs by itself."""

import ast
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst
from support import brute
from support.bounds import make_solution, true_risk, weighted
from support.certificates import EACH, NORMS, changing, check, put_together, take_apart
from support.measures import measures, threats

from motlp.datasets import load
from motlp.problem.interactions import interactions
from motlp.problem.measure import LabeledMeasure
from motlp.problem.rationals import exact
from motlp.problem.threat import Ball
from motlp.proof import verifier
from motlp.solving.solve import solve
from motlp.solving.untruncated import untruncated

PROGRAM = Path(verifier.__file__)


def test_it_can_be_read_in_one_sitting_and_needs_nothing_but_numpy():
    text = PROGRAM.read_text(encoding="utf-8")
    assert len(text.splitlines()) < 250
    imported = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            imported |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0
            imported.add(str(node.module).partition(".")[0])
    assert imported <= {"numpy", *sys.stdlib_module_names}


@settings(max_examples=60, deadline=None)
@given(weighted(), threats(norms=("l2", "linf", "l1")), st.integers(1, 4), st.data())
def test_what_a_plan_and_a_potential_prove_is_proved_and_true(tmp_path_factory, measure, cost, order, data):
    threat, eps = cost
    assume(threat.norm != "l1" or measure.dimension < 3)  # which brute force decides in the plane only
    hypergraph = interactions(measure, threat, eps, min(order, measure.classes))
    solution = solve(hypergraph, framework="matrix", solver="simplex")
    scale = data.draw(st.sampled_from([1.0, 0.5, 1.001, 3.0]), "scale")
    garbage = data.draw(st.sampled_from([0.0, -1.0, np.nan, 1e308]), "garbage")
    plan, potential = scale * solution.plan, scale * solution.potential
    if data.draw(st.booleans(), "is damaged"):
        plan[::3] = garbage
    answer = make_solution(hypergraph, plan, potential)
    path = tmp_path_factory.mktemp("certificates") / "some.npz"
    answer.certificate().save(path)
    found = check(path, measure)
    assert found["exit"] == 0, found
    assert found["unchecked"] == ""
    risk = true_risk(measure, threat, eps, hypergraph.order)
    assert answer.risk_lower <= found["risk_lower"] <= risk <= found["risk_upper"] <= answer.risk_lower + answer.gap
    assert float(found["risk_lower"]) == pytest.approx(answer.risk_lower, abs=1e-12)


PARTS = st.sampled_from([0.0, 2.0**-52, 0.25, 1 / 3, 0.5, 0.5 + 2.0**-52, 2 / 3, 0.75, 1.0])


@settings(max_examples=120, deadline=None)
@given(measures(classes=(2, 4), points=(4, 9)), threats(norms=("l2", "linf", "l1")), st.integers(1, 4), st.data())
def test_a_potential_passes_just_if_no_interaction_violates_it(tmp_path_factory, measure, cost, order, data):
    threat, eps = cost
    order = min(order, measure.classes)
    assume(threat.norm != "l1" or (measure.dimension < 3 and order < 4))
    g = data.draw(npst.arrays(np.float64, measure.size, elements=PARTS))
    certificate = make_solution(interactions(measure, threat, eps, order), None, g).certificate()
    parts = take_apart(certificate)
    parts["potential"] = g
    value = sum(Fraction(m) * Fraction(x) for m, x in zip(measure.mass.tolist(), g.tolist(), strict=True))
    parts["claim"]["risk_upper"] = str(max(1 - value / sum(map(Fraction, measure.mass.tolist())), Fraction(0)))
    found = check(put_together(parts, tmp_path_factory.mktemp("certificates") / "some.npz"), measure)
    every = brute.interactions(measure, threat, None if eps is None else exact(eps), order)
    feasible = all(sum(Fraction(g[v]) for v in A) <= 1 + price for A, price in every.items())
    assert found["exit"] == (0 if feasible else 1), (found, feasible)
    assert found.get("unchecked", "") == ""


@settings(max_examples=25, deadline=None)
@given(weighted(), threats(norms=("l2", "linf", "l1")))
def test_all_orders_are_proved(tmp_path_factory, measure, cost):
    threat, eps = cost
    assume(threat.norm != "l1" or measure.dimension < 3)
    solution = untruncated(measure, threat, eps)
    path = tmp_path_factory.mktemp("certificates") / "full.npz"
    solution.certificate().save(path)
    found = check(path, measure)
    risk = true_risk(measure, threat, eps, measure.classes)
    assert (found["exit"], found["order"]) == (0, "full"), found
    assert solution.risk_lower <= found["risk_lower"] <= risk <= found["risk_upper"] <= solution.risk_upper


@pytest.mark.parametrize("exponent", [-1000, -60, 0, 60, 500])
@pytest.mark.parametrize("norm", ["l2", "linf", "l1"])
def test_floats_of_every_size(tmp_path, norm, exponent):
    rng = np.random.default_rng(1)
    X = np.ldexp(rng.normal(size=(40, 3)), exponent)
    measure = LabeledMeasure.from_arrays(X, np.arange(40) % 4)
    solution = solve(interactions(measure, Ball(norm), Fraction(2) ** exponent * Fraction(8, 10), 4))
    certificate = solution.certificate()
    assert {"members_3", "members_4"} & set(certificate.arrays)
    certificate.save(tmp_path / "some.npz")
    found = check(tmp_path / "some.npz", measure)
    assert found["exit"] == 0, found
    assert found["risk_lower"] >= solution.risk_lower > 0


@pytest.mark.parametrize("norm", NORMS)
def test_what_is_not_altered_passes(certificates, images, tmp_path, norm):
    found = check(put_together(take_apart(certificates[norm]), tmp_path / "same.npz"), images)
    assert found["exit"] == 0, found
    assert found["risk_lower"] >= certificates[norm].risk_lower > 0


@pytest.mark.parametrize("norm", NORMS)
def test_other_data_are_refused(certificates, images, norm, tmp_path):
    certificates[norm].save(tmp_path / "some.npz")
    mass = np.arange(1.0, 10 * EACH + 1)
    others = [
        load("digits", per_class=EACH + 1),
        LabeledMeasure(images.points, images.labels[::-1], images.mass, images.unit, images.class_names),
        LabeledMeasure(images.points, images.labels, mass / mass.sum(), images.unit, images.class_names),
        LabeledMeasure(images.points, images.labels, images.mass, Fraction(1, 17), images.class_names),
        LabeledMeasure(images.points.astype(float), images.labels, images.mass, images.unit, images.class_names),
    ]
    for other in others:
        found = check(tmp_path / "some.npz", other)
        assert (found["exit"], "other data" in found["why"] or "another unit" in found["why"]) == (2, True)


def test_data_that_are_none(certificates, tmp_path):
    certificates["l2"].save(tmp_path / "some.npz")
    x, y = np.ones((3, 2)), np.array([0, 1, 2])
    for points, mass in (
        (x * np.nan, np.full(3, 1 / 3)),
        (x * np.inf, np.full(3, 1 / 3)),
        (x, np.array([0.5, 0.5, np.nan])),
        (x, np.array([1.5, -0.5, 0.0])),
        (x, np.array([np.inf, 0.0, 0.0])),
        (x, np.full(3, 1 / 3)),
        (x + 0j, np.full(3, 1 / 3)),
        (x.astype(np.longdouble), np.full(3, 1 / 3)),
    ):
        np.savez(tmp_path / "data.npz", x=points, y=y, mass=mass, unit="-1/2")
        found = verifier.verify(tmp_path / "some.npz", tmp_path / "data.npz")
        assert (found["exit"], found["why"]) == (2, "the data hold no features or no masses")


def test_huge_whole_numbers_are_taken_for_what_they_are(certificates, images, tmp_path):
    def lengthen(parts):
        parts["centres_3"] = np.array([[str(int(a) * 10**1500) for a in row] for row in parts["centres_3"]], "S")

    assert check(changing(lengthen)(certificates["l2"], tmp_path / "long.npz"), images)["exit"] == 0


def test_the_search_is_left_out_for_many_points_and_said(certificates, images, tmp_path, monkeypatch):
    certificates["l2"].save(tmp_path / "some.npz")
    for name in ("SEARCHED", "TRIED"):
        monkeypatch.setattr(verifier, name, 20)
        found = check(tmp_path / "some.npz", images)
        assert (found["exit"], "motlp's search" in found["unchecked"]) == (0, True)
        monkeypatch.undo()


@pytest.fixture
def file(images, tmp_path):
    np.savez(tmp_path / "data.npz", x=images.points, y=images.labels, unit=str(images.unit))
    return tmp_path / "data.npz"


def run_file(*words: object) -> tuple[int, str]:
    ran = subprocess.run([sys.executable, "-I", PROGRAM, *map(str, words)], capture_output=True, text=True, timeout=60)
    assert ran.stderr == ""
    return ran.returncode, ran.stdout


def test_the_file_runs_by_itself(certificates, file, tmp_path):
    certificates["l2"].save(tmp_path / "some.npz")
    code, said = run_file(tmp_path / "some.npz", file)
    assert code == 0
    assert "proved" in said
    assert f"(about {float(certificates['l2'].risk_lower):.9g})" in said
    assert f"'points': {10 * EACH}" in said
    assert certificates["l2"].claim["data"]["sha256_points"] in said
    changing(lambda parts: parts["claim"].update(risk_lower="0.99"))(certificates["l2"], tmp_path / "false.npz")
    assert run_file(tmp_path / "false.npz", file)[0] == 1
    assert run_file(tmp_path / "none.npz", file)[0] == 2
    assert run_file(tmp_path / "some.npz", tmp_path / "none.npz")[0] == 2
    assert run_file(tmp_path / "some.npz")[0] == 2


def test_masses_and_pixels_of_a_file(tmp_path):
    rng = np.random.default_rng(0)
    x, y, mass = rng.integers(0, 255, (30, 4, 4), dtype=np.uint8), np.arange(30) % 3, rng.random(30)
    measure = LabeledMeasure.from_arrays(x, np.array(["a", "b", "c"])[y], mass)
    solve(interactions(measure, Ball("l2"), "0.8", 3)).certificate().save(tmp_path / "some.npz")
    np.savez(tmp_path / "data.npz", x=x, y=np.array(["a", "b", "c"])[y], mass=mass)
    assert run_file(tmp_path / "some.npz", tmp_path / "data.npz")[0] == 0
