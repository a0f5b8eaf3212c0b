"""What a command can be asked for: every setting once, with its flag, its help and its check."""

from fractions import Fraction
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainValidator
from typer import Argument, Option

from motlp.cli.commands import RUN
from motlp.cli.values import (
    read_assignments,
    read_budget,
    read_budgets,
    read_names,
    read_order,
    read_orders,
    read_parameters,
    read_price,
    read_seconds,
    read_whole,
)
from motlp.problem.terms import MOST, NORMS, Order
from motlp.report.canvas import MOST_ROWS, ROWS
from motlp.solving.asked import FULL_OPTIONS
from motlp.solving.defaults import DEFAULTS, FRAMEWORK, MODEL

Whole = Annotated[int, BeforeValidator(read_whole)]
DATA, THREAT, SOLVER = "Data", "Adversary", "Solver"
PANELS = DATA, THREAT, SOLVER, RUN  # the groups of flags, as the help shows them
DATA_HELP = "a data set (digits, gaussians, mnist, …), a .npz with x and y, a folder of images, or saved interactions"
NORM_HELP = f"norm of the ball: {', '.join(NORMS)} (default l2)"
ORDER_HELP = "most points in an interaction (default 3, or all classes if fewer); for `bound` and `gallery` also full"
OPTION_HELP = f"an option of the solver (of --order full: {', '.join(FULL_OPTIONS)}); may be repeated"
LARGE = DEFAULTS[-1]  # the solver of large data, and how many interactions make them large
FRAMEWORK_HELP = f"cvxpy, pyomo or matrix (default {FRAMEWORK}; none with sinkhorn)"
SOLVER_HELP = f"see `motlp solvers` (default {DEFAULTS[0].solver}; {LARGE.solver} above {LARGE.above:,} interactions)"


class Settings(BaseModel):
    """The settings of a command, with the names of its flags without the two dashes in front."""

    model_config = ConfigDict(
        extra="forbid", alias_generator=lambda name: name.replace("_", "-"), populate_by_name=True
    )


class DataSettings(Settings):
    """The points that a command works on."""

    data: Annotated[str, Argument(metavar="DATA", help=DATA_HELP, show_default=False)]
    split: Annotated[
        str | None, Option(metavar="NAME", help="train or test, where the data set has them", rich_help_panel=DATA)
    ] = None
    root: Annotated[
        Path | None,
        Option(
            metavar="FOLDER",
            help="folder of the data sets (default: $MOTLP_DATA, else a user cache)",
            rich_help_panel=DATA,
        ),
    ] = None
    download: Annotated[bool, Option(help="fetch the data set if it is not there", rich_help_panel=DATA)] = False
    classes: Annotated[
        list[str] | None,
        BeforeValidator(read_names),
        Option(metavar="A,B,…", help="names or numbers of the classes to keep, such as 1,4,7", rich_help_panel=DATA),
    ] = None
    per_class: Annotated[
        Whole | None, Option(metavar="N", help="keep only the first N points of each class", rich_help_panel=DATA)
    ] = None
    seed: Annotated[
        Whole | None,
        Option(metavar="N", help="with --per-class: draw the N points at random, from this seed", rich_help_panel=DATA),
    ] = None


class AnswerSettings(Settings):
    """How a command answers."""

    json_: Annotated[bool, Option("--json/--no-json", help="print JSON instead of tables", rich_help_panel=RUN)] = (
        Field(default=False, alias="json")
    )
    quiet: Annotated[bool, Option(help="show no progress", rich_help_panel=RUN)] = False


class RunSettings(AnswerSettings, DataSettings):
    """How a command runs, with the norm, which all of them take."""

    norm: Annotated[
        str | None,
        Option(metavar="NAME", help=NORM_HELP, rich_help_panel=THREAT),
    ] = None
    max_interactions: Annotated[
        Annotated[int, Field(ge=1), BeforeValidator(read_whole)],
        Option(metavar="N", help=f"refuse to enumerate more (default {MOST:,})", rich_help_panel=RUN),
    ] = MOST
    dask: Annotated[
        str | None,
        Option(metavar="ADDRESS", help="run on Dask: local, or a scheduler's address tcp://…", rich_help_panel=RUN),
    ] = None


class ThreatSettings(RunSettings):
    """The interactions of the points, under any threat."""

    cost: Annotated[str, Option(metavar="NAME", help="ball (default) or quadratic", rich_help_panel=THREAT)] = "ball"
    eps: Annotated[
        Annotated[Fraction, PlainValidator(read_budget)] | None,
        Option(
            metavar="E", help="radius of the ball: how far an input may move, in feature units", rich_help_panel=THREAT
        ),
    ] = None
    tau: Annotated[
        Annotated[Fraction, PlainValidator(read_price)] | None,
        Option(metavar="T", help="of --cost quadratic: price of a unit of squared distance", rich_help_panel=THREAT),
    ] = None
    order: Annotated[
        Annotated[Order, BeforeValidator(read_order)] | None,
        Option(
            metavar="N",
            help=ORDER_HELP,
            rich_help_panel=THREAT,
        ),
    ] = None


class InteractionsSettings(ThreatSettings):
    """For `motlp interactions`."""

    save: Annotated[
        Path | None,
        Option(metavar="FILE", help=".npz file, for `bound` and `sweep` in place of DATA", rich_help_panel=RUN),
    ] = None


class SolveSettings(RunSettings):
    """The formulation, and what solves it."""

    model: Annotated[
        str | None,
        Option(metavar="NAME", help=f"formulation: primal, log_loss, … (default {MODEL})", rich_help_panel=SOLVER),
    ] = None
    framework: Annotated[str | None, Option(metavar="NAME", help=FRAMEWORK_HELP, rich_help_panel=SOLVER)] = None
    solver: Annotated[
        str | None,
        Option(metavar="NAME", help=SOLVER_HELP, rich_help_panel=SOLVER),
    ] = None
    option: Annotated[
        dict[str, Any],
        BeforeValidator(read_assignments),
        Option(metavar="KEY=VALUE", help=OPTION_HELP, rich_help_panel=SOLVER),
    ] = Field(default_factory=dict)


class ProblemSettings(ThreatSettings, SolveSettings):
    """One problem to solve: one budget, one order."""


class BoundSettings(ProblemSettings):
    """For `motlp bound`."""

    parameter: Annotated[
        dict[str, Any],
        BeforeValidator(read_parameters),
        Option(
            metavar="KEY=VALUE",
            help="a parameter of the model, such as price=0.2 of abstain; may be repeated",
            rich_help_panel=SOLVER,
        ),
    ] = Field(default_factory=dict)

    save_certificate: Annotated[
        Path | None,
        Option(metavar="FILE", help=".npz file: what is proved, for anyone to check", rich_help_panel=RUN),
    ] = None
    save_attack: Annotated[
        Path | None,
        Option(metavar="FILE", help=".npz file: the attacked points, a data set itself", rich_help_panel=RUN),
    ] = None


class CertificateSettings(AnswerSettings):
    """For `motlp show`: a certificate."""

    certificate: Annotated[
        Path, Argument(metavar="CERTIFICATE", help="a file that --save-certificate wrote", show_default=False)
    ]


class VerifySettings(DataSettings, CertificateSettings):
    """For `motlp verify`: a certificate, and the data that it is about."""


class GallerySettings(ProblemSettings):
    """For `motlp gallery`: a problem to solve, or a certificate of one that is solved, and where to draw."""

    plot: Annotated[Path, Option(metavar="FILE", help="the picture: .png, .pdf or .svg", rich_help_panel=RUN)]
    rows: Annotated[
        Annotated[int, Field(ge=1, le=MOST_ROWS), BeforeValidator(read_whole)],
        Option(metavar="N", help=f"how many interactions to show, the heaviest (default {ROWS})", rich_help_panel=RUN),
    ] = ROWS
    certificate: Annotated[
        Path | None,
        Option(
            metavar="FILE",
            help="a certificate of DATA to draw: its adversary, and nothing to solve",
            rich_help_panel=RUN,
        ),
    ] = None


class BudgetsSettings(RunSettings):
    """Many budgets, and a picture of what is found for them."""

    eps: Annotated[
        list[Fraction],
        PlainValidator(read_budgets),
        Option(metavar="E,…", help="budgets: start:stop:count, or a list such as 0.5,1,2", rich_help_panel=THREAT),
    ]
    plot: Annotated[
        Path | None, Option(metavar="FILE", help="draw risk against eps: .png, .pdf or .svg", rich_help_panel=RUN)
    ] = None


class ComparisonSettings(BudgetsSettings):
    """For `motlp bounds`: many budgets, all the bounds."""

    time_limit: Annotated[
        Annotated[float, PlainValidator(read_seconds)],
        Option(
            metavar="S",
            help="seconds for all orders, and for the best deterministic classifier, at every budget (default 60)",
            rich_help_panel=RUN,
        ),
    ] = 60.0


class SweepSettings(BudgetsSettings, SolveSettings):
    """For `motlp sweep`: many budgets, several orders."""

    order: Annotated[
        list[Order] | None,
        PlainValidator(read_orders),
        Option(metavar="N,…", help="orders, such as 2,3,full (default as for `bound`)", rich_help_panel=THREAT),
    ] = None
    save: Annotated[
        Path | None,
        Option(
            metavar="FILE",
            help="CSV file, one row a bound; what it holds is not computed again",
            rich_help_panel=RUN,
        ),
    ] = None
