"""Settings from flags, files and defaults."""

from fractions import Fraction
from pathlib import Path

import pytest

from motlp.cli.flags import spell_argument
from motlp.cli.settings import BoundSettings, SweepSettings
from motlp.cli.sources import read_settings
from motlp.errors import InvalidConfig
from motlp.problem.terms import MOST


def test_flags_over_file_over_defaults(tmp_path):
    file = tmp_path / "study.toml"
    file.write_text(
        'data = "digits"\neps = 0.1\nper-class = 7\nclasses = [1, "4"]\nquiet = true\nsolver = "ipm"\n'
        "[option]\ntime_limit = 5\nthreads = 1"
    )
    settings = read_settings(
        BoundSettings, {"per_class": "8", "option": ["threads=2"], "quiet": False, "tau": None}, file
    )
    assert (settings.data, settings.eps, settings.per_class) == ("digits", Fraction(1, 10), 8)
    assert settings.classes == ["1", "4"]
    assert settings.option == {"time_limit": 5, "threads": 2}
    assert (settings.quiet, settings.solver, settings.framework) == (False, "ipm", None)
    assert settings.max_interactions == MOST
    assert read_settings(BoundSettings, {"data": "digits", "root": "here"}, None).root == Path("here")


def test_a_sweep_takes_lists_from_a_file(tmp_path):
    file = tmp_path / "study.toml"
    file.write_text('data = "digits"\neps = [0.1, "0.2"]\norder = [2, 3]')
    settings = read_settings(SweepSettings, {}, file)
    assert settings.eps == [Fraction(1, 10), Fraction(1, 5)]
    assert settings.order == [2, 3]
    file.write_text('data = "digits"\neps = 0.1\norder = [2, "Full"]')
    assert read_settings(SweepSettings, {}, file).order == [2, "full"]
    assert read_settings(SweepSettings, {"order": "FULL"}, file).order == ["full"]
    file.write_text('data = "digits"\neps = "0.1:0.2:2"\ncost = "quadratic"')
    with pytest.raises(InvalidConfig, match="unknown key 'cost'"):
        read_settings(SweepSettings, {}, file)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("eps = true", "key 'eps' is True; it must be a finite number"),
        ("eps = []", "key 'eps' is '[]'; it must be a finite number"),
        ("eps = -1", "key 'eps' is -1; it must be at least 0"),
        ("order = 2.5", "key 'order': expected a whole number, not 2.5"),
        ("seed = false", "key 'seed': expected a whole number, not false"),
        ("max-interactions = 0", "key 'max-interactions': expected at least 1, not 0"),
        ("solver = 3", "key 'solver': expected a text, not 3"),
        ("quiet = 'perhaps'", "key 'quiet': expected true or false, not 'perhaps'"),
        ("root = 3", "key 'root': expected a path, not 3"),
        ("option = ['time_limit']", "key 'option' is 'time_limit'; write key=value"),
    ],
)
def test_a_bad_file_is_refused_by_name_key_and_what_is_expected(tmp_path, line, message):
    file = tmp_path / "study.toml"
    file.write_text(f'data = "digits"\n{line}')
    with pytest.raises(InvalidConfig) as caught:
        read_settings(BoundSettings, {}, file)
    assert str(caught.value).startswith(f"{file}: {message}")
    assert "\n" not in str(caught.value)


def test_a_flag_is_named_where_it_is_the_flag_that_is_wrong(tmp_path):
    file = tmp_path / "study.toml"
    file.write_text('data = "digits"\norder = 2')
    with pytest.raises(InvalidConfig) as caught:
        read_settings(BoundSettings, {"order": "two"}, file)
    assert caught.value.spell(spell_argument) == "--order: expected a whole number, not 'two'."
