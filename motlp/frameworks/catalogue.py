"""The solvers motlp knows by name: who may use them, and how to get them."""

from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version


@dataclass(frozen=True)
class SolverInfo:
    """One row of the table of solvers; `version` is empty where the solver is not ready."""

    framework: str
    name: str
    version: str
    licence: str
    solves: str
    install: str

    @property
    def ready(self) -> bool:
        """Whether it can be called now."""
        return bool(self.version)


LICENCES = {
    "highs": "MIT",
    "clarabel": "Apache-2.0",
    "glpk": "GPL-3.0",
    "scs": "MIT",
    "osqp": "Apache-2.0",
    "scipy": "BSD-3-Clause (HiGHS: MIT)",
    "cvxopt": "GPL-3.0",
    "ecos": "GPL-3.0",
    "cbc": "EPL-2.0",
    "ipopt": "EPL-2.0",
    "scip": "Apache-2.0",
    "piqp": "BSD-2-Clause",
    "gurobi": "commercial",
    "mosek": "commercial",
    "xpress": "commercial",
    "cplex": "commercial",
    "copt": "commercial",
}


def licence(name: str) -> str:
    """Licence of a solver, by its name in any framework."""
    return LICENCES.get(name.removeprefix("appsi_").split("_")[0].split("-")[0], "see its vendor")


def package_version(package: str) -> str:
    """Version of an installed Python package, or ""."""
    try:
        return version(package)
    except PackageNotFoundError:
        return ""
