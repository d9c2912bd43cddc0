"""``bis verify``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from bis import api
from bis.cli.messages import answering
from bis.cli.options import as_json, assignments, full, print_json, store_of_run, tolerances
from bis.report.json.verdict_json import verdict_document
from bis.report.text.verdict_text import print_verdict

if TYPE_CHECKING:
    from bis.config import Tolerance


@click.command()
@click.option("--expect", required=True, metavar="TABLE.csv|saved-outputs",
              help="A published table, or `saved-outputs`: what the notebook's file has saved in it.")  # fmt: skip
@click.option("--map", "names", multiple=True, callback=assignments, metavar="COLUMN=METRIC",
              help="Which metric a column of the table means, where the names differ. Repeatable.")  # fmt: skip
@click.option("--tolerance", "tolerance", multiple=True, callback=tolerances, metavar="METRIC=ATOL[,RTOL]",
              help="How far a metric may be off. [default: the precision in which it is printed]")  # fmt: skip
@full
@store_of_run
@as_json
@click.argument("run_id", metavar="RUN_ID")
def verify(
    *,
    expect: str,
    names: dict[str, str],
    tolerance: dict[str, Tolerance],
    full: bool,
    tracking_uri: str | None,
    as_json: bool,
    run_id: str,
) -> int:
    """Compare a run with published figures, at the precision in which they are printed.

    \b
    bis verify last --expect table.csv --map "test MSE=mse"
    bis verify last --expect saved-outputs
    """
    verdict = api.verify(run_id, expect=expect, names=names, tolerance=tolerance, tracking_uri=tracking_uri)
    if as_json:
        print_json(verdict_document(verdict))
    else:
        with answering():
            print_verdict(verdict, full=full)
    return verdict.exit_code
