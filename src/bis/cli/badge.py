"""``bis badge``."""

from __future__ import annotations

import json
import sys

import click

from bis import api
from bis.cli.messages import answering
from bis.cli.options import store_of_run
from bis.report.badges.badge_svg import badge_svg
from bis.report.badges.endpoint_json import endpoint_document


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print the JSON document of a shields.io endpoint instead.")
@store_of_run
@click.argument("run_id", metavar="RUN_ID")
def badge(*, as_json: bool, tracking_uri: str | None, run_id: str) -> int:
    """The latest verdict on a run as a badge: a picture (SVG) on stdout.

    \b
    bis badge last > badge.svg
    bis badge last --json > badge.json    for https://shields.io/badges/endpoint-badge
    """
    found = api.badge(run_id, tracking_uri=tracking_uri)
    with answering():
        sys.stdout.write(f"{json.dumps(endpoint_document(found), indent=2)}\n" if as_json else badge_svg(found))
    return 0
