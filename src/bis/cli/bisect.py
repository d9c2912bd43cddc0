"""``bis bisect``."""

from __future__ import annotations

from typing import Any

import click

from bis import api
from bis.cli.consent import consent_asked
from bis.cli.messages import answering
from bis.cli.options import as_json, full, print_json, store_of_run, tolerances
from bis.cli.progress import NoteLines, TerminalProgress
from bis.report.json.bisection_json import bisection_document
from bis.report.text.bisection_text import print_bisection


@click.command()
@click.option("--metric", metavar="NAME", help="The result that decides. [default: those that differ today]")
@click.option("--only", multiple=True, type=click.Choice(["packages", "variables", "threads", "hash_seed", "cpu"]),
              help="What may be a cause; the rest stays as recorded. Repeatable.")  # fmt: skip
@click.option("--tolerance", "tolerance", multiple=True, callback=tolerances, metavar="METRIC=ATOL[,RTOL]",
              help="How far a metric (or pattern) may be off and count as the same. Repeatable.")  # fmt: skip
@click.option("--replays", type=click.IntRange(1, 100000), metavar="N", help="At most so many replays in this call.")
@click.option("--minutes", type=click.FloatRange(min=0.01), metavar="M", help="Begin no replay after so many minutes.")
@click.option("-j", "--jobs", type=click.IntRange(1, 64), default=1, show_default=True, help="Replays at a time.")
@click.option("--data", "data_folders", multiple=True, type=click.Path(exists=True, file_okay=False),
              help="A folder in which to look for input files that are not at their place. Repeatable.")  # fmt: skip
@click.option(
    "--timeout", "timeout_s", type=click.FloatRange(min=0.1), metavar="SECONDS", help="Limit for each replay."
)
@click.option("--yes", is_flag=True, help="Run code that was recorded elsewhere without asking.")
@full
@store_of_run
@as_json
@click.argument("run_id", metavar="RUN_ID")
def bisect(*, run_id: str, as_json: bool, full: bool, yes: bool, **options: Any) -> int:
    """Find which change since a run was recorded makes its replay differ.

    What is not here as it was recorded is a candidate: packages, Python, environment variables, numbers of threads,
    processor settings. Trials are replays with some of it as today and the rest as recorded, each set of packages in an
    environment of its own. The answer is a smallest set, checked in both directions: alone it makes the replay differ,
    and without it today's replay is as the record. Interrupted, the same command goes on where it was.

    \b
    bis bisect last
    bis bisect 3f2a --metric accuracy --only packages
    """
    consent = None if yes else consent_asked
    if as_json:
        found = api.bisect(run_id, consent=consent, observer=NoteLines(), **options)
        print_json(bisection_document(found))
    else:
        with TerminalProgress() as progress:
            found = api.bisect(run_id, consent=consent, observer=progress, **options)
        with answering():
            print_bisection(found, full=full)
    return found.exit_code
