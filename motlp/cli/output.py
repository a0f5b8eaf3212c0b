"""Where an answer goes: texts and tables for people, JSON for programs."""

import json
from typing import Any

from rich.console import Console

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
