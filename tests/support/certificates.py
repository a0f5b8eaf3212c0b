"""Certificates as files that are taken apart, changed and put together again."""

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from motlp.problem.measure import LabeledMeasure
from motlp.proof import verifier
from motlp.proof.certificate import Certificate

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
    """What the verifier says."""
    return verifier.verify(path, verifier.Data(measure.points, measure.labels, measure.mass, measure.unit))


def changing(change: Callable[[Parts], object]) -> Callable[[Certificate, Path], Path]:
    """Writes a certificate with some of its parts changed."""

    def write(certificate: Certificate, path: Path) -> Path:
        parts = take_apart(certificate)
        change(parts)
        return put_together(parts, path)

    return write
