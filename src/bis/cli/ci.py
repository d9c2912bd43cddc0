"""``bis ci``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bis import api
from bis.cli.consent import consent_asked
from bis.cli.messages import answering
from bis.cli.options import as_json, assignments, margins, print_json, tracking_uri
from bis.cli.progress import NoteLines, TerminalProgress
from bis.config import github_annotates, github_step_summary
from bis.errors import StorageError
from bis.model.mutation import FORMAT, VERSION
from bis.report.json.envelope import to_document
from bis.report.json.gate_json import gate_document
from bis.report.markdown.gate_markdown import gate_markdown
from bis.report.text.gate_text import print_gate
from bis.report.text.github_annotations import gate_commands
from bis.report.text.mutation_text import print_mutations

if TYPE_CHECKING:
    from bis.model.gate import GateResult

_MOST_MUTATIONS = 30


@click.command(context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False})
@click.option("-m", "--module", is_flag=True, help="PROGRAM is a module: as `python -m PROGRAM`.")
@click.option("--against", metavar="RUN_ID|REF",
              help="What metrics are compared with: a run, or a branch or commit of git.")  # fmt: skip
@click.option("--expect", metavar="TABLE.csv|saved-outputs", help="Published figures, as for `bis verify`.")
@click.option("--map", "names", multiple=True, callback=assignments, metavar="COLUMN=METRIC",
              help="Which metric a column of the table means, where the names differ. Repeatable.")  # fmt: skip
@click.option("-n", "--times", type=click.IntRange(1, 1000), help="Exact replays of each program. [default: 3]")
@click.option("--fresh-times", type=click.IntRange(1, 1000),
              help="Replays of each side of a comparison. [default: 8]")  # fmt: skip
@click.option("--metric", metavar="METRIC", help="The metric that counts: it gets half the error.")
@click.option("--higher", multiple=True, metavar="METRIC",
              help="Higher values of this metric are better, and no failure. Repeatable.")  # fmt: skip
@click.option("--lower", multiple=True, metavar="METRIC",
              help="Lower values of this metric are better, and no failure. Repeatable.")  # fmt: skip
@click.option("--margin", multiple=True, callback=margins, metavar="METRIC=NUMBER",
              help="The largest difference that does not matter: that must be shown. Repeatable.")  # fmt: skip
@click.option(
    "--timeout", "timeout_s", type=click.FloatRange(min=0.1), metavar="SECONDS", help="Limit for each replay."
)
@click.option("--summary", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE",
              help="Append a summary in Markdown. [default: GITHUB_STEP_SUMMARY, where it is set]")  # fmt: skip
@click.option("--mutate", is_flag=True,
              help="Ask instead whether the project's own tests would notice another seed and the like.")  # fmt: skip
@click.option("--command", metavar="TESTS", help="For --mutate: how the tests are run, as in --command 'pytest -q'.")
@click.option("--most", type=click.IntRange(1), help="For --mutate: at most so many. [default: 30]")
@click.option("--yes", is_flag=True, help="Run code that was recorded elsewhere without asking.")
@tracking_uri
@as_json
@click.argument("program", nargs=-1, type=click.UNPROCESSED, metavar="[PROGRAM|RUN_ID]...")
def ci(
    *,
    program: tuple[str, ...],
    module: bool,
    summary: Path | None,
    mutate: bool,
    command: str | None,
    most: int | None,
    yes: bool,
    as_json: bool,
    **options: Any,
) -> int:
    """May this change be merged: is the program repeatable, and did a metric move beyond noise?

    Options of bis come before PROGRAM; everything after it goes to the program, which is recorded and replayed. A run
    that is named (or `last`) is replayed. Without either, the programs of [tool.bis.ci] are.

    \b
    bis ci train.py --lr 0.1
    bis ci --against origin/main --higher accuracy train.py
    bis ci --expect table.csv last
    bis ci --mutate --command "pytest -q"     on a copy: would our tests notice?

    Exit code 1 where it is not repeatable or a metric moved, 3 where something could not be run, 5 where more replays
    would decide.
    """
    if mutate:
        if program or module or summary or any(options.values()):
            raise click.UsageError("--mutate runs the project's own tests: with --command, --most and --json only")
        return _mutations(command, most or _MOST_MUTATIONS, as_json=as_json)
    if command or most:
        raise click.UsageError("--command and --most belong to --mutate")
    words = ("-m", *program) if module else program
    consent = None if yes else consent_asked
    if as_json:
        found = api.ci(*words, echo=False, observer=NoteLines(), consent=consent, **options)
        print_json(gate_document(found))
    else:
        with TerminalProgress() as progress:
            found = api.ci(*words, observer=progress, consent=consent, **options)
        with answering():
            print_gate(found)
            if github_annotates():
                sys.stdout.write(gate_commands(found))
    _summarise(found, summary or github_step_summary())
    return found.exit_code


def _mutations(command: str | None, most: int, *, as_json: bool) -> int:
    """Whether the project's tests notice mutations."""
    if as_json:
        found = api.mutate(command, most=most, observer=NoteLines())
        print_json(to_document(FORMAT, found, version=VERSION))
        return found.exit_code
    with TerminalProgress() as progress:
        found = api.mutate(command, most=most, observer=progress)
    with answering():
        print_mutations(found)
    return found.exit_code


def _summarise(found: GateResult, path: Path | None) -> None:
    """Append the summary to a file, where there is one."""
    if path is None:
        return
    try:
        with path.open("a", encoding="utf-8", errors="backslashreplace") as file:
            file.write(gate_markdown(found))
    except OSError as error:
        raise StorageError(f"the summary {path} cannot be written: {error.strerror}") from error
