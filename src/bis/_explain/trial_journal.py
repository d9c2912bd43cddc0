"""The journal of an explanation: its design, and each replay as soon as it has ended, so that little is lost.

A line is on the disk before the next replay is waited for. Ctrl-C and a kill lose at most what was running.
"""

from __future__ import annotations

import json
import os
import tempfile
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bis._explain.design import BlockDesign
from bis._explain.trial import Trial
from bis._replay.probes import probe_is_here
from bis._replay.use_locks import lock_name, removing
from bis._version import __version__
from bis.errors import StorageError, UsageError
from bis.evidence.digests import digest_bytes
from bis.model.jsonable import from_json, json_value, strict_json, to_json
from bis.model.kept_thing import KeptKind

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bis._replay.prepare import Prepared

FOLDER = "explanations"
_DESIGN = "design.json"
_TRIALS = "trials.jsonl"
ENVIRONMENT = "environment.jsonl"  # the replays for environment settings
_FORMAT = "bis.explanation"
_VERSION = 1


@dataclass(slots=True)
class TrialJournal:
    """What is known of an explanation. `trials` are those that were made, at their places in the design.

    Get one from `opened_journal`.
    """

    folder: Path
    design: BlockDesign | None
    trials: dict[tuple[int, int, int], Trial]

    def begin(self, design: BlockDesign) -> None:
        """Forget what there is, and begin with this design."""
        self.forget(_TRIALS)
        self.forget(ENVIRONMENT)
        self.trials = {}
        self.keep_design(design)

    def keep_design(self, design: BlockDesign) -> None:
        """Write the design down: before the first replay that needs it."""
        document = {
            "format": _FORMAT,
            "version": _VERSION,
            "bis_version": __version__,
            "design": strict_json(to_json(design)),
        }
        with _disk(self.folder):
            handle, name = tempfile.mkstemp(prefix=".", dir=self.folder)
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                json.dump(document, file, ensure_ascii=True)
                file.flush()
                os.fsync(file.fileno())
            Path(name).replace(self.folder / _DESIGN)
        self.design = design

    def add(self, trial: Trial) -> None:
        """Keep a replay; it is on the disk when this returns."""
        self.append(_TRIALS, json.dumps(strict_json(to_json(trial)), ensure_ascii=True, separators=(",", ":")))
        self.trials[trial.place] = trial

    def append(self, name: str, line: str) -> None:
        """Write a line to one of its files; it is on the disk when this returns."""
        with _disk(self.folder), (self.folder / name).open("a", encoding="utf-8") as file:
            file.write(line + "\n")
            file.flush()
            os.fsync(file.fileno())

    def lines(self, name: str) -> list[bytes]:
        """The whole lines of one of its files; the last one may have been cut off, and is then taken away."""
        return _whole_lines(self.folder / name)

    def forget(self, name: str) -> None:
        """Remove one of its files."""
        with _disk(self.folder):
            (self.folder / name).unlink(missing_ok=True)

    def of_block(self, block: int) -> tuple[Trial, ...]:
        """The replays of a block that were made."""
        return tuple(t for place, t in sorted(self.trials.items()) if place[0] == block)


@contextmanager
def opened_journal(home: Path, key: str) -> Iterator[TrialJournal]:
    """The journal of an explanation, for this process alone; what cannot be read of it is made again.

    So is all of it where the examples are gone that its models predicted for.

    Raises
    ------
    UsageError
        Another process writes to it.
    StorageError
        It cannot be written.
    """
    folder = home / FOLDER / key
    with _disk(folder):
        folder.mkdir(parents=True, exist_ok=True)
    with removing(home, lock_name(KeptKind.EXPLANATION, key)) as alone:
        if not alone:
            raise UsageError(
                "another `bis explain` of this run, with the same choices, is at work",
                hint="Wait for it, or stop it: what it has done is kept.",
            )
        with _disk(folder):
            folder.mkdir(parents=True, exist_ok=True)  # `bis cache remove` may have been faster
            design = _read_design(folder)
            if design is not None and not probe_is_here(design.probe, home):
                design = None
            journal = TrialJournal(folder, design, {})
            if journal.design is not None:
                journal.trials = {t.place: t for t in _read_trials(folder) if t.is_final}
            os.utime(folder)
        yield journal


def journal_key(prepared: Prepared, wanted: Sequence[str], probe: str) -> str:
    """The name of a journal: the same where the same replays would give the same results."""
    plan, inputs = prepared.plan, prepared.inputs
    made_of = (
        __version__,
        prepared.start.value,
        plan.run_id,
        sorted(wanted),
        probe,
        plan.argv,
        plan.interpreter_options,
        sorted(plan.overrides.items()),
        sorted(plan.parameters.items()),
        sorted(plan.variables.items()),
        [(p.file.path, p.file.digest) for p in plan.data],
        (inputs.source, inputs.state, inputs.stdin, inputs.lock, inputs.name, inputs.origin.host),
    )
    digest = digest_bytes(repr(made_of).encode("utf-8", "surrogatepass"))
    return f"{plan.run_id[:8]}-{digest[:16]}"


def _read_design(folder: Path) -> BlockDesign | None:
    try:
        document: Any = json_value((folder / _DESIGN).read_text(encoding="utf-8"))
        if document["format"] != _FORMAT or document["version"] != _VERSION:
            return None
        return from_json(BlockDesign, document["design"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _read_trials(folder: Path) -> Iterator[Trial]:
    for line in _whole_lines(folder / _TRIALS):
        with suppress(ValueError):
            yield from_json(Trial, json_value(line))


def _whole_lines(path: Path) -> list[bytes]:
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return []
    whole = content[: content.rfind(b"\n") + 1]
    if len(whole) < len(content):
        os.truncate(path, len(whole))
    return whole.splitlines()


@contextmanager
def _disk(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StorageError(
            f"the replays of the explanation cannot be kept in {folder}: {error.strerror or error}",
            hint="Free some space, or point BIS_HOME at a folder that may be written.",
        ) from error
