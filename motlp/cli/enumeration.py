"""`motlp interactions`."""

from functools import partial

from motlp.cli.inputs import check_place, make_executor, make_hypergraph
from motlp.cli.output import Stream, print_answer
from motlp.cli.progress import Stages
from motlp.cli.settings import InteractionsSettings
from motlp.problem.archive import save
from motlp.report.records import interactions_record
from motlp.report.tables import interactions_table
from motlp.system.atomic import check_writable


def run_interactions(settings: InteractionsSettings, out: Stream) -> None:
    """Print how many interactions there are, and save them."""
    check_writable(settings.save)
    with Stages(settings.quiet) as stages, make_executor(settings) as executor:
        hypergraph = make_hypergraph(settings, stages, executor, partial(check_place, settings.save))
        if settings.save is not None:
            with stages.stage("save"):
                save(hypergraph, settings.save)
    if settings.json_:
        print_answer(out, interactions_record(hypergraph, stages.seconds))
    else:
        print_answer(out, interactions_table(hypergraph, stages.seconds))
