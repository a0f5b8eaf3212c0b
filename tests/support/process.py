"""Python in a process of its own."""

import os
import subprocess
import sys


def run_python(program: str, **environment: str) -> subprocess.CompletedProcess:
    """Runs a program, with these variables in its environment."""
    return subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=300, env=os.environ | environment
    )
