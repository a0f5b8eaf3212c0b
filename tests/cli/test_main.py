"""The entry point: what it imports before it handles signals, and what stops it at once."""

import pytest
from support.process import run_python

MAIN = "import sys; sys.argv = ['motlp', 'bound', 'digits', '--eps', '1']; from motlp.cli.main import main; main()"
LOADED = "import sys, motlp.cli.main; print([name for name in sys.modules if name.startswith(('numpy', 'typer'))])"


def test_the_command_line_imports_little_before_it_handles_signals():
    assert run_python(LOADED).stdout == "[]\n"


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ({"NUMBA_DISABLE_JIT": "1"}, "NUMBA_DISABLE_JIT is set"),
        ({"NUMBA_NUM_THREADS": "abc"}, "numba refuses a setting in the environment (Environment variable 'NUMBA_NUM_T"),
        ({"NUMBA_NUM_THREADS": "0"}, "numba refuses a setting in the environment (Number of threads"),
    ],
)
def test_settings_that_numba_refuses(setting, message):
    done = run_python(MAIN, **setting)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"motlp: {message}")
    assert done.stderr.count("\n") == 1
