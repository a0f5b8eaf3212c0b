"""Settings from flags, files and defaults."""

from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from motlp.cli.settings import BoundSettings, SweepSettings, assignment, budgets, merged, orders
from motlp.errors import InvalidBudget, InvalidConfig
from motlp.problem.threat import Ball, Quadratic

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
    assert budgets(text) == [Fraction(number) for number in expected]


@given(DECIMALS, DECIMALS, st.integers(2, 30))
def test_ranges_are_even_and_have_both_ends(one, other, count):
    start, stop = min(one, other), max(one, other)
    if start == stop:
        with pytest.raises(InvalidBudget, match="reversed"):
            budgets(f"{start}:{stop}:{count}")
        return
    steps = budgets(f"{start}:{stop}:{count}")
    assert (steps[0], steps[-1], len(steps)) == (Fraction(start), Fraction(stop), count)
    assert {b - a for a, b in pairwise(steps)} == {Fraction(stop - start) / (count - 1)}


def test_orders():
    assert orders("2,3") == orders([2, 3]) == [2, 3]
    assert orders("4") == orders(4) == [4]
    with pytest.raises(InvalidBudget, match="whole numbers"):
        orders(True)


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
    name, read = assignment(text)
    assert (name, read, type(read)) == ("a", value, type(value))


def test_flags_over_file_over_defaults(tmp_path):
    file = tmp_path / "study.toml"
    file.write_text(
        'data = "digits"\neps = 0.1\nper-class = 7\nclasses = [1, "4"]\nquiet = true\nsolver = "ipm"\n'
        "[option]\ntime_limit = 5\nthreads = 1"
    )
    settings = merged(BoundSettings, {"per_class": "8", "option": ["threads=2"], "quiet": False, "tau": None}, file)
    assert (settings.data, settings.eps, settings.per_class) == ("digits", Fraction(1, 10), 8)
    assert settings.classes == ["1", "4"]
    assert settings.option == {"time_limit": 5, "threads": 2}
    assert (settings.quiet, settings.solver, settings.framework) == (False, "ipm", None)
    assert settings.max_interactions == 50_000_000
    assert merged(BoundSettings, {"data": "digits", "root": "here"}, None).root == Path("here")


def test_a_sweep_takes_lists_from_a_file(tmp_path):
    file = tmp_path / "study.toml"
    file.write_text('data = "digits"\neps = [0.1, "0.2"]\norder = [2, 3]')
    settings = merged(SweepSettings, {}, file)
    assert settings.eps == [Fraction(1, 10), Fraction(1, 5)]
    assert settings.order == [2, 3]
    file.write_text('data = "digits"\neps = "0.1:0.2:2"\ncost = "quadratic"')
    with pytest.raises(InvalidConfig, match="unknown key 'cost'"):
        merged(SweepSettings, {}, file)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("eps = true", "key 'eps': eps is 'True'"),
        ("eps = []", "key 'eps': eps is '[]'"),
        ("eps = -1", "key 'eps': eps is -1; it must be at least 0"),
        ("order = 2.5", "key 'order': expected a whole number, not 2.5"),
        ("seed = false", "key 'seed': expected a whole number, not false"),
        ("max-interactions = 0", "key 'max-interactions': expected at least 1, not 0"),
        ("solver = 3", "key 'solver': expected a text, not 3"),
        ("quiet = 'perhaps'", "key 'quiet': expected true or false, not 'perhaps'"),
        ("root = 3", "key 'root': expected a path, not 3"),
        ("option = ['time_limit']", "key 'option': 'time_limit' is no option; write key=value"),
    ],
)
def test_a_bad_file_is_told_by_name_key_and_what_is_expected(tmp_path, line, message):
    file = tmp_path / "study.toml"
    file.write_text(f'data = "digits"\n{line}')
    with pytest.raises(InvalidConfig) as caught:
        merged(BoundSettings, {}, file)
    assert str(caught.value).startswith(f"{file}: {message}")
    assert "\n" not in str(caught.value)


def test_a_flag_is_named_where_it_is_the_flag_that_is_wrong(tmp_path):
    file = tmp_path / "study.toml"
    file.write_text('data = "digits"\norder = 2')
    with pytest.raises(InvalidConfig, match=r"^--order: expected a whole number, not 'two'"):
        merged(BoundSettings, {"order": "two"}, file)


def test_threat():
    given_ = {"data": "digits"}
    assert merged(BoundSettings, given_, None).threat() == Ball("l2")
    assert merged(BoundSettings, given_ | {"norm": "linf"}, None).threat() == Ball("linf")
    assert merged(BoundSettings, given_ | {"cost": "quadratic", "tau": "0.1"}, None).threat() == Quadratic("0.1")
