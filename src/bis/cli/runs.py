"""``bis runs``."""

from __future__ import annotations

import click

from bis import api
from bis.cli.options import as_json, print_json, tracking_uri
from bis.model.verdict import Level
from bis.report.json.envelope import to_document
from bis.report.text.runs_text import print_runs


@click.command()
@click.option("--limit", type=click.IntRange(1), default=50, show_default=True, help="How many runs at most.")
@click.option("--experiment", metavar="NAME", help="Only runs of this experiment.")
@click.option(
    "--verdict",
    type=click.Choice([level.value for level in Level]),
    metavar="LEVEL",
    help=f"Only runs whose latest verdict has this level: {', '.join(level.value for level in Level)}.",
)
@tracking_uri
@as_json
def runs(*, limit: int, experiment: str | None, verdict: str | None, tracking_uri: str | None, as_json: bool) -> int:
    """List runs, the latest first, with their latest verdicts. Replays are listed by `bis show RUN_ID`.

    \b
    bis runs --experiment churn --limit 10
    bis runs --verdict divergent

    Exit code 0, also where no run is found.
    """
    found = api.runs(experiment=experiment, verdict=verdict, limit=limit, tracking_uri=tracking_uri)
    if as_json:
        print_json(to_document("bis.runs", {"runs": list(found)}))
        return 0
    print_runs(found, limit=limit)
    return 0
