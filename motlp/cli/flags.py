"""The settings of a command as its flags, and the names of the library's arguments as flags."""

import inspect
import sys
from contextlib import redirect_stdout
from pathlib import Path
from pkgutil import resolve_name
from typing import Annotated, Any

import typer
from pydantic.fields import FieldInfo
from typer.models import ArgumentInfo, ParameterInfo

from motlp.cli import settings as kinds
from motlp.cli.checks import check_settings
from motlp.cli.commands import TRACEBACK, Command
from motlp.cli.settings import (
    PANELS,
    BoundSettings,
    GallerySettings,
    InteractionsSettings,
    Settings,
    SweepSettings,
    VerifySettings,
)
from motlp.cli.sources import read_settings

CONFIG = typer.Option(metavar="FILE", help="TOML file with the names of these options; flags override it")
# Where the library has another name for what a setting is.
SETTINGS = {"most": "max_interactions", "options": "option", "parameters": "parameter", "orders": "order"}


def make_command(name: str, command: Command) -> Any:
    """The command of the library of flags: it reads its settings, checks them, and only then loads what does the work.

    The answer is all that goes to standard output, whoever else prints.
    """
    kind = getattr(kinds, command.settings) if command.settings else None

    def call(config=None, traceback=None, **given):
        out = sys.stdout
        with redirect_stdout(sys.stderr):
            settings = None
            if kind is not None:
                settings = read_settings(kind, given, config)
                check_settings(settings)
            resolve_name(f"motlp.cli.{command.work}")(settings, out)

    call.__signature__ = inspect.Signature([] if kind is None else list_flags(kind))  # type: ignore[attr-defined]
    alone = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
    alone.command(name, help=command.help)(call)
    return typer.main.get_command(alone)


def list_flags(kind: type[Settings]) -> list[inspect.Parameter]:
    """The settings of a command as typer takes its flags, panel by panel."""
    shapes: dict[str, Any] = {"config": Annotated[Path | None, CONFIG]}
    for panel in (None, *PANELS):
        for name, field in kind.model_fields.items():
            if parameter(field).rich_help_panel == panel:
                shapes[name] = Annotated[flag_type(field), parameter(field)]
    shapes["traceback"] = Annotated[bool, TRACEBACK]
    keyword = inspect.Parameter.KEYWORD_ONLY
    return [inspect.Parameter(name, keyword, annotation=shape, default=None) for name, shape in shapes.items()]


def parameter(field: FieldInfo) -> ParameterInfo:
    """The flag or argument of a setting, as typer knows it."""
    return next(note for note in field.metadata if isinstance(note, ParameterInfo))


def flag_type(field: FieldInfo) -> Any:
    """What typer makes of a flag: a text mostly, for what the text means is decided with the keys of files."""
    types: dict[Any, Any] = {bool: bool | None, dict[str, Any]: list[str] | None}
    return types.get(field.annotation, str | None)


def name_flags() -> dict[str, str]:
    """The flags of all commands, by the names of their settings."""
    flags = {"config": "--config"}
    for kind in (BoundSettings, GallerySettings, InteractionsSettings, SweepSettings, VerifySettings):
        for field in kind.model_fields.values():
            known, name = parameter(field), field.alias or ""
            flags[name.replace("-", "_")] = str(known.metavar) if isinstance(known, ArgumentInfo) else f"--{name}"
    return flags


FLAGS = name_flags()


def spell_argument(name: str) -> str:
    """The flag for an argument of the library; the name itself where there is no such flag."""
    return FLAGS.get(SETTINGS.get(name, name), name)
