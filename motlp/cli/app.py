"""`motlp` itself: its help, its version, and its commands, which are made where they are called."""

from importlib import metadata
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from motlp.cli.commands import COMMANDS, TRACEBACK


class Root(TyperGroup):
    """`motlp` itself, which makes a command of the library of flags only where it is called."""

    def __init__(self, **more: Any) -> None:
        super().__init__(**more)
        names: Any = dict.fromkeys(COMMANDS)  # to suggest one for another
        self.commands = names

    def list_commands(self, ctx: Any) -> list[str]:
        """Their names, in the order of the help."""
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """The command of a name; None where there is none."""
        if cmd_name not in COMMANDS:
            return None
        from motlp.cli.flags import make_command

        return make_command(cmd_name, COMMANDS[cmd_name])

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Print the help, without a look at the commands themselves."""
        from motlp.cli.help import print_help

        print_help(self, ctx, {name: command.summary for name, command in COMMANDS.items()})


HELP = "A proved lower bound on the adversarial risk of any classifier on a data set."

app = typer.Typer(cls=Root, add_completion=False, pretty_exceptions_enable=False, help=HELP)


@app.callback(invoke_without_command=True, no_args_is_help=True, help=HELP)
def run_root(
    version: Annotated[bool, typer.Option("--version", help="show the version of motlp")] = False,
    traceback: Annotated[bool, TRACEBACK] = False,
) -> None:
    """`motlp` without a command; --traceback is here for the help alone, as `main.run` looks for it in all words."""
    if version:
        print(f"motlp {metadata.version('motlp')}")
        raise typer.Exit
