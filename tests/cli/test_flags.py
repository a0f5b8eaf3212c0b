"""Arguments of the library as flags."""

import inspect

import pytest

import motlp
from motlp.cli.flags import FLAGS, spell_argument
from motlp.errors import MotlpError, arg


@pytest.mark.parametrize(
    ("name", "flag"),
    [
        ("per_class", "--per-class"),
        ("eps", "--eps"),
        ("data", "DATA"),
        ("config", "--config"),
        ("json", "--json"),
        ("plot", "--plot"),
        ("most", "--max-interactions"),
        ("orders", "--order"),
        ("options", "--option"),
    ],
)
def test_settings_of_any_command_are_spelled_as_flags(name, flag):
    assert spell_argument(name) == flag
    assert MotlpError(f"{arg(name)} is 3.").spell(spell_argument) == f"{flag} is 3."


@pytest.mark.parametrize("name", ["X", "y", "mass", "unit", "eta", "hypergraph", "source", "problem", "threat"])
def test_what_is_no_setting_stays_as_it_is(name):
    assert spell_argument(name) == name


def test_arguments_of_the_library_that_a_command_passes_on_have_flags():
    passed = {
        motlp.datasets.load: {"split", "root", "download", "classes", "per_class", "seed"},
        motlp.interactions: {"eps", "order", "most"},
        motlp.sweep: {"eps", "norm", "orders", "model", "framework", "solver", "options", "save", "most"},
        motlp.untruncated: {"eps", "most"},
        motlp.Quadratic: {"tau"},
    }
    for function, names in passed.items():
        assert names <= set(inspect.signature(function).parameters)
        assert all(spell_argument(name) in FLAGS.values() for name in names)
