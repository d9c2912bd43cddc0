"""The verb that ties the others together: a study from its file to its report."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from bis.model.progress import SILENT, Observer

# Late is the import of the rooms: the other verbs do not need them.
if TYPE_CHECKING:
    from collections.abc import Callable

    from bis.model.study_result import StudyResult


def study(
    path: str | Path = "study/study.toml",
    *,
    out: str | Path = "report",
    jobs: int | None = None,
    language: str | None = None,
    observer: Observer = SILENT,
    consent: Callable[[str], bool] | None = None,
) -> StudyResult:
    """Carry out a study, and write its report: what is done already, and has not changed, is not done again.

    Parameters
    ----------
    path : str or Path
        The file of the study. Programs, tables and corpora are named from its folder.
    out : str or Path
        The folder of the report: ``index.html``, ``report.md``, ``figures.csv``, ``figures.json``, ``study.json``, and
        what belongs to them.
    jobs : int, optional
        How many replays at a time, in place of what the study says.
    language : str, optional
        Of the report, in place of what the study says: ``en`` or ``fr``.
    observer : Observer
        Receives a step for each, and the progress of each.
    consent : callable, optional
        Asked before code that was recorded elsewhere is run; without it, it is run.

    Raises
    ------
    NotFound, ConfigurationError
        There is no such file, or it has faults; all are named, each with its line.
    UsageError
        Another study is writing to `out`.
    StorageError
        `out` cannot be written.
    """
    from bis._study.study_work import StudyOptions, make_study

    options = StudyOptions(Path(path), Path(out), jobs=jobs, language=language)
    return make_study(options, observer=observer, consent=consent)
