"""Every setting once: what its flag is called, and what its help says of defaults."""

import pytest
from support.command import run

from motlp.cli.settings import BoundSettings, InteractionsSettings, SweepSettings
from motlp.problem.terms import MOST
from motlp.solving.defaults import DEFAULTS


@pytest.mark.parametrize("kind", [BoundSettings, InteractionsSettings, SweepSettings])
def test_keys_of_files_are_the_flags(kind):
    for name, field in kind.model_fields.items():
        assert field.alias == name.rstrip("_").replace("_", "-")


def test_defaults_in_the_help_are_those_of_the_library():
    text = " ".join(run("bound", "--help")[1].replace("│", " ").split())
    assert f"default {MOST:,}" in text
    assert f"default {DEFAULTS[0].solver}; {DEFAULTS[-1].solver} above {DEFAULTS[-1].above:,} interactions" in text
