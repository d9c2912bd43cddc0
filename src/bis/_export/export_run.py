"""Exporting a run: a crate in a folder of its own, whole or not at all, and a document of its provenance."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bis._export.clean_json import without_secrets
from bis._export.run_gathering import gather
from bis._export.signed_manifest import sign_folder
from bis.errors import StorageError, UsageError
from bis.evidence.redaction import Redactor
from bis.report.prov.prov_document import prov_document
from bis.report.rocrate.process_run_crate import METADATA, process_run_crate

if TYPE_CHECKING:
    from bis.evidence.store import EvidenceStore, StoredRun
    from bis.model.exported_run import ExportedRun


@dataclass(frozen=True, slots=True)
class ExportWishes:
    """What is written: a `crate` into a new or empty folder, and PROV-JSON into the file `prov`.

    The crate is signed with a `key`, and has the run's `artifacts`, where that is wished for.
    """

    crate: Path | None = None
    prov: Path | None = None
    key: Path | None = None
    artifacts: bool = False
    licence: str = ""


def export_run(store: EvidenceStore, stored: StoredRun, wishes: ExportWishes) -> ExportedRun:
    """Write what is wished for; what was exported.

    Raises
    ------
    UsageError
        Nothing is wished for, a signature without a crate, or the folder has something in it.
    StorageError
        The folder or the file cannot be written.
    EvidenceDamaged, StoreUnavailable
        Something that the record names cannot be fetched.
    """
    if wishes.crate is None and wishes.prov is None:
        raise UsageError("there is nothing to write", hint="Give --ro-crate FOLDER or --prov FILE, or both.")
    if wishes.key is not None and wishes.crate is None:
        raise UsageError("--sign signs a crate", hint="Give --ro-crate FOLDER, too.")
    if wishes.artifacts and wishes.crate is None:
        raise UsageError("--artifacts go into a crate", hint="Give --ro-crate FOLDER, too.")
    redactor = Redactor(dict(os.environ))
    if wishes.crate is None:
        run = gather(store, stored, None, licence=wishes.licence, redactor=redactor)
    else:
        run = _write_crate(store, stored, wishes.crate, wishes, redactor)
    if wishes.prov is not None:
        _write(wishes.prov, _json(prov_document(run), redactor))
    return run


def _write_crate(
    store: EvidenceStore, stored: StoredRun, out: Path, wishes: ExportWishes, redactor: Redactor
) -> ExportedRun:
    """Write a crate beside its place, and move it there when it is whole."""
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise UsageError(f"{out} is not empty", hint="A crate describes all that is in its folder: give a new one.")
    try:
        out.absolute().parent.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(prefix=f".{out.name}.", dir=out.absolute().parent))
    except OSError as error:
        raise StorageError(f"{out} cannot be written: {error.strerror}") from error
    try:
        run = gather(store, stored, folder, artifacts=wishes.artifacts, licence=wishes.licence, redactor=redactor)
        _write(folder / METADATA, _json(process_run_crate(run), redactor))
        if wishes.key is not None:
            sign_folder(folder, wishes.key)
        folder.chmod(0o755)  # a temporary folder is for its owner only
        with suppress(FileNotFoundError):
            out.rmdir()
        folder.replace(out)
    except OSError as error:
        raise StorageError(f"{out} cannot be written: {error.strerror}") from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return run


def _json(document: dict[str, Any], redactor: Redactor) -> str:
    clean, _changed = without_secrets(document, redactor, place="export")
    return json.dumps(clean, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def _write(path: Path, text: str) -> None:
    try:
        path.write_bytes(text.encode("utf-8", "backslashreplace"))
    except OSError as error:
        raise StorageError(f"{path} cannot be written: {error.strerror}") from error
