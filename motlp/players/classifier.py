"""The optimal classifier as a scikit-learn estimator.

It answers at random, with the probabilities of `predict_proba`, and its adversarial risk on the training measure is
proved: no other classifier has less than `risk_lower_`, and this one has at most `risk_upper_`.
"""

from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Shaped
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, validate_data

from motlp.errors import InvalidBudget, InvalidFile, InvalidMeasure, NoCertificate, arg, shorten
from motlp.geometry.distance import Points
from motlp.players.certainty import Probabilities, classify, satisfy_all_orders
from motlp.problem.arrays import as_array, check_features
from motlp.problem.hypergraph import check_order
from motlp.problem.interactions import interactions
from motlp.problem.measure import LabeledMeasure, exact_unit
from motlp.problem.rationals import Number, spell
from motlp.problem.terms import FULL
from motlp.problem.threat import Ball, Quadratic, Threat
from motlp.proof.bounds import feasible_value
from motlp.proof.certificate import Certificate
from motlp.proof.decimals import float_above, keep_lower
from motlp.proof.verification import verify
from motlp.solving.method import FullMethod, choose_method
from motlp.solving.repair import Potential
from motlp.solving.solution import Solution
from motlp.solving.untruncated import is_same
from motlp.system.progress import SILENCE


class RobustScore(NamedTuple):
    """The proved interval of an adversarial risk."""

    lower: float
    upper: float


class RobustClassifier(ClassifierMixin, BaseEstimator):
    """The classifier of least adversarial risk on its training points.

    At a place x, label i has the largest potential g_v of the training points v of class i within `eps` of x, boundary
    included and decided exactly; under the quadratic cost, the largest (g_v − `tau`‖x_v − x‖²)₊. What is left of 1 goes
    to the label of the nearest training point with mass, the first of several. The adversary cannot take away more of
    the label of v than g_v leaves, wherever he moves v. That holds for the probabilities; `predict` takes the largest.

    Args:
        norm: "l2", "linf" or "l1", of the balls in which the adversary moves points.
        eps: their radius, in feature units, as an exact number or the text of one.
        tau: instead of `eps`, the price of a unit of squared distance under the quadratic cost.
        order: "full" for interactions of all orders; or a whole number: the potential is found with those of so many
            points at most, and then made feasible for all.
        solver: of a numbered order, as for `motlp.solve`; None for the usual one.
        unit: feature value of one step of X; None for 1/255 where X is uint8, and 1 for all other types.

    Attributes:
        classes_: the labels, ascending.
        n_features_in_: number of features.
        measure_: the training measure.
        threat_, eps_: the adversary.
        potential_: g_v of the training points; no interaction of any order violates it.
        risk_lower_: proved: no classifier has a smaller adversarial risk on the training measure.
        risk_upper_: proved: this one has no larger adversarial risk there, in its probabilities.

    The parameters are checked in `fit`, which raises what `LabeledMeasure.from_arrays`, `motlp.interactions`,
    `motlp.untruncated` and `motlp.solve` raise.
    """

    def __init__(
        self,
        norm: Any = "l2",
        eps: Any = None,
        *,
        tau: Any = None,
        order: Any = "full",
        solver: Any = None,
        unit: Any = None,
    ) -> None:
        self.norm = norm
        self.eps = eps
        self.tau = tau
        self.order = order
        self.solver = solver
        self.unit = unit

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> "RobustClassifier":
        """Solve for the optimal potential on training points.

        Args:
            X: features, (N, d), kept in their type.
            y: labels, (N,).
            sample_weight: masses, (N,), nonnegative; normalised. Points without mass count for nothing.

        Raises:
            InvalidBudget, UnknownName, InvalidConfig, SolverUnavailable: a parameter is out of range.
            ValueError: X or y cannot be used; InvalidMeasure is one.
            TooManyInteractions: too many points are within reach of each other.
            NoCertificate: the solver found no potential.
        """
        threat = choose_threat(self.norm, self.eps, self.tau)
        full = isinstance(self.order, str) and self.order == FULL
        method = choose_method([FULL if full else None], None, None, self.solver, None)
        X, y = validate_data(self, read_features(X), read_labels(y))
        measure = make_measure(X, y, sample_weight, self.unit)
        if isinstance(method, FullMethod):
            solution: Solution = method.solve(measure, threat, self.eps)
        else:
            order = check_order(self.order, measure.classes, f"the number of classes, or {FULL!r}")
            solution = method.solve(interactions(measure, threat, self.eps, order), None, SILENCE)
        if solution.potential is None:
            raise NoCertificate(f"the solver found no potential ({solution.message}); try another one.")
        return self._settle(measure, threat, np.unique(y), solution.potential, solution.risk_lower)

    @classmethod
    def from_certificate(cls, certificate: Any, X: Any, y: Any) -> "RobustClassifier":
        """The classifier whose potential a certificate holds, for the data that it is about.

        Nothing in the certificate is believed: it is verified, and its potential is made feasible for all orders anew.

        Args:
            certificate: a `motlp.Certificate`, or the path of one.
            X, y: its points, (N, d), in their type, and labels, (N,); the masses are those of the certificate.

        Raises:
            InvalidFile: it cannot be read, is about other data, or does not prove what it claims.
            NoCertificate: it has no potential.
            ValueError: X or y cannot be used; InvalidMeasure is one.
            TooManyInteractions: too many points are within reach of each other.
        """
        certificate = certificate if isinstance(certificate, Certificate) else Certificate.load(certificate)
        certificate.check()
        potential, threat, eps = certificate.potential, certificate.threat, certificate.eps
        unit = exact_unit(certificate.claim["data"]["unit"])
        made = cls(
            norm=threat.norm,
            eps=None if eps is None else spell(eps),
            tau=spell(threat.tau) if isinstance(threat, Quadratic) else None,
            order=certificate.order,
        )
        X, y = validate_data(made, read_features(X), read_labels(y))
        if unit != usual_unit(X.dtype):
            made.unit = str(unit)
        measure = make_measure(X, y, certificate.arrays["about_masses"], unit)
        found = verify(certificate, measure)
        if found.exit or found.risk_lower is None:
            raise InvalidFile(f"the certificate proves nothing of these data: {found.why}.")
        return made._settle(measure, threat, np.unique(y), potential, keep_lower(found.risk_lower))

    def predict_proba(self, X: Any) -> Probabilities:
        """The probability of each class, in the order of `classes_`, at each query.

        Args:
            X: queries, (M, d), in the unit of the training points.

        Raises:
            InvalidMeasure: X is in another unit.
            ValueError: X has other features, or cannot be used.
            NotFittedError: `fit` comes first.
        """
        check_is_fitted(self)
        X = validate_data(self, read_features(X), reset=False)
        unit = usual_unit(X.dtype) if self._usual else self.measure_.unit
        if unit != self.measure_.unit:
            raise InvalidMeasure(
                f"{arg('X')} is {X.dtype}, in steps of {unit}, but the classifier was fitted on "
                f"{self.measure_.points.dtype}, in steps of {self.measure_.unit}; give {arg('X')} in that type, or fit "
                f"with a {arg('unit')} that holds for both."
            )
        return classify(as_points(X), self.measure_, self.threat_, self.eps_, self.potential_)

    def predict(self, X: Any) -> Shaped[np.ndarray, " queries"]:
        """The most probable class at each query, (M, d), the first of several; it raises what `predict_proba` does."""
        proba = self.predict_proba(X)
        return self.classes_[proba.argmax(axis=1)]

    def robust_score(self, X: Any, y: Any, sample_weight: Any = None) -> RobustScore:
        """The proved interval of this classifier's adversarial risk on the training measure.

        Args:
            X, y, sample_weight: the training points, labels and masses, as they were given to `fit`.

        Raises:
            InvalidMeasure: they are others, of which nothing is proved.
            ValueError: X or y cannot be used.
            NotFittedError: `fit` comes first.
        """
        check_is_fitted(self)
        X, y = validate_data(self, read_features(X), read_labels(y), reset=False)
        measure = make_measure(X, y, sample_weight, None if self._usual else self.measure_.unit)
        if not is_same(measure, self.measure_) or not np.array_equal(np.unique(y), self.classes_):
            raise InvalidMeasure(
                f"{arg('X')}, {arg('y')} and {arg('sample_weight')} are not those of the training measure, and nothing "
                "is proved of others; give those of fit, in their order."
            )
        return RobustScore(self.risk_lower_, self.risk_upper_)

    def _settle(
        self,
        measure: LabeledMeasure,
        threat: Threat,
        classes: Shaped[np.ndarray, " classes"],
        potential: Potential,
        risk_lower: float,
    ) -> "RobustClassifier":
        """Takes a potential, whatever it is, and a proved lower end."""
        eps = threat.budget(self.eps)
        potential = satisfy_all_orders(measure, threat, eps, potential)
        self.classes_, self.measure_, self.threat_, self.eps_ = classes, measure, threat, eps
        self._usual = self.unit is None  # so that queries must be of a type that has the same unit, whatever it is now
        self.potential_, self.risk_lower_ = potential, risk_lower
        self.risk_upper_ = float_above(1 - Fraction(feasible_value(measure.mass, potential)))
        return self


def choose_threat(norm: Any, eps: Any, tau: Any) -> Threat:
    """The threat that the parameters describe; they are refused if they describe none."""
    threat: Threat = Ball(norm) if tau is None else Quadratic(tau)
    if tau is not None and not (isinstance(norm, str) and norm == Quadratic.norm):
        raise InvalidBudget(f"{arg('norm')} is {shorten(norm)}, but the quadratic cost is Euclidean; leave it out.")
    threat.budget(eps)
    return threat


def read_features(X: Any) -> Any:
    """The features as scikit-learn may check them: it would drop masks, and round what an array of objects holds.

    Raises:
        InvalidMeasure: some are masked, or are numbers that no 64 bits hold.
    """
    if np.ma.isMaskedArray(X):
        X = as_array(X, "X")
    if not isinstance(X, np.ndarray) or X.dtype != object:
        return X
    if not all(isinstance(entry, Number) for entry in X.flat):
        return X  # which scikit-learn refuses
    plain = np.array(X.tolist())
    if plain.dtype.kind not in "biuf" or any(
        a != b and a == a
        for a, b in zip(plain.ravel().tolist(), X.flat, strict=True)  # NaN has an error of its own
    ):
        raise InvalidMeasure(f"{arg('X')} holds numbers that no 64 bits hold; give integers or floats.")
    return plain


def read_labels(y: Any) -> Any:
    """The labels as scikit-learn may check them: it would drop masks.

    Raises:
        InvalidMeasure: some are masked.
    """
    return as_array(y, "y") if np.ma.isMaskedArray(y) else y


def make_measure(X: Any, y: Any, mass: Any, unit: Number | None) -> LabeledMeasure:
    """The measure of checked features and labels.

    Raises:
        ValueError: the labels are no classes; InvalidMeasure where the measure cannot be made.
    """
    check_classification_targets(y)
    if mass is not None and not as_array(mass, "sample_weight", np.float64).any():
        raise InvalidMeasure(f"{arg('sample_weight')} is zero for all points; give at least one of them a weight.")
    try:
        return LabeledMeasure.from_arrays(X, y, mass, unit=unit)
    except InvalidMeasure as error:
        raise InvalidMeasure(error.spell(lambda name: arg("sample_weight" if name == "mass" else name))) from None


def as_points(X: Shaped[np.ndarray, "queries dims"]) -> Points:
    """Checked features as points are stored."""
    points = X.view(np.uint8) if X.dtype == bool else X
    check_features(points)
    return points


def usual_unit(dtype: np.dtype) -> Fraction:
    """Feature value of one step where none is given, as `LabeledMeasure.from_arrays` has it."""
    return Fraction(1, 255) if dtype == np.uint8 else Fraction(1)
