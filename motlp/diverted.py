"""Standard output kept for the answer: what compiled code prints meanwhile goes elsewhere."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def diverted(target: int) -> Iterator[None]:
    """What is written to file descriptor 1, past Python, goes to another one until the block ends."""
    sys.stdout.flush()
    try:
        kept = os.dup(1)
    except OSError:  # closed: nothing can be printed
        yield
        return
    try:
        os.dup2(target, 1)
        yield
    finally:
        os.dup2(kept, 1)
        os.close(kept)
