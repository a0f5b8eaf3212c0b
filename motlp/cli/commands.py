"""The commands: what each is for, and where its settings and its work are, which are loaded once it is called.

So `motlp --help` and every refusal of a flag come at once: this and what reads the flags load little.
"""

from typing import NamedTuple

import typer

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
