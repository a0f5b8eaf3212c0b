"""What the tests of reports share."""

import pytest

from motlp.problem.measure import LabeledMeasure


@pytest.fixture
def measure() -> LabeledMeasure:
    """Two points of two classes that meet at ε = 1.0000005, and not before."""
    return LabeledMeasure.from_arrays([[0], [20_000_010]], [0, 1], unit="1/10000000")
