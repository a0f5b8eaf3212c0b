"""motlp: the smallest adversarial risk that any classifier can have, by multimarginal optimal transport.

The public names are loaded when they are first used: the command line hears Ctrl-C long before all is imported.
"""

import sys
from importlib import import_module
from types import ModuleType

TYPE_CHECKING = False  # as `typing` has it, for the static checkers alone
if TYPE_CHECKING:
    from motlp import datasets
    from motlp.archive import load, save
    from motlp.cost import Ball, Quadratic
    from motlp.errors import MotlpError
    from motlp.hypergraph import Hypergraph
    from motlp.interactions import interactions
    from motlp.measure import LabeledMeasure
    from motlp.method import Method
    from motlp.model import LinearProgram, Model, declare
    from motlp.polish import sinkhorn_lp
    from motlp.sinkhorn import NotConverged, sinkhorn
    from motlp.solution import Solution, Status
    from motlp.solve import solve, solvers
    from motlp.sweep import Row, sweep

__all__ = [
    "Ball",
    "Hypergraph",
    "LabeledMeasure",
    "LinearProgram",
    "Method",
    "Model",
    "MotlpError",
    "NotConverged",
    "Quadratic",
    "Row",
    "Solution",
    "Status",
    "datasets",
    "declare",
    "interactions",
    "load",
    "save",
    "sinkhorn",
    "sinkhorn_lp",
    "solve",
    "solvers",
    "sweep",
]

# The modules that hold them.
_HOME = {
    "Ball": "cost",
    "Hypergraph": "hypergraph",
    "LabeledMeasure": "measure",
    "LinearProgram": "model",
    "Method": "method",
    "Model": "model",
    "MotlpError": "errors",
    "NotConverged": "sinkhorn",
    "Quadratic": "cost",
    "Row": "sweep",
    "Solution": "solution",
    "Status": "solution",
    "declare": "model",
    "interactions": "interactions",
    "load": "archive",
    "save": "archive",
    "sinkhorn": "sinkhorn",
    "sinkhorn_lp": "polish",
    "solve": "solve",
    "solvers": "solve",
    "sweep": "sweep",
}


class _Package(ModuleType):
    """Python sets a module on its package once it is imported: here not over the function of the same name."""

    def __setattr__(self, name: str, value: object) -> None:
        if isinstance(value, ModuleType) and _HOME.get(name) == name:
            value = getattr(value, name)
        super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package


def __getattr__(name: str) -> object:
    if name == "datasets":
        return import_module("motlp.datasets")
    if name not in _HOME:
        raise AttributeError(f"module 'motlp' has no attribute {name!r}")
    value = getattr(import_module(f"motlp.{_HOME[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
