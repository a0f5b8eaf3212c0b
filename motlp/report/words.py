"""The sentences of a result: what it says, against which adversary, and within which interval."""

from fractions import Fraction

from motlp.problem.rationals import spell
from motlp.problem.threat import Ball, Quadratic, Threat
from motlp.proof.certificate import Certificate
from motlp.proof.decimals import PLACES, read_lower, round_down, round_up
from motlp.proof.summation import exact_sum
from motlp.proof.verification import Verification
from motlp.solving.solution import FULL, PROVED_OPTIMAL, Solution
from motlp.studies.rows import SweepRow

NORMS = {"l2": "ℓ2", "linf": "ℓ∞", "l1": "ℓ1"}


def summary(solution: Solution) -> str:
    """The result in a sentence or two."""
    hypergraph, lower = solution.hypergraph, lower_end(solution.risk_lower)
    text = (
        f"No classifier can have risk below {spell(lower)} on {hypergraph.measure.name} against an adversary who "
        f"{adversary(hypergraph.threat, hypergraph.eps)}: "
        f"none has a robust accuracy above {spell(100 * (1 - lower))} %."
    )
    if own := own_risk(solution):
        text += f" Of those that satisfy the constraints of this model, none has risk below {spell(own)}."
    if solution.plan is None:
        return f"The solver gave no bound, and 0 holds without one. {text}"
    if solution.order == FULL:
        return f"{text} {attainment(solution, lower)}"
    if solution.gap is not None and solution.gap > PROVED_OPTIMAL:
        text += f" Solved to the end, order {hypergraph.order} could prove at most {spell(upper_end(solution, 6))}."
    return text


def attainment(solution: Solution, lower: Fraction) -> str:
    """How near the best classifier comes to the lower end as it is printed, which all orders tell."""
    assert solution.gap is not None
    assert solution.risk_upper is not None
    if solution.gap > PROVED_OPTIMAL:
        return f"The best classifier has a risk of at most {spell(upper_end(solution, 6))} (all orders)."
    within = max(round_up(Fraction(solution.risk_upper) - lower, 6), Fraction(1, 10**6))
    return f"A classifier attains it, to within {spell(within)} (all orders)."


def verified(found: Verification, name: str) -> str:
    """What a certificate proves, in a sentence or two."""
    assert found.risk_lower is not None
    assert found.threat is not None
    lower = round_down(found.risk_lower, 9)
    text = (
        f"Proved: no classifier can have risk below {spell(lower)} on {name} against an adversary who "
        f"{adversary(found.threat, found.eps)}."
    )
    if found.risk_upper is None:
        return text
    upper, rest = spell(round_up(found.risk_upper, 9)), ", if the search of motlp is right" if found.unchecked else ""
    if found.order == FULL:
        return f"{text} Some classifier has a risk of at most {upper}{rest}."
    return f"{text} Interactions of at most {found.order} points can prove at most {upper}{rest}."


def claimed(certificate: Certificate) -> str:
    """What a certificate claims, in a sentence."""
    claim, lower = certificate.claim, round_down(certificate.risk_lower, 9)
    threat, eps = certificate.threat, certificate.eps
    return (
        f"This certificate claims, and `motlp verify` checks: no classifier can have risk below {spell(lower)} on "
        f"{claim['about'].get('name', 'the data')} against an adversary who {adversary(threat, eps)}."
    )


def adversary(threat: Threat, eps: Fraction | None) -> str:
    """What the adversary does."""
    match threat:
        case Ball(norm=norm):
            return f"may move every input by {spell(eps or Fraction(0))} in {NORMS[norm]}"
        case Quadratic(tau=tau):
            return f"pays {spell(tau)} × squared ℓ2 distance to move an input"


def interval(solution: Solution) -> str:
    """The proved interval of the truncated risk, or of that of all orders, rounded outward."""
    lower = spell(round_down(read_lower(solution.risk_lower), PLACES))
    if solution.gap is None:
        return f"at least {lower}"
    risk = "R*, the risk of all orders," if solution.order == FULL else f"risk of order {solution.order}"
    return f"{lower} ≤ {risk} ≤ {spell(upper_end(solution, PLACES))}"


def own_risk(solution: Solution) -> Fraction | None:
    """A proved lower end of the risk of every classifier that satisfies an extended dual, cut to six places.

    None of other models, and where it says nothing.
    """
    if solution.plain or solution.value_bound is None or not solution.zero_one or solution.sense != "max":
        return None
    lower = round_down(1 - Fraction(solution.value_bound) / exact_sum(solution.hypergraph.mass), 6)
    return lower if 0 <= lower <= 1 else None


def solver_risk(solution: Solution) -> str:
    """The risk as the solver reports it, which nothing proves."""
    if solution.risk is not None:
        return f"{solution.risk:.9g} as reported"
    return "none" if solution.objective is None else f"none; the objective is {solution.objective:.9g}"


def row_line(row: SweepRow) -> str:
    """One row of a sweep, in a line."""
    ends = f"risk at least {spell(lower_end(row.risk_lower))}"
    if row.risk_upper is not None:
        ends += f", R* at most {spell(round_up(row.risk_upper, 6))}"
    return f"eps {row.eps}, order {row.order}: {ends} ({row.status})"


def lower_end(risk_lower: float) -> Fraction:
    """A proved lower bound as it is printed: cut to six decimal places, or to nine where six lose almost a unit."""
    proved = read_lower(risk_lower)
    almost = round_down(proved + Fraction(1, 10**8), 6) > round_down(proved, 6)
    return round_down(proved, 9 if almost else 6)


def upper_end(solution: Solution, places: int) -> Fraction:
    """The upper end of the proved interval, rounded up to so many decimal places."""
    assert solution.gap is not None
    upper = solution.risk_lower + solution.gap if solution.risk_upper is None else solution.risk_upper
    return min(round_up(upper, places), Fraction(1))
