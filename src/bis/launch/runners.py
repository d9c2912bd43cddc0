"""How a session's program is run: one runner for each way, chosen in one place.

A runner starts the program, waits for its end and keeps what it gave in the session's spool. A process of its own and
a notebook's kernel are two; a third (`bis.launch.warm_runner`) is chosen by who has a place for warm replays.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from bis.config import MIB
from bis.evidence import spool as spool_files
from bis.evidence.spool import write_document
from bis.launch.cell_endings import exit_code_of
from bis.launch.liveness import held_lock
from bis.launch.muting import mute
from bis.launch.process import Program, run_program
from bis.launch.standard_streams import warn
from bis.model.facets import EntryKind, Failure
from bis.model.progress import SILENT, Observer, Step, Task
from bis.model.session import Exit, Session

if TYPE_CHECKING:
    from bis.launch.kernel import KernelStart


@dataclass(frozen=True, slots=True)
class NotebookOptions:
    """What is done with a notebook's cells before it runs, see `bis.launch.notebook`; and where its kernel has sockets.

    Without a `folder` for these, the kernel makes one itself.
    """

    parameters: Mapping[str, str] = field(default_factory=dict)
    skip_installs: bool = False
    folder: Path | None = None


@dataclass(frozen=True, slots=True)
class Launch:
    """All that is needed to run a session's program. `prefix` comes before its command: that of a sandbox."""

    session: Session
    python: str
    cwd: Path
    env: Mapping[str, str]
    echo: bool = True
    own_group: bool = False
    stdin: Path | None = None
    timeout_s: float | None = None
    stdout_bytes: int = 10 * MIB
    notebook: NotebookOptions = field(default_factory=NotebookOptions)
    observer: Observer = SILENT
    prefix: tuple[str, ...] = ()
    runner: Runner | None = None  # by default the one for this kind of program


class Runner(Protocol):
    """A way to run a session's program."""

    def run(self, job: Launch) -> Exit:
        """Run it to its end; what it printed is then in the spool.

        Raises
        ------
        ExecutionError
            It cannot be started.
        KeyboardInterrupt
            Ctrl-C, after the program was ended.
        """
        ...


def runner_for(kind: EntryKind) -> Runner:
    """The runner for this kind of program: the only place where one is chosen."""
    return NotebookRunner() if kind is EntryKind.NOTEBOOK else ProcessRunner()


def command_of(session: Session, python: str) -> tuple[str, ...]:
    """The command line that runs a script or module."""
    middle = ("-m", session.target) if session.kind is EntryKind.MODULE else (session.target,)
    return (python, *session.interpreter_options, *middle, *session.argv)


def program_of(job: Launch) -> Program:
    """A session's script or module as a command with its limits; what it prints goes to the spool."""
    folder = Path(job.session.spool)
    return Program(
        command=(*job.prefix, *command_of(job.session, job.python)),
        cwd=job.cwd,
        env=job.env,
        stdout=folder / spool_files.STDOUT,
        stdout_bytes=job.stdout_bytes,
        echo=job.echo,
        own_group=job.own_group,
        stdin=job.stdin,
        timeout_s=job.timeout_s,
        stderr=folder / spool_files.STDERR,
        lock=held_lock(folder),
        stderr_in_stdout=job.session.stderr_in_stdout,
    )


class ProcessRunner:
    """Runs a script or module in a process of its own."""

    def run(self, job: Launch) -> Exit:
        """Run it to its end."""
        return run_program(program_of(job))


class NotebookRunner:
    """Runs a notebook, cell after cell, in a kernel.

    Parameters
    ----------
    start : KernelStart, optional
        How the kernel comes to its process; by default one is started for it.
    """

    def __init__(self, start: KernelStart | None = None) -> None:
        self._start = start

    def run(self, job: Launch) -> Exit:
        """Run it to its end, or to the first cell that fails."""
        from bis.launch.notebook import run_notebook  # extra: notebook

        folder = Path(job.session.spool)

        def on_cell(position: int, total: int) -> None:
            if not cells_started:
                job.observer.started(Task.CELLS, total)
            cells_started.append(position)
            job.observer.advanced(Task.CELLS, Step(str(position + 1)))

        cells_started: list[int] = []
        started = time.time()
        result = run_notebook(
            Path(job.cwd) / job.session.target,
            python=job.python,
            env=job.env,
            cwd=job.cwd,
            prefix=job.prefix,
            folder=job.notebook.folder,
            start=self._start,
            parameters=job.notebook.parameters,
            skip_blocking=True,
            skip_installs=job.notebook.skip_installs,
            pass_on_interrupt=not job.own_group,
            timeout_s=job.timeout_s,
            executed_path=folder / spool_files.NOTEBOOK,
            on_cell=on_cell,
            on_output=_echo if job.echo else None,
        )
        try:
            write_document(folder / spool_files.NOTEBOOK_RESULT, result)
        except OSError as error:
            warn(f"the notebook's outputs could not be recorded: {error}")
        if cells_started:
            job.observer.finished(Task.CELLS)
        failure: Failure | None = result.failure
        if job.echo and failure is not None:
            _explain(failure)
        return Exit(
            exit_code=exit_code_of(failure),
            signal=failure.signal if failure is not None else None,
            timed_out=failure is not None and failure.stage == "timeout",
            ended_unix_s=time.time(),
            duration_s=time.time() - started,
        )


def _echo(name: str, text: str) -> None:
    """Show what a cell prints; where nobody reads it any more the notebook goes on, as a script does."""
    stream = sys.stderr if name == "stderr" else sys.stdout
    try:
        stream.write(text)
        stream.flush()
    except (OSError, ValueError):
        mute(stream)


def _explain(failure: Failure) -> None:
    """Say why a notebook failed, and where, as the interpreter does for a script."""
    counted = "" if failure.cell is None else " (cells are counted from 0)"
    trace = f"{failure.traceback.rstrip()}\n" if failure.traceback else ""
    _echo("stderr", f"{trace}bis: {failure.message}{counted}\n")
