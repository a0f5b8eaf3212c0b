"""motlp: the smallest adversarial risk that any classifier can have, by multimarginal optimal transport."""

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
