"""Errors: their texts, and their way through other processes."""

import pickle

from motlp.errors import MotlpError, UnknownName


def test_errors_survive_the_way_back_from_a_worker():
    error = UnknownName("solver", "Hihgs", ["highs", "glpk"], "See the table.")
    again = pickle.loads(pickle.dumps(error))
    assert str(again) == str(error)
    assert str(error) == "unknown solver 'Hihgs'. Did you mean 'highs'? Known: highs, glpk. See the table."
    assert isinstance(error, MotlpError)
