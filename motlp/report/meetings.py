"""What an attack does: which points it brings together, in words, a table and a record."""

from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Float64, Int32
from rich.box import SIMPLE_HEAD
from rich.table import Table

from motlp.players.adversary import Attack
from motlp.report.records import threat_record
from motlp.report.words import adversary


class Meeting(NamedTuple):
    """Points of different classes that the adversary brings to one place.

    Attributes:
        points: their numbers among the points of the data, by ascending class.
        place: where they meet, in units of the data's unit.
        mass: all that is brought there, where all mass is 1.
    """

    points: Int32[np.ndarray, " members"]
    place: Float64[np.ndarray, " dims"]
    mass: float


def list_meetings(attack: Attack, most: int) -> list[Meeting]:
    """The heaviest meetings of an attack, at most so many, the heaviest first."""
    moved, number = attack.measure, attack.meeting
    rows = np.flatnonzero((number >= 0) & (number < most))
    rows = rows[np.lexsort((moved.labels[rows], number[rows]))]
    groups = np.split(rows, np.flatnonzero(np.diff(number[rows], prepend=-1)))[1:]
    return [Meeting(attack.origin[g], moved.points[g[0]], float(moved.mass[g].sum())) for g in groups]


def count_meetings(attack: Attack) -> int:
    """How many interactions carry mass."""
    return int(attack.meeting.max(initial=-1)) + 1


def mass_met(attack: Attack) -> float:
    """The share of all mass that meets."""
    return float(attack.measure.mass[attack.meeting >= 0].sum())


def what_meets(attack: Attack) -> str:
    """What an attack does, in a sentence."""
    number, name = count_meetings(attack), attack.source.name
    if number == 0:
        return f"No interaction of {name} carries mass: the adversary brings no points of different classes together."
    some = "1 interaction carries" if number == 1 else f"{number:,} interactions carry"
    return f"{some} mass: {share(mass_met(attack))} of all mass of {name} meets mass of other classes."


def share(mass: float) -> str:
    """A part of all mass in per cent."""
    return f"{100 * mass:.3g} %"


def describe(attack: Attack, shown: int) -> list[str]:
    """What a picture of so many meetings shows, in lines of fewer than 80 letters."""
    number = count_meetings(attack)
    which = f"all {number:,}" if shown == number else f"the {shown:,} heaviest of {number:,}"
    return [
        f"Data: {as_text(attack.source.name, 60)}",
        f"The adversary {as_text(adversary(attack.threat, attack.eps), 60)}.",
        f"Interactions that carry mass: {which}.",
    ]


def as_text(name: str, letters: int) -> str:
    """A name as it can be drawn, cut where it is long; that of a file may be no valid text."""
    text = name.encode(errors="replace").decode()
    return text if len(text) <= letters else text[: letters - 1] + "…"


def meetings_table(attack: Attack, most: int) -> Table:
    """The heaviest meetings: classes, numbers of the points, and mass."""
    grid = Table(box=SIMPLE_HEAD, pad_edge=False)
    grid.add_column("classes", overflow="fold")
    grid.add_column("points", overflow="fold")
    grid.add_column("mass", justify="right", no_wrap=True)
    for meeting in list_meetings(attack, most):
        names = (attack.source.class_names[k] for k in attack.source.labels[meeting.points])
        grid.add_row(", ".join(names), ", ".join(map(str, meeting.points)), share(meeting.mass))
    return grid


def meetings_record(attack: Attack, most: int) -> dict[str, Any]:
    """The data, the adversary, and the heaviest meetings."""
    source = attack.source
    return {
        "data": {"name": source.name, "points": source.size, "dimension": source.dimension, "classes": source.classes},
        "threat": threat_record(attack.threat, attack.eps),
        "meetings": count_meetings(attack),
        "mass_met": mass_met(attack),
        "heaviest": [
            {
                "classes": [source.class_names[k] for k in source.labels[meeting.points]],
                "points": meeting.points.tolist(),
                "mass": meeting.mass,
            }
            for meeting in list_meetings(attack, most)
        ],
    }
