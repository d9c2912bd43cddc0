"""``bis corpus``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from bis import api
from bis.cli.consent import consent_asked
from bis.cli.options import as_json, print_json
from bis.cli.progress import TerminalProgress
from bis.cli.try_options import as_of, limits, sandboxes, times
from bis.report.json.tried_json import funnel_document
from bis.report.text.tried_text import print_funnel


@click.group()
def corpus() -> None:
    """Corpora of projects to audit, or to try."""


@corpus.command()
@click.option("--topic", required=True, metavar="TOPIC", help="A topic of GitHub, e.g. mlflow-projects.")
@click.option("--limit", type=click.IntRange(1), default=100, show_default=True, help="How many repositories at most.")
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), default=Path("corpus"), show_default=True,
              metavar="FOLDER", help="Where projects.csv and the clones go.")  # fmt: skip
@click.option("--list-only", is_flag=True, help="Write projects.csv, and clone nothing.")
@as_json
def fetch(*, topic: str, limit: int, out: Path, list_only: bool, as_json: bool) -> int:
    """List the repositories of a topic on GitHub, and clone them, shallow, at the commit that was listed.

    \b
    GITHUB_TOKEN=... bis corpus fetch --topic mlflow-projects --limit 200
    bis audit --corpus corpus/projects.csv --out results

    Run again, it goes on where it stopped. Without a token GitHub allows ten searches a minute.
    """
    with TerminalProgress() as progress:
        count = api.fetch_corpus(topic, out, limit=limit, clones=not list_only, observer=progress)
    if as_json:
        print_json({"format": "bis.fetch", "version": 1, "repositories": count, "listing": str(out / "projects.csv")})
    else:
        sys.stdout.write(f"{count} repositories are listed in {out / 'projects.csv'}\n")
    return 0 if count else 4


@corpus.command("try")
@times
@as_of
@limits
@sandboxes
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), default=Path("bis-tries"), show_default=True,
              metavar="FOLDER", help="Where the tries, the table and the funnel go.")  # fmt: skip
@click.option("-j", "--workers", type=click.IntRange(1), metavar="N", help="Projects at a time. [default: all cores]")
@click.option("--cluster", metavar="SCHEDULER", help="Work on this Dask cluster, e.g. tcp://host:8786.")
@click.option("--yes", is_flag=True, help="Run the code of all projects without asking.")
@as_json
@click.argument("path", type=click.Path(path_type=Path), metavar="LIST")
def try_listed(*, path: Path, out: Path, as_json: bool, yes: bool, **options: Any) -> int:
    """Try all projects of a folder, or of a CSV file with the columns repository,commit.

    \b
    bis corpus try projects.csv --out tries -n 2 --timeout 300 --yes

    Each ends in one place of a funnel, with evidence. Run again, it goes on where it stopped; projects that need the
    same packages share one environment.
    """
    with TerminalProgress() as progress:
        funnel = api.try_corpus(path, out, consent=None if yes else consent_asked, observer=progress, **options)
    found = api.corpus_tries(out)
    if as_json:
        print_json(funnel_document(funnel, found))
    else:
        print_funnel(funnel, found, out)
    return 0 if funnel.projects else 4
