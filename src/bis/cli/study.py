"""``bis study``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from bis import api
from bis.cli.consent import consent_asked
from bis.cli.messages import answering, tell
from bis.cli.options import as_json, print_json
from bis.cli.progress import NoteLines, TerminalProgress
from bis.model.progress import Note, Step, Task
from bis.report.json.study_json import study_document
from bis.report.study.study_text import print_study
from bis.report.text.progress_text import step_text

if TYPE_CHECKING:
    from bis.model.progress import Observer


class StepLines:
    """An observer that prints a line for each step that has ended, beside the progress of the steps themselves."""

    def __init__(self, inner: TerminalProgress) -> None:
        self._inner = inner
        self._total: int | None = None
        self._done = 0

    def started(self, task: Task, total: int | None = None) -> None:
        """Keep the number of steps."""
        if task is Task.STUDY:
            self._total = total
        else:
            self._inner.started(task, total)

    def advanced(self, task: Task, step: Step) -> None:
        """Print how a step has ended."""
        if task is Task.STUDY:
            self._done += 1
            tell(f"bis: [{self._done}/{self._total}] {step_text(task, step)}")
        else:
            self._inner.advanced(task, step)

    def noted(self, note: Note) -> None:
        """Print it."""
        self._inner.noted(note)

    def finished(self, task: Task) -> None:
        """Take a bar away."""
        if task is not Task.STUDY:
            self._inner.finished(task)


@click.command()
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), default=Path("report"), show_default=True,
              metavar="FOLDER", help="Where the report goes, with all that belongs to it.")  # fmt: skip
@click.option("-j", "--jobs", type=click.IntRange(1, 1024), metavar="N",
              help="Replays at a time. [default: what the study says, else 1]")  # fmt: skip
@click.option("--language", type=click.Choice(["en", "fr"]), help="Of the report. [default: what the study says]")
@click.option("--yes", is_flag=True, help="Run code that was recorded elsewhere without asking.")
@as_json
@click.argument("path", metavar="[STUDY]", type=click.Path(path_type=Path), default=Path("study/study.toml"))
def study(*, out: Path, jobs: int | None, language: str | None, yes: bool, as_json: bool, path: Path) -> int:
    """From experiments and projects to a report; goes on where it stopped.

    Does each experiment come again, why not, and what do projects trace? STUDY names experiments to record, replay,
    explain and compare with published tables, and corpora of projects to audit and try [default: study/study.toml].
    What is done, and has not changed, is not done again: a study that was interrupted goes on where it stopped.

    \b
    bis study
    bis study my-study.toml --out report/

    \b
    A study:
      title = "Our churn models"
      [[experiment]]
      name = "churn"
      program = "train.py"                # or a notebook; or run = "3f2a", recorded before
      exact = 5                           # replays with the recorded randomness
      fresh = 8                           # replays with new randomness
      causes = true                       # explain what makes its results differ
      published = [{ table = "paper.csv", title = "Table 2" }]
      [[corpus]]
      name = "ours"
      path = "clones"                     # a folder of projects, or a CSV file: repository,commit
      try = 3                             # so many of them are run

    The report is report/index.html, with report.md beside it, each figure in figures.csv and figures.json, and all
    results in study.json. Exit status 3 where a step gave no result.
    """
    consent = None if yes else consent_asked
    if as_json:
        result = api.study(path, out=out, jobs=jobs, language=language, observer=NoteLines(), consent=consent)
        print_json(study_document(result))
        return result.exit_code
    with TerminalProgress() as progress:
        observer: Observer = StepLines(progress)
        result = api.study(path, out=out, jobs=jobs, language=language, observer=observer, consent=consent)
    with answering():
        print_study(result, out)
    return result.exit_code
