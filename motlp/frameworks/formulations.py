"""The formulations by name: which there are, and the module of one, which alone is loaded."""

import sys
from functools import cache
from importlib.metadata import entry_points
from typing import Any

from motlp.errors import InvalidConfig, InvalidModel, UnknownName, arg, shorten

EXAMPLES = {"model": "dual", "framework": "cvxpy", "solver": "highs"}


def check_names(**names: object) -> None:
    """Refuse what is no name."""
    for what, name in names.items():
        if not isinstance(name, str):
            raise InvalidConfig(
                f"{arg(what)} is {shorten(name)}; it must be a name, a text such as {EXAMPLES[what]!r}."
            )


def find_entry(name: str) -> Any:
    """The entry point of a formulation, which tells where its module is.

    Raises:
        UnknownName: no such formulation.
    """
    entries = _list_entries(*sys.path)
    if name not in entries:  # a package may have been installed meanwhile
        _list_entries.cache_clear()
        entries = _list_entries(*sys.path)
    if name not in entries:
        raise UnknownName("model", name, sorted(entries))
    return entries[name]


@cache
def _list_entries(*path: str) -> dict[str, Any]:
    """The entry points of all formulations; to look through all packages on the path takes milliseconds each time."""
    return {entry.name: entry for entry in entry_points(group="motlp.models")}


def find_module(name: str) -> Any:
    """The module of a formulation.

    Raises:
        UnknownName: no such formulation.
        InvalidModel: it does not import.
    """
    entry = find_entry(name)
    try:
        return entry.load()
    except Exception as error:  # whatever a module may raise
        raise InvalidModel(
            f"the model {name!r} (module {entry.value}) does not import ({name_error(error)}); "
            "repair or remove the package that it comes from."
        ) from error


def name_error(error: BaseException) -> str:
    """The type and the text of an error, in one line."""
    return " ".join(f"{type(error).__name__}: {error}".split()).removesuffix(":")[:300]
