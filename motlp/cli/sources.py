"""Where settings come from: flags override a TOML file of the same names, which overrides the defaults."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from motlp.cli.settings import Settings
from motlp.cli.values import read_assignments
from motlp.errors import InvalidConfig, MotlpError, UnknownName, arg, shorten

S = TypeVar("S", bound=Settings)
EXPECTED = {
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
}  # by the type of error that pydantic reports


def read_settings(kind: type[S], flags: Mapping[str, Any], file: Path | None) -> S:
    """The settings of a command.

    Args:
        kind: the class of the settings.
        flags: what was given on the command line, by the names of the fields; None and [] stand for nothing.
        file: a TOML file, with the names of the flags as its keys.

    Raises:
        InvalidConfig: the file cannot be read, or a value is not what is expected there.
    """
    keys = {name: field.alias or name for name, field in kind.model_fields.items()}
    given = {keys[name]: value for name, value in flags.items() if value not in (None, [])}
    found = {} if file is None else read_toml(file)
    for key in found:
        if key not in keys.values():
            raise InvalidConfig(f"{file}: {UnknownName('key', key, sorted(keys.values()))}")
    try:
        if isinstance(found.get("option"), dict) and "option" in given:
            given["option"] = found["option"] | read_assignments(given["option"])
        return kind.model_validate(found | given)
    except ValidationError as error:
        first = error.errors()[0]
        key, refusal = str(first["loc"][0]), InvalidConfig(describe_fault(first))
        if key in found and key not in given:  # so the file is wrong, which has keys, not flags
            raise InvalidConfig(f"{file}: {refusal.spell(lambda name: f'key {keys.get(name, name)!r}')}") from None
        raise refusal from None


def read_toml(file: Path) -> dict[str, Any]:
    """The keys and values of a TOML file.

    Raises:
        InvalidConfig: it cannot be read.
    """
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise InvalidConfig(f"{file}: not TOML: {error}.") from None
    except RecursionError:
        raise InvalidConfig(f"{file}: cannot be read (values within values, too deep).") from None
    except (OSError, ValueError) as error:  # no file, no UTF-8, or a number of thousands of digits
        raise InvalidConfig(f"{file}: cannot be read ({error}).") from None


def describe_fault(error: Any) -> str:
    """What is wrong with a value, from an error of pydantic; the name of its setting is marked."""
    context, value = error.get("ctx", {}), error["input"]
    if isinstance(context.get("error"), MotlpError):
        return context["error"].text()
    name = arg(str(error["loc"][0]).replace("-", "_"))
    if error["type"] == "missing":
        return f"{name} is missing; give it on the command line or in a {arg('config')} file."
    expected = EXPECTED.get(error["type"], error["msg"])
    if error["type"] == "greater_than_equal":
        expected = f"at least {context['ge']}"
    if error["type"] == "less_than_equal":
        expected = f"at most {context['le']}"
    shown = str(value).lower() if isinstance(value, bool) else shorten(value)  # as TOML writes it
    return f"{name}: expected {expected}, not {shown}."
