"""The sentences of a result: what it says, against which adversary, and within which interval."""

from fractions import Fraction

from motlp.problem.loss import Abstention, CrossEntropy, HardRisk, Loss
from motlp.problem.rationals import spell
from motlp.problem.terms import FULL, NORMS
from motlp.problem.threat import Ball, Quadratic, Threat
from motlp.proof.certificate import Certificate
from motlp.proof.decimals import PLACES, read_lower, read_upper, round_down, round_up
from motlp.proof.summation import exact_sum
from motlp.proof.verification import Verification
from motlp.solving.aim import PROVED_OPTIMAL
from motlp.solving.solution import Solution


def summary(solution: Solution) -> str:
    """The result in a sentence or two."""
    if solution.loss is not None:
        return loss_summary(solution, solution.loss)
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


def loss_summary(solution: Solution, loss: Loss) -> str:
    """The result of a model that is about another loss, or other classifiers, in a sentence or two."""
    hypergraph, upper = solution.hypergraph, solution.loss_upper
    where = f"on {hypergraph.measure.name} against an adversary who {adversary(hypergraph.threat, hypergraph.eps)}"
    if solution.loss_lower is None:
        return f"Nothing is proved of the least {loss.name} {where}: {solution.message.rstrip('.')}."
    lower = loss_lower_end(solution)
    text = f"No {spell_whose(loss)} can have a {loss.name} below {spell(lower)}{spell_unit(loss)} {where}."
    if upper is None or Fraction(upper) - lower <= PROVED_OPTIMAL:
        return text
    most = f"{spell(loss_upper_end(solution, 6))}{spell_unit(loss)}"
    if isinstance(loss, HardRisk) and hypergraph.order > 1:  # pairs alone decide who is deterministic and robust
        return f"{text} Some {loss.whose} has at most {most}."
    return f"{text} Interactions of at most {hypergraph.order} points can prove at most {most}."


def loss_lower_end(solution: Solution) -> Fraction:
    """The proved lower end of a loss as it is printed."""
    assert solution.loss is not None
    assert solution.loss_lower is not None
    return lower_end(solution.loss_lower) if solution.loss.whole == 1 else round_down(solution.loss_lower, 6)


def loss_upper_end(solution: Solution, places: int) -> Fraction:
    """The proved upper end of a loss, rounded up to so many decimal places."""
    assert solution.loss is not None
    assert solution.loss_upper is not None
    upper = solution.loss_upper
    return round_up(read_upper(upper) if solution.loss.whole == 1 else upper, places)


def spell_whose(loss: Loss) -> str:
    """Which classifiers a loss is the least of."""
    match loss:
        case Abstention(price=price):
            return f"{loss.whose} at a price of {spell(price)}"
    return loss.whose


def spell_unit(loss: Loss) -> str:
    """The unit of a loss, after a number."""
    return " nats" if isinstance(loss, CrossEntropy) else ""


def loss_interval(solution: Solution) -> str:
    """The proved interval of the least loss, rounded outward."""
    assert solution.loss is not None
    ends = [f"least {solution.loss.name} of order {solution.hypergraph.order}"]
    if solution.loss_lower is not None:
        ends.insert(0, spell(loss_lower_end(solution)))
    if solution.loss_upper is not None:
        ends.append(spell(loss_upper_end(solution, 9)))
    return " ≤ ".join(ends) if len(ends) > 1 else f"nothing of the {ends[0]}"


def solver_loss(solution: Solution) -> str:
    """The least loss as the solver reports it, and what it claims beyond that; nothing here proves either."""
    assert solution.loss is not None
    if solution.loss_value is None:
        return "none"
    text = f"{solution.loss.name} {solution.loss_value:.9g}{spell_unit(solution.loss)} as reported"
    if solution.claimed is None:
        return text
    least = solution.loss.whole - solution.claimed
    return f"{text}; the solver claims that none has less than {max(least, 0.0) if solution.loss.whole else least:.9g}"


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


def lower_end(risk_lower: float) -> Fraction:
    """A proved lower bound as it is printed: cut to six decimal places, or to nine where six lose almost a unit."""
    proved = read_lower(risk_lower)
    almost = round_down(proved + Fraction(1, 10**8), 6) > round_down(proved, 6)
    return round_down(proved, 9 if almost else 6)


def kept_end(risk_upper: float) -> Fraction:
    """An upper end of a comparison, as `keep_upper` makes it, rounded up to six decimal places."""
    return round_up(read_upper(risk_upper), 6)


def upper_end(solution: Solution, places: int) -> Fraction:
    """The upper end of the proved interval, rounded up to so many decimal places."""
    assert solution.gap is not None
    upper = solution.risk_lower + solution.gap if solution.risk_upper is None else solution.risk_upper
    return min(round_up(upper, places), Fraction(1))
