"""The commands: what each is for, and where its settings and its work are, which are loaded once it is called.

So `motlp --help` and every refusal of a flag come at once: this and what reads the flags import little.
"""

from importlib import metadata
from typing import Annotated, Any, NamedTuple

import typer
from typer.core import TyperGroup

RUN = "Run"  # the group of flags that say how a command runs
TRACEBACK = typer.Option("--traceback", help="show the traceback of a fault of motlp", rich_help_panel=RUN)


class Command(NamedTuple):
    """A command.

    Attributes:
        summary: what it is for, in a line of the help.
        example: a call of it.
        settings: the class of its settings in `motlp.cli.settings`; "" where it has none.
        work: its file in `motlp.cli`, and the function there that does the work and prints the answer; it takes the
            settings and the stream that the answer goes to.
    """

    summary: str
    example: str
    settings: str
    work: str

    @property
    def help(self) -> str:
        """What its own help says of it."""
        return f"{self.summary}\n\nFor example: {self.example}"


# In the order of the help.
COMMANDS = {
    "bound": Command(
        "A risk that no classifier can go below, with a proof that needs no trust in the solver.",
        "motlp bound digits --norm l2 --eps 1.0",
        "BoundSettings",
        "solutions:run_bound",
    ),
    "sweep": Command(
        "Risk against budget: one enumeration, a row for every budget and order.",
        "motlp sweep digits --norm l2 --eps 0.5:1.2:8 --order 2,3 --save risk.csv --plot risk.png",
        "SweepSettings",
        "studies:run_sweep",
    ),
    "bounds": Command(
        "The bounds that people compare with, side by side: from two classes at a time up to a deterministic "
        "classifier.",
        "motlp bounds digits --norm l2 --eps 0.8,1,1.2 --plot bounds.png",
        "ComparisonSettings",
        "studies:run_bounds",
    ),
    "interactions": Command(
        "Enumerate the class interactions, count them, and save them for bounds and sweeps.",
        "motlp interactions digits --norm l2 --eps 1.2 --save digits.npz",
        "InteractionsSettings",
        "enumeration:run_interactions",
    ),
    "verify": Command(
        "Check a certificate against its data, in exact arithmetic: 0 proved, 1 false, 2 not checkable.",
        "motlp verify digits.cert.npz digits",
        "VerifySettings",
        "certificates:run_verify",
    ),
    "show": Command(
        "What a certificate claims, and what its plan and its potential say of the data.",
        "motlp show digits.cert.npz",
        "CertificateSettings",
        "certificates:run_show",
    ),
    "gallery": Command(
        "Draw the attack that forces the bound: images of different classes that become one, or points in the plane.",
        "motlp gallery digits --norm l2 --eps 1.0 --plot digits.png",
        "GallerySettings",
        "pictures:run_gallery",
    ),
    "solvers": Command(
        "Every solver: framework, version, licence, what it solves, and whether it is ready or how to get it.",
        "motlp solvers",
        "",
        "solvers:run_solvers",
    ),
}


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
