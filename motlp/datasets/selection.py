"""What to load of a data set."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from motlp.errors import UnknownName, arg
from motlp.problem.measure import LabeledMeasure


@dataclass(frozen=True)
class Selection:
    """What `motlp.datasets.load` was asked for, beside the name of the data set.

    A function that reads a data set calls `apply` for the classes and points, and `refuse_split` if the data set has no
    splits. `root` and `download` are for data sets with files in `root`.
    """

    split: str | None = None
    root: Path | None = None
    download: bool = False
    classes: Sequence[str | int] | None = None
    per_class: int | None = None
    seed: int | None = None

    def apply(self, measure: LabeledMeasure) -> LabeledMeasure:
        """The classes and points of a data set that are wanted."""
        return measure.select(self.classes, self.per_class, self.seed)

    def refuse_split(self, name: str) -> None:
        """Refuse a split, for the data set of that name has none."""
        if self.split is not None:
            raise UnknownName("split", self.split, (), f"{name} has no splits; leave {arg('split')} out.")
