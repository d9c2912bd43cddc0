"""What is exported of a run, from a real store."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from bis._export.run_gathering import gather
from bis.errors import EvidenceDamaged, UnsafeArchive
from bis.evidence.digests import digest_bytes
from bis.evidence.redaction import Redactor
from bis.evidence.store import EvidenceStore
from bis.model.exported_run import FileRole
from bis.model.facets import FileDigest, Outputs, Status

if TYPE_CHECKING:
    from pathlib import Path

    from bis.evidence.store import StoredRun

SECRET = "hunter2-0123456789"


@pytest.fixture
def store(store_uri: str, home: Path) -> EvidenceStore:
    """A store with its artifacts in a folder."""
    return EvidenceStore(store_uri)


def logged(store: EvidenceStore, *artifacts: FileDigest, **texts: str) -> StoredRun:
    """A run that logged texts; its record says that it logged these artifacts."""
    run_id = store.create("exported", "a run", {"mlflow.user": "ada"}, started_unix_s=1.7e9)
    for name, text in texts.items():
        store.log_text(run_id, text, f"model/{name}.txt")
    stored = store.read(run_id)
    return replace(stored, record=replace(stored.record, outputs=Outputs(Status.RECORDED, artifacts=artifacts)))


def as_logged(name: str, text: str) -> FileDigest:
    """What a record says of an artifact."""
    return FileDigest(f"model/{name}.txt", len(text), digest_bytes(text.encode()))


def test_artifacts_as_they_were_logged(store: EvidenceStore, tmp_path: Path) -> None:
    """Only where they are wanted, and without the evidence of bis, which has places of its own."""
    stored = logged(store, as_logged("a", "hello"), FileDigest("bis/record.json", 1, ""), a="hello")
    run = gather(store, stored, tmp_path, artifacts=True, redactor=Redactor({}))
    (file,) = run.files
    assert (file.path, file.role, file.artifact) == ("artifacts/model/a.txt", FileRole.OUTPUT, "model/a.txt")
    assert (file.sha256, file.size_bytes, file.redacted) == (hashlib.sha256(b"hello").hexdigest(), 5, 0)
    assert (tmp_path / file.path).read_bytes() == b"hello"
    assert (run.user, run.left_out) == ("ada", ())
    assert gather(store, stored, tmp_path, redactor=Redactor({})).files == ()
    assert gather(store, stored, None, artifacts=True, redactor=Redactor({})).files == ()


def test_an_artifact_that_was_changed(store: EvidenceStore, tmp_path: Path) -> None:
    """It is not handed on for what was recorded."""
    stored = logged(store, as_logged("a", "hello"), a="hallo")
    with pytest.raises(EvidenceDamaged, match=r"model/a\.txt .* is not what was recorded"):
        gather(store, stored, tmp_path, artifacts=True, redactor=Redactor({}))


def test_an_artifact_that_is_not_there(store: EvidenceStore, tmp_path: Path) -> None:
    """It is named; the rest is exported."""
    stored = logged(store, as_logged("a", "hello"), as_logged("gone", "x"), a="hello")
    run = gather(store, stored, tmp_path, artifacts=True, redactor=Redactor({}))
    assert (len(run.files), run.left_out) == (1, ("model/gone.txt",))


@pytest.mark.parametrize("name", ["../secret.txt", "/etc/passwd", "a/../../b"])
def test_names_that_lead_elsewhere(store: EvidenceStore, tmp_path: Path, name: str) -> None:
    """A record from elsewhere may name any file: none outside of the artifacts is read or written."""
    with pytest.raises(UnsafeArchive):
        gather(store, logged(store, FileDigest(name, 1, "")), tmp_path, artifacts=True, redactor=Redactor({}))


def test_secrets_in_artifacts(store: EvidenceStore, tmp_path: Path) -> None:
    """They are taken out of texts, which is said of the file."""
    text = f'first\npassword = "{SECRET}"\n'
    run = gather(store, logged(store, as_logged("a", text), a=text), tmp_path, artifacts=True, redactor=Redactor({}))
    (file,) = run.files
    assert file.redacted == 1
    assert (tmp_path / file.path).read_text() == 'first\npassword = "[redacted]"\n'
