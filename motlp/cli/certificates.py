"""`motlp verify` and `motlp show`."""

import sys

import typer

from motlp.cli.inputs import load_points
from motlp.cli.output import Stream, print_answer
from motlp.cli.progress import Stages
from motlp.cli.settings import CertificateSettings, VerifySettings
from motlp.proof.certificate import Certificate
from motlp.proof.verification import verify
from motlp.report.records import certificate_record, verification_record
from motlp.report.tables import certificate_table, verification_table
from motlp.report.words import claimed, verified


def run_verify(settings: VerifySettings, out: Stream) -> None:
    """Print what a certificate proves of its data; the exit code says whether it is all that it claims."""
    with Stages(settings.quiet) as stages:
        with stages.stage("load"):
            measure = load_points(settings)
        with stages.stage("verify"):
            found = verify(settings.certificate, measure)
    if settings.json_:
        print_answer(out, verification_record(found, stages.seconds))
    elif found.exit == 0:
        print_answer(out, verified(found, measure.name), verification_table(found, measure, stages.seconds))
    if found.exit:
        print(f"motlp: {settings.certificate} is {found.verdict}: {found.why}.", file=sys.stderr)
        raise typer.Exit(found.exit)


def run_show(settings: CertificateSettings, out: Stream) -> None:
    """Print what a certificate claims."""
    certificate = Certificate.load(settings.certificate)
    if settings.json_:
        print_answer(out, certificate_record(certificate))
    else:
        print_answer(out, claimed(certificate), certificate_table(certificate))
