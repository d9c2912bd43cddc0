"""``bis try``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from bis import api
from bis.cli.consent import consent_asked
from bis.cli.messages import answering
from bis.cli.options import as_json, full, print_json
from bis.cli.progress import NoteLines, TerminalProgress
from bis.cli.try_options import as_of, limits, sandboxes, times
from bis.model.verdict import Level
from bis.report.json.tried_json import tried_document
from bis.report.text.tried_text import print_tried

COULD_NOT_RUN = 3


@click.command("try")
@times
@as_of
@limits
@sandboxes
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), default=Path("bis-try"), show_default=True,
              metavar="FOLDER", help="Where the clone and the store of its runs go.")  # fmt: skip
@click.option("--keep", is_flag=True, help="Keep the copy in which it ran.")
@click.option("--yes", is_flag=True, help="Run the project's code without asking.")
@full
@as_json
@click.argument("project", metavar="PROJECT")
@click.argument("entry", default="", metavar="[ENTRY]")
def try_project(*, project: str, entry: str, as_json: bool, full: bool, yes: bool, **options: Any) -> int:
    """Does a stranger's project run, and again?

    PROJECT is a URL, owner/name on GitHub, a folder or a git bundle, each with @COMMIT or without. What it offers to
    run is looked for: entry points of an MLproject, commands in documents, installed commands, notebooks, scripts;
    ENTRY names another one, with arguments. Its packages are those that the index had on the day of the commit.
    It then runs, recorded, in quarantine and in a sandbox, and is replayed.

    \b
    bis try https://github.com/mlflow/mlflow-example
    bis try https://host/owner/repo@COMMIT train.py -n 5
    bis try . 'train.py --alpha 0.5' --as-of today

    The code of strangers finds nothing of yours and no network (--network gives it); bis asks before it runs any.
    """
    consent = None if yes else consent_asked
    if as_json:
        tried = api.try_project(project, entry, consent=consent, observer=NoteLines(), **options)
        print_json(tried_document(tried))
    else:
        with TerminalProgress() as progress:
            tried = api.try_project(project, entry, consent=consent, observer=progress, **options)
        with answering():
            print_tried(tried, full=full)
    if not tried.place.ran:
        return COULD_NOT_RUN
    return Level(tried.replays.level).exit_code if tried.replays.level else 0
