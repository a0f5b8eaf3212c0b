"""Which solvers are installed, and in which version: packages and programs are asked, and no solver is loaded."""

import re
import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path

from motlp.frameworks.catalogue import Offer, SolverInfo, describe, find_version, list_offers

# What CVXPY calls and the catalogue does not know, by a module that it needs. Where one is there, CVXPY is asked.
OTHERS = {
    "cosmo": "cosmopy",
    "cuclarabel": "cupy",
    "daqp": "daqp",
    "glop": "ortools",
    "knitro": "knitro",
    "moreau": "moreau",
    "mpax": "mpax",
    "nag": "naginterfaces",
    "pdcs": "cupy",
    "pdlp": "ortools",
    "proxqp": "proxsuite",
    "qoco": "qoco",
    "qpalm": "qpalm",
    "sdpa": "sdpap",
}
SECONDS_TO_ANSWER = 5.0  # of a program that is asked for its version
PARTS = 4  # of the version of a program, as Pyomo writes it


def list_rows(framework: str) -> list[SolverInfo]:
    """The rows of a framework in the table of solvers, for this machine."""
    if framework == "cvxpy" and any(find_spec(module) for module in OTHERS.values()):
        from motlp.frameworks.engine import find_engine

        return find_engine(framework).solvers()
    offers = {name: offer for name, offer in list_offers(framework).items() if offer.offered}
    return [describe(framework, name, find_installed(offer)) for name, offer in offers.items()]


def may_be_known(framework: str, solver: str) -> bool:
    """Whether a framework may know a solver that the catalogue does not have: CVXPY names those it calls in a file."""
    module = find_spec("cvxpy") if framework == "cvxpy" else None
    if module is None or module.origin is None:
        return False
    settings = Path(module.origin).with_name("settings.py")
    return not settings.is_file() or f'"{solver.upper()}"' in settings.read_text(encoding="utf-8")


def find_installed(offer: Offer) -> str:
    """The version of what an offer needs; "" where it is not installed."""
    return ask_program(*offer.program) if offer.program else find_version(offer.packages)


def ask_program(name: str, flag: str) -> str:
    """The version of a program as it tells it; "" where it is not there, or is none that answers."""
    path = shutil.which(name)
    if path is None:
        return ""
    try:
        done = subprocess.run(
            [path, flag], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=SECONDS_TO_ANSWER
        )
    except (OSError, ValueError, subprocess.TimeoutExpired):  # ValueError: it answers in no text
        return ""
    found = re.search(r"\d+(\.\d+)+", done.stdout + done.stderr)
    return ".".join([*found[0].split("."), *["0"] * PARTS][:PARTS]) if found else ""
