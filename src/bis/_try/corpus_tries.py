"""Tries of all projects of a corpus: the task for each, its results as lines, and the funnel that they make."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from bis._try.trying import TryOptions, try_folder
from bis._version import __version__
from bis.corpus.clones import CLONE
from bis.corpus.corpus_run import CorpusOptions, run_corpus
from bis.corpus.project_outcomes import MISSING, TIMEOUT, ResultKind
from bis.corpus.projects import listing_of
from bis.errors import StorageError
from bis.evidence.digests import digest_bytes
from bis.launch.session_processes import end_processes_below
from bis.model.jsonable import to_json
from bis.model.progress import SILENT, Observer, Task
from bis.model.project_audit import Problem
from bis.model.tried_project import EvidenceKind, Funnel, FunnelPlace, TriedProject, TryEvidence, funnel_of
from bis.report.json.envelope import to_text
from bis.report.json.tried_json import read_tried, tried_line
from bis.report.tables.tried_table import tried_rows

if TYPE_CHECKING:
    from pathlib import Path

    from bis.corpus.project_outcomes import ProjectOutcome

TRIES, TABLE, FUNNEL = "tries.jsonl", "tries.csv", "funnel.json"
_PROJECTS = "projects"
_BUILD_S = 3600.0  # for what is downloaded and installed, beside the limits of the project's own steps
_PYTHONS = 4


def try_listed(folder: Path, name: str, *, out: Path, options: TryOptions) -> TriedProject:
    """Try one project of a corpus; this is what a worker does."""
    return try_folder(folder, name, out=project_place(out, name), options=options)


def project_place(out: Path, name: str) -> Path:
    """The folder for all that belongs to one project of a corpus."""
    return out / _PROJECTS / re.sub(r"[^\w.@-]+", "+", name).strip("+")


def tried_of(outcome: ProjectOutcome[TriedProject], *, out: Path | None = None) -> TriedProject:
    """The try under the name by which the corpus knows the project; of a problem, its place in the funnel.

    With `out`, programs that a worker left running, since it was killed, are ended.
    """
    source, result = outcome.source, outcome.result
    url = source.url or ""
    if isinstance(result, Problem) and out is not None:
        end_processes_below(project_place(out, source.name))
    if not isinstance(result, Problem):
        return replace(result, project=source.name, url=url, commit=source.commit or result.commit)
    kind, place = EvidenceKind.BIS, FunnelPlace.NOT_TRIED
    if result.kind in {CLONE, MISSING}:
        kind, place = EvidenceKind.GIT, FunnelPlace.NOT_CLONED
    elif result.kind == TIMEOUT:
        kind, place = EvidenceKind.CLOCK, FunnelPlace.TIMEOUT
    evidence = (TryEvidence(kind, result.detail),)
    return TriedProject(
        source.name, place, evidence=evidence, url=url, commit=source.commit or "", bis_version=__version__
    )


def failure_of_try(tried: TriedProject) -> str:
    """The kind of problem for which a project is tried again when the corpus goes on; empty where it has its place."""
    again = {FunnelPlace.NOT_TRIED: "crashed", FunnelPlace.NOT_CLONED: CLONE}
    return again.get(tried.place, "")


def _detail(tried: TriedProject) -> str:
    return tried.evidence[0].text if failure_of_try(tried) and tried.evidence else ""


def try_results(out: Path | None = None) -> ResultKind[TriedProject]:
    """How tries are written and read again; for `out` see `tried_of`."""
    of = partial(tried_of, out=out)
    return ResultKind(TRIES, of, tried_line, read_tried, _key, failure_of_try, _detail)


def _key(tried: TriedProject) -> tuple[str, str]:
    return tried.project, tried.commit


def try_listing(
    path: Path,
    out: Path,
    options: TryOptions,
    *,
    most: int | None = None,
    workers: int | None = None,
    cluster: str | None = None,
    observer: Observer = SILENT,
) -> Funnel:
    """Try all projects of a folder or a CSV file, and write tries, table and funnel to `out`.

    With `most`, only so many of them are, the first ones. What an earlier call to the same folder finished is kept,
    where it asked for the same.

    Raises
    ------
    UsageError
        There is no such folder or file, the CSV file has faults, or `options` are invalid.
    StorageError
        `out` cannot be written.
    """
    options.check()
    limits = options.limits
    seconds = _PYTHONS * limits.resolve_s + _BUILD_S + (1 + options.times) * (limits.run_s + 60)
    place = out.absolute()
    try:
        run_corpus(
            listing_of(path, leave_out=[out]).first(most),
            task=partial(try_listed, out=place, options=options),
            results=try_results(place),
            out=out,
            workers=workers,
            cluster=cluster,
            observer=observer,
            options=CorpusOptions(
                project_timeout_s=seconds,
                clone_timeout_s=limits.clone_s,
                version=f"{__version__}:{digest_bytes(repr(to_json(options)).encode())[:16]}",
                work=Task.TRIES,
            ),
        )
    finally:
        end_processes_below(place)
    return write_funnel(out)


def read_tries(out: Path) -> list[TriedProject]:
    """The tries of a corpus, in the order of names.

    Raises
    ------
    StorageError
        The file cannot be read.
    """
    try:
        lines = (out / TRIES).read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise StorageError(f"{out / TRIES} cannot be read: {error.strerror}") from error
    return sorted((read_tried(line) for line in lines if line.strip()), key=lambda one: one.project.lower())


def write_funnel(out: Path) -> Funnel:
    """Write the table and the funnel beside the tries.

    Raises
    ------
    StorageError
        The folder cannot be written.
    """
    tries = read_tries(out)
    funnel = funnel_of(tries)
    try:
        (out / TABLE).write_text(tried_rows(tries), encoding="utf-8", errors="backslashreplace")
        (out / FUNNEL).write_text(to_text("bis.funnel", funnel), encoding="utf-8", errors="backslashreplace")
    except OSError as error:
        raise StorageError(f"the results cannot be written to {out}: {error.strerror}") from error
    return funnel
