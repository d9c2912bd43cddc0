"""``bis corpus``."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from bis import api
from bis.cli.options import as_json, print_json
from bis.cli.progress import TerminalProgress


@click.group()
def corpus() -> None:
    """Corpora of projects to audit."""


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
