"""What is exported of a run: fetched from its store, without secrets, in a folder."""

from __future__ import annotations

import hashlib
import json
import os
import time
from dataclasses import replace
from typing import TYPE_CHECKING

from bis._export.clean_json import without_secrets
from bis._version import __version__
from bis.errors import EvidenceDamaged, StorageError, UnsafeArchive
from bis.evidence import attributions, outcomes, verdicts
from bis.evidence.archive import ArchiveEntry, name_problem, pack, read_entries
from bis.evidence.digests import digest_file
from bis.evidence.outcomes import is_readable, read_outcomes
from bis.evidence.redaction import Redactor
from bis.evidence.store import CARRIED, FOLDER, LOCK, NOTEBOOK, RECORD, SOURCE, STDIN
from bis.model.exported_run import ExportedFile, ExportedRun, FileRole
from bis.model.jsonable import json_value

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from bis.evidence.store import EvidenceStore, StoredRun
    from bis.model.facets import FileDigest

_USER = "mlflow.user"


def gather(
    store: EvidenceStore,
    stored: StoredRun,
    folder: Path | None,
    *,
    artifacts: bool = False,
    licence: str = "",
    redactor: Redactor | None = None,
) -> ExportedRun:
    """Fetch the evidence of a run; where there is a `folder`, its files go into it.

    Parameters
    ----------
    store : EvidenceStore
        Where the run is.
    stored : StoredRun
        The run, with its latest verdict.
    folder : Path, optional
        Where the files go; it exists. Without one, the run has no files.
    artifacts : bool
        Whether the artifacts that the run logged are files of it, too.
    licence : str
        What was stated about the use of the export.
    redactor : Redactor, optional
        Takes secrets out of every text; by default those that this process knows.

    Raises
    ------
    EvidenceDamaged, StoreUnavailable
        Something that the record names cannot be fetched, or is not what was recorded.
    UnsafeArchive
        An artifact would be outside of its folder.
    StorageError
        The folder cannot be written.
    """
    redactor = redactor or Redactor(dict(os.environ))
    replays = tuple(o for o in read_outcomes(store, stored.run_id) if is_readable(o))
    files, left_out = [], []
    if folder is not None:
        for role, run_id, artifact in _artifacts(stored):
            files.append(_take(store.download(run_id, artifact), folder, artifact, role, stored.run_id, redactor))
        for logged in _logged(stored) if artifacts else ():
            source = _fetched(store, stored.run_id, logged)
            if source is None:
                left_out.append(logged.path)
                continue
            path = f"artifacts/{logged.path}"
            taken = _take(source, folder, path, FileRole.OUTPUT, stored.run_id, redactor)
            files.append(replace(taken, artifact=logged.path))
        for outcome in replays:
            if outcome.run_id is not None:
                path = f"replays/{outcome.run_id}/replay.json"
                source = store.download(outcome.run_id, outcomes.ARTIFACT)
                files.append(_take(source, folder, path, FileRole.REPLAY, outcome.run_id, redactor))
    parameters = stored.record.parameters
    values = redactor.variables(parameters.values, place="params")
    return ExportedRun(
        run_id=stored.run_id,
        name=stored.name,
        status=stored.status,
        user=stored.tags.get(_USER, ""),
        started_unix_s=stored.started_unix_s,
        recorded=stored.recorded,
        record=replace(stored.record, parameters=replace(parameters, values=values)),
        verdict=stored.verdict,
        replays=replays,
        files=tuple(files),
        licence=licence,
        created_unix_s=time.time(),
        bis_version=__version__,
        left_out=tuple(left_out),
    )


def _artifacts(stored: StoredRun) -> Iterator[tuple[FileRole, str, str]]:
    """What was stored with the run, as its record says: role, run that has it, artifact path."""
    run, record = stored.run_id, stored.record
    if stored.recorded:
        yield FileRole.RECORD, run, RECORD
        yield FileRole.LOCK, run, LOCK
    if record.code.snapshot is not None:
        yield FileRole.SOURCE, run, SOURCE
    if record.code.kind.takes_parameters and record.code.cells and stored.recorded:
        yield FileRole.NOTEBOOK, run, NOTEBOOK
    if record.data.carried is not None and record.data.carried.artifact:
        yield FileRole.CARRIED, record.data.carried.run_id or run, CARRIED
    if record.parameters.stdin is not None and record.parameters.stdin.digest:
        yield FileRole.STDIN, run, STDIN
    if stored.verdict is not None:
        yield FileRole.VERDICT, run, verdicts.ARTIFACT
    if stored.attribution is not None:
        yield FileRole.EXPLANATION, run, attributions.ARTIFACT


def _logged(stored: StoredRun) -> Iterator[FileDigest]:
    """The artifacts that the program logged; names come from a store, and are not trusted."""
    for logged in stored.record.outputs.artifacts:
        if not logged.path.startswith(f"{FOLDER}/"):
            if problem := name_problem(logged.path):
                raise UnsafeArchive(f"artifact {logged.path!r} of run {stored.run_id}: {problem}")
            yield logged


def _fetched(store: EvidenceStore, run_id: str, logged: FileDigest) -> Path | None:
    """An artifact, if it has the content that was recorded; None where it cannot be fetched.

    MLflow keeps the files of a logged model elsewhere than those of its run.
    """
    try:
        source = store.download(run_id, logged.path)
    except EvidenceDamaged:
        return None
    if not source.is_file():
        return None
    if logged.digest and digest_file(source).digest != logged.digest:
        raise EvidenceDamaged(
            f"artifact {logged.path} of run {run_id} is not what was recorded",
            hint="It was changed in the artifact store; without --artifacts its recorded digest is exported.",
        )
    return source


def _take(source: Path, folder: Path, path: str, role: FileRole, run_id: str, redactor: Redactor) -> ExportedFile:
    """Copy a file without secrets."""
    clean = _clean_archive if role in {FileRole.SOURCE, FileRole.CARRIED} else _clean_file
    content, redacted = clean(source.read_bytes(), path, redactor)
    target = folder / path
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    except OSError as error:
        raise StorageError(f"{target} cannot be written: {error.strerror}") from error
    return ExportedFile(path, role, run_id, len(content), hashlib.sha256(content).hexdigest(), redacted)


def _clean_file(content: bytes, path: str, redactor: Redactor) -> tuple[bytes, int]:
    """A file without secrets, and in how many places there were some: texts of JSON, or lines."""
    if not path.endswith((".json", ".ipynb")):
        return _clean_text(content, path, redactor)
    try:
        document = json_value(content)
    except ValueError:
        return _clean_text(content, path, redactor)
    clean, changed = without_secrets(document, redactor, place=path)
    return (
        (json.dumps(clean, ensure_ascii=False, indent=1).encode("utf-8", "backslashreplace"), changed)
        if changed
        else (content, 0)
    )


def _clean_text(content: bytes, path: str, redactor: Redactor) -> tuple[bytes, int]:
    """A text without secrets, and in how many lines there were some. What is no text is taken as it is."""
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        return content, 0
    clean = redactor.text(text, place=path)
    if clean == text:
        return content, 0
    changed = sum(a != b for a, b in zip(text.splitlines(), clean.splitlines(), strict=False))
    return clean.encode("utf-8"), max(1, changed)


def _clean_archive(content: bytes, path: str, redactor: Redactor) -> tuple[bytes, int]:
    """An archive without secrets, packed anew where there were some, and in how many of its files."""
    entries, changed = [], 0
    for entry in read_entries(content):
        kept = _clean_entry(entry, path, redactor)
        changed += kept is not entry
        entries.append(kept)
    return (pack(entries).content, changed) if changed else (content, 0)


def _clean_entry(entry: ArchiveEntry, path: str, redactor: Redactor) -> ArchiveEntry:
    if entry.link or not isinstance(entry.source, bytes):
        return entry
    content, redacted = _clean_file(entry.source, f"{path}/{entry.name}", redactor)
    return replace(entry, source=content) if redacted else entry
