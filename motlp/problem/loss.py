"""What the objective of a model says of classifiers: which loss it is that none can go below."""

from dataclasses import dataclass, field
from fractions import Fraction
from math import nextafter

from motlp.errors import InvalidBudget, arg, shorten
from motlp.problem.rationals import Number, exact


@dataclass(frozen=True)
class Loss:
    """A loss whose least value is `whole` − objective of a model that is a maximum.

    A model of another package may have one of its own. What is proved then is a bound on the optimum of the model,
    `Solution.value_bound`; ends of the loss itself are proved of the models of motlp, as they are declared.

    Attributes:
        name: what the number is, such as "cross-entropy".
        whose: which classifiers it is the least of, in the singular, such as "deterministic classifier".
        whole: 1 for losses that are shares of the mass, 0 where the objective is minus the loss.
        zero_one: whether it is the 0-1 loss, so that 1 − objective is a risk.
    """

    name: str
    whose: str = "classifier"
    whole: int = 1
    zero_one: bool = False


@dataclass(frozen=True)
class CrossEntropy(Loss):
    """Σ_v m_v (−log g_v), in nats: the loss of a classifier that gives the label of v at least the probability g_v."""

    name: str = field(default="cross-entropy", init=False)
    whole: int = field(default=0, init=False)


@dataclass(frozen=True)
class HardRisk(Loss):
    """The 0-1 loss of classifiers that answer every input with one label: g_v is 0 or 1."""

    name: str = field(default="risk", init=False)
    whose: str = field(default="deterministic classifier", init=False)
    zero_one: bool = field(default=True, init=False)


@dataclass(frozen=True)
class WorstClassRisk(Loss):
    """The largest of the risks of the classes, each relative to the mass of its class."""

    name: str = field(default="worst-class risk", init=False)


@dataclass(frozen=True)
class Abstention(Loss):
    """The loss of classifiers that may abstain: 0 for the right label, `price` for none, 1 for a wrong one."""

    price: Fraction
    name: str = field(default="loss", init=False)
    whose: str = field(default="classifier that may abstain", init=False)
    whole: int = field(default=1, init=False)
    zero_one: bool = field(default=False, init=False)

    @classmethod
    def at(cls, price: Number) -> "Abstention":
        """The loss at a price, exactly.

        Raises:
            InvalidBudget: the price is not between 0 and 1.
        """
        number = exact(price, "price")
        if not 0 < number < 1:
            given = price if isinstance(price, str | Fraction) else shorten(price)
            raise InvalidBudget(
                f"{arg('price')} is {given}; "
                "it must be between 0 and 1, both excluded, as a right answer costs 0 and a wrong one 1."
            )
        return cls(price=number)

    @property
    def gain(self) -> float:
        """1 − price, what an abstention gains, or a little more: that makes the least loss smaller, not larger."""
        gain = float(1 - self.price)
        return gain if gain >= 1 - self.price else nextafter(gain, 1.0)
