"""Certificates: made of any solution, saved, loaded, and looked into."""

import json
import warnings
import zipfile
from dataclasses import replace

import cvxpy as cp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.bounds import make_solution
from support.certificates import put_together, take_apart
from support.clouds import hypergraphs
from support.problems import pair, triangles
from support.ready import READY

from motlp.errors import InvalidBudget, InvalidFile, InvalidHypergraph, NoCertificate
from motlp.frameworks.answer import Status
from motlp.frameworks.declaration import declare
from motlp.problem.hypergraph import Hypergraph
from motlp.problem.interactions import interactions
from motlp.problem.measure import LabeledMeasure
from motlp.problem.threat import Ball, Quadratic
from motlp.proof.certificate import Certificate
from motlp.proof.verification import verify
from motlp.solving.sinkhorn import sinkhorn
from motlp.solving.solution import Solution
from motlp.solving.solve import solve
from motlp.solving.untruncated import untruncated


@pytest.mark.parametrize(("framework", "solver"), READY)
def test_every_solver_s_solution_has_one(framework, solver):
    hypergraph = triangles().truncate(2 if solver == "maxflow" else 3)
    solution = solve(hypergraph, framework=framework, solver=solver)
    assert_verified(solution)


def assert_verified(solution: Solution) -> None:
    """The certificate proves what the solution says, and no less than what is printed."""
    found = verify(solution.certificate(), solution.hypergraph.measure)
    assert (found.exit, found.verdict, found.unchecked) == (0, "proved", ""), found
    assert (found.threat, found.eps) == (solution.hypergraph.threat, solution.hypergraph.eps)
    assert found.order == solution.order
    assert found.risk_lower >= solution.risk_lower
    assert float(found.risk_lower) == pytest.approx(solution.risk_lower, abs=1e-12)
    if solution.gap is None:
        assert found.risk_upper is None
    else:
        upper = solution.risk_lower + solution.gap
        assert found.risk_upper <= upper
        assert float(found.risk_upper) == pytest.approx(upper, abs=1e-12)


@given(hypergraphs(), st.sampled_from(["sinkhorn", "stopped", "lp", "untruncated"]))
@settings(max_examples=40, deadline=None)
def test_solutions_of_every_kind_have_one(hypergraph, kind):
    measure, threat = hypergraph.measure, hypergraph.threat
    match kind:
        case "sinkhorn":
            assert_verified(solve(hypergraph, solver="sinkhorn+lp"))
        case "stopped":
            with warnings.catch_warnings(action="ignore"):
                assert_verified(sinkhorn(hypergraph, max_sweeps=2))
        case "lp":
            assert_verified(solve(hypergraph, model="primal", framework="matrix", solver="ipm"))
        case "untruncated":
            assert_verified(untruncated(measure, threat, hypergraph.eps, time_limit=1))


def test_a_model_of_a_user_has_one():
    """About the plain problem: the plan and the potential of the extended one prove an interval of it."""
    hypergraph = triangles()
    model = declare(hypergraph, "dual", "cvxpy")
    model.problem = cp.Problem(model.problem.objective, [*model.problem.constraints, model.potential >= 0.25])
    solution = solve(model)
    assert solution.value_bound is not None
    assert_verified(solution)


@pytest.mark.parametrize("garbage", [np.nan, np.inf, -1.0, 0.0, 1e308])
def test_garbage_proves_nothing_false(garbage):
    hypergraph = triangles()
    solution = make_solution(hypergraph, np.full(hypergraph.size, garbage), np.full(hypergraph.measure.size, garbage))
    assert_verified(solution)


def test_a_set_that_is_no_interaction_makes_no_certificate():
    measure = LabeledMeasure.from_arrays([[0.0, 0.0], [9.0, 0.0], [0.0, 9.0]], [0, 1, 2], unit=1)
    alone = interactions(measure, Ball("l2"), 1, 3)
    rows = np.array([[0, 1, 2]], np.int32)
    for norm in ("l2", "l1"):
        forged = replace(
            alone,
            threat=Ball(norm),
            members=(*alone.members[:2], rows),
            births=(*alone.births[:2], np.array([0.5])),
        )
        with pytest.raises(InvalidHypergraph, match="no interaction"):
            make_solution(forged, np.full(forged.size, 1 / 3), None).certificate()


def test_an_end_that_is_missing_is_named():
    hypergraph = triangles()
    solution = solve(hypergraph)
    with pytest.raises(NoCertificate, match="no lower end, as there is no plan and no upper end") as caught:
        replace(solution, plan=None, potential=None, message="the reason").certificate()
    assert "the reason" in str(caught.value)
    upper_missing = replace(solution, potential=None).certificate()
    assert upper_missing.risk_upper is None
    assert "no upper end" in upper_missing.claim["about"]["missing"]
    for name in ("potential", "hopeless", "safe", "slackness", "risk_by_class"):
        with pytest.raises(NoCertificate, match="no upper end"):
            getattr(upper_missing, name)
    lower_missing = replace(solution, plan=None).certificate()
    assert lower_missing.risk_lower == 0
    assert "no lower end" in lower_missing.claim["about"]["missing"]
    for one in (upper_missing, lower_missing):
        assert verify(one, hypergraph.measure).exit == 0


def test_interactions_that_are_missing_make_the_upper_end_false():
    """Which the docstring says, and the verifier sees."""
    hypergraph = triangles()
    fewer = hypergraph.select(hypergraph.sizes == 1)
    assert verify(solve(fewer).certificate(), hypergraph.measure).exit == 1


@pytest.fixture
def certificate() -> Certificate:
    return solve(triangles()).certificate()


def test_what_is_saved_comes_back(certificate, tmp_path):
    certificate.save(tmp_path / "some.npz")
    loaded = Certificate.load(tmp_path / "some.npz")
    assert loaded.claim == certificate.claim
    assert set(loaded.arrays) == set(certificate.arrays)
    for name, array in certificate.arrays.items():
        assert loaded.arrays[name].dtype == array.dtype
        assert np.array_equal(loaded.arrays[name], array)
    assert verify(tmp_path / "some.npz", triangles().measure) == verify(certificate, triangles().measure)
    with zipfile.ZipFile(tmp_path / "some.npz") as file:
        assert json.loads(file.read("claim.json"))["format"] == "motlp certificate"


@pytest.mark.parametrize(
    "change",
    [
        lambda parts: parts.pop("claim"),
        lambda parts: parts.update(claim=[]),
        lambda parts: parts["claim"].update(about=3),
        lambda parts: parts["claim"].update(risk_lower="one"),
        lambda parts: parts["claim"].update(risk_upper=[]),
        lambda parts: parts["claim"].update(eps="1e99999999"),
        lambda parts: parts["claim"].update(cost="l7"),
        lambda parts: parts["claim"]["data"].update(points=10**15),
        lambda parts: parts["claim"]["data"].update(points=-1),
        lambda parts: parts["claim"]["data"].update(classes="many"),
        lambda parts: parts.pop("about_labels"),
        lambda parts: parts.update(about_labels=parts["about_labels"][::-1]),
        lambda parts: parts.update(about_masses=parts["about_masses"] * 2),
        lambda parts: parts.update(members_2=parts["members_2"] + 100),
        lambda parts: parts.update(about_labels=parts["about_labels"].astype("<i8")),
        lambda parts: parts.update(about_masses=parts["about_masses"].astype(complex)),
        lambda parts: parts.update(about_costs_2=np.array(["text"])),
        lambda parts: parts.update(about_costs_2=np.zeros((2, 3))),
        lambda parts: parts["claim"]["about"].update(class_names=7),
        lambda parts: parts["claim"]["data"].update(classes=2**31 - 1),
        lambda parts: parts["claim"]["about"].update(class_names=None),
        lambda parts: parts["claim"].update(weight_unit="9" * 2000),
        lambda parts: parts.update(potential=parts["potential"] * np.nan),
    ],
)
def test_what_is_no_certificate_is_not_loaded(certificate, tmp_path, change):
    parts = take_apart(certificate)
    change(parts)
    with pytest.raises(InvalidFile, match="no certificate that can be read") as caught:
        Certificate.load(put_together(parts, tmp_path / "some.npz"))
    assert "\n" not in str(caught.value)


def test_names_may_be_missing(certificate, tmp_path):
    parts = take_apart(certificate)
    parts["claim"]["about"] = {"class_names": ["too", "few"]}
    loaded = Certificate.load(put_together(parts, tmp_path / "some.npz"))
    assert loaded.class_names == ["0", "1", "2"]
    del parts["claim"]["about"]
    loaded = Certificate.load(put_together(parts, tmp_path / "some.npz"))
    assert loaded.class_names == ["0", "1", "2"]
    assert verify(loaded, triangles().measure).exit == 0


def test_a_path_that_leads_nowhere(tmp_path):
    for path in (tmp_path / "missing.npz", tmp_path):
        with pytest.raises(InvalidFile, match="no certificate that can be read"):
            Certificate.load(path)
        assert verify(path, triangles().measure).exit == 2


def test_inspection_of_a_pair():
    """One of both points must be given up, or a half of each."""
    certificate = solve(pair()).certificate()
    assert float(certificate.risk_lower) == pytest.approx(0.5)
    assert certificate.orders == [2]
    assert certificate.members(2).tolist() == [[0, 1]]
    assert certificate.weights(2).tolist() == [0.5]
    assert certificate.binding(2).tolist() == [[0, 1]]
    assert certificate.slack(2) == pytest.approx(0.0, abs=1e-12)
    assert certificate.potential.sum() == pytest.approx(1.0)
    assert certificate.risk_by_class @ [0.5, 0.5] == pytest.approx(0.5)
    assert (certificate.threat, certificate.eps, certificate.order) == (Ball("l2"), 1, 2)


@given(hypergraphs())
@settings(max_examples=40, deadline=None)
def test_residuals_are_what_separates_the_ends(hypergraph):
    solution = solve(hypergraph, framework="matrix", solver="simplex")
    certificate = solution.certificate()
    slackness = certificate.slackness
    parts = [*slackness.interactions.values(), slackness.alone, slackness.excess]
    assert min((part.min(initial=0.0) for part in parts), default=0.0) >= 0.0
    assert slackness.total == pytest.approx(solution.gap, abs=1e-9)
    stopped = make_solution(hypergraph, solution.plan * 0.9, solution.potential * 0.8)
    assert stopped.certificate().slackness.total == pytest.approx(stopped.gap, abs=1e-9)


@given(hypergraphs())
@settings(max_examples=25, deadline=None)
def test_what_the_potential_says(hypergraph: Hypergraph):
    solution = solve(hypergraph, framework="matrix", solver="simplex")
    certificate, measure = solution.certificate(), hypergraph.measure
    g = certificate.potential
    assert (g[certificate.hopeless] <= 1e-6).all()
    assert (g[certificate.safe] >= 1 - 1e-6).all()
    shares = np.bincount(measure.labels, measure.mass)
    assert certificate.risk_by_class @ shares == pytest.approx(solution.risk, abs=1e-6)
    for k in certificate.orders:
        rows = certificate.binding(k)
        price = 1.0
        if isinstance(hypergraph.threat, Quadratic):
            every = {
                tuple(row): cost
                for row, cost in zip(hypergraph.members[k - 1].tolist(), hypergraph.births[k - 1], strict=True)
            }
            price += np.array([every[tuple(row)] for row in rows.tolist()])
        assert g[rows].sum(axis=1) == pytest.approx(price, abs=1e-5)


def test_points_of_another_byte_order():
    x = np.random.default_rng(0).normal(size=(20, 3)).astype(">f4")
    measure = LabeledMeasure.from_arrays(x, np.arange(20) % 3)
    found = verify(solve(interactions(measure, Ball("l2"), 1, 3)).certificate(), measure)
    assert found.exit == 0, found


@pytest.mark.parametrize("order", [0, 4])
def test_an_order_that_there_is_not(certificate, order):
    with pytest.raises(InvalidBudget, match="a whole number between 1 and 3"):
        certificate.binding(order)


def test_a_failed_solution_has_none():
    failed = replace(solve(triangles()), plan=None, potential=None, status=Status.FAILED, message="no memory")
    with pytest.raises(NoCertificate, match="no memory"):
        failed.certificate()
