"""Certificates as files that are taken apart, changed and put together again."""

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from support import second_verifier

from motlp.problem.measure import LabeledMeasure
from motlp.proof import verifier
from motlp.proof.certificate import Certificate

NORMS = ("l2", "linf", "l1", "quadratic")
EACH = 4  # images of a digit
Parts = dict[str, Any]  # the claim under "claim", and the arrays under their names


def take_apart(certificate: Certificate) -> Parts:
    """The parts of a certificate, to be changed."""
    return {"claim": json.loads(json.dumps(certificate.claim))} | {k: a.copy() for k, a in certificate.arrays.items()}


def put_together(parts: Parts, path: Path) -> Path:
    """The file of these parts, whatever they are."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, part in parts.items():
            if name == "claim":
                file.writestr("claim.json", part if isinstance(part, bytes) else json.dumps(part))
            elif isinstance(part, bytes):
                file.writestr(name, part)
            else:
                file.writestr(f"{name}.npy", as_bytes(part))
    return path


def as_bytes(array: np.ndarray) -> bytes:
    """An array in NumPy's format, pickled if it is one of objects."""
    stream = io.BytesIO()
    np.lib.format.write_array(stream, array, allow_pickle=True)
    return stream.getvalue()


def check(path: Path, measure: LabeledMeasure) -> dict[str, Any]:
    """What the verifier says, once a second one, which was written from the format's description alone, agrees.

    Where a rule of the format is broken and a claim does not follow either, both 1 and 2 are right. And one of them may
    refuse a zip file that contradicts itself in the size of a member.
    """
    data = measure.points, measure.labels, measure.mass, measure.unit
    found, second = verifier.verify(path, verifier.Data(*data)), second_verifier.check(path, *data)
    if (found["exit"] and second.exit) or "shorter than stated" in second.why:
        return found
    if found["exit"] == 0 and second.exit == 0:
        assert found["risk_lower"] == second.lower
        assert found["risk_upper"] == second.upper
        return found
    searched = second.searched if second.exit == 0 else not found["unchecked"]
    assert not searched, (found, second)  # else a violated interaction was found by the other
    return found


def changing(change: Callable[[Parts], object]) -> Callable[[Certificate, Path], Path]:
    """Writes a certificate with some of its parts changed."""

    def write(certificate: Certificate, path: Path) -> Path:
        parts = take_apart(certificate)
        change(parts)
        return put_together(parts, path)

    return write
