"""``bis report``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from bis import api
from bis.cli.messages import tell
from bis.cli.options import as_json, print_json, store_of_run
from bis.errors import StorageError
from bis.report.json.envelope import to_document


@click.command()
@click.option("--out", type=click.Path(dir_okay=False), default="run.html", show_default=True, metavar="FILE",
              help="Where the page goes; an earlier one is replaced.")  # fmt: skip
@click.option("--language", type=click.Choice(["en", "fr"]), default="en", show_default=True, help="Of the page.")
@click.option("--interactive", is_flag=True, help="Figures that answer to the mouse: the page is 0.9 MB larger.")
@store_of_run
@as_json
@click.argument("run_id", metavar="RUN_ID")
def report(*, run_id: str, out: str, as_json: bool, **options: Any) -> int:
    """Write the page of a run: its record, replays, verdict and causes.

    The page is one HTML file that opens offline. Each verdict writes it in English into the run, too, as the artifact
    bis/report.html, which MLflow shows. Figures need the extra `report` (pip install 'bis[report]'); without it there
    are tables.

    \b
    bis report last
    bis report 3f2a --out page.html --language fr
    """
    page = api.report_page(run_id, **options)
    try:
        Path(out).write_text(page, encoding="utf-8", newline="")
    except OSError as error:
        raise StorageError(f"{out} cannot be written: {error.strerror}", hint="Give another --out.") from error
    if as_json:
        print_json(to_document("bis.report", {"page": out, "size_bytes": len(page.encode())}))
    else:
        tell(f"bis: the page is in {out}")
    return 0
