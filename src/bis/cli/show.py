"""``bis show``."""

from __future__ import annotations

import click

from bis import api
from bis.cli.options import as_json, full, print_json, store_of_run
from bis.report.json.envelope import to_document
from bis.report.text.record_text import Shown, print_record


@click.command()
@full
@store_of_run
@as_json
@click.argument("run_id", metavar="RUN_ID")
def show(*, full: bool, tracking_uri: str | None, as_json: bool, run_id: str) -> int:
    """Show what a run was made of, facet by facet: recorded, partial (why) or missing.

    Then its latest verdict and explanation, and the replays that were made of it. With --full they are printed as
    `bis replay` and `bis explain` printed them.
    """
    stored = api.show(run_id, tracking_uri=tracking_uri)
    if as_json:
        print_json(to_document("bis.show", stored))
        return 0
    shown = Shown(
        run_id=stored.run_id,
        name=stored.name,
        status=stored.status,
        tags=stored.tags,
        verdict=stored.verdict,
        verdict_problem=stored.verdict_problem,
        replays=stored.replays,
        attribution=stored.attribution,
        attribution_problem=stored.attribution_problem,
        bisection=stored.bisection,
        bisection_problem=stored.bisection_problem,
    )
    print_record(stored.record, shown, full=full)
    return 0
