"""What the text of a flag, or a value of a file, means."""

from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from motlp.cli.values import read_assignment, read_budgets, read_orders
from motlp.errors import InvalidBudget

DECIMALS = st.decimals(0, 100, places=3)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0.5", ["0.5"]),
        ("1,0.1,2", ["1", "0.1", "2"]),
        ("0.5:4:15", [str(0.5 + 0.25 * i) for i in range(15)]),
        ("0:1:4", ["0", "1/3", "2/3", "1"]),
        ("2:2:1", ["2"]),
        ("0:0.1234567890126:2", ["0", "0.1234567890126"]),
        ("1:1.0000000000001:3", ["1", "1.00000000000005", "1.0000000000001"]),
        (0.1, ["0.1"]),
        ([1, 0.1, "0.25"], ["1", "0.1", "0.25"]),
    ],
)
def test_budgets_are_the_decimals_that_are_written(text, expected):
    assert read_budgets(text) == [Fraction(number) for number in expected]


@given(DECIMALS, DECIMALS, st.integers(2, 30))
def test_ranges_are_even_and_have_both_ends(one, other, count):
    start, stop = min(one, other), max(one, other)
    if start == stop:
        with pytest.raises(InvalidBudget, match="reversed"):
            read_budgets(f"{start}:{stop}:{count}")
        return
    steps = read_budgets(f"{start}:{stop}:{count}")
    assert (steps[0], steps[-1], len(steps)) == (Fraction(start), Fraction(stop), count)
    assert {b - a for a, b in pairwise(steps)} == {Fraction(stop - start) / (count - 1)}


def test_orders():
    assert read_orders("2,3") == read_orders([2, 3]) == [2, 3]
    assert read_orders("4") == read_orders(4) == [4]
    assert read_orders("2, FULL") == read_orders([2, "Full"]) == [2, "full"]
    for wrong in (True, "2,fuller", [2, "all"]):
        with pytest.raises(InvalidBudget, match="whole numbers, such as 2,3, or full for all orders"):
            read_orders(wrong)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a=1", 1),
        ("a=1e-7", 1e-7),
        ("a=true", True),
        ("a=on", "on"),
        ("a = 'x=y'", "x=y"),
        ("a=x=y", "x=y"),
        ("a=", ""),
    ],
)
def test_options_are_of_the_type_they_look_like(text, value):
    name, found = read_assignment(text, "option", "time_limit=60")
    assert (name, found, type(found)) == ("a", value, type(value))
