"""From a declared model, or a hypergraph over which one is declared, to a solution."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from motlp.errors import InvalidModel, shorten
from motlp.frameworks.answer import ANSWERED, Answer, Part
from motlp.frameworks.declaration import declare
from motlp.frameworks.engine import find_engine
from motlp.frameworks.formulations import find_module
from motlp.frameworks.model import Model
from motlp.problem.hypergraph import Hypergraph
from motlp.problem.linear_form import LinearForm
from motlp.problem.loss import HardRisk, Loss
from motlp.proof.loss_bounds import prove_lower, prove_upper
from motlp.proof.weak_duality import bound_optimum
from motlp.solving.defaults import MODEL, SOLVER, usual_options
from motlp.solving.judgement import judge
from motlp.solving.solution import Solution

OURS = "motlp.models."  # of these modules it is known what their models are, without a look at their rows
NONE: Mapping[str, Any] = {}


def solve_hypergraph(
    hypergraph: Hypergraph,
    model: str,
    framework: str,
    solver: str,
    options: Mapping[str, Any],
    parameters: Mapping[str, Any] = NONE,
) -> Solution:
    """Declares a formulation over the interactions that bind, and solves it; the plan is one of all interactions."""
    ours, seconds = find_module(model).__name__.startswith(OURS), dict[str, float]()
    declared = declare(hypergraph.maximal(), model, framework, parameters)
    answer = find_engine(framework).solve(declared, solver, dict(options))
    answer = keep_fitting(answer, declared.hypergraph)
    if answer.plan.values is not None:
        plan = np.zeros(hypergraph.size)
        plan[hypergraph.binding] = answer.plan.values
        answer = replace(answer, plan=Part(plan))
    elif ours and isinstance(declared.loss, HardRisk) and answer.status in ANSWERED:
        relaxed = solve_relaxation(hypergraph, options.get("time_limit"))
        answer = replace(answer, plan=Part(relaxed.plan))
        seconds = {"relaxation": sum(relaxed.seconds.values())}
    solution = make_solution(declared, answer, hypergraph, ours=ours)
    return replace(solution, seconds=solution.seconds | seconds)


def solve_relaxation(hypergraph: Hypergraph, time_limit: Any) -> Solution:
    """The dual, for a plan of models with integer variables: these have no multipliers, and its plan holds for them.

    It gets as many seconds as the integer program, where these are limited.
    """
    options = usual_options(SOLVER, hypergraph.size)
    if isinstance(time_limit, int | float):
        options["time_limit"] = time_limit
    return solve_hypergraph(hypergraph, MODEL, "matrix", SOLVER, options)


def solve_model(model: Model, solver: str, options: Mapping[str, Any]) -> Solution:
    """Solves a declared model, whatever its user made of it.

    Raises:
        InvalidModel: its hypergraph, or its loss, is none.
    """
    if not isinstance(model.hypergraph, Hypergraph):
        raise InvalidModel(
            f"the model {model.name!r} cannot be solved: its hypergraph is {shorten(model.hypergraph)}, "
            "not the one over which it was declared."
        )
    if not isinstance(model.loss, Loss | None):
        raise InvalidModel(
            f"the model {model.name!r} cannot be solved: its loss is {shorten(model.loss)}; give a Loss, or None."
        )
    answer = find_engine(model.framework).solve(model, solver, dict(options))
    return make_solution(model, keep_fitting(answer, model.hypergraph), model.hypergraph, ours=False)


def keep_fitting(answer: Answer, hypergraph: Hypergraph) -> Answer:
    """The answer without a plan or a potential that is not one of this hypergraph."""
    plan = keep_if_fitting("plan", answer.plan, hypergraph.size, "interactions")
    potential = keep_if_fitting("potential", answer.potential, hypergraph.measure.size, "points")
    return replace(answer, plan=plan, potential=potential)


def keep_if_fitting(name: str, part: Part, length: int, things: str) -> Part:
    """The part, if it has a value for each."""
    if part.values is None or len(part.values) == length:
        return part
    found = len(part.values)
    return Part(None, f"there is no {name}, as what it is read from has {found} values for {length} {things}")


def make_solution(model: Model, answer: Answer, hypergraph: Hypergraph, *, ours: bool) -> Solution:
    """The solution, judged by what is proved; the plan of the answer is one of `hypergraph`.

    A model that a user had in hand may differ from that of its name by less than can be recognised; so a bound on its
    optimum is proved from its own rows, unless the model is `ours`, as it was declared.
    """
    plain, loss = ours and answer.form.plain, model.loss
    linear = "" if plain or answer.linear is None else answer.linear()
    bound = bound_optimum(linear) if isinstance(linear, LinearForm) else None
    plan, potential = answer.plan.values, answer.potential.values
    solution = Solution(
        hypergraph=hypergraph,
        model=model.name,
        framework=model.framework,
        solver=answer.solver.name,
        version=answer.solver.version,
        status=answer.status,
        message=answer.message,
        objective=answer.objective,
        plan=plan,
        potential=potential,
        seconds={"declare": model.seconds, "solve": answer.seconds},
        zero_one=answer.form.zero_one and (loss is None or loss.zero_one),
        sense=answer.sense,
        plain=plain,
        extended_bound=bound,
        loss=loss,
        loss_lower=prove_lower(loss, hypergraph, plan, bound) if loss and ours else None,
        loss_upper=prove_upper(loss, hypergraph, potential) if loss and ours else None,
        claimed=answer.claimed,
    )
    return judge(solution, answer, linear if isinstance(linear, str) else "")
