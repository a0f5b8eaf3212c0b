"""Where an answer goes: texts and tables for people, JSON for programs, and files."""

import json
from pathlib import Path
from typing import Any

from rich.console import Console

from motlp.datasets.paths import expand
from motlp.errors import InvalidConfig, arg
from motlp.system.atomic import check_writable, resolve_place

Stream = Any  # of text: mypy and beartype share no type for it


def print_answer(out: Stream, *parts: Any) -> None:
    """Print texts and tables for people, or a list or dictionary as JSON.

    On a terminal long lines wrap between words; elsewhere they stay whole, for programs to read.
    """
    plain: dict[str, Any] = {"highlight": False, "markup": False, "emoji": False}  # names are the users' own
    console = Console(file=out, **plain) if out.isatty() else Console(file=out, **plain, soft_wrap=True, width=160)
    for part in parts:
        if isinstance(part, list | dict):
            print_json(out, part)
        else:
            console.print(part)
    out.flush()


def print_json(out: Stream, value: Any) -> None:
    """Print a value as JSON, which knows no NaN: a solver may report one."""
    valid = json.loads(json.dumps(value), parse_constant=lambda name: None)
    print(json.dumps(valid, indent=2), file=out)


def check_places(data: str, **paths: Path | None) -> None:
    """Refuse places for files that cannot be written to, are one and the same, or hold the data.

    The places go by the names of their settings.
    """
    source = expand(data)
    for name, path in paths.items():
        check_writable(path)
        if path is None or not source.exists():
            continue
        place, points = resolve_place(path), resolve_place(source)
        if points in (place, *place.parents):
            raise InvalidConfig(f"{arg(name)} is {path}, where the points are loaded from; give it another place.")
    places = [resolve_place(path) for path in paths.values() if path is not None]
    if len(places) == 2 and places[0] == places[1]:
        (one, path), (other, _) = paths.items()
        raise InvalidConfig(f"{arg(one)} and {arg(other)} are both {path}; give each a file of its own.")
