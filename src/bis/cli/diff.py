"""``bis diff``."""

from __future__ import annotations

import click

from bis import api
from bis.cli.options import as_json, full, print_json, store_of_run
from bis.report.json.envelope import to_document
from bis.report.text.diff_text import print_difference


@click.command()
@full
@store_of_run
@as_json
@click.argument("run_a", metavar="RUN_A")
@click.argument("run_b", metavar="RUN_B")
def diff(*, full: bool, tracking_uri: str | None, as_json: bool, run_a: str, run_b: str) -> int:
    """Compare two runs: same, differs or not recorded, facet by facet, then the metrics.

    Exit code 0 where nothing that was recorded differs, 1 otherwise.
    """
    found = api.diff(run_a, run_b, tracking_uri=tracking_uri)
    if as_json:
        print_json(to_document("bis.diff", found))
    else:
        print_difference(found, full=full)
    return 1 if found.differs else 0
