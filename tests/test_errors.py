"""Errors: their texts, and their way through other processes."""

import pickle
from copy import deepcopy

import pytest

from motlp.errors import InvalidBudget, MotlpError, UnknownName, arg


def test_errors_survive_the_way_back_from_a_worker():
    error = UnknownName("solver", "Hihgs", ["highs", "glpk"], "See the table.")
    again = pickle.loads(pickle.dumps(error))
    assert str(again) == str(error)
    assert str(error) == "unknown solver 'Hihgs'. Did you mean 'highs'? Known: highs, glpk. See the table."
    assert isinstance(error, MotlpError)


ERRORS = [
    InvalidBudget(f"{arg('eps')} is `eps`; lower {arg('eps')}."),
    UnknownName("split", "`eps`", ["`eps`s"], f"Leave {arg('eps')} out."),
]


@pytest.mark.parametrize("error", [*ERRORS, *map(deepcopy, ERRORS), *(pickle.loads(pickle.dumps(e)) for e in ERRORS)])
def test_arguments_are_spelled_and_texts_of_users_are_not(error):
    bare, spelled = str(error), error.spell(lambda name: f"--{name}")
    assert "`eps`" in bare
    assert "`eps`" in spelled
    assert "--eps" in spelled
    assert spelled.replace("--eps", "eps") == bare
    assert "\\ue000" not in repr(error)
    assert "\ue000" not in "".join(map(str, error.args))


def test_an_error_of_ones_own_needs_no_parts():
    class Mine(MotlpError):
        def __init__(self, number: int) -> None:
            self.number = number

    assert str(Mine(3)) == "3"


def test_the_text_of_one_error_in_another_is_spelled_too():
    inner = InvalidBudget(f"{arg('tau')} is 0.")
    assert InvalidBudget(f"file.toml: {inner.text()}").spell(str.upper) == "file.toml: TAU is 0."
