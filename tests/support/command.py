"""The command line, in this process or as one of its own."""

import os
import signal
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from functools import partial
from io import StringIO
from unittest.mock import patch

from motlp.cli import main

PROGRAM = "from motlp.cli.main import main; main()"
# Writes a dot once it handles signals, as `main` does first. While the interpreter starts, Python handles them itself.
LISTENING = "import os; from motlp.cli import main; main.end_at_signals(); os.write(1, b'.'); main.main()"


def run(*words: object) -> tuple[int, str, str]:
    """Runs a command in this process: exit code, standard output, standard error."""
    out, err = StringIO(), StringIO()
    with patch.object(sys, "argv", ["motlp", *map(str, words)]), redirect_stdout(out), redirect_stderr(err):
        code = main.run()
    return code, out.getvalue(), err.getvalue()


def start(words: str, program: str = PROGRAM, **more) -> subprocess.Popen:
    """Starts a command as a process that gets no Ctrl-C of the tests, and heeds its own wherever they run."""
    heed = partial(signal.signal, signal.SIGINT, signal.SIG_DFL)
    usual = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True, "preexec_fn": heed}
    return subprocess.Popen([sys.executable, "-c", program, *words.split()], start_new_session=True, **usual | more)


def start_listening(words: str, **more) -> subprocess.Popen:
    """Starts a command, and waits until it handles signals."""
    process = start(words, LISTENING, **more)
    assert os.read(process.stdout.fileno(), 1) == b"."
    return process


def interrupt_after(process: subprocess.Popen, line: str) -> str:
    """Presses Ctrl-C once a process has printed a line; returns what it prints from then on. It must end soon."""
    while line not in process.stderr.readline():
        assert process.poll() is None
    os.killpg(process.pid, signal.SIGINT)
    rest = process.communicate(timeout=30)[1]
    assert process.returncode == 130
    assert "Traceback" not in rest
    assert rest.endswith("motlp: interrupted\n")
    return rest
