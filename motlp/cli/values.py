"""What a value means: the text of a flag, or a value of a TOML file.

Errors mark the name of the setting, as those of the library do.
"""

import tomllib
from fractions import Fraction
from typing import Any

from pydantic_core import PydanticCustomError

from motlp.errors import InvalidBudget, InvalidConfig, arg, shorten
from motlp.problem.rationals import exact
from motlp.problem.terms import FULL, Order

MOST_BUDGETS = 10_000  # in a range
MOST_DIGITS = 30  # of the count of a range


def read_names(value: Any) -> Any:
    """Names in a list, or in a text with commas between them."""
    if isinstance(value, str):
        return [name.strip() for name in value.split(",")]
    return [str(name) for name in value] if isinstance(value, list) else value


def read_whole(value: Any) -> Any:
    """A whole number: `true`, which Python takes for 1, is none."""
    if isinstance(value, bool):
        raise PydanticCustomError("int_type", "a whole number")
    return value


def read_order(value: Any) -> Any:
    """A whole number, or the word "full" in letters of any case."""
    return FULL if is_full(value) else read_whole(value)


def is_full(value: Any) -> bool:
    """Whether a value is the word for all orders."""
    return isinstance(value, str) and value.strip().casefold() == FULL


def read_budget(value: Any) -> Fraction:
    """The budget ε, exactly."""
    return read_number(value, "eps")


def read_price(value: Any) -> Fraction:
    """The price τ, exactly."""
    return read_number(value, "tau")


def read_seconds(value: Any) -> float:
    """A number of seconds."""
    return float(read_number(value, "time_limit"))


def read_number(value: Any, name: str) -> Fraction:
    """A number, exactly; lists, tables and dates, which a file may hold, are refused."""
    return exact(value if isinstance(value, int | float) else str(value), name)


def read_budgets(value: Any) -> list[Fraction]:
    """The budgets of a sweep: one, a list such as 0.5,1,2, or a range start:stop:count.

    Raises:
        InvalidBudget: a range that is empty or reversed, or a number that is no budget.
    """
    if isinstance(value, list):
        return [read_budget(eps) for eps in value]
    if not isinstance(value, str):
        return [read_budget(value)]
    return read_range(value) if ":" in value else [read_budget(eps) for eps in value.split(",")]


def read_range(text: str) -> list[Fraction]:
    """The budgets start:stop:count, evenly spaced, with both ends, and without rounding.

    Raises:
        InvalidBudget: it is no range, or one that is empty, reversed or too long.
    """
    given, parts = f"{arg('eps')} is {shorten(text)}", [part.strip() for part in text.split(":")]
    if len(parts) != 3 or not parts[2].isdecimal() or len(parts[2]) > MOST_DIGITS:
        raise InvalidBudget(f"{given}, no range; write start:stop:count, such as 0.5:4:15, or a list such as 0.5,1,2.")
    start, stop, count = read_budget(parts[0]), read_budget(parts[1]), int(parts[2])
    if stop < start or (stop == start and count > 1):
        raise InvalidBudget(f"{given}, a reversed range; stop must be larger than start, write the smaller one first.")
    if count < 1 or (count == 1 and stop > start):
        raise InvalidBudget(
            f"{given}, an empty range: {count} budgets cannot be both start and stop; ask for 2 at least."
        )
    if count > MOST_BUDGETS:
        raise InvalidBudget(f"{given}, a range of {count} budgets; ask for {MOST_BUDGETS} at most.")
    return [exact(start + (stop - start) * i / max(count - 1, 1)) for i in range(count)]


def read_orders(value: Any) -> list[Order]:
    """The orders of a sweep: one, or a list such as 2,3,full.

    Raises:
        InvalidBudget: one is neither a whole number nor the word "full".
    """
    parts = value if isinstance(value, list) else str(value).split(",")
    try:
        return [FULL if is_full(part) else int(str(part)) for part in parts]
    except ValueError:
        raise InvalidBudget(
            f"{arg('order')} is {shorten(value)}; write whole numbers, such as 2,3, or full for all orders."
        ) from None


def read_assignments(value: Any) -> Any:
    """Options by name, from a table, or from a list of texts `key=value`."""
    return read_pairs(value, "option", "time_limit=60")


def read_parameters(value: Any) -> Any:
    """Parameters of a model by name, in the same ways."""
    return read_pairs(value, "parameter", "price=0.2")


def read_pairs(value: Any, name: str, example: str) -> Any:
    """Values by name; a list of texts is that of the flag of this name."""
    return dict(read_assignment(text, name, example) for text in value) if isinstance(value, list | tuple) else value


def read_assignment(text: Any, name: str, example: str) -> tuple[str, Any]:
    """`key=value` with the value as TOML reads it, or as a text where that is no TOML.

    Raises:
        InvalidConfig: there is no key, or no equals sign.
    """
    key, equals, value = str(text).partition("=")
    if not equals or not key.strip():
        raise InvalidConfig(f"{arg(name)} is {shorten(text)}; write key=value, such as {example}.")
    try:
        return key.strip(), tomllib.loads(f"value = {value.strip()}")["value"]
    except (ValueError, RecursionError):  # no TOML, or a number of thousands of digits, or thousands of brackets
        return key.strip(), value.strip()
