"""`motlp gallery`: a certificate of the points, the picture of an attack, and what is said of it."""

from pathlib import Path
from typing import Any

from motlp.cli.inputs import load_points
from motlp.cli.output import Stream, print_answer
from motlp.cli.progress import Stages
from motlp.cli.settings import AnswerSettings, DataSettings, GallerySettings, ProblemSettings
from motlp.cli.solutions import check_attack, find_solution
from motlp.errors import InvalidConfig, arg
from motlp.players.adversary import Attack
from motlp.problem.measure import LabeledMeasure
from motlp.proof.certificate import Certificate
from motlp.proof.decimals import keep_lower
from motlp.report.gallery import check_drawable, plot_gallery
from motlp.report.meetings import count_meetings, meetings_record, meetings_table, what_meets
from motlp.report.plane import MOST_MEETINGS, plot_plane
from motlp.report.words import claimed, summary

# The settings of a problem to solve, which a certificate has solved.
PROBLEM = set(ProblemSettings.model_fields) - {*DataSettings.model_fields, *AnswerSettings.model_fields}


def run_gallery(settings: GallerySettings, out: Stream) -> None:
    """Draw the attack that forces the bound, and print what is to be seen."""
    check_attack(settings)
    with Stages(settings.quiet) as stages:
        if settings.certificate is not None:
            measure, certificate = read_certificate(settings, settings.certificate, stages)
            bound = claimed(certificate)
        else:
            solution = find_solution(settings, stages, lambda measure, *_: check_drawable(measure))
            measure, bound = solution.hypergraph.measure, summary(solution)
            with stages.stage("certify"):
                certificate = solution.certificate()
        with stages.stage("attack"):
            attack = Attack.from_certificate(certificate, measure)
        with stages.stage("draw"):
            drawn = draw_attack(attack, certificate, settings)
    said = gallery_record(attack, certificate, settings, drawn, stages.seconds)
    print_answer(out, *([said] if settings.json_ else gallery_answer(attack, bound, settings, drawn)))


def read_certificate(settings: GallerySettings, path: Path, stages: Stages) -> tuple[LabeledMeasure, Certificate]:
    """The points of a command that draws from a certificate, and the certificate.

    Raises:
        InvalidConfig: a setting has no meaning where nothing is solved.
        InvalidFile: it is no certificate that can be read.
        InvalidMeasure: no picture can be made of the points.
    """
    for name in ProblemSettings.model_fields:
        if name in PROBLEM & settings.model_fields_set:
            raise InvalidConfig(
                f"{arg(name)} has no meaning with a certificate, where nothing is left to solve; leave it out."
            )
    with stages.stage("load"):
        certificate = Certificate.load(path)
        measure = load_points(settings)
        check_drawable(measure)
    return measure, certificate


def draw_attack(attack: Attack, certificate: Certificate, settings: GallerySettings) -> int:
    """Draw the heaviest meetings of an attack; how many of them are drawn, of none no picture is made."""
    measure, number = attack.source, count_meetings(attack)
    if number == 0:
        return 0
    if measure.dimension != 2:
        plot_gallery(attack, settings.plot, settings.rows)
        return min(number, settings.rows)
    from motlp.players.classifier import RobustClassifier

    classifier = None
    if certificate.risk_upper is not None:
        classifier = RobustClassifier.from_certificate(certificate, measure.points, measure.labels)
    plot_plane(attack, classifier, settings.plot)
    return min(number, MOST_MEETINGS)


def gallery_answer(attack: Attack, bound: str, settings: GallerySettings, drawn: int) -> list[Any]:
    """What is to be seen, the bound that it proves, and the heaviest meetings; for people."""
    if drawn == 0:
        return [f"{what_meets(attack)} No picture was made.", bound]
    which = "All of them are" if drawn == count_meetings(attack) else f"The {drawn:,} heaviest are"
    return [f"{what_meets(attack)} {which} in {settings.plot}.", bound, meetings_table(attack, settings.rows)]


def gallery_record(
    attack: Attack, certificate: Certificate, settings: GallerySettings, drawn: int, seconds: dict[str, float]
) -> dict[str, Any]:
    """The same for programs."""
    return meetings_record(attack, settings.rows) | {
        "order": certificate.order,
        "risk_lower": keep_lower(certificate.risk_lower),
        "picture": str(settings.plot) if drawn else None,
        "drawn": drawn,
        "seconds": {stage: round(time, 4) for stage, time in seconds.items()},
    }
