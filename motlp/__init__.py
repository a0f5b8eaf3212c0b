"""motlp: the smallest adversarial risk that any classifier can have, by multimarginal optimal transport."""

from motlp.cost import Ball, Quadratic
from motlp.errors import MotlpError
from motlp.hypergraph import Hypergraph
from motlp.measure import LabeledMeasure
from motlp.model import LinearProgram, Model, declare
from motlp.solution import Solution, Status
from motlp.solve import solve, solvers

__all__ = [
    "Ball",
    "Hypergraph",
    "LabeledMeasure",
    "LinearProgram",
    "Model",
    "MotlpError",
    "Quadratic",
    "Solution",
    "Status",
    "declare",
    "solve",
    "solvers",
]
