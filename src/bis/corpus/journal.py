"""The file that the results of a corpus go to, one line each as they come, so that a killed run can be resumed."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Generic

from bis.corpus.held_folder import locked, storing
from bis.corpus.project_outcomes import T
from bis.errors import BisError
from bis.model.progress import Note

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from bis.corpus.project_outcomes import ResultKind
    from bis.corpus.projects import ProjectSource

_STATE = "run.json"
_LOCK = ".lock"
_FORMAT = 1


class Journal(Generic[T]):
    """Results of a corpus in one file, with the state of the run beside it.

    Where the run before did not come to its end, what it has finished is kept. Where it did, its results are set aside
    until this one has ended, and only those of projects at a given commit are taken over: a folder may have changed
    since. Projects of which there is no result are tried again, and a line that a kill cut off is dropped.

    Parameters
    ----------
    out : Path
        The folder of the results; made where it is absent.
    results : ResultKind
        What is written, and the name of the file.
    version : str
        Of what decides over a result besides the project; results of another version are not kept.
    resume : bool
        Whether to keep anything at all.

    Raises
    ------
    UsageError
        Another run is writing there.
    StorageError
        The folder cannot be written.
    """

    def __init__(self, out: Path, results: ResultKind[T], *, version: str = "", resume: bool = True) -> None:
        self._results = results
        self.path = out / results.file
        self.notes: list[Note] = []
        self._previous_path = self.path.with_suffix(".previous.jsonl")
        self._version = version
        self._done: dict[bytes, list[str]] = {}  # by name: commits of what this run, before it was killed, has finished
        self._previous: dict[bytes, int] = {}  # by name and commit: where the line of the run before starts
        with storing(out):
            out.mkdir(parents=True, exist_ok=True)
            self._lock = locked(out / _LOCK, busy=f"another run of bis is writing to {out}")
            try:
                self._take_over(resume=resume)
                self._write_state(finished=False)
                self._file = self.path.open("ab", buffering=0)
            except BaseException:
                self._lock.close()
                raise

    def __enter__(self) -> Journal[T]:
        return self

    def __exit__(self, *_error: object) -> None:
        self._file.close()
        self._lock.close()

    def has(self, source: ProjectSource) -> bool:
        """Whether there is a result for this project already; asked once for each."""
        commits = self._done.get(_key(source.name), [])
        if commits and source.commit in {None, *commits}:
            commits.remove(source.commit or commits[0])
            return True
        start = self._previous.get(_key(source.name, source.commit)) if source.commit else None
        if start is None:
            return False
        with storing(self.path), self._previous_path.open("rb") as lines:
            lines.seek(start)
            self._write(lines.readline())
        return True

    def append(self, result: T) -> None:
        """Write a result; it is in the file when this returns."""
        self.append_line(self._results.to_line(result))

    def append_line(self, line: str) -> None:
        """Write a result as its line."""
        # Names of files that are not UTF-8 have lone surrogates, which JSON can only escape: "\\udc80".
        with storing(self.path):
            self._write((line.rstrip("\n") + "\n").encode("utf-8", "backslashreplace"))

    def _write(self, line: bytes) -> None:
        rest = memoryview(line)
        while rest:
            rest = rest[self._file.write(rest) :]

    def finish(self) -> None:
        """All projects have been asked for: results of others, of an earlier list, are dropped."""

        def is_wanted(result: T, _start: int) -> bool:
            name, commit = self._results.key_of(result)
            return commit not in self._done.get(_key(name), [])

        with storing(self.path):
            if any(self._done.values()):
                self._file.close()
                self._rewrite(is_wanted)
                self._file = self.path.open("ab", buffering=0)
            self._write_state(finished=True)
            self._previous_path.unlink(missing_ok=True)

    def _take_over(self, *, resume: bool) -> None:
        finished, version = self._read_state()
        if not resume or version != self._version:
            if resume and version is not None:
                self.notes.append(Note("earlier-results-discarded"))
            self.path.unlink(missing_ok=True)
            self._previous_path.unlink(missing_ok=True)
            return
        if finished and self.path.exists():
            self.path.replace(self._previous_path)
        if self._previous_path.exists():
            for result, start, _line in self._lines(self._previous_path):
                if result is not None and not self._results.failure_of(result):
                    name, commit = self._results.key_of(result)
                    if commit:
                        self._previous[_key(name, commit)] = start
        if self.path.exists():
            self._rewrite(self._is_done)

    def _is_done(self, result: T, _start: int) -> bool:
        name, commit = self._results.key_of(result)
        commits = self._done.setdefault(_key(name), [])
        if self._results.failure_of(result) or commit in commits:
            return False
        commits.append(commit)
        return True

    def _rewrite(self, keep: Callable[[T, int], bool]) -> None:
        """Leave those lines in the file that are whole and wanted."""
        temporary = self.path.with_suffix(".part")
        damaged = dropped = 0
        with temporary.open("wb") as new:
            for result, start, line in self._lines(self.path):
                if result is None:
                    damaged += 1
                elif keep(result, start):
                    new.write(line)
                else:
                    dropped += 1
        if damaged or dropped:
            temporary.replace(self.path)
        else:
            temporary.unlink()
        if damaged:
            self.notes.append(Note("damaged-lines", {"lines": damaged, "path": str(self.path)}))

    def _lines(self, path: Path) -> Iterator[tuple[T | None, int, bytes]]:
        """What each line says (None: cut off or damaged), where it starts, and the line itself."""
        start = 0
        with path.open("rb") as lines:
            for line in lines:
                try:
                    result = self._results.from_line(line.decode("utf-8")) if line.endswith(b"\n") else None
                except (BisError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
                    result = None
                yield result, start, line
                start += len(line)

    def _read_state(self) -> tuple[bool, str | None]:
        try:
            state = json.loads(self.path.with_name(_STATE).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return False, None
        if not isinstance(state, dict) or state.get("format") != _FORMAT:
            return False, None
        return state.get("finished") is True, str(state.get("version", ""))

    def _write_state(self, *, finished: bool) -> None:
        state = {"format": _FORMAT, "version": self._version, "finished": finished}
        temporary = self.path.with_name(f"{_STATE}.part")
        temporary.write_text(json.dumps(state) + "\n", encoding="utf-8")
        temporary.replace(self.path.with_name(_STATE))


def _key(name: str, commit: str | None = None) -> bytes:
    text = name if commit is None else f"{name}\0{commit}"
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()
