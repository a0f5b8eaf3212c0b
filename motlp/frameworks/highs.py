"""HiGHS, made without a word."""

import os

import highspy


def silent_highs() -> highspy.Highs:
    """A HiGHS that prints nothing.

    Since 1.16, the first one that a process makes prints two lines to standard output before it can be told not to:
    they would stand before the answer, and make `--json` no JSON. Made here first, silently, those that CVXPY and
    Pyomo make later keep silent too.
    """
    try:
        stdout = os.dup(1)
    except OSError:  # closed: nothing can be printed
        return _made()
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 1)
        return _made()
    finally:
        os.dup2(stdout, 1)
        os.close(stdout)
        os.close(nowhere)


def _made() -> highspy.Highs:
    highs = highspy.Highs()
    highs.silent()
    return highs
