"""Which named part of a model its plan and its potential are read from, or why there is none."""

from collections.abc import Callable

import numpy as np

from motlp.errors import InvalidModel, shorten
from motlp.frameworks.answer import Part
from motlp.frameworks.model import Model

# Where the model has no variable of the name, the multipliers of the constraint are its values.
MULTIPLIERS_OF = {"plan": "conflict", "potential": "marginal"}
CONSTRAINTS = tuple(MULTIPLIERS_OF.values())
NO_MULTIPLIERS = "a problem with integer variables has no multipliers"


def read_part(
    model: Model,
    name: str,
    length: Callable[[Model, str], int | None],
    read: Callable[[str], np.ndarray | str],
    complaint: str = "which is no such part of a problem",
) -> Part:
    """The plan or the potential of a solved model.

    Args:
        name: "plan" or "potential".
        length: of a part of the model, as an engine tells it.
        read: the values of the part of that name, or why there are none.
        complaint: what to say of a part that is not in the problem.
    """
    constraint = MULTIPLIERS_OF[name]
    source = constraint if getattr(model, name) is None else name
    part = getattr(model, source)
    if part is None:
        found: np.ndarray | str = f"the model names no {name} and no {constraint}"
    elif length(model, source) is None:
        found = f"the {source} of the model is {shorten(part)}, {complaint}"
    else:
        found = read(source)
    return Part(None, f"there is no {name}, as {found}") if isinstance(found, str) else Part(found)


def check_problem(model: Model, fault: str) -> None:
    """Refuse to solve a model whose problem has a fault.

    Raises:
        InvalidModel: says what is wrong with it.
    """
    if fault:
        raise InvalidModel(f"the model {model.name!r} cannot be solved: its {fault}.")
