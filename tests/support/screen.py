"""What a console shows."""

from typing import Any

from rich.console import Console


def text(shown: Any) -> str:
    """What is printed, in long lines."""
    console = Console(width=400, color_system=None)
    with console.capture() as capture:
        console.print(shown)
    return capture.get()
