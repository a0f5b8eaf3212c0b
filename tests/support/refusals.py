"""What `load` refuses, in words."""

import pytest

from motlp.datasets import load


def refusal(error, *args, **options) -> str:
    """The text of the error that `load` raises, which must be one line."""
    with pytest.raises(error) as caught:
        load(*args, **options)
    text = str(caught.value)
    assert "\n" not in text
    return text
