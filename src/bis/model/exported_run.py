"""A run as it is handed on: what is known of it, and the files that go with it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from bis.model.record import Record
from bis.model.stored_runs import StoredVerdict
from bis.model.verdict import Outcome


class FileRole(str, Enum):
    """What a file of an export is."""

    RECORD = "record"
    SOURCE = "source"
    LOCK = "lock"
    NOTEBOOK = "notebook"
    CARRIED = "carried"
    STDIN = "stdin"
    VERDICT = "verdict"
    EXPLANATION = "explanation"
    REPLAY = "replay"
    OUTPUT = "output"  # an artifact that the run logged


@dataclass(frozen=True, slots=True)
class ExportedFile:
    """A file of an export.

    `path` is relative to the folder of the export, `artifact` what it is called among the artifacts of its run, where
    the program logged it. `sha256` is in hexadecimal, `run_id` the run that it belongs to: the exported one, or a
    replay. `redacted` says in how many places secrets were taken out when it was exported; its bytes are then not those
    that were recorded.
    """

    path: str
    role: FileRole
    run_id: str
    size_bytes: int
    sha256: str
    redacted: int = 0
    artifact: str = ""


@dataclass(frozen=True, slots=True)
class ExportedRun:
    """A run, its latest verdict and its replays, as they are exported.

    `user` is who MLflow says started it, empty where it does not say. `recorded` is false where bis never saw the run.
    `replays` are the stored outcomes that can be read. `licence` is what was stated for this export: a URL or words,
    empty where nothing was. `left_out` are artifacts that were wanted and cannot be fetched. `created_unix_s` is when
    it was exported, `bis_version` by which bis.
    """

    run_id: str
    name: str
    status: str
    user: str
    started_unix_s: float
    recorded: bool
    record: Record
    verdict: StoredVerdict | None
    replays: tuple[Outcome, ...]
    files: tuple[ExportedFile, ...]
    licence: str
    created_unix_s: float
    bis_version: str
    left_out: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ExportCheck:
    """What the check of a signed export found; paths are relative to its folder.

    `signer` is the identity in the list of allowed signers, empty where the signature is not that of one of them;
    `reason` is then what ssh-keygen says.
    """

    signer: str
    files: int
    changed: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    added: tuple[str, ...] = ()
    reason: str = ""

    @property
    def holds(self) -> bool:
        """Whether the signature is one that is allowed, and all files are as they were signed."""
        return bool(self.signer) and not (self.changed or self.missing or self.added)
