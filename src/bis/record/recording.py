"""``bis run``: runs a program once and records it."""

from __future__ import annotations

import os
import shutil
import sys
import threading
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from bis.config import MIB, Settings, home, recording_is_off, waits_for_storing
from bis.errors import BisError, ExecutionError
from bis.evidence.spool import EXIT, write_document
from bis.instrument.fence import Fence
from bis.launch.bare_program import run_bare
from bis.launch.launcher import Entry, child_environment, launch, new_session, project_root_of
from bis.launch.liveness import release
from bis.launch.process import Program, run_program
from bis.launch.runners import Launch, NotebookOptions
from bis.launch.standard_streams import is_closed, shown_on, warn
from bis.model.facets import EntryKind
from bis.model.progress import SILENT, Observer, Task
from bis.model.record import Mode
from bis.model.session import Exit, Session
from bis.record.preparation import prepare
from bis.report.text.terminal import visible

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class Recorded:
    """A program that has run: how it ended, and (None where nothing could be recorded) the folder of its session.

    `problem` says why nothing was recorded or stored, where that is so.
    """

    exit: Exit
    session: Path | None
    run_ids: tuple[str, ...] = ()
    stored: bool = False
    problem: str = ""


def record_program(
    entry: Entry,
    settings: Settings,
    *,
    tracking_uri: str | None = None,
    wait: bool | None = None,
    echo: bool = True,
    parameters: dict[str, str] | None = None,
    env: Sequence[str] = (),
    observer: Observer = SILENT,
) -> Recorded:
    """Run a program once, recorded; whatever fails in the recording, the program runs and its exit status is kept.

    Parameters
    ----------
    entry : Entry
        The program.
    settings : Settings
        Limits of what is kept.
    tracking_uri : str, optional
        Where the evidence goes, and what the program finds in ``MLFLOW_TRACKING_URI``.
    wait : bool, optional
        Whether to wait until the evidence is in MLflow; by default as `bis.config.waits_for_storing` says.
    echo : bool
        Whether the program's output is shown.
    parameters : dict, optional
        For a notebook: values of its parameters cell.
    env : sequence of str
        Environment variables whose values are recorded where the program reads them.
    observer : Observer
        Receives the cells of a notebook as they start, and the storing.

    Raises
    ------
    ExecutionError
        The program cannot be started at all.
    """
    base = {**os.environ, **({"MLFLOW_TRACKING_URI": tracking_uri} if tracking_uri else {})}
    if recording_is_off():
        return _unrecorded(entry, base, "recording is switched off (BIS_RECORD=0)", echo=echo)
    session = None
    try:
        cwd = Path.cwd()
        root = project_root_of(entry, cwd)
        session = new_session(
            entry,
            mode=Mode.RUN,
            cwd=cwd,
            project_root=root,
            settings=replace(settings, env=tuple(dict.fromkeys((*settings.env, *env)))),
            tracking_uri=tracking_uri,
            parameters=parameters,
            echo=echo,
        )
        environ = child_environment(session, base)
    except (BisError, OSError) as error:
        if session is not None:
            _discard(Path(session.spool))
        return _told(entry, base, error, echo=echo)
    fence = Fence()
    notebook = NotebookOptions(parameters=parameters or {})
    try:
        ended = _launched(session, settings, environ, fence, echo=echo, notebook=notebook, observer=observer)
    except ExecutionError as error:  # of descriptors, processes or memory there are too few
        if entry.kind is EntryKind.NOTEBOOK:
            raise
        return _told(entry, base, error, echo=echo)
    folder = Path(session.spool)
    return _store(folder, ended, fence, observer, wait=waits_for_storing() if wait is None else wait)


def _launched(
    session: Session,
    settings: Settings,
    environ: dict[str, str],
    fence: Fence,
    *,
    echo: bool,
    notebook: NotebookOptions,
    observer: Observer,
) -> Exit:
    """Run the program; where it cannot be started at all, no session remains."""
    # The program need not wait for its own description: both read the same files at the same time.
    preparing = threading.Thread(target=fence.run, args=("code", prepare, session, settings), daemon=True)
    try:
        preparing.start()
    except RuntimeError as error:  # no more threads may be started
        fence.failed("code", error)
    folder = Path(session.spool)
    try:
        return launch(
            Launch(
                session=session,
                python=sys.executable,
                cwd=Path(session.cwd),
                env=environ,
                echo=echo,
                stdout_bytes=int(settings.stdout_mib * MIB),
                notebook=notebook,
                observer=observer,
            )
        )
    except BisError:  # nothing was recorded
        _join(preparing)
        _discard(folder)
        raise
    finally:
        _join(preparing)
        release(folder)


def _join(thread: threading.Thread) -> None:
    if thread.ident is not None:  # else it was never started
        thread.join()


def _discard(folder: Path) -> None:
    """Remove a session of which nothing was recorded."""
    release(folder)
    shutil.rmtree(folder, ignore_errors=True)


def _store(folder: Path, ended: Exit, fence: Fence, observer: Observer, *, wait: bool) -> Recorded:
    """Store what was recorded; whatever an artifact store may raise, the exit status stays the program's."""
    observer.started(Task.STORING)
    recorded: Recorded | None = fence.run("the result", _stored, folder, ended, wait=wait)
    observer.finished(Task.STORING)
    return recorded or Recorded(
        ended,
        folder,
        problem=f"the evidence waits in {folder} for `bis store`: {fence.failures['the result']}",
    )


def _stored(folder: Path, ended: Exit, *, wait: bool) -> Recorded:
    from bis.record.storing import store_in_background, store_in_own_process

    if not (folder / EXIT).exists():  # it could not be written a moment ago
        with suppress(OSError):
            write_document(folder / EXIT, ended)
    try:
        if not wait:
            store_in_background(folder)
            return Recorded(ended, folder)
        done = store_in_own_process(folder)
    except (BisError, OSError) as error:
        return Recorded(ended, folder, problem=f"the evidence waits in {folder} for `bis store`: {error}")
    return Recorded(ended, folder, done.run_ids, stored=True)


def _told(entry: Entry, env: dict[str, str], error: Exception, *, echo: bool) -> Recorded:
    """Run the program unrecorded, after a word on why."""
    hint = f" ({error.hint})" if isinstance(error, BisError) and error.hint else ""
    warn(f"nothing is recorded: {visible(f'{error}{hint}')}")
    return _unrecorded(entry, env, str(error), echo=echo)


def _unrecorded(entry: Entry, env: dict[str, str], problem: str, *, echo: bool) -> Recorded:
    """Run the program as if bis were not there."""
    if entry.kind is EntryKind.NOTEBOOK:
        raise BisError(
            f"{entry.target} cannot be run without recording: nothing may be written",
            hint=f"Free some space or point BIS_HOME (now {home()}) at a folder that may be written.",
        )
    middle = ("-m", entry.target) if entry.kind is EntryKind.MODULE else (entry.target,)
    command = (sys.executable, *middle, *entry.argv)
    if echo and (is_closed("stdout") or shown_on("stdout") == 1):
        ended = run_bare(command, env)
    else:
        ended = run_program(Program(command, Path.cwd(), env, Path(os.devnull), stdout_bytes=0, echo=echo))
    return Recorded(ended, None, problem=problem)
