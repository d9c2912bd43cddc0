"""``bis store``."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from bis import api
from bis.cli.messages import tell
from bis.cli.options import as_json, print_json, tracking_uri
from bis.report.json.envelope import to_document
from bis.report.text.runs_text import runs_named

if TYPE_CHECKING:
    from bis.record.storing import StoredSession


@click.command()
@tracking_uri
@as_json
def store(*, tracking_uri: str | None, as_json: bool) -> int:
    """Store recorded sessions that are not in MLflow yet.

    A session waits where its program was killed together with bis, or where the server could not be reached. `bis run`
    and `bis replay` store what waits, too.

    Exit code 0 where all of them are stored, or none waits; 3 where one could not be stored.
    """
    results = api.store(tracking_uri=tracking_uri, on_session=None if as_json else _print_session)
    if as_json:
        print_json(to_document("bis.store", {"sessions": list(results)}))
    elif not results:
        sys.stdout.write("no session waits to be stored\n")
    return 3 if any(r.problem for r in results) else 0


def _print_session(result: StoredSession) -> None:
    if result.problem:
        tell(f"bis: {result.problem}")
        return
    sys.stdout.write(f"session {result.session}: stored with {runs_named(result.run_ids)}\n")
    sys.stdout.flush()
