"""The suffix of a Pyomo model in which multipliers come back, and how they are read from it."""

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import pyomo.environ as pyo
from pyomo.common.modeling import unique_component_name


@contextmanager
def attach_suffix(problem: pyo.ConcreteModel) -> Iterator[pyo.Suffix | None]:
    """The suffix to which Pyomo writes multipliers, emptied of earlier ones; Pyomo finds it by its name `dual`.

    None for a problem with integer variables, which has no multipliers: HiGHS in Pyomo fails when asked for them. A
    component of the user's that has that name, and cannot hold multipliers, is put back when the block ends.
    """
    theirs = problem.component("dual")
    is_suffix = isinstance(theirs, pyo.Suffix)
    integer = any(not v.is_continuous() for v in problem.component_data_objects(pyo.Var))
    if is_suffix and theirs.active and theirs.import_enabled() and not integer:
        theirs.clear()
        yield theirs
        return
    if theirs is not None:
        problem.del_component(theirs)
        if not is_suffix:  # other parts of the problem may depend on it
            problem.add_component(unique_component_name(problem, "dual_"), theirs)
    try:
        if not integer:
            problem.dual = pyo.Suffix(direction=pyo.Suffix.IMPORT)
        yield None if integer else problem.dual
    finally:
        if theirs is not None:
            problem.del_component("dual")
            if not is_suffix:
                problem.del_component(theirs)
            problem.add_component("dual", theirs)


def multipliers(constraint: pyo.Constraint, duals: pyo.Suffix) -> np.ndarray:
    """Multipliers of an indexed constraint, nonnegative; of a row that is not active, 0.

    Those of `marginal` (≥ in a minimum) and `conflict` (≤ in a maximum) are nonnegative, unless a solver stops early
    and leaves those of a maximum with the sign of a minimum.
    """
    found = np.array([duals.get(row, 0.0) for row in constraint.values()], dtype=float)
    return found if found.sum() >= 0 else -found
