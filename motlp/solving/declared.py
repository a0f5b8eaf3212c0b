"""From a declared model, or a hypergraph over which one is declared, to a solution."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from jaxtyping import Float64

from motlp.errors import InvalidModel, shorten
from motlp.frameworks.answer import Answer, Part
from motlp.frameworks.declaration import declare, find_module
from motlp.frameworks.engine import find_engine
from motlp.frameworks.model import Model
from motlp.problem.hypergraph import Hypergraph
from motlp.problem.linear_form import LinearForm
from motlp.problem.loss import HardRisk
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
    declared = declare(hypergraph.maximal(), model, framework, parameters)
    answer = find_engine(framework).solve(declared, solver, dict(options))
    answer = keep_fitting(answer, declared.hypergraph)
    if answer.plan.values is not None:
        plan = np.zeros(hypergraph.size)
        plan[hypergraph.binding] = answer.plan.values
        answer = replace(answer, plan=Part(plan))
    elif isinstance(declared.loss, HardRisk):
        answer = replace(answer, plan=Part(solve_relaxation(hypergraph)))
    return make_solution(declared, answer, hypergraph, ours=find_module(model).__name__.startswith(OURS))


def solve_relaxation(hypergraph: Hypergraph) -> Float64[np.ndarray, " interactions"] | None:
    """A plan for models with integer variables, which have no multipliers: what it proves holds for them as well."""
    return solve_hypergraph(hypergraph, MODEL, "matrix", SOLVER, usual_options(SOLVER, hypergraph.size)).plan


def solve_model(model: Model, solver: str, options: Mapping[str, Any]) -> Solution:
    """Solves a declared model, whatever its user made of it.

    Raises:
        InvalidModel: its hypergraph is none.
    """
    if not isinstance(model.hypergraph, Hypergraph):
        raise InvalidModel(
            f"the model {model.name!r} cannot be solved: its hypergraph is {shorten(model.hypergraph)}, "
            "not the one over which it was declared."
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
        loss_lower=prove_lower(loss, hypergraph, plan if ours else None, bound) if loss else None,
        loss_upper=prove_upper(loss, hypergraph, potential) if loss and ours else None,
        claimed=answer.claimed,
    )
    return judge(solution, answer, linear if isinstance(linear, str) else "")
