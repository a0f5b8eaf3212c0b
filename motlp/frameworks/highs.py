"""HiGHS, made without a word."""

import os

import highspy

from motlp.diverted import diverted


def silent_highs() -> highspy.Highs:
    """A HiGHS that prints nothing.

    Since 1.16, the first one that a process makes prints two lines to standard output before it can be told not to:
    they would stand before the answer, and make `--json` no JSON. Made here first, silently, those that CVXPY and
    Pyomo make later keep silent too.
    """
    with open(os.devnull, "w") as nowhere, diverted(nowhere.fileno()):
        highs = highspy.Highs()
    highs.silent()
    return highs
