"""Certificates: what a solution proves, as a file that anyone can check without motlp.

A certificate holds the claim, the plan with a place where the points of each interaction meet, and the potential. The
format is described in docs/certificate.md, and `verifier.py` checks it in exact arithmetic.
"""

import hashlib
import json
import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from io import BytesIO
from pathlib import Path
from typing import Any, Literal, NamedTuple

import numpy as np
from jaxtyping import Float64, Int32, Shaped

from motlp.errors import InvalidFile, NoCertificate, one_line
from motlp.problem.archive import check_path
from motlp.problem.hypergraph import check_order
from motlp.problem.threat import Ball, Quadratic, Threat
from motlp.proof import verifier
from motlp.system.atomic import write_atomically

FORMAT = "motlp certificate"
COSTS = "l2", "linf", "l1", "quadratic"
RATIONAL = "[0-9]{1,3000}([./][0-9]{1,3000})?"
NEAR = 1e-6  # potentials that differ from 0 or 1 by less, and constraints with less slack, count as equal to them


class Slackness(NamedTuple):
    """Residuals of complementary slackness, all of them at least 0; at an optimum they are 0.

    They sum to the width of the interval between the two ends. All are in units of mass, of sum one.

    Attributes:
        interactions: π_A (1 + c_A − Σ_{v∈A} g_v) of each interaction listed, order by order: mass on a constraint that
            does not bind.
        alone: s_v (1 − g_v) of each point: mass that is covered by the point itself, though its potential is not 1.
        excess: g_v (Σ_{A∋v} π_A + s_v − m_v) of each point: mass that is covered too often, though its potential is
            not 0.
    """

    interactions: dict[int, Float64[np.ndarray, " sets"]]
    alone: Float64[np.ndarray, " points"]
    excess: Float64[np.ndarray, " points"]

    @property
    def total(self) -> float:
        """Their sum."""
        return float(sum(map(np.sum, (*self.interactions.values(), self.alone, self.excess))))


@dataclass(frozen=True, eq=False)
class Certificate:
    """What was proved, and the proof.

    Attributes:
        claim: the claim, in plain types, as docs/certificate.md describes it.
        arrays: the proof, by the names of that page; under `about_…` what is there for people: labels, masses, and the
            costs of the interactions under the quadratic cost.
    """

    claim: Mapping[str, Any]
    arrays: Mapping[str, Shaped[np.ndarray, "..."]]

    @property
    def threat(self) -> Threat:
        """The adversary."""
        if self.claim["cost"] == "quadratic":
            return Quadratic(Fraction(self.claim["tau"]))
        return Ball(self.claim["cost"])

    @property
    def eps(self) -> Fraction | None:
        """The budget ε, in features; None under the quadratic cost."""
        return None if self.claim["cost"] == "quadratic" else Fraction(self.claim["eps"])

    @property
    def order(self) -> int | Literal["full"]:
        """The truncation order, or "full"."""
        return self.claim["order"]

    @property
    def class_names(self) -> list[str]:
        """Names of the classes; their numbers where the certificate has no names."""
        names, classes = self.claim["about"].get("class_names", []), self.claim["data"]["classes"]
        return [str(name) for name in names] if len(names) == classes else [str(k) for k in range(classes)]

    @property
    def risk_lower(self) -> Fraction:
        """No classifier has a smaller risk, exactly."""
        return Fraction(self.claim["risk_lower"])

    @property
    def risk_upper(self) -> Fraction | None:
        """No more than this can be proved with this order; with all orders, a classifier's risk. None if unknown."""
        upper = self.claim["risk_upper"]
        return None if upper is None else Fraction(upper)

    @property
    def orders(self) -> list[int]:
        """The sizes of the interactions that carry mass, from 2 on."""
        return [k for k in range(2, self.claim["data"]["classes"] + 1) if f"members_{k}" in self.arrays]

    @property
    def mass(self) -> Float64[np.ndarray, " points"]:
        """Masses of the points, of sum one."""
        masses = self.arrays["about_masses"]
        return masses / masses.sum()

    @property
    def labels(self) -> Int32[np.ndarray, " points"]:
        """Classes of the points, 0 … K − 1."""
        return self.arrays["about_labels"]

    @property
    def potential(self) -> Float64[np.ndarray, " points"]:
        """The potential g_v: with this probability a classifier answers rightly wherever v can be moved.

        So it is where the order is "full". At a truncated order, larger interactions may ask for more than this
        classifier can give, and it is the best one only as far as the order sees.

        Raises:
            NoCertificate: there is none, and so there is no upper end.
        """
        if "potential" not in self.arrays:
            raise NoCertificate(f"the certificate has no upper end: {self.claim['about'].get('missing', '')}.")
        return self.arrays["potential"]

    @property
    def hopeless(self) -> Int32[np.ndarray, " _"]:
        """The points that the classifier gives up: g_v = 0."""
        return np.flatnonzero(self.potential <= NEAR).astype(np.int32)

    @property
    def safe(self) -> Int32[np.ndarray, " _"]:
        """The points on which the classifier is right whatever the adversary does: g_v = 1."""
        return np.flatnonzero(self.potential >= 1 - NEAR).astype(np.int32)

    def members(self, order: int) -> Int32[np.ndarray, "sets order"]:
        """The interactions of an order that carry mass, of which each row holds the points; of order 1 none are listed.

        Raises:
            InvalidBudget: `order` is no whole number between 1 and the number of classes.
        """
        check_order(order, self.claim["data"]["classes"], "the number of classes")
        return self.arrays.get(f"members_{order}", np.empty((0, order), np.int32))

    def weights(self, order: int) -> Float64[np.ndarray, " sets"]:
        """The mass on each of these interactions, in units in which all masses sum to one; at least 0."""
        weights = self.arrays.get(f"weights_{order}", np.empty(0))
        return weights * (float(Fraction(self.claim["weight_unit"])) / self.arrays["about_masses"].sum())

    def slack(self, order: int) -> Float64[np.ndarray, " sets"]:
        """1 + c_A − Σ_{v∈A} g_v of each of these interactions: at least 0, and 0 where the constraint binds.

        Raises:
            NoCertificate: there is no potential.
        """
        rows = self.members(order)
        return 1.0 + self.arrays.get(f"about_costs_{order}", np.zeros(len(rows))) - self.potential[rows].sum(axis=1)

    def binding(self, order: int) -> Int32[np.ndarray, "sets order"]:
        """The interactions of an order that carry mass and whose constraint binds, the heaviest first.

        Raises:
            InvalidBudget: `order` is no whole number between 1 and the number of classes.
            NoCertificate: there is no potential.
        """
        rows, weights = self.members(order), self.weights(order)
        heaviest = np.argsort(-weights, kind="stable")
        return rows[heaviest[(self.slack(order)[heaviest] <= NEAR) & (weights[heaviest] > 0)]]

    @cached_property
    def slackness(self) -> Slackness:
        """Residuals of complementary slackness, which say where the two ends differ.

        Raises:
            NoCertificate: there is no potential.
        """
        covered = np.zeros(len(self.mass))
        for k in self.orders:
            np.add.at(covered, self.members(k), self.weights(k)[:, None])
        alone = np.maximum(self.mass - covered, 0.0)
        return Slackness(
            {k: self.weights(k) * np.maximum(self.slack(k), 0.0) for k in self.orders},
            alone * (1.0 - self.potential),
            self.potential * np.maximum(covered - self.mass, 0.0),
        )

    @property
    def risk_by_class(self) -> Float64[np.ndarray, " classes"]:
        """For each class, the share of its mass that the classifier loses: 1 − Σ m_v g_v / Σ m_v over its points.

        0 for a class without mass. Another classifier of the same risk may share it out among the classes otherwise.

        Raises:
            NoCertificate: there is no potential.
        """
        classes = self.claim["data"]["classes"]
        whole, kept = (np.bincount(self.labels, m, classes) for m in (self.mass, self.mass * self.potential))
        return np.divide(whole - kept, whole, out=np.zeros(classes), where=whole > 0)

    def save(self, path: str | Path) -> None:
        """Write the certificate to a `.npz` file.

        Raises:
            InvalidFile: the file cannot be written; what was there before is untouched.
        """
        with write_atomically(check_path(path)) as beside:
            self.write(beside)

    def write(self, place: Path | BytesIO) -> None:
        """Write the bytes of the file."""
        with zipfile.ZipFile(place, "w", zipfile.ZIP_DEFLATED) as file:
            file.writestr("claim.json", json.dumps(self.claim, indent=2))
            for name, array in self.arrays.items():
                with file.open(f"{name}.npy", "w", force_zip64=True) as member:
                    np.lib.format.write_array(member, np.ascontiguousarray(array), allow_pickle=False)

    @classmethod
    def load(cls, path: str | Path) -> "Certificate":
        """Read a certificate; what it claims is not checked, for which see `motlp.verify`.

        Raises:
            InvalidFile: the file does not exist, is damaged or no certificate.
        """
        place = check_path(path)
        try:
            claim, arrays = verifier.unpack(place, skipped=("claim.json",))
            check_parts(claim, arrays)
        except Exception as error:  # of a dozen types: it depends on where the damage is
            raise refuse(str(place), error) from None
        return cls(claim, arrays)

    def check(self, what: str = "the certificate") -> "Certificate":
        """Check that it is a certificate, as far as that can be seen without the data; returns itself.

        `load` does so; it is for certificates that were made or changed by hand.

        Raises:
            InvalidFile: it is none, or damaged; the text calls it `what`.
        """
        try:
            check_parts(self.claim, dict(self.arrays))
        except Exception as error:  # of a dozen types as well
            raise refuse(what, error) from None
        return self


def refuse(what: str, error: Exception) -> InvalidFile:
    """The error that says why something is no certificate."""
    why = error.args[1] if isinstance(error, verifier.Refused) else f"it is damaged ({one_line(error)})"
    return InvalidFile(f"{what} is no certificate that can be read: {why}.")


def check_parts(claim: Any, arrays: dict[str, np.ndarray]) -> None:
    """Refuse what is no certificate, as far as that can be seen without the data.

    Raises:
        ValueError, LookupError, TypeError, ArithmeticError, verifier.Refused: it is none.
    """
    check_people(claim, arrays)
    data, order = claim["data"], claim["order"]
    if order not in ("full", *range(1, data["classes"] + 1)) or not isinstance(data["features"], int):
        raise ValueError("its order or its number of features is none")
    if claim["format"] != FORMAT or claim["cost"] not in COSTS:
        raise ValueError("its claim is none")
    end, reach = claim["risk_upper"], claim["tau" if claim["cost"] == "quadratic" else "eps"]
    for text in (claim["risk_lower"], claim["weight_unit"], reach, "0" if end is None else end):
        if not re.fullmatch(RATIONAL, text) or not 0 <= float(Fraction(text)) < np.inf:
            raise ValueError("a number in it is none")
    if Fraction(claim["weight_unit"]) == 0:
        raise ValueError("the unit of its weights is 0")
    points = np.broadcast_to(np.uint8(0), (data["points"], data["features"]))
    whole = verifier.Claim(claim["cost"], None, data["classes"] if order == "full" else order, None, end, None)
    proof = {name: array for name, array in arrays.items() if not name.startswith("about")}
    verifier.check_arrays(proof, whole, verifier.Data(points, None, None, None))


def check_people(claim: Any, arrays: dict[str, np.ndarray]) -> None:
    """Refuse labels, masses, costs and names that are none; no verifier reads them.

    Raises:
        ValueError, LookupError, TypeError: as it says.
    """
    data, about = claim["data"], claim.setdefault("about", {})
    labels, masses = arrays["about_labels"], arrays["about_masses"]
    for name, array, kind in (("labels", labels, "<i4"), ("masses", masses, "<f8")):
        if (array.dtype.str, array.shape) != (kind, (data["points"],)):
            raise ValueError(f"its {name} are none")
        if hashlib.sha256(array.tobytes()).hexdigest() != data[f"sha256_{name}"]:
            raise ValueError(f"its {name} were altered")
    used = len(np.unique(labels)) == data["classes"] == labels.max() + 1 and labels.min() == 0
    if not used or not 0 <= masses.min() <= masses.max() < np.inf or masses.sum() == 0:
        raise ValueError("its labels or its masses are none")
    for name, array in arrays.items():
        sets = arrays.get(name.replace("about_costs", "members"), array)
        if name.startswith("about_costs") and (array.dtype.str, array.shape) != ("<f8", sets.shape[:1]):
            raise ValueError("its costs are none")
    if not isinstance(about, dict) or not isinstance(about.get("class_names", []), list):
        raise ValueError("its names are none")
