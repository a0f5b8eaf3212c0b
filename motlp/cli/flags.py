"""The settings of a command as its flags, and the names of the library's arguments as flags."""

import inspect
import sys
from collections.abc import Callable
from contextlib import redirect_stdout
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic.fields import FieldInfo
from typer.models import ArgumentInfo, ParameterInfo

from motlp.cli.output import Stream
from motlp.cli.settings import (
    PANELS,
    RUN,
    BoundSettings,
    GallerySettings,
    InteractionsSettings,
    Settings,
    SweepSettings,
    VerifySettings,
)
from motlp.cli.sources import read_settings

Work = Callable[[Any, Stream], None]  # of settings, and of the stream that the answer goes to

TRACEBACK = typer.Option("--traceback", help="show the traceback of a fault of motlp", rich_help_panel=RUN)
CONFIG = typer.Option(metavar="FILE", help="TOML file with the names of these options; flags override it")
# Where the library has another name for what a setting is.
SETTINGS = {"most": "max_interactions", "options": "option", "parameters": "parameter", "orders": "order"}


def with_flags(kind: type[Settings]) -> Callable[[Work], Callable[..., None]]:
    """Makes a command of a function of settings: the fields of the settings become its flags."""
    shapes: dict[str, Any] = {"config": Annotated[Path | None, CONFIG]}
    for panel in (None, *PANELS):
        for name, field in kind.model_fields.items():
            if parameter(field).rich_help_panel == panel:
                shapes[name] = Annotated[flag_type(field), parameter(field)]
    shapes["traceback"] = Annotated[bool, TRACEBACK]
    keyword = inspect.Parameter.KEYWORD_ONLY
    signature = inspect.Signature(
        [inspect.Parameter(name, keyword, annotation=shape, default=None) for name, shape in shapes.items()]
    )

    def decorate(work: Work) -> Callable[..., None]:
        def call(config=None, traceback=None, **given):
            out = sys.stdout
            with redirect_stdout(sys.stderr):  # the answer is all that goes to standard output, whoever else prints
                work(read_settings(kind, given, config), out)

        call.__doc__, call.__signature__ = work.__doc__, signature  # type: ignore[attr-defined]
        return call

    return decorate


def parameter(field: FieldInfo) -> ParameterInfo:
    """The flag or argument of a setting, as typer knows it."""
    return next(note for note in field.metadata if isinstance(note, ParameterInfo))


def flag_type(field: FieldInfo) -> Any:
    """What typer makes of a flag: a text mostly, for what the text means is decided with the keys of files."""
    types: dict[Any, Any] = {bool: bool | None, dict[str, Any]: list[str] | None}
    return types.get(field.annotation, str | None)


def list_flags() -> dict[str, str]:
    """The flags of all commands, by the names of their settings."""
    flags = {"config": "--config"}
    for kind in (BoundSettings, GallerySettings, InteractionsSettings, SweepSettings, VerifySettings):
        for field in kind.model_fields.values():
            known, name = parameter(field), field.alias or ""
            flags[name.replace("-", "_")] = str(known.metavar) if isinstance(known, ArgumentInfo) else f"--{name}"
    return flags


FLAGS = list_flags()


def spell_argument(name: str) -> str:
    """The flag for an argument of the library; the name itself where there is no such flag."""
    return FLAGS.get(SETTINGS.get(name, name), name)
