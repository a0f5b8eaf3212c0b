"""motlp: proved lower bounds on the adversarial risk of any classifier, by multimarginal optimal transport.

The public names are loaded when they are first used: the command line handles Ctrl-C long before all is imported.
"""

from importlib import import_module

TYPE_CHECKING = False  # as `typing` has it, for the static checkers alone
if TYPE_CHECKING:
    from importlib.metadata import version

    from motlp import datasets as datasets
    from motlp import errors as errors
    from motlp.errors import MotlpError as MotlpError
    from motlp.frameworks.answer import Status as Status
    from motlp.frameworks.declaration import declare as declare
    from motlp.frameworks.model import LinearProgram as LinearProgram
    from motlp.frameworks.model import Model as Model
    from motlp.players.adversary import Attack as Attack
    from motlp.players.adversary import attack as attack
    from motlp.players.classifier import RobustClassifier as RobustClassifier
    from motlp.problem.archive import load as load
    from motlp.problem.archive import save as save
    from motlp.problem.closest import ClosestPairs as ClosestPairs
    from motlp.problem.closest import closest_pairs as closest_pairs
    from motlp.problem.hypergraph import Hypergraph as Hypergraph
    from motlp.problem.interactions import interactions as interactions
    from motlp.problem.loss import Loss as Loss
    from motlp.problem.measure import LabeledMeasure as LabeledMeasure
    from motlp.problem.threat import Ball as Ball
    from motlp.problem.threat import Quadratic as Quadratic
    from motlp.proof.certificate import Certificate as Certificate
    from motlp.proof.decimals import round_down as round_down
    from motlp.proof.decimals import round_up as round_up
    from motlp.proof.verification import Verification as Verification
    from motlp.proof.verification import verify as verify
    from motlp.solving.sinkhorn import NotConverged as NotConverged
    from motlp.solving.sinkhorn import Regularised as Regularised
    from motlp.solving.sinkhorn import sinkhorn as sinkhorn
    from motlp.solving.sinkhorn_lp import sinkhorn_lp as sinkhorn_lp
    from motlp.solving.solution import Solution as Solution
    from motlp.solving.solve import solve as solve
    from motlp.solving.solvers import solvers as solvers
    from motlp.solving.untruncated import untruncated as untruncated
    from motlp.studies.comparison import ComparisonRow as ComparisonRow
    from motlp.studies.comparison import compare as compare
    from motlp.studies.rows import SweepRow as SweepRow
    from motlp.studies.sweep import sweep as sweep
    from motlp.system.progress import Progress as Progress

    __version__ = version("motlp")

# The rooms and files that hold the public names.
_HOME = {
    "Attack": "players.adversary",
    "Ball": "problem.threat",
    "Certificate": "proof.certificate",
    "ClosestPairs": "problem.closest",
    "ComparisonRow": "studies.comparison",
    "Hypergraph": "problem.hypergraph",
    "LabeledMeasure": "problem.measure",
    "LinearProgram": "frameworks.model",
    "Loss": "problem.loss",
    "Model": "frameworks.model",
    "MotlpError": "errors",
    "NotConverged": "solving.sinkhorn",
    "Progress": "system.progress",
    "Quadratic": "problem.threat",
    "SweepRow": "studies.rows",
    "Regularised": "solving.sinkhorn",
    "RobustClassifier": "players.classifier",
    "Solution": "solving.solution",
    "Status": "frameworks.answer",
    "Verification": "proof.verification",
    "attack": "players.adversary",
    "closest_pairs": "problem.closest",
    "compare": "studies.comparison",
    "declare": "frameworks.declaration",
    "interactions": "problem.interactions",
    "load": "problem.archive",
    "round_down": "proof.decimals",
    "round_up": "proof.decimals",
    "save": "problem.archive",
    "sinkhorn": "solving.sinkhorn",
    "sinkhorn_lp": "solving.sinkhorn_lp",
    "solve": "solving.solve",
    "solvers": "solving.solvers",
    "sweep": "studies.sweep",
    "untruncated": "solving.untruncated",
    "verify": "proof.verification",
}
_MODULES = ("datasets", "errors")
__all__ = ["__version__", *_MODULES, *_HOME]

if not TYPE_CHECKING:  # or static checkers would find every name

    def __getattr__(name: str) -> object:
        if name == "__version__":
            from importlib.metadata import version

            value: object = version("motlp")
        elif name in _MODULES:
            value = import_module(f"motlp.{name}")
        elif name in _HOME:
            value = getattr(import_module(f"motlp.{_HOME[name]}"), name)
        else:
            raise AttributeError(f"module 'motlp' has no attribute {name!r}")
        globals()[name] = value
        return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
