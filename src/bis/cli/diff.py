"""``bis diff``."""

from __future__ import annotations

import click

from bis.cli.options import as_json, full, print_json, tracking_uri


@click.command()
@full
@tracking_uri
@as_json
@click.argument("run_a", metavar="RUN_A")
@click.argument("run_b", metavar="RUN_B")
def diff(*, full: bool, tracking_uri: str | None, as_json: bool, run_a: str, run_b: str) -> int:
    """Compare two runs: same, differs or not recorded, facet by facet, then the metrics.

    Exit code 0 where nothing that was recorded differs, 1 otherwise.
    """
    from bis import api

    found = api.diff(run_a, run_b, tracking_uri=tracking_uri)
    if as_json:
        from bis.report.json.envelope import to_document

        print_json(to_document("bis.diff", found))
    else:
        from bis.report.text.diff_text import print_difference

        print_difference(found, full=full)
    return 1 if found.differs else 0
