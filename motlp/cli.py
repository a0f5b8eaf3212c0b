"""The command line: reads what is asked, calls the library, prints what it says."""

import json
import sys
from concurrent.futures import Executor
from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict
from fractions import Fraction
from pathlib import Path
from typing import Annotated, Any

import click
import typer
from rich.console import Console

from motlp.archive import is_archive
from motlp.archive import load as load_interactions
from motlp.archive import save as save_interactions
from motlp.cluster import dask_executor
from motlp.config import (
    BoundSettings,
    DataSettings,
    InteractionsSettings,
    SolveSettings,
    SweepSettings,
    ThreatSettings,
    merged,
)
from motlp.cost import Ball, Cost, Quadratic, exact
from motlp.datasets import load
from motlp.errors import InvalidBudget, InvalidConfig, InvalidFile, MotlpError
from motlp.hypergraph import Hypergraph
from motlp.interactions import interactions
from motlp.interrupt import interruptible
from motlp.measure import LabeledMeasure
from motlp.method import Method
from motlp.plot import drawable, plot_risk
from motlp.progress import Stages
from motlp.report import answer, as_json, counts_json, counts_table, solver_table, sweep_table, table, told
from motlp.solution import Solution, Status
from motlp.solve import solvers as known_solvers
from motlp.sweep import sweep

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
Dask = Annotated[str | None, typer.Option(help="run on Dask: local, or the address of a scheduler, tcp://…")]
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
    dask: Dask = None,
    json_: Json = False,
    quiet: Quiet = False,
) -> None:
    """The smallest risk any classifier can have, with a proof that needs no trust in the solver."""
    settings = asked(BoundSettings, ctx)
    with Stages(settings.quiet) as stages:
        method = method_of(settings)
        hypergraph = hypergraph_of(settings, settings.eps, settings.order, stages)
        solution = solved(hypergraph, method, stages)
        with stages.stage("certify"):
            _ = solution.risk_lower, solution.gap
    show(solution, stages.seconds, settings.json_)
    if solution.status in (Status.FAILED, Status.INFEASIBLE, Status.UNBOUNDED):
        raise typer.Exit(1)


@app.command("sweep")
def sweep_command(
    ctx: typer.Context,
    data: Data = None,
    config: Config = None,
    split: Split = None,
    root: Root = None,
    download: Download = False,
    classes: Classes = None,
    per_class: PerClass = None,
    seed: Seed = None,
    norm: Norm = None,
    eps: Annotated[str | None, typer.Option(help="budgets: start:stop:count, or a list such as 0.5,1,2")] = None,
    order: Annotated[str | None, typer.Option(help="orders, such as 2,3 (default 3)")] = None,
    model: ModelName = None,
    framework: Framework = None,
    solver: Solver = None,
    option: Option = None,
    max_interactions: Most = None,
    dask: Dask = None,
    save: Annotated[Path | None, typer.Option(help="CSV file with a row a bound; continued if it is there")] = None,
    plot: Annotated[Path | None, typer.Option(help="draw risk against eps: .png, .pdf or .svg")] = None,
    json_: Json = False,
    quiet: Quiet = False,
) -> None:
    """Risk against budget: one enumeration, a row for every budget and order."""
    settings = asked(SweepSettings, ctx)
    method = method_of(settings)
    steps = budgets(settings.eps)
    drawn = drawable(settings.plot)
    with Stages(settings.quiet) as stages:
        with stages.stage("load"):
            source = saved_interactions(settings) or measure_of(settings)
        ranks = [min(3, source.order if isinstance(source, Hypergraph) else source.classes)]
        with executor_of(settings) as executor:
            rows = sweep(
                source,
                steps,
                norm=settings.norm or "l2",
                orders=ranks if settings.order is None else orders(settings.order),
                method=method,
                save=settings.save,
                executor=executor,
                most=settings.max_interactions,
                progress=stages.update,
                each=lambda row: stages.note(told(row)),
            )
    out.print_json(json.dumps([asdict(row) for row in rows])) if settings.json_ else out.print(sweep_table(rows))
    if drawn is not None:
        plot_risk(rows, drawn)


@app.command("interactions")
def interactions_command(
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
    max_interactions: Most = None,
    dask: Dask = None,
    save: Annotated[Path | None, typer.Option(help=".npz file, for `bound` and `sweep` in place of DATA")] = None,
    json_: Json = False,
    quiet: Quiet = False,
) -> None:
    """Enumerate the class interactions, count them, and save them for bounds and sweeps."""
    settings = asked(InteractionsSettings, ctx)
    with Stages(settings.quiet) as stages:
        hypergraph = hypergraph_of(settings, settings.eps, settings.order, stages)
        if settings.save is not None:
            with stages.stage("save"):
                if settings.save.exists():
                    load_interactions(settings.save, hypergraph.measure)
                save_interactions(hypergraph, settings.save)
    if settings.json_:
        out.print_json(json.dumps(counts_json(hypergraph, stages.seconds)))
    else:
        out.print(counts_table(hypergraph, stages.seconds))


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


def method_of(settings: SolveSettings) -> Method:
    """How a command solves; refuses what does not exist before any work begins."""
    return Method(settings.model, settings.framework, settings.solver, settings.option)


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
    return Ball(settings.norm or "l2")


def saved_interactions(settings: ThreatSettings) -> Hypergraph | None:
    """The interactions in the file that stands in place of a data set, if one does."""
    if not is_archive(settings.data):
        return None
    hypergraph = load_interactions(settings.data)
    for name in ("split", "root", "classes", "per_class", "seed", "download"):
        if getattr(settings, name) not in (None, False):
            raise InvalidConfig(
                f"--{name.replace('_', '-')} selects points, but {settings.data} holds the interactions of "
                f"{hypergraph.measure.name} as they were selected; leave it out."
            )
    asked_for = cost_of(settings) if settings.norm or settings.tau or settings.cost == "quadratic" else None
    if asked_for is not None and asked_for != hypergraph.threat:
        raise InvalidFile(f"{settings.data} was saved with {hypergraph.threat}, not {asked_for}; enumerate again.")
    return hypergraph


def hypergraph_of(settings: ThreatSettings, eps: Any, order: int | None, stages: Stages) -> Hypergraph:
    """The interactions that one bound is computed from."""
    with stages.stage("load"):
        hypergraph = saved_interactions(settings)
        if hypergraph is not None:
            hypergraph = hypergraph.truncate(min(3, hypergraph.order) if order is None else order)
            return hypergraph if eps is None else hypergraph.at(eps)
        cost = cost_of(settings)
        if isinstance(cost, Ball):
            exact(needed(eps))
        measure = measure_of(settings)
    with stages.stage("interactions"), executor_of(settings) as executor:
        return interactions(
            measure,
            cost,
            eps,
            order=min(3, measure.classes) if order is None else order,
            executor=executor,
            progress=lambda stage, done, total: stages.update("interactions", done, total, stage),
            most=settings.max_interactions,
        )


def needed(eps: Any) -> Any:
    """The budget, which a ball cannot do without."""
    if eps is None:
        raise InvalidBudget("--eps is missing; give the budget of the adversary in feature units, such as --eps 1.0.")
    return eps


def executor_of(settings: ThreatSettings) -> AbstractContextManager[Executor | None]:
    """The executor that a command runs on: none, or one on a Dask cluster."""
    return nullcontext() if settings.dask is None else dask_executor(settings.dask)


def solved(hypergraph: Hypergraph, method: Method, stages: Stages) -> Solution:
    """The solution by the method asked for."""
    with stages.stage("solve"):
        stages.update("solve", 0, 0, f"{method.solver}, {hypergraph.size:,} interactions")
        solution = method.solve(hypergraph, callback=lambda note: stages.update("solve", 0, 0, note))
    del stages.seconds["solve"]
    stages.seconds.update(solution.seconds)
    return solution


def budgets(text: Any) -> list[Fraction]:
    """The budgets of a sweep: start:stop:count, evenly spaced with both ends, or a list.

    Raises:
        InvalidBudget: a range that is empty or reversed, or a number that is no budget.
    """
    if isinstance(text, list):
        return [exact(eps) for eps in text]
    parts = str(text).split(":")
    if len(parts) == 1:
        return [exact(eps) for eps in parts[0].split(",")]
    if len(parts) != 3 or not parts[2].strip().isdecimal():
        raise InvalidBudget(f"--eps {text}: expected start:stop:count, such as 0.5:4:15, or a list such as 0.5,1,2.")
    start, stop, count = exact(parts[0]), exact(parts[1]), int(parts[2])
    if count < 1 or (count == 1 and start != stop):
        raise InvalidBudget(f"--eps {text}: {count} budgets cannot reach from start to stop; ask for 2 at least.")
    if stop < start or (count > 1 and stop == start):
        raise InvalidBudget(f"--eps {text}: stop must be larger than start; write the smaller budget first.")
    # Twelve digits, so that what is computed with is what a table or a file shows.
    return [exact(f"{float(start + (stop - start) * i / max(count - 1, 1)):.12g}") for i in range(count)]


def orders(text: Any) -> list[int]:
    """The orders of a sweep: one, or a list such as 2,3."""
    parts = text if isinstance(text, list) else str(text).split(",")
    try:
        return [int(part) for part in parts]
    except ValueError:
        raise InvalidBudget(f"--order {text}: expected whole numbers, such as 2,3.") from None


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
