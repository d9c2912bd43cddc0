"""Running a project's own tests on a copy of it, once for each mutation."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from bis._audit.fixes import Repair, apply
from bis._gate.import_paths import paths_in_copy, with_paths
from bis._gate.mutations import find_mutations
from bis.errors import ExecutionError, StorageError
from bis.model.mutation import MutationFate, MutationReport, MutationResult
from bis.model.progress import SILENT, Observer, Step, Task

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bis._gate.mutations import PlannedMutation

_LEFT_OUT = shutil.ignore_patterns(".git", ".hg", "__pycache__", ".*_cache", ".tox", ".nox", "node_modules")
_LONGEST_MESSAGE = 2000
_PATIENCE, _AT_LEAST_S = 5.0, 60.0  # times the time without a mutation, and so long in any case


def try_mutations(
    root: Path,
    command: Sequence[str],
    *,
    most: int,
    exclude: tuple[str, ...] = (),
    observer: Observer = SILENT,
) -> MutationReport:
    """Run a test command on a copy of a project, without a change, with each mutation, and without again.

    Parameters
    ----------
    root : Path
        The project's folder, which stays as it is.
    command : sequence of str
        The tests, run in the copy.
    most : int
        No more mutations than this; of each kind the first ones.
    exclude : tuple of str
        Globs of files that are not mutated.
    observer : Observer
        Receives a step for each mutation.

    Raises
    ------
    ExecutionError
        The command cannot be started, or fails without any change.
    StorageError
        The project cannot be copied.
    """
    found = find_mutations(root, exclude=exclude)
    chosen = _chosen(found, most)
    with tempfile.TemporaryDirectory(prefix="bis-mutations-") as name:
        folder = Path(name).resolve() / root.resolve().name
        _copy(root, folder)
        environ = with_paths(os.environ, paths_in_copy(sys.path, root.resolve(), folder))
        tests = _Tests(folder, tuple(command), environ)
        baseline_s = tests.expect_pass()
        report = MutationReport(tuple(command), baseline_s, left_out=len(found) - len(chosen))
        if not chosen:
            return report
        limit_s = max(_AT_LEAST_S, _PATIENCE * baseline_s)
        observer.started(Task.MUTATIONS, len(chosen))
        results = []
        for number, one in enumerate(chosen, start=1):
            results.append(_tried(one, tests, limit_s))
            observer.advanced(Task.MUTATIONS, Step(str(number)))
        observer.finished(Task.MUTATIONS)
        code, _duration, _said = tests.run(limit_s)
        return replace(report, results=tuple(results), flaky=code != 0)


def _chosen(found: Sequence[PlannedMutation], most: int) -> list[PlannedMutation]:
    """As many as are wanted, of each kind in turn, in the order in which they were found."""
    by_kind: dict[object, list[int]] = {}
    for index, one in enumerate(found):
        by_kind.setdefault(one.mutation.kind, []).append(index)
    ranked = sorted((rank, index) for places in by_kind.values() for rank, index in enumerate(places))
    return [found[index] for index in sorted(index for _rank, index in ranked[:most])]


def _copy(root: Path, folder: Path) -> None:
    def left_out(place: str, names: list[str]) -> set[str]:
        environments = {name for name in names if Path(place, name, "pyvenv.cfg").is_file()}
        return environments | set(_LEFT_OUT(place, names))

    try:
        shutil.copytree(root, folder, symlinks=True, ignore=left_out)
    except (OSError, shutil.Error) as error:
        raise StorageError(f"{root} cannot be copied: {error}") from error


def _tried(one: PlannedMutation, tests: _Tests, limit_s: float) -> MutationResult:
    repair = one.repair
    apply(tests.folder, [repair])
    try:
        code, duration_s, _said = tests.run(limit_s)
    finally:
        apply(tests.folder, [Repair(repair.file, repair.after, repair.before, 1)])
    fate = MutationFate.SURVIVED if code == 0 else MutationFate.KILLED
    if code is None and duration_s >= limit_s:
        fate = MutationFate.TIMED_OUT
    return MutationResult(one.mutation, fate, code, duration_s)


class _Tests:
    """A test command in a folder."""

    def __init__(self, folder: Path, command: tuple[str, ...], environ: dict[str, str]) -> None:
        self.folder = folder
        self._command = command
        # Files that a mutation changed within one second have bytecode that looks current.
        self._environ = {**environ, "PYTHONDONTWRITEBYTECODE": "1"}

    def expect_pass(self) -> float:
        """How long it takes, in seconds.

        Raises
        ------
        ExecutionError
            It fails.
        """
        code, duration_s, said = self.run(None)
        if code != 0:
            raise ExecutionError(
                f"{' '.join(self._command)} fails in a copy of the project without any change (exit status {code}): "
                f"{said or 'it printed nothing'}",
                hint="It is run in a copy without .git, environments and caches: can it pass there?",
            )
        return duration_s

    def run(self, limit_s: float | None) -> tuple[int | None, float, str]:
        """Exit status (None where a signal or the limit ended it), duration in seconds, and the end of what it said."""
        started = time.monotonic()
        with tempfile.TemporaryFile() as output:
            try:
                process = subprocess.Popen(
                    self._command,
                    cwd=self.folder,
                    env=self._environ,
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                )
            except OSError as error:
                raise ExecutionError(
                    f"{self._command[0]} cannot be started: {error.strerror}", hint="Give the tests with --command."
                ) from error
            code: int | None = None
            try:
                with suppress(subprocess.TimeoutExpired):
                    code = process.wait(limit_s)
            finally:
                _end(process)
            output.seek(max(0, output.seek(0, os.SEEK_END) - _LONGEST_MESSAGE))
            said = " ".join(output.read().decode("utf-8", "replace").split())
        return code if code is not None and code >= 0 else None, time.monotonic() - started, said


def _end(process: subprocess.Popen[bytes]) -> None:
    """End the tests with all that they started and left behind."""
    with suppress(OSError):
        if os.name == "posix":
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
    process.wait()
