"""A study from its file to the files of its report."""

from __future__ import annotations

import os
import platform
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from bis._study.report_files import write_report
from bis._study.study_file import LANGUAGES, read_study
from bis._study.study_run import run_study
from bis._study.study_verbs import StudyVerbs
from bis._version import __version__
from bis.errors import UsageError
from bis.model.study_result import StudyVersions
from bis.record.probes.machine import probe_machine
from bis.record.probes.packages import probe_environment

if TYPE_CHECKING:
    from collections.abc import Callable

    from bis.model.progress import Observer
    from bis.model.study_result import StudyResult


@dataclass(frozen=True, slots=True)
class StudyOptions:
    """What a study is made from: its file, the folder of its report, and what goes before what the file says."""

    path: Path
    out: Path
    jobs: int | None = None
    language: str | None = None


def make_study(
    options: StudyOptions, *, observer: Observer, consent: Callable[[str], bool] | None = None
) -> StudyResult:
    """Carry out a study, and write its report.

    Raises
    ------
    NotFound, ConfigurationError
        There is no such file, or it has faults.
    UsageError
        There is no such language, or another study is writing to the folder.
    StorageError
        The folder cannot be written.
    """
    study = read_study(options.path)
    if options.language is not None:
        if options.language not in LANGUAGES:
            raise UsageError(f"expected the language {' or '.join(LANGUAGES)}, found {options.language!r}")
        study = replace(study, language=options.language)
    study = replace(study, jobs=options.jobs or study.jobs)
    out = options.out.absolute()
    folder = options.path.absolute().parent
    verbs = StudyVerbs(folder, out, study.tracking_uri, study.jobs, observer, consent, study.language)
    result = run_study(study, out, verbs, versions=_versions(), observer=observer)
    write_report(result, out)
    return result


def _versions() -> StudyVersions:
    environment, machine = probe_environment(), probe_machine(environ=os.environ)
    return StudyVersions(
        bis=__version__,
        python=platform.python_version(),
        packages={p.name: p.version for p in environment.packages if p.name != "bis"},
        system=machine.system,
        cpu=machine.cpu_model,
        cores=machine.usable_cores,
    )
