"""Standard output is the answer alone: whatever else is printed goes to standard error."""

import io
import os
import sys

STREAMS = (0, 1, 2)  # the descriptors of input, output, errors


class Unwritable(Exception):
    """The answer cannot be written to standard output; no OSError, which many take care of in their own way.

    Attributes:
        unread: whoever was to read it is gone.
    """

    def __init__(self, error: OSError) -> None:
        super().__init__(f"the answer cannot be written to standard output ({error.strerror or error}).")
        self.unread = isinstance(error, BrokenPipeError)


class Answer(io.FileIO):
    """Where the answer goes."""

    def write(self, data: object) -> int:
        """As `FileIO` does."""
        try:
            return super().write(data)  # type: ignore[arg-type]
        except OSError as error:
            raise Unwritable(error) from None


class Remarks(io.FileIO):
    """Where all else goes; what cannot be written there is lost, and no harm to the work."""

    def write(self, data: object) -> int:
        """As `FileIO` does, but for errors."""
        try:
            return super().write(data)  # type: ignore[arg-type]
        except OSError:
            return len(data)  # type: ignore[arg-type]


def claim() -> None:
    """Take standard output for the answer, in a process that does nothing else from now on.

    `sys.stdout` becomes a stream to it that nobody else has; file descriptor 1, which compiled code writes to past
    Python, leads to standard error.
    """
    encodings = [getattr(stream, "encoding", None) or "utf-8" for stream in (sys.stdout, sys.stderr)]
    closed = sys.stdout is None
    for number in STREAMS:  # a closed one would be given to the next file that is opened
        try:
            os.fstat(number)
        except OSError:
            os.dup2(os.open(os.devnull, os.O_RDWR), number)
    # Nothing can be written to what is open for reading alone.
    answer = os.open(os.devnull, os.O_RDONLY) if closed else os.dup(1)
    os.dup2(2, 1)
    sys.stdout = stream(Answer(answer, "w"), encodings[0])
    sys.stderr = stream(Remarks(2, "w", closefd=False), encodings[1])


def stream(file: io.FileIO, encoding: str) -> io.TextIOWrapper:
    """A stream of text to a file; not every terminal has an ℓ."""
    return io.TextIOWrapper(io.BufferedWriter(file), encoding, errors="backslashreplace", line_buffering=True)
