"""Standard output holds the answer alone: whatever else is printed goes to standard error."""

import io
import os
import sys

STREAMS = (0, 1, 2)  # the descriptors of input, output, errors


class Unwritable(Exception):
    """The answer cannot be written to standard output. It is no OSError, which other code would catch.

    Attributes:
        reader_gone: whether the program that was to read the answer has ended.
    """

    def __init__(self, error: OSError) -> None:
        super().__init__(f"the answer cannot be written to standard output ({error.strerror or error}).")
        self.reader_gone = isinstance(error, BrokenPipeError)


class AnswerFile(io.FileIO):
    """The file that the answer is written to."""

    def write(self, data: object) -> int:
        """As `FileIO` does; an error becomes `Unwritable`."""
        try:
            return super().write(data)  # type: ignore[arg-type]
        except OSError as error:
            raise Unwritable(error) from None


class MessageFile(io.FileIO):
    """The file that all else is written to. What cannot be written is lost, and the work goes on."""

    def write(self, data: object) -> int:
        """As `FileIO` does, but without errors."""
        try:
            return super().write(data)  # type: ignore[arg-type]
        except OSError:
            return len(data)  # type: ignore[arg-type]


def claim_stdout() -> None:
    """Keep standard output for the answer, in a process that does nothing else from now on.

    `sys.stdout` becomes the only stream to it. File descriptor 1, which compiled code writes to without Python, leads
    to standard error.
    """
    encodings = [getattr(stream, "encoding", None) or "utf-8" for stream in (sys.stdout, sys.stderr)]
    is_closed = sys.stdout is None
    for number in STREAMS:  # a closed one would be given to the next file that is opened
        try:
            os.fstat(number)
        except OSError:
            os.dup2(os.open(os.devnull, os.O_RDWR), number)
    # If it was closed, every write must fail: as to a file that is open for reading alone.
    answer = os.open(os.devnull, os.O_RDONLY) if is_closed else os.dup(1)
    os.dup2(2, 1)
    sys.stdout = text_stream(AnswerFile(answer, "w"), encodings[0])
    sys.stderr = text_stream(MessageFile(2, "w", closefd=False), encodings[1])


def text_stream(file: io.FileIO, encoding: str) -> io.TextIOWrapper:
    """A stream of text to a file; letters that the encoding lacks, such as ℓ, are written as escapes."""
    return io.TextIOWrapper(io.BufferedWriter(file), encoding, errors="backslashreplace", line_buffering=True)
