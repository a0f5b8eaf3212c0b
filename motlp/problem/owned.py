"""Arrays that nobody can write to, so that what was worked out from them holds."""

from typing import Any

import numpy as np
from jaxtyping import Shaped


def own(array: Shaped[np.ndarray, "..."], dtype: Any = None) -> Shaped[np.ndarray, "..."]:
    """The array in rows, of native type, over memory that cannot be written to; itself where it is one already.

    A flag would not do: whoever has a view from before, or sets the flag back, could still write. Bytes never change.
    """
    base = array
    while isinstance(base, np.ndarray):
        base = base.base  # type: ignore[assignment]
    if array.dtype.hasobject or (isinstance(base, bytes) and array.flags.c_contiguous and dtype in (None, array.dtype)):
        return array
    made = np.ascontiguousarray(array, dtype).reshape(array.shape)
    return np.ndarray(made.shape, made.dtype, made.tobytes())
