"""What a command is asked for: flags over a configuration file over defaults, checked in one place."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from motlp.errors import InvalidConfig, UnknownName


class Settings(BaseModel):
    """Names as on the command line, without the dashes in front."""

    model_config = ConfigDict(
        extra="forbid", alias_generator=lambda name: name.replace("_", "-"), populate_by_name=True
    )


class DataSettings(Settings):
    """Which points."""

    data: str
    split: str | None = None
    root: Path | None = None
    download: bool = False
    classes: list[str] | None = None
    per_class: int | None = None
    seed: int | None = None

    @field_validator("classes", mode="before")
    @classmethod
    def _listed(cls, value: Any) -> Any:
        if isinstance(value, str):
            return [name.strip() for name in value.split(",")]
        return [str(name) for name in value] if isinstance(value, list) else value


class ThreatSettings(DataSettings):
    """Which interactions of the points."""

    cost: str = "ball"
    norm: str | None = None
    tau: str | int | float | None = None
    max_interactions: int = Field(default=50_000_000, ge=1)
    dask: str | None = None
    quiet: bool = False


class InteractionsSettings(ThreatSettings):
    """Enumerate and save."""

    eps: str | int | float | None = None
    order: int | None = None
    save: Path | None = None
    json_: bool = Field(default=False, alias="json")


class SolveSettings(ThreatSettings):
    """Which formulation, solved by what."""

    model: str | None = None
    framework: str | None = None
    solver: str = "highs"
    option: dict[str, Any] = Field(default_factory=dict)

    @field_validator("option", mode="before")
    @classmethod
    def _parsed(cls, value: Any) -> Any:
        return dict(assignment(text) for text in value) if isinstance(value, list | tuple) else value


class BoundSettings(SolveSettings):
    """One budget, one order."""

    eps: str | int | float | None = None
    order: int | None = None
    json_: bool = Field(default=False, alias="json")


class SweepSettings(SolveSettings):
    """Many budgets, several orders."""

    eps: str | int | float | list[str | int | float]
    order: str | int | list[int] | None = None
    save: Path | None = None
    plot: Path | None = None
    json_: bool = Field(default=False, alias="json")


S = TypeVar("S", bound=Settings)


def merged(kind: type[S], flags: Mapping[str, Any], file: Path | None) -> S:
    """Settings of a command: its flags override the file, which overrides the defaults.

    Raises:
        InvalidConfig: the file cannot be read, or a value is not what its key expects; names file and key.
    """
    given = {name.rstrip("_").replace("_", "-"): v for name, v in flags.items() if v not in (None, False, [])}
    written = read(file) if file is not None else {}
    known = {field.alias or name for name, field in kind.model_fields.items()}
    for key in written:
        if key not in known:
            raise InvalidConfig(f"{file}: {UnknownName('key', key, sorted(known))}")
    if isinstance(written.get("option"), dict) and "option" in given:
        given["option"] = written["option"] | dict(assignment(text) for text in given["option"])
    try:
        return kind.model_validate(written | given)
    except ValidationError as error:
        first = error.errors()[0]
        key = str(first["loc"][0])
        where = f"{file}: key {key!r}" if key in written and key not in given else f"--{key}"
        if first["type"] == "missing":
            where = "DATA" if key == "data" else f"--{key}"
            raise InvalidConfig(f"{where} is missing; give it on the command line or in a --config file.") from None
        raise InvalidConfig(f"{where}: expected {expected(first)}, not {first['input']!r}.") from None


def read(file: Path) -> dict[str, Any]:
    """The tables of a TOML file."""
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise InvalidConfig(f"{file}: not TOML: {error}.") from None
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidConfig(f"{file}: cannot be read ({error}).") from None


def expected(error: Any) -> str:
    """What a value should have been, in the words of its key."""
    words = {
        "int_parsing": "a whole number",
        "int_type": "a whole number",
        "int_from_float": "a whole number",
        "bool_parsing": "true or false",
        "bool_type": "true or false",
        "string_type": "a text",
        "dict_type": "a table of options",
        "list_type": "a list",
        "path_type": "a path",
        "greater_than_equal": f"at least {error.get('ctx', {}).get('ge')}",
    }
    return words.get(error["type"], "a number" if "number" in error["msg"] else error["msg"])


def assignment(text: str) -> tuple[str, Any]:
    """`key=value` with the value as TOML reads it, or as a text where that is no TOML."""
    key, equals, value = text.partition("=")
    if not equals or not key.strip():
        raise InvalidConfig(f"--option {text!r}: expected key=value, such as time_limit=60.")
    try:
        return key.strip(), tomllib.loads(f"value = {value.strip()}")["value"]
    except tomllib.TOMLDecodeError:
        return key.strip(), value.strip()
