"""Every solver motlp knows by name: what it can solve, its licence and options, and how to get it, each said once.

A new solver, or a framework through which a known one can be called, stands in `SOLVERS`; the tables of solvers
are made from them.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from motlp.errors import UnknownName
from motlp.frameworks.options import clarabel_options, cuopt_options, highs_options, typed_options

FRAMEWORKS = ("cvxpy", "pyomo", "matrix")
TITLES = {"cvxpy": "CVXPY", "pyomo": "Pyomo", "matrix": "matrix"}
LINEAR, INTEGER = "linear", "integer"  # kinds of problem; others are those that the offers below name


@dataclass(frozen=True)
class SolverInfo:
    """One row of the table of solvers; `version` is empty where the solver is not ready.

    Attributes:
        solves: the kinds of problem that it is offered for, in words.
        install: how to get it.
    """

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

    def can(self, kind: str) -> bool:
        """Whether it solves problems of a kind, such as "integer"; every solver may try one of no known kind."""
        return not kind or kind in self.solves.split(", ")


@dataclass(frozen=True)
class Offer:
    """A solver as it can be called through one framework.

    Attributes:
        framework: "cvxpy", "pyomo" or "matrix".
        solves: the kinds of problem that it can solve there.
        install: how to get it.
        packages: Python packages, of which the first that is installed tells the version.
        program: the program that it is, if it is no package, with what makes it tell its version.
        name: its name in the framework, if that is another.
        check: makes options that are checked out of those given; by default the solver itself checks them.
        preset: options that hold unless others are given.
        keyword: the one argument that holds all options, if they are not separate arguments.
        multipliers: whether it returns them for linear problems; without them one end of the interval is not proved,
            and it is offered for integer problems alone, which have none.
    """

    framework: str
    solves: str
    install: str
    packages: tuple[str, ...] = ()
    program: tuple[str, ...] = ()
    name: str = ""
    check: Callable[[dict[str, Any]], dict[str, Any]] = dict
    preset: Mapping[str, Any] = field(default_factory=dict)
    keyword: str = ""
    multipliers: bool = True

    @property
    def offered(self) -> str:
        """The kinds of problem that it is offered for; "" where it is not offered at all."""
        if self.multipliers:
            return self.solves
        return INTEGER if INTEGER in self.solves.split(", ") else ""

    def read_options(self, options: Mapping[str, Any]) -> dict[str, Any]:
        """The options, checked, in the form that the framework takes.

        Raises:
            UnknownName, InvalidConfig: there is no such option, or it takes no such value.
        """
        checked = self.check({**self.preset, **options})
        return {self.keyword: checked} if self.keyword and checked else checked


@dataclass(frozen=True)
class Solver:
    """A solver, and the frameworks through which it can be called."""

    name: str
    licence: str
    offers: Sequence[Offer]


QP = "linear, quadratic"
SOCP = f"{QP}, second-order cone"
CONES = f"{SOCP}, exponential cone, semidefinite"
HIGHS = Offer("matrix", "linear, integer", "pip install highspy", ("highspy",), check=highs_options)  # on plain arrays


def offer_commercial(name: str, package: str, kinds: str) -> Solver:
    """A commercial solver that both frameworks call, and what CVXPY passes on to it."""
    install = f"pip install {package}, and a licence"
    return Solver(
        name,
        "commercial",
        [
            Offer("cvxpy", f"{kinds}, integer", install, (package,)),
            Offer("pyomo", f"{QP}, integer", install, (package,)),
        ],
    )


# In the order in which they are listed.
SOLVERS = (
    Solver(
        "highs",
        "MIT",
        [
            replace(HIGHS, framework="cvxpy", solves=f"{QP}, integer", preset={"output_flag": False}),
            replace(HIGHS, framework="pyomo", solves=f"{QP}, integer"),
            HIGHS,
            # Its methods, each by a name of its own. Crossover would cost many times the rest on large problems; the
            # proved bounds judge the point that the interior point method ends in.
            replace(HIGHS, name="simplex", solves="linear", preset={"solver": "simplex"}),
            replace(HIGHS, name="ipm", solves="linear", preset={"solver": "ipm", "run_crossover": "off"}),
            replace(HIGHS, name="pdlp", solves="linear", preset={"solver": "pdlp"}),
        ],
    ),
    Solver(
        "clarabel",
        "Apache-2.0",
        [Offer("cvxpy", CONES, "pip install clarabel", ("clarabel",), check=clarabel_options)],
    ),
    Solver(
        "glpk",
        "GPL-3.0",
        [
            Offer(
                "cvxpy",
                "linear",
                "pip install 'motlp[glpk]' (GPL)",
                ("cvxopt",),
                # What CVXOPT reads from its options for GLPK.
                check=partial(
                    typed_options,
                    "GLPK",
                    known={
                        "msg_lev": ("GLP_MSG_OFF", "GLP_MSG_ERR", "GLP_MSG_ON", "GLP_MSG_ALL"),
                        "meth": ("GLP_PRIMAL", "GLP_DUAL", "GLP_DUALP"),
                        "presolve": ("GLP_ON", "GLP_OFF"),
                        "tm_lim": range(1, 2**31),  # milliseconds; any other number makes GLPK end the whole process
                        "it_lim": range(1, 2**31),
                    },
                ),
                keyword="glpk",
            ),
            Offer(
                "cvxpy",
                "linear, integer",
                "pip install 'motlp[glpk]' (GPL)",
                ("cvxopt",),
                name="glpk_mi",
                multipliers=False,
            ),
            Offer(
                "pyomo",
                "linear, integer",
                "the program glpsol: apt-get install glpk-utils",
                program=("glpsol", "--version"),
            ),
        ],
    ),
    Solver("scs", "MIT", [Offer("cvxpy", CONES, "pip install scs", ("scs",))]),
    Solver("diffcp", "Apache-2.0", [Offer("cvxpy", CONES, "pip install diffcp", multipliers=False)]),
    Solver(
        "scipy",
        "BSD-3-Clause (HiGHS: MIT)",
        [
            Offer(
                "cvxpy",
                "linear, integer",
                "pip install scipy",
                ("scipy",),
                # What `scipy.optimize.linprog` reads from its options, with the methods of HiGHS.
                check=partial(
                    typed_options,
                    "SciPy",
                    known={
                        "method": str,
                        "maxiter": int,
                        "time_limit": float,
                        "presolve": bool,
                        "primal_feasibility_tolerance": float,
                        "dual_feasibility_tolerance": float,
                        "ipm_optimality_tolerance": float,
                        "simplex_dual_edge_weight_strategy": str,
                    },
                ),
                keyword="scipy_options",
            )
        ],
    ),
    Solver("osqp", "Apache-2.0", [Offer("cvxpy", QP, "pip install osqp", ("osqp",))]),
    Solver(
        "cvxopt",
        "GPL-3.0",
        [
            Offer(
                "cvxpy",
                f"{SOCP}, semidefinite",
                "pip install 'motlp[glpk]' (GPL)",
                ("cvxopt",),
                # CVXOPT ignores any other.
                check=partial(
                    typed_options,
                    "CVXOPT",
                    known={
                        "maxiters": int,
                        "max_iters": int,
                        "abstol": float,
                        "reltol": float,
                        "feastol": float,
                        "refinement": int,
                        "kktsolver": str,
                    },
                ),
            )
        ],
    ),
    Solver("piqp", "BSD-2-Clause", [Offer("cvxpy", QP, "pip install piqp", ("piqp",))]),
    Solver(
        "ecos",
        "GPL-3.0",
        [
            Offer("cvxpy", f"{SOCP}, exponential cone", "pip install ecos", ("ecos",)),
            Offer(
                "cvxpy",
                f"{SOCP}, exponential cone, integer",
                "pip install ecos",
                ("ecos",),
                name="ecos_bb",
                multipliers=False,
            ),
        ],
    ),
    Solver(
        "cuopt",
        "Apache-2.0",
        [
            Offer(
                "cvxpy",
                f"{SOCP}, integer",
                "an NVIDIA GPU (Volta or newer), and cuopt-cu12 (for CUDA 13, cuopt-cu13) from NVIDIA's package index",
                ("cuopt-cu12", "cuopt-cu13", "cuopt"),
                check=cuopt_options,
            )
        ],
    ),
    Solver(
        "cbc",
        "EPL-2.0",
        [
            Offer("cvxpy", "linear, integer", "pip install cylp", ("cylp",), multipliers=False),
            Offer("pyomo", "linear, integer", "the program cbc: apt-get install coinor-cbc", program=("cbc", "-stop")),
        ],
    ),
    Solver(
        "ipopt",
        "EPL-2.0",
        [
            Offer(
                "pyomo",
                f"{QP}, nonlinear",
                "the program ipopt: conda install -c conda-forge ipopt",
                program=("ipopt", "-v"),
            )
        ],
    ),
    Solver(
        "scip",
        "Apache-2.0",
        [
            Offer("cvxpy", f"{SOCP}, integer", "pip install pyscipopt", ("pyscipopt",), multipliers=False),
            Offer(
                "pyomo",
                f"{QP}, nonlinear, integer",
                "the program scip, from scipopt.org",
                program=("scip", "--version"),
            ),
        ],
    ),
    offer_commercial("gurobi", "gurobipy", SOCP),
    offer_commercial("xpress", "xpress", SOCP),
    offer_commercial("mosek", "mosek", CONES),
    offer_commercial("cplex", "cplex", SOCP),
    Solver(
        "copt", "commercial", [Offer("cvxpy", f"{CONES}, integer", "pip install coptpy, and a licence", ("coptpy",))]
    ),
)


def list_offers(framework: str) -> dict[str, Offer]:
    """The solvers that can be called through a framework, by their names in it."""
    return {
        offer.name or solver.name: offer
        for solver in SOLVERS
        for offer in solver.offers
        if offer.framework == framework
    }


def check_known(framework: str, solver: str, known: Iterable[str], others: Iterable[str] = ()) -> None:
    """Refuse a solver that is none of those that are known for a framework; `others` need no framework.

    Raises:
        UnknownName: it is none of both.
    """
    if solver.lower() not in (known := tuple(known)):
        raise UnknownName(f"{TITLES[framework]} solver", solver, (*known, *others))


def describe(framework: str, name: str, version: str) -> SolverInfo:
    """The row of one of these solvers in the table; its version is "" where it is not ready."""
    offer = list_offers(framework)[name]
    licence = next(solver.licence for solver in SOLVERS if any(one is offer for one in solver.offers))
    return SolverInfo(framework, name, version, licence, offer.offered, offer.install)


def find_version(packages: Iterable[str]) -> str:
    """Version of the first of these Python packages that is installed, or ""."""
    for package in packages:
        with suppress(PackageNotFoundError):
            return version(package)
    return ""
