"""What a command is asked for: every setting once, with its flag, its help and its check.

Flags override a TOML file of the same names, which overrides the defaults.
"""

import tomllib
from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainValidator, ValidationError
from typer import Argument, Option

from motlp.errors import InvalidBudget, InvalidConfig, MotlpError, UnknownName, shorten
from motlp.problem.rationals import exact
from motlp.problem.threat import Ball, Quadratic, Threat

MOST_BUDGETS = 10_000  # of a range


def listed(value: Any) -> Any:
    """Names in a list, or in a text with commas between them."""
    if isinstance(value, str):
        return [name.strip() for name in value.split(",")]
    return [str(name) for name in value] if isinstance(value, list) else value


def written(value: Any) -> Any:
    """A number as it is, since Python writes none of thousands of digits; anything else as its text."""
    return value if isinstance(value, int) and not isinstance(value, bool) else str(value)


def budget(value: Any) -> Fraction:
    """The number ε."""
    return exact(written(value), "eps")


def price(value: Any) -> Fraction:
    """The number τ."""
    return exact(written(value), "tau")


def budgets(value: Any) -> list[Fraction]:
    """The budgets of a sweep: start:stop:count, evenly spaced with both ends and without rounding, or a list.

    Raises:
        InvalidBudget: a range that is empty or reversed, or a number that is no budget.
    """
    if isinstance(value, list):
        return [budget(eps) for eps in value]
    if isinstance(value, int) and not isinstance(value, bool):
        return [budget(value)]
    text = str(value)
    parts = text.split(":")
    if len(parts) == 1:
        return [exact(eps) for eps in text.split(",")]
    if len(parts) != 3 or not parts[2].strip().isdecimal() or len(parts[2].strip()) > 30:
        raise InvalidBudget(
            f"{shorten(text)} is no range; write start:stop:count, such as 0.5:4:15, or a list such as 0.5,1,2."
        )
    start, stop, count = exact(parts[0]), exact(parts[1]), int(parts[2])
    if stop < start or (stop == start and count > 1):
        raise InvalidBudget(f"{text} is reversed; stop must be larger than start, write the smaller budget first.")
    if count < 1 or (count == 1 and stop > start):
        raise InvalidBudget(f"{text} is empty: {count} budgets cannot be both start and stop; ask for 2 at least.")
    if count > MOST_BUDGETS:
        raise InvalidBudget(f"{text} is {count} budgets; ask for {MOST_BUDGETS} at most.")
    return [exact(start + (stop - start) * i / max(count - 1, 1)) for i in range(count)]


def orders(value: Any) -> list[int]:
    """The orders of a sweep: one, or a list such as 2,3."""
    parts = value if isinstance(value, list) else str(value).split(",")
    try:
        return [int(str(part)) for part in parts]
    except ValueError:
        raise InvalidBudget(f"{shorten(value)} is no list of orders; write whole numbers, such as 2,3.") from None


def assignments(value: Any) -> Any:
    """A table of options, or a list of texts `key=value`."""
    return dict(assignment(text) for text in value) if isinstance(value, list | tuple) else value


def assignment(text: Any) -> tuple[str, Any]:
    """`key=value` with the value as TOML reads it, or as a text where that is no TOML."""
    key, equals, value = str(text).partition("=")
    if not equals or not key.strip():
        raise InvalidConfig(f"{text!r} is no option; write key=value, such as time_limit=60.")
    try:
        return key.strip(), tomllib.loads(f"value = {value.strip()}")["value"]
    except (ValueError, RecursionError):  # no TOML, or a number of thousands of digits, or as many brackets
        return key.strip(), value.strip()


def number(value: Any) -> Any:
    """A whole number: true, which Python takes for 1, is none."""
    if isinstance(value, bool):
        raise InvalidConfig(f"expected a whole number, not {str(value).lower()}.")
    return value


Whole = Annotated[int, BeforeValidator(number)]
PANELS = DATA, THREAT, SOLVER, RUN = "Data", "Adversary", "Solver", "Run"
DATA_HELP = "a data set (digits, gaussians, mnist, …), a .npz with x and y, a folder of images, or saved interactions"


class Settings(BaseModel):
    """Names as on the command line, without the dashes in front."""

    model_config = ConfigDict(
        extra="forbid", alias_generator=lambda name: name.replace("_", "-"), populate_by_name=True
    )


class DataSettings(Settings):
    """Which points."""

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
        BeforeValidator(listed),
        Option(metavar="A,B,…", help="names or numbers of the classes to keep, such as 1,4,7", rich_help_panel=DATA),
    ] = None
    per_class: Annotated[
        Whole | None, Option(metavar="N", help="keep the first so many points of each class", rich_help_panel=DATA)
    ] = None
    seed: Annotated[
        Whole | None,
        Option(metavar="N", help="with --per-class: random points instead of the first", rich_help_panel=DATA),
    ] = None


class RunSettings(DataSettings):
    """How to run."""

    norm: Annotated[
        str | None, Option(metavar="NAME", help="norm of the ball: l2 (default), linf or l1", rich_help_panel=THREAT)
    ] = None
    max_interactions: Annotated[
        Annotated[int, Field(ge=1), BeforeValidator(number)],
        Option(metavar="N", help="refuse to enumerate more (default 50 million)", rich_help_panel=RUN),
    ] = 50_000_000
    dask: Annotated[
        str | None,
        Option(metavar="ADDRESS", help="run on Dask: local, or a scheduler's address tcp://…", rich_help_panel=RUN),
    ] = None
    json_: Annotated[bool, Option("--json/--no-json", help="print JSON instead of tables", rich_help_panel=RUN)] = (
        Field(default=False, alias="json")
    )
    quiet: Annotated[bool, Option(help="show no progress", rich_help_panel=RUN)] = False


class ThreatSettings(RunSettings):
    """Which interactions of the points."""

    cost: Annotated[str, Option(metavar="NAME", help="ball (default) or quadratic", rich_help_panel=THREAT)] = "ball"
    eps: Annotated[
        Annotated[Fraction, PlainValidator(budget)] | None,
        Option(
            metavar="E", help="radius of the ball: how far an input may move, in feature units", rich_help_panel=THREAT
        ),
    ] = None
    tau: Annotated[
        Annotated[Fraction, PlainValidator(price)] | None,
        Option(metavar="T", help="of --cost quadratic: price of a unit of squared distance", rich_help_panel=THREAT),
    ] = None
    order: Annotated[
        Whole | None,
        Option(metavar="N", help="largest number of points in an interaction (default 3)", rich_help_panel=THREAT),
    ] = None

    def threat(self) -> Threat:
        """The transport cost.

        Raises:
            UnknownName, InvalidBudget, InvalidConfig: no such cost or norm; a number is missing, or says nothing.
        """
        if self.cost == "quadratic":
            for name in ("norm", "eps"):
                if getattr(self, name) is not None:
                    raise InvalidConfig(f"--{name} says nothing under the quadratic cost; leave it out.")
            if self.tau is None:
                raise InvalidBudget("--tau is missing; the quadratic cost needs the price of a squared distance.")
            return Quadratic(self.tau)
        if self.cost != "ball":
            raise UnknownName("cost", self.cost, ("ball", "quadratic"))
        if self.tau is not None:
            raise InvalidConfig("--tau says nothing under the ball cost; add --cost quadratic, or leave it out.")
        return Ball("l2" if self.norm is None else self.norm)


class InteractionsSettings(ThreatSettings):
    """Enumerate and save."""

    save: Annotated[
        Path | None,
        Option(metavar="FILE", help=".npz file, for `bound` and `sweep` in place of DATA", rich_help_panel=RUN),
    ] = None


class SolveSettings(RunSettings):
    """Which formulation, solved by what."""

    model: Annotated[
        str | None, Option(metavar="NAME", help="formulation: dual (default), primal, …", rich_help_panel=SOLVER)
    ] = None
    framework: Annotated[
        str | None, Option(metavar="NAME", help="cvxpy (default), pyomo or matrix", rich_help_panel=SOLVER)
    ] = None
    solver: Annotated[
        str | None,
        Option(
            metavar="NAME",
            help="one that `motlp solvers` lists, sinkhorn, or sinkhorn+lp (default highs; sinkhorn+lp for large data)",
            rich_help_panel=SOLVER,
        ),
    ] = None
    option: Annotated[
        dict[str, Any],
        BeforeValidator(assignments),
        Option(metavar="KEY=VALUE", help="passed on to the solver; may be repeated", rich_help_panel=SOLVER),
    ] = Field(default_factory=dict)


class BoundSettings(ThreatSettings, SolveSettings):
    """One budget, one order."""


class SweepSettings(SolveSettings):
    """Many budgets, several orders."""

    eps: Annotated[
        list[Fraction],
        PlainValidator(budgets),
        Option(metavar="E,…", help="budgets: start:stop:count, or a list such as 0.5,1,2", rich_help_panel=THREAT),
    ]
    order: Annotated[
        list[int] | None,
        PlainValidator(orders),
        Option(metavar="N,…", help="orders, such as 2,3 (default 3)", rich_help_panel=THREAT),
    ] = None
    save: Annotated[
        Path | None,
        Option(metavar="FILE", help="CSV file with a row a bound; continued if it is there", rich_help_panel=RUN),
    ] = None
    plot: Annotated[
        Path | None, Option(metavar="FILE", help="draw risk against eps: .png, .pdf or .svg", rich_help_panel=RUN)
    ] = None


S = TypeVar("S", bound=Settings)


def merged(kind: type[S], flags: Mapping[str, Any], file: Path | None) -> S:
    """Settings of a command: its flags override the file, which overrides the defaults.

    Raises:
        InvalidConfig: the file cannot be read, or a value is not what its key expects; names file and key.
    """
    alias = {name: field.alias or name for name, field in kind.model_fields.items()}
    given = {alias[name]: value for name, value in flags.items() if value not in (None, [])}
    written = read(file) if file is not None else {}
    for key in written:
        if key not in alias.values():
            raise InvalidConfig(f"{file}: {UnknownName('key', key, sorted(alias.values()))}")
    try:
        if isinstance(written.get("option"), dict) and "option" in given:
            given["option"] = written["option"] | assignments(given["option"])
        return kind.model_validate(written | given)
    except ValidationError as error:
        first = error.errors()[0]
        key = str(first["loc"][0])
        where = f"{file}: key {key!r}" if key in written and key not in given else f"--{key}"
        if first["type"] == "missing":
            where = "DATA" if key == "data" else f"--{key}"
            raise InvalidConfig(f"{where} is missing; give it on the command line or in a --config file.") from None
        raise InvalidConfig(f"{where}: {fault(first)}") from None


def read(file: Path) -> dict[str, Any]:
    """The tables of a TOML file."""
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise InvalidConfig(f"{file}: not TOML: {error}.") from None
    except RecursionError:
        raise InvalidConfig(f"{file}: cannot be read (values within values, too deep).") from None
    except (OSError, ValueError) as error:  # no file, no UTF-8, or a number of thousands of digits
        raise InvalidConfig(f"{file}: cannot be read ({error}).") from None


def fault(error: Any) -> str:
    """What is wrong with a value, and what its key expects."""
    context = error.get("ctx", {})
    if isinstance(context.get("error"), MotlpError):
        return str(context["error"])
    words = {
        "int_parsing": "a whole number",
        "int_parsing_size": "a whole number of fewer digits",
        "int_type": "a whole number",
        "int_from_float": "a whole number",
        "bool_parsing": "true or false",
        "bool_type": "true or false",
        "string_type": "a text",
        "dict_type": "a table of options",
        "list_type": "a list, or a text with commas",
        "path_type": "a path",
        "greater_than_equal": f"at least {context.get('ge')}",
    }
    return f"expected {words.get(error['type'], error['msg'])}, not {shorten(error['input'])}."
