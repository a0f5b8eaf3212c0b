"""Arrays that nobody can write to, so that what was computed from them stays true."""

from typing import Any

import numpy as np
from jaxtyping import Shaped


def own(array: Shaped[np.ndarray, "..."], dtype: Any = None) -> Shaped[np.ndarray, "..."]:
    """A copy of the array, C-contiguous and of native type, in memory that nobody can write to.

    An array that already lies in such memory is returned itself. Clearing the flag WRITEABLE would not be enough: code
    that holds an older view, or sets the flag again, could still write. The copy lies in a `bytes` object, which never
    changes.
    """
    base = array
    while isinstance(base, np.ndarray):
        base = base.base  # type: ignore[assignment]
    is_owned = isinstance(base, bytes) and not array.flags.writeable  # NumPy unpickles some as writeable bytes
    if array.dtype.hasobject or (is_owned and array.flags.c_contiguous and dtype in (None, array.dtype)):
        return array
    made = np.ascontiguousarray(array, dtype).reshape(array.shape)
    return np.ndarray(made.shape, made.dtype, made.tobytes())
