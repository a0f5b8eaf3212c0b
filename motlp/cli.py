"""The command line: reads what is asked, calls the library, prints what it says."""

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import click
import typer
from rich.console import Console

from motlp.config import BoundSettings, DataSettings, SolveSettings, ThreatSettings, merged
from motlp.cost import Ball, Cost, Quadratic
from motlp.datasets import load
from motlp.errors import InvalidBudget, InvalidConfig, MotlpError
from motlp.hypergraph import Hypergraph
from motlp.interactions import interactions as enumerate_interactions
from motlp.interrupt import interruptible
from motlp.measure import LabeledMeasure
from motlp.progress import Stages
from motlp.report import answer, as_json, solver_table, table
from motlp.solution import Solution, Status
from motlp.solve import solve
from motlp.solve import solvers as known_solvers

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="The smallest adversarial risk that any classifier can have on a data set.",
)
out = Console(soft_wrap=True, highlight=False)

DATA_HELP = "a data set (digits, gaussians, mnist, …), a .npz with x and y, a folder of images, or saved interactions"
Data = Annotated[str | None, typer.Argument(help=DATA_HELP, show_default=False)]
Config = Annotated[Path | None, typer.Option(help="TOML file with the names of these options; flags override it")]
Split = Annotated[str | None, typer.Option(help="train or test, where the data set has them")]
Root = Annotated[Path | None, typer.Option(help="folder of the data sets (default: $MOTLP_DATA, else a user cache)")]
Download = Annotated[bool, typer.Option("--download", help="fetch the data set if it is not there")]
Classes = Annotated[str | None, typer.Option(help="names or numbers of the classes to keep, such as 1,4,7")]
PerClass = Annotated[int | None, typer.Option(help="keep the first so many points of each class")]
Seed = Annotated[int | None, typer.Option(help="with --per-class: random points instead of the first")]
CostName = Annotated[str | None, typer.Option("--cost", help="ball (default) or quadratic")]
Norm = Annotated[str | None, typer.Option(help="l2, linf or l1: norm of the ball")]
Eps = Annotated[str | None, typer.Option(help="budget of the adversary, in feature units")]
Tau = Annotated[str | None, typer.Option(help="price of a unit of squared distance, for --cost quadratic")]
Order = Annotated[int | None, typer.Option(help="largest number of classes in an interaction (default 3)")]
ModelName = Annotated[str | None, typer.Option("--model", help="formulation: dual (default), primal, …")]
Framework = Annotated[str | None, typer.Option(help="cvxpy (default), pyomo or matrix")]
Solver = Annotated[str | None, typer.Option(help="a solver that `motlp solvers` lists (default highs)")]
Option = Annotated[list[str] | None, typer.Option(help="k=v, passed on to the solver; may be repeated")]
Most = Annotated[int | None, typer.Option("--max-interactions", help="refuse more than this (default 50 million)")]
Json = Annotated[bool, typer.Option("--json", help="print one JSON object")]
Quiet = Annotated[bool, typer.Option("--quiet", help="show no progress")]


@app.command()
def bound(
    ctx: typer.Context,
    data: Data = None,
    config: Config = None,
    split: Split = None,
    root: Root = None,
    download: Download = False,
    classes: Classes = None,
    per_class: PerClass = None,
    seed: Seed = None,
    cost: CostName = None,
    norm: Norm = None,
    eps: Eps = None,
    tau: Tau = None,
    order: Order = None,
    model: ModelName = None,
    framework: Framework = None,
    solver: Solver = None,
    option: Option = None,
    max_interactions: Most = None,
    json_: Json = False,
    quiet: Quiet = False,
) -> None:
    """The smallest risk any classifier can have, with a proof that needs no trust in the solver."""
    settings = asked(BoundSettings, ctx)
    with Stages(settings.quiet) as stages:
        hypergraph = hypergraph_of(settings, settings.eps, settings.order, stages)
        solution = solved(hypergraph, settings, stages)
        with stages.stage("certify"):
            _ = solution.risk_lower, solution.gap
    show(solution, stages.seconds, settings.json_)
    if solution.status in (Status.FAILED, Status.INFEASIBLE, Status.UNBOUNDED):
        raise typer.Exit(1)


@app.command()
def solvers() -> None:
    """Every solver: framework, version, licence, and whether it is ready or how to get it."""
    out.print(solver_table(known_solvers()))


def asked(kind: type[Any], ctx: typer.Context) -> Any:
    """The settings of a command from its flags and its configuration file."""
    flags = dict(ctx.params)
    return merged(kind, flags, flags.pop("config"))


def measure_of(settings: DataSettings) -> LabeledMeasure:
    """The points a command works on."""
    return load(
        settings.data,
        split=settings.split,
        root=settings.root,
        download=settings.download,
        classes=settings.classes,
        per_class=settings.per_class,
        seed=settings.seed,
    )


def cost_of(settings: ThreatSettings) -> Cost:
    """The transport cost a command is asked for."""
    if settings.cost == "quadratic":
        if settings.norm is not None:
            raise InvalidConfig(f"--norm {settings.norm} says nothing under the quadratic cost; leave it out.")
        if settings.tau is None:
            raise InvalidBudget("--tau is missing; the quadratic cost needs the price of a unit of squared distance.")
        return Quadratic(settings.tau)
    if settings.cost != "ball":
        raise InvalidConfig(f"--cost {settings.cost!r}: expected ball or quadratic.")
    if settings.tau is not None:
        raise InvalidConfig(f"--tau {settings.tau} says nothing under the ball cost; add --cost quadratic.")
    return Ball(settings.norm or "l2")  # type: ignore[arg-type]


def hypergraph_of(settings: ThreatSettings, eps: Any, order: int | None, stages: Stages) -> Hypergraph:
    """The interactions a command works on."""
    cost = cost_of(settings)
    if isinstance(cost, Ball) and eps is None:
        raise InvalidBudget("--eps is missing; give the budget of the adversary in feature units, such as --eps 1.0.")
    with stages.stage("load"):
        measure = measure_of(settings)
    with stages.stage("interactions"):
        return enumerate_interactions(
            measure,
            cost,
            eps,
            order=min(3, measure.classes) if order is None else order,
            progress=lambda stage, done, total: stages.update("interactions", done, total, stage),
            most=settings.max_interactions,
        )


def solved(hypergraph: Hypergraph, settings: SolveSettings, stages: Stages) -> Solution:
    """The solution by the model, framework and solver asked for."""
    with stages.stage("solve"):
        stages.update("solve", 0, 0, f"{settings.solver}, {hypergraph.size:,} interactions")
        solution = solve(
            hypergraph,
            model=settings.model or "dual",
            framework=settings.framework or "cvxpy",
            solver=settings.solver,
            options=settings.option,
        )
    del stages.seconds["solve"]
    stages.seconds.update(solution.seconds)
    return solution


def show(solution: Solution, seconds: dict[str, float], as_object: bool) -> None:
    """Print a bound for people or for programs."""
    if as_object:
        out.print_json(json.dumps(as_json(solution, seconds)))
    else:
        out.print(answer(solution))
        out.print(table(solution, seconds))


def run() -> int:
    """Run the command line; every error of a user is one line."""
    try:
        code = app(standalone_mode=False)
        return code if isinstance(code, int) else 0
    except click.ClickException as error:
        print(f"motlp: {error.format_message()}", file=sys.stderr)
    except MotlpError as error:
        print(f"motlp: {error}", file=sys.stderr)
    except MemoryError:
        print("motlp: out of memory; lower --eps, --order or --per-class.", file=sys.stderr)
    except click.exceptions.Exit as end:
        return end.exit_code
    return 2


def main() -> None:
    """Entry point of the command `motlp`."""
    sys.exit(interruptible(run))
