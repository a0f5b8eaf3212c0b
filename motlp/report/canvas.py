"""What a picture can be: the kinds of file, and how much it has room for. Nothing is loaded that draws."""

from importlib.util import find_spec
from pathlib import Path

from motlp.errors import InvalidConfig, MotlpError

KINDS = (".png", ".pdf", ".svg")
ROWS, MOST_ROWS = 6, 200  # meetings to show, and the most that a picture has room for


def check_plot(path: str | Path | None) -> Path | None:
    """The path of a plot, once it is known that one can be drawn there; None is no plot at all.

    Raises:
        InvalidConfig: the path ends in no kind of picture that can be drawn.
        MotlpError: matplotlib is not installed.
    """
    if path is None:
        return None
    if Path(path).suffix.lower() not in KINDS:
        raise InvalidConfig(f"{path} is no picture of a kind that can be drawn; use {', '.join(KINDS)}.")
    if find_spec("matplotlib") is None:
        raise MotlpError("matplotlib is not installed: pip install 'motlp[plot]'.")
    return Path(path)
