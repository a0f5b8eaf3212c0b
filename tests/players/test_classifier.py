"""The optimal classifier: what it proves, beside rational arithmetic and attacks; and the contract of an estimator."""

import pickle
from dataclasses import replace
from fractions import Fraction

import joblib
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.utils.estimator_checks import parametrize_with_checks
from support import brute
from support.certificates import put_together, take_apart
from support.measures import measures, threats

import motlp
from motlp.datasets import load
from motlp.errors import InvalidFile, InvalidMeasure, NoCertificate
from motlp.players import classifier as source
from motlp.players.certainty import satisfy_all_orders
from motlp.players.classifier import RobustClassifier
from motlp.problem.measure import LabeledMeasure
from motlp.problem.threat import Ball, Quadratic
from motlp.proof.certificate import Certificate
from motlp.proof.verification import Verification
from motlp.solving.solve import solve
from motlp.solving.untruncated import untruncated

SMALL = measures(classes=(2, 4), points=(4, 9), dimensions=(1, 2), dtypes=("u1", "i8", "f8"))
THREATS = threats(norms=("l2", "linf", "l1"))


@parametrize_with_checks([RobustClassifier(eps=0.3), RobustClassifier(tau=2)])
def test_scikit_learn_takes_it_for_an_estimator(estimator, check):
    check(estimator)


def fit(measure, threat, eps, **settings) -> RobustClassifier:
    """The classifier of a measure under a threat."""
    tau = {"tau": threat.tau} if isinstance(threat, Quadratic) else {"norm": threat.norm}
    made = RobustClassifier(eps=eps, unit=measure.unit, **tau, **settings)
    return made.fit(measure.points, measure.labels, measure.mass)


def distance(x, y, norm) -> Fraction:
    """The exact distance, squared for l2."""
    gaps = [abs(Fraction(a) - Fraction(b)) for a, b in zip(x.tolist(), y.tolist(), strict=True)]
    return {"l2": sum(gap * gap for gap in gaps), "l1": sum(gaps), "linf": max(gaps)}[norm]


def claims(model: RobustClassifier, place) -> list[Fraction]:
    """What each class has of 1 at a place before the rest is given away, in rational arithmetic."""
    measure, threat = model.measure_, model.threat_
    worth = [Fraction(0)] * measure.classes
    for point, label, g in zip(measure.points, measure.labels.tolist(), model.potential_.tolist(), strict=True):
        far = distance(place, point, threat.norm) * measure.unit ** (2 if threat.norm == "l2" else 1)
        if isinstance(threat, Quadratic):
            mine = Fraction(g) - threat.tau * far
        else:
            mine = Fraction(g) if far <= model.eps_ ** (2 if threat.norm == "l2" else 1) else Fraction(0)
        worth[label] = max(worth[label], mine)
    return worth


def places(measure: LabeledMeasure, reach: float, seed: int) -> np.ndarray:
    """Where points may meet: themselves, means of sets of them, steps of the reach along the axes and at random."""
    rng, points = np.random.default_rng(seed), measure.points.astype(float)
    sets = [rng.choice(len(points), rng.integers(2, 5)) for _ in range(25)]
    means = np.array([points[some].mean(axis=0) for some in sets])
    spans = np.array([(points[some].min(axis=0) + points[some].max(axis=0)) / 2 for some in sets])
    steps = np.concatenate([np.eye(points.shape[1]), -np.eye(points.shape[1]), rng.normal(size=(4, points.shape[1]))])
    steps *= reach / np.linalg.norm(steps, axis=1, keepdims=True)
    around = (points[:, None] + steps).reshape(-1, points.shape[1])
    return np.concatenate([points, means, spans, around, points[:1] + 1e6])


@settings(max_examples=16)
@given(SMALL, THREATS, st.sampled_from(["full", 1, 2]), st.integers(0, 999))
def test_what_is_proved_holds_everywhere(measure, against, order, seed):
    threat, eps = against
    model = fit(measure, threat, eps, order=order)
    everything = brute.interactions(measure, threat, model.eps_, measure.classes)
    best = brute.risk(measure, everything)
    assert Fraction(model.risk_lower_) <= best <= Fraction(model.risk_upper_)
    if order == "full":
        assert model.risk_upper_ - model.risk_lower_ <= 1e-6
    queries = places(measure, float(eps or 1), seed)
    proba = model.predict_proba(queries)
    used = np.flatnonzero(measure.mass > 0)
    for query, row in zip(queries, proba, strict=True):
        worth = claims(model, query)
        assert sum(worth) <= 1
        nearest = min(used.tolist(), key=lambda v: distance(query, measure.points[v], threat.norm))
        worth[measure.labels[nearest]] += 1 - sum(worth)
        assert row.tolist() == pytest.approx([float(part) for part in worth], abs=1e-14)
    kept = np.array([attack(model, v, queries, proba) for v in range(measure.size)])
    assert (kept >= model.potential_ - (0 if threat.has_budget else 1e-14)).all()
    assert 1 - measure.mass @ kept <= model.risk_upper_ + 1e-12


def attack(model: RobustClassifier, v: int, queries, proba) -> float:
    """The least probability of the label of v at the queries that the adversary can take it to, after what he pays."""
    measure, threat = model.measure_, model.threat_
    far = [distance(query, measure.points[v], threat.norm) for query in queries]
    if isinstance(threat, Quadratic):
        return min(proba[:, measure.labels[v]] + [float(threat.tau * measure.unit**2 * d) for d in far])
    reach = (model.eps_ / measure.unit) ** (2 if threat.norm == "l2" else 1)
    return min(proba[[d <= reach for d in far], measure.labels[v]])


@given(SMALL, THREATS, st.data())
def test_any_potential_is_made_feasible(measure, against, data):
    threat, eps = against
    numbers = st.floats() | st.floats(0, 1) | st.sampled_from([0.5, 1.0])
    wild = data.draw(npst.arrays(np.float64, measure.size, elements=numbers))
    g = satisfy_all_orders(measure, threat, threat.budget(eps), wild)
    assert 0 <= g.min() <= g.max() <= 1
    for A, cost in brute.interactions(measure, threat, threat.budget(eps), measure.classes).items():
        assert sum(Fraction(g[v]) for v in A) <= 1 + cost


@pytest.mark.parametrize(
    ("name", "settings", "per_class"),
    [("digits", {"eps": "1"}, 40), ("gaussians", {"eps": "1/2"}, 40), ("digits", {"norm": "linf", "eps": "0.3"}, 40)],
)
def test_the_interval_is_narrow_and_no_attack_leaves_it(name, settings, per_class):
    measure = load(name, per_class=per_class)
    model = RobustClassifier(**settings, unit=measure.unit).fit(measure.points, measure.labels)
    assert 0 <= model.risk_upper_ - model.risk_lower_ <= 1e-6
    assert model.risk_lower_ > 0
    assert find_risk(model) <= model.risk_upper_ + 1e-12


def find_risk(model: RobustClassifier, restarts: int = 12) -> float:
    """The risk under an attack: from many starts towards points of other classes, and on from the best places."""
    measure, rng = model.measure_, np.random.default_rng(0)
    points, eps = measure.points.astype(float), float(model.eps_ / measure.unit) * (1 - 1e-12)
    order = {"l2": 2, "linf": np.inf}[model.threat_.norm]
    left, place = np.ones(measure.size), points.copy()
    rows = np.arange(measure.size)
    for k in range(restarts):
        other = points[rng.permutation(measure.size)] if k % 3 == 2 else points[find_other(points, measure.labels, k)]
        step = (other + (place if k > 4 else points)) / 2 - points
        size = np.linalg.norm(step, ord=order, axis=1, keepdims=True)
        step *= np.minimum(1, eps / np.maximum(size, 1e-300))
        kept = model.predict_proba(points + step)[rows, measure.labels]
        place[kept < left] = (points + step)[kept < left]
        left = np.minimum(left, kept)
    return float(1 - measure.mass @ left)


def find_other(points, labels, k: int) -> np.ndarray:
    """For each point, one of the nearest points of other classes."""
    gaps = ((points[:, None] - points[None]) ** 2).sum(axis=2)
    gaps[labels[:, None] == labels] = np.inf
    return gaps.argsort(axis=1)[:, k // 3]


def test_the_interval_is_narrow_on_images(mnist_root):
    measure = load("mnist", root=mnist_root, per_class=60)
    model = RobustClassifier(eps=4).fit(measure.points, measure.labels)
    assert model.measure_.unit == Fraction(1, 255)
    assert model.risk_lower_ > 0.01
    assert model.risk_upper_ - model.risk_lower_ <= 1e-6
    assert model.score(measure.points, measure.labels) > 0.95
    one, all_of_them = model.predict_proba(measure.points[:1]), model.predict_proba(measure.points)
    assert (one == all_of_them[:1]).all()


def digits(**settings) -> tuple[LabeledMeasure, RobustClassifier]:
    """A few digits, and their classifier."""
    measure = load("digits", per_class=20)
    return measure, RobustClassifier(eps="1", **settings).fit(measure.points / 16, measure.labels)


def test_batches_change_nothing_and_copies_answer_alike(tmp_path):
    measure, model = digits()
    queries = np.random.default_rng(0).permutation(load("digits").points / 16)[:120]
    proba = model.predict_proba(queries)
    assert proba.sum(axis=1) == pytest.approx(np.ones(len(queries)), abs=1e-14)
    for size in (1, 7):
        parts = [model.predict_proba(queries[start : start + size]) for start in range(0, len(queries), size)]
        assert (np.concatenate(parts) == proba).all()
    joblib.dump(model, tmp_path / "model")
    for copy in (pickle.loads(pickle.dumps(model)), joblib.load(tmp_path / "model")):
        assert (copy.predict_proba(queries) == proba).all()
        assert copy.robust_score(measure.points / 16, measure.labels) == model.robust_score(
            measure.points / 16, measure.labels
        )
    again = clone(model)
    assert again.get_params() == model.get_params()
    assert not hasattr(again, "potential_")
    assert (model.predict(queries) == model.classes_[proba.argmax(axis=1)]).all()


def test_classes_keep_their_names_and_points_without_mass_count_for_nothing():
    X, y = np.array([[0.0], [1.0], [1.2], [4.0]]), np.array(["b", "a", "a", "a"])
    model = RobustClassifier(eps=1).fit(X, y, [1, 1, 0, 0])
    assert model.classes_.tolist() == ["a", "b"]
    assert model.predict([[0.4], [9.0]]).tolist() == ["b", "a"]
    assert model.predict_proba([[9.0], [-3.0]]).tolist() == [[1, 0], [0, 1]]
    assert model.risk_upper_ == pytest.approx(0.5, abs=1e-9)
    assert model.potential_[2:].tolist() == [0, 0]


def test_images_of_bytes_and_other_numbers_are_not_mixed_up():
    X, y = np.array([[0, 10], [200, 30], [90, 90]], np.uint8), [0, 1, 1]
    model = RobustClassifier(eps=0.1).fit(X, y)
    assert model.measure_.points.dtype == np.uint8
    with pytest.raises(InvalidMeasure, match=r"X is float64, in steps of 1, but .* fitted on uint8, in steps of 1/255"):
        model.predict(X / 255)
    with pytest.raises(InvalidMeasure, match=r"X is uint8, in steps of 1/255, but .* fitted on float64"):
        RobustClassifier(eps=0.1).fit(X / 255, y).predict(X)
    with pytest.raises(InvalidMeasure, match="are not those of the training measure"):
        model.robust_score(X / 255, y)
    steps = RobustClassifier(eps=0.1, unit="1/255").fit(X, y)
    assert (steps.predict_proba(X.astype(float)) == model.predict_proba(X)).all()
    truth = RobustClassifier(eps=0).fit(X > 50, y)
    assert truth.measure_.unit == 1
    assert truth.predict(X > 50).tolist() == y
    with pytest.raises(InvalidMeasure, match="more than 64 bits"):
        RobustClassifier(eps=0.1).fit(X / 255, y).predict(X.astype(np.longdouble))


def test_what_cannot_be_fitted_is_refused_in_a_line():
    X, y = np.arange(8.0).reshape(4, 2), [0, 0, 1, 1]
    for labels, weights, words in (
        ([1, 1, 1, 1], None, "one class only"),
        ([0.1, 0.2, 0.3, 0.4], None, "Unknown label type: continuous"),
        (y, [1, -1, 1, 1], "sample_weight of point 1 is -1"),
        (y, [0, 0, 0, 0], "sample_weight is zero for all points"),
        (y, [1, 1], "one mass a point"),
    ):
        with pytest.raises(ValueError, match=words):
            RobustClassifier(eps=1).fit(X, labels, weights)
    with pytest.raises(ValueError, match="contains NaN"):
        RobustClassifier(eps=1).fit([[np.nan, 1], [1, 2]], [0, 1])
    with pytest.raises(NotFittedError):
        RobustClassifier(eps=1).predict(X)
    with pytest.raises(NotFittedError):
        RobustClassifier(eps=1).robust_score(X, y)
    with pytest.raises(ValueError, match="expecting 2 features"):
        RobustClassifier(eps=1).fit(X, y).predict(X[:, :1])


def test_the_score_is_of_the_training_measure_alone():
    measure, model = digits(order=2)
    X, y = measure.points / 16, measure.labels
    score = model.robust_score(X, y)
    assert score == (model.risk_lower_, model.risk_upper_)
    assert score.lower <= score.upper
    assert model.robust_score(X, y, np.full(len(X), 3.0)) == score
    for other in ((X[::-1], y[::-1]), (X, np.roll(y, 1)), (X, y + 1), (X[1:], y[1:]), (X, y, np.arange(len(X)))):
        with pytest.raises(InvalidMeasure, match="give those of fit, in their order"):
            model.robust_score(*other)


def test_a_solver_without_an_answer_is_told(monkeypatch):
    X, y = np.arange(8.0).reshape(4, 2), [0, 0, 1, 1]
    truth = solve(motlp.interactions(LabeledMeasure.from_arrays(X, y), Ball("l2"), 3, 2))
    monkeypatch.setattr(source.FullMethod, "solve", lambda *_: replace(truth, potential=None, message="it gave up"))
    with pytest.raises(NoCertificate, match="it gave up"):
        RobustClassifier(eps=3).fit(X, y)


@pytest.fixture(scope="module")
def certified():
    """A few digits, an untruncated certificate and one of order 2."""
    measure = load("digits", per_class=8)
    few = solve(motlp.interactions(measure, Ball("l2"), "1.4", 2), framework="matrix")
    return measure, untruncated(measure, Ball("l2"), "1.4").certificate(), few.certificate()


def test_a_certificate_makes_a_classifier(certified, tmp_path):
    measure, whole, few = certified
    few.save(tmp_path / "few.npz")
    for certificate, order in ((whole, "full"), (tmp_path / "few.npz", 2)):
        model = RobustClassifier.from_certificate(certificate, measure.points, measure.labels)
        assert model.get_params() == {
            "norm": "l2", "eps": "1.4", "tau": None, "order": order, "solver": None, "unit": "1/16"
        }  # fmt: skip
        assert model.n_features_in_ == 64
        assert model.robust_score(measure.points, measure.labels) == (model.risk_lower_, model.risk_upper_)
        assert find_risk(model) <= model.risk_upper_ + 1e-12
        fitted = clone(model).fit(measure.points, measure.labels)
        assert fitted.risk_lower_ == pytest.approx(model.risk_lower_, abs=1e-6)
    assert model.risk_upper_ > model.risk_lower_ + 0.01  # triangles ask for more than order 2 sees


def test_a_quadratic_certificate_of_bytes_has_the_usual_unit():
    X, y = np.array([[0, 0], [90, 0], [0, 120]], np.uint8), ["a", "b", "c"]
    certificate = untruncated(LabeledMeasure.from_arrays(X, y, [1, 2, 3]), Quadratic("0.5")).certificate()
    model = RobustClassifier.from_certificate(certificate, X, y)
    assert (model.unit, model.tau, model.eps) == (None, "0.5", None)
    assert model.robust_score(X, y, [1, 2, 3]).upper == model.risk_upper_
    assert model.risk_upper_ - model.risk_lower_ <= 1e-6


def test_certificates_of_other_data_or_without_a_potential_are_refused(certified):
    measure, whole, _ = certified
    for X, y in ((measure.points[::-1], measure.labels[::-1]), (measure.points.astype(float), measure.labels)):
        with pytest.raises(InvalidFile, match="it is about other data"):
            RobustClassifier.from_certificate(whole, X, y)
    with pytest.raises(InvalidMeasure, match="points"):
        RobustClassifier.from_certificate(whole, measure.points[1:], measure.labels[1:])
    lower = solve(motlp.interactions(measure, Ball("l2"), "1.4", 2), framework="matrix")
    with pytest.raises(NoCertificate, match="no upper end"):
        RobustClassifier.from_certificate(replace(lower, potential=None).certificate(), measure.points, measure.labels)


def test_a_forged_potential_is_refused_and_would_not_be_believed(certified, tmp_path, monkeypatch):
    measure, whole, _ = certified
    parts = take_apart(whole)
    parts["potential"] = np.ones(measure.size)
    parts["claim"]["risk_upper"] = "0"
    forged = Certificate.load(put_together(parts, tmp_path / "forged.npz"))
    with pytest.raises(InvalidFile, match="violate the potential"):
        RobustClassifier.from_certificate(forged, measure.points, measure.labels)
    parts = take_apart(whole)
    parts["claim"]["risk_lower"] = "0.9"
    parts["claim"]["risk_upper"] = "1"
    with pytest.raises(InvalidFile, match="it proves"):
        RobustClassifier.from_certificate(put_together(parts, tmp_path / "lower.npz"), measure.points, measure.labels)
    true = Verification(0, "proved", risk_lower=whole.risk_lower, unchecked="all of the upper end")
    monkeypatch.setattr(source, "verify", lambda *_: true)
    model = RobustClassifier.from_certificate(forged, measure.points, measure.labels)
    assert model.risk_upper_ >= model.risk_lower_
    for A in untruncated(measure, Ball("l2"), "1.4").hypergraph.members[-1].tolist():
        assert sum(Fraction(g) for g in model.potential_[A].tolist()) <= 1
