"""The help of `motlp` itself. That of a command is typer's, whose own drawing takes longer to import than all of this.

It looks the same.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from rich.console import Console
from rich.padding import Padding
from rich.panel import Panel
from rich.table import Table
from rich.text import Text


def print_help(group: Any, ctx: Any, commands: Mapping[str, str]) -> None:
    """Print the usage, what it is for, the options by their panels, and the commands with what they are for."""
    console = Console(highlight=False)
    console.print(Padding(Text(group.get_usage(ctx), "bold"), 1))
    console.print(Padding(Text(group.help), (0, 1, 1, 1)))
    panels: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for option in group.get_params(ctx):
        panels[getattr(option, "rich_help_panel", None) or "Options"].append(option.get_help_record(ctx))
    for title, rows in {**panels, "Commands": commands.items()}.items():
        console.print(panel(title, rows))


def panel(title: str, rows: Iterable[tuple[str, str]]) -> Panel:
    """A frame around names and what they mean."""
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(style="bold cyan", no_wrap=True)
    for name, meaning in rows:
        table.add_row(Text(name), Text(meaning))
    return Panel(table, title=title, title_align="left", border_style="dim")
