"""Judges a solution by what is proved, which decides its status; the message says what its numbers do not mean."""

from dataclasses import replace
from decimal import ROUND_CEILING, ROUND_FLOOR, Context

import numpy as np

from motlp.frameworks.answer import ANSWERED, Answer, Status
from motlp.solving.aim import PROVED_OPTIMAL
from motlp.solving.solution import Solution

MULTIPLIERS_PROVE_NONE = "the solver's multipliers prove none where a variable has no bounds; give the variables bounds"


def judge(solution: Solution, answer: Answer, nonlinear: str = "") -> Solution:
    """The solution with the status that is proved, and with notes on what a reader of its numbers must know.

    Where the model could not be read as a linear program, `nonlinear` says why.
    """
    if solution.status not in ANSWERED:
        return replace(solution, objective=None, plan=None, potential=None)
    numbers = [np.atleast_1d(x) for x in (solution.objective, solution.plan, solution.potential) if x is not None]
    if not all(np.isfinite(values).all() for values in numbers):
        return fail(solution)
    notes = [part.why for part in (answer.plan, answer.potential) if numbers and part.why]
    solution = replace(solution, message="; ".join([solution.message, *notes]))
    return judge_plain(solution) if answer.form.plain else judge_other(solution, answer, nonlinear)


def fail(solution: Solution) -> Solution:
    """The solution of a solver that returned what is no number; what is finite of it still proves something."""
    plan, potential = (
        values if values is not None and np.isfinite(values).all() else None
        for values in (solution.plan, solution.potential)
    )
    message = f"{solution.message}; values are not finite"
    return replace(solution, status=Status.FAILED, message=message, objective=None, plan=plan, potential=potential)


def judge_plain(solution: Solution) -> Solution:
    """The solution of the plain problem: the status follows the proved interval, and so must the objective."""
    gap, narrow = solution.gap, is_narrow(solution)
    status, objective, notes = solution.status, solution.objective, [solution.message]
    if narrow and status is not Status.OPTIMAL:
        status = Status.OPTIMAL
        notes.append("optimal all the same, as the proved interval shows")
    elif not narrow and status is Status.OPTIMAL:
        status = Status.INACCURATE
        wide = "there is no proof of it" if gap is None else f"the proved interval is {gap:.1e} wide"
        notes.append(f"the solver calls this optimal, but {wide}")
    if is_outside(solution):
        said = f"the solver's own objective {solution.objective:.9g} lies outside what is proved"
        objective = None if solution.plan is None else 1.0 - solution.risk_lower
        notes.append(said if objective is None else f"{said}, so that the objective given is that of the plan")
    if len(notes) == 1:
        return solution
    return replace(solution, status=status, objective=objective, message="; ".join(notes))


def judge_other(solution: Solution, answer: Answer, nonlinear: str) -> Solution:
    """The solution of a model of the user's own: the solver's status stands, with notes on what it does not mean."""
    notes = [solution.message]
    if solution.loss is None or solution.loss_lower is None:
        notes += tell_optimum(solution, answer, nonlinear)
    if solution.loss is not None:
        notes += tell_loss(solution)
        return replace(solution, message="; ".join(notes))
    if solution.objective is not None and not solution.zero_one:
        notes.append("the objective is not the 0-1 loss of its plan or potential, so that 1 − objective is no risk")
    elif solution.objective is not None and solution.risk is None:
        notes.append(f"the objective is {solution.objective:.9g}, so that 1 − objective is no risk")
    proved = solution.plan is not None or solution.potential is not None
    if proved and (not solution.zero_one or not is_narrow(solution) or is_outside(solution)):
        notes.append("the proved interval is that of the plain problem, without what was added or changed")
    return solution if len(notes) == 1 else replace(solution, message="; ".join(notes))


def tell_loss(solution: Solution) -> list[str]:
    """What a reader must know of the numbers of a model that is about another loss, or other classifiers."""
    assert solution.loss is not None
    notes = [] if solution.loss.zero_one else ["the proved interval of the risk is that of the 0-1 loss"]
    if solution.loss_lower is None:
        notes.append(f"of the least {solution.loss.name} itself nothing is proved")
    value, lower, upper = solution.loss_value, solution.loss_lower, solution.loss_upper
    below = value is not None and lower is not None and value < lower - PROVED_OPTIMAL
    above = value is not None and upper is not None and value > upper + PROVED_OPTIMAL
    if below or above:
        notes.append(f"the solver's own number, a {solution.loss.name} of {value:.9g}, lies outside what is proved")
    return notes


def tell_optimum(solution: Solution, answer: Answer, nonlinear: str) -> list[str]:
    """What is proved of the optimum of a model of the user's own, or why nothing is."""
    if solution.value_bound is None:
        if answer.linear is None:
            return []
        return [f"no bound on the optimum of the model is proved, as {nonlinear or MULTIPLIERS_PROVE_NONE}"]
    beyond = 0.0
    if solution.objective is not None:
        excess = solution.objective - solution.value_bound
        beyond = excess if solution.sense == "max" else -excess
    bound = f"the optimum of the model is {spell_bound(solution)}, as is proved"
    told = f", but the solver's own objective is {solution.objective:.9g}" if beyond > PROVED_OPTIMAL else ""
    return [bound + told]


def spell_bound(solution: Solution) -> str:
    """The proved bound on the optimum of the model, rounded outwards to twelve digits, and which way it points."""
    assert solution.value_bound is not None
    words, rounding = ("at most", ROUND_CEILING) if solution.sense == "max" else ("at least", ROUND_FLOOR)
    return f"{words} {Context(prec=12, rounding=rounding).create_decimal(solution.value_bound).normalize():g}"


def is_narrow(solution: Solution) -> bool:
    """Whether the interval proves an optimum."""
    return solution.gap is not None and solution.gap <= PROVED_OPTIMAL


def is_outside(solution: Solution) -> bool:
    """Whether 1 − objective lies outside the proved interval, by more than the tolerance of an optimum."""
    if solution.objective is None:
        return False
    risk, lower = 1.0 - solution.objective, solution.risk_lower
    upper = 1.0 if solution.gap is None else lower + solution.gap
    return not lower - PROVED_OPTIMAL <= risk <= upper + PROVED_OPTIMAL
