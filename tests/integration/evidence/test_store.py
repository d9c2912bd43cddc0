"""Evidence in a real MLflow store."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import bis
from bis.errors import EvidenceDamaged, RunNotFound, StoreUnavailable
from bis.evidence.store import RECORD, SOURCE, EvidenceStore
from bis.model.facets import Curve, EntryKind, Failure, Outputs, Status
from bis.model.record import Mode, Record, missing_record


@pytest.fixture
def store(store_uri: str) -> EvidenceStore:
    """An empty store."""
    return EvidenceStore(store_uri)


def run(store: EvidenceStore, started: float = 1.0, tags: dict[str, str] | None = None) -> str:
    """A run of its own making."""
    return store.create("Default", "name", tags or {}, started_unix_s=started)


def record(**changes: Any) -> Record:
    """A record with a curve."""
    curve = Curve("loss", (0, 1), ((0.1).hex(), (0.3).hex()))
    made = missing_record("x", outputs=Outputs(Status.RECORDED, metrics=(curve,)))
    return replace(made, mode=Mode.RUN, session="s", bis_version="1", **changes)


def test_runs_are_found_by_id_prefix_and_last(store: EvidenceStore) -> None:
    """``last`` is the latest that is no replay."""
    first, last = run(store, 1.0), run(store, 2.0)
    run(store, 3.0, {"bis.replay.of": first})
    assert store.find(first) == store.find(first[:12]) == first
    assert store.find("last") == last


@pytest.mark.parametrize(
    ("reference", "words"),
    [
        ("last", "no run yet"),
        ("abc", "no run starts"),
        ("0" * 32, "does not exist"),
        ("../x", "not a run id"),
        ("", "not a run id"),
    ],
)
def test_what_is_not_there_is_explained(store: EvidenceStore, reference: str, words: str) -> None:
    """With a hint."""
    with pytest.raises(RunNotFound, match=words) as caught:
        store.find(reference)
    assert caught.value.hint


def test_a_prefix_of_several_runs_names_them(store: EvidenceStore) -> None:
    """More of the id is asked for."""
    runs = [run(store) for _ in range(17)]  # of 17 two begin alike
    alike = next(r[0] for r in runs if sum(o.startswith(r[0]) for o in runs) > 1)
    with pytest.raises(RunNotFound, match="runs start with it"):
        store.find(alike)


def test_records_come_back_with_their_files(store: EvidenceStore, tmp_path: Path) -> None:
    """Small facts are tags; the record and its files are artifacts, which other artifacts are told from."""
    run_id = run(store)
    archive = tmp_path / "archive"
    archive.write_bytes(b"source")
    failure = Failure("exception", "odd \udcff " + "x" * 600)
    given = record()
    given = replace(given, outputs=replace(given.outputs, exit_code=3, failure=failure))
    store.write(run_id, given, {SOURCE: archive})
    store.log_text(run_id, "hello \udcff", "out/stdout.txt")
    found = store.read(run_id)
    assert (found.record, found.recorded) == (given, True)
    assert found.tags["bis.exit_code"] == "3"
    assert len(found.tags["bis.failure"]) <= 510
    assert store.download(run_id, SOURCE).read_bytes() == b"source"
    assert [path for path, _ in store.artifacts(run_id)] == ["out/stdout.txt"]
    folder = store.artifact_folder(run_id)
    assert folder is not None
    assert (folder / RECORD).is_file()


def test_changed_and_lost_records_are_damage(store: EvidenceStore) -> None:
    """The tag has the digest; a record that is not the one is not believed."""
    run_id = run(store)
    store.write(run_id, record(), {})
    folder = store.artifact_folder(run_id)
    assert folder is not None
    path = folder / RECORD
    document = json.loads(path.read_text())
    path.write_text(json.dumps({**document, "host": "forged"}))
    with pytest.raises(EvidenceDamaged, match="digest"):
        store.read(run_id)
    path.unlink()
    with pytest.raises(EvidenceDamaged, match="cannot be fetched"):
        store.read(run_id)


def test_runs_that_bis_never_saw_tell_what_their_tags_do(store: EvidenceStore) -> None:
    """Params, metrics and the code's place are known; the rest is missing, and nothing is guessed."""
    tags = {
        "mlflow.source.name": "train.py",
        "mlflow.source.git.commit": "c" * 40,
        "mlflow.source.git.repoURL": "https://me:secret@host/repo.git",
    }
    run_id = run(store, tags=tags)
    curve = Curve("loss", (0, 1, 1), ((0.5).hex(), float("nan").hex(), float("inf").hex()))
    store.log(run_id, (curve,), {"lr": "0.1"})
    found = store.read(run_id)
    assert not found.recorded
    assert found.record.mode is Mode.TAGS
    assert found.record.parameters.values == {"lr": "0.1"}
    assert found.record.outputs.metrics[0].steps == (0, 1, 1)
    assert set(found.record.outputs.metrics[0].values) == {(0.5).hex(), "nan", "inf"}
    code = found.record.code
    assert (code.status, code.kind, code.target, code.commit) == (
        Status.PARTIAL,
        EntryKind.SCRIPT,
        "train.py",
        "c" * 40,
    )
    assert code.remote == "https://host/repo.git"
    assert found.record.environment.status is Status.MISSING


def test_a_recording_that_did_not_end_says_so(store: EvidenceStore) -> None:
    """The run is there, its evidence is not yet."""
    run_id = run(store, tags={"bis.state": "recording", "mlflow.source.name": "a.py"})
    assert "recording started" in store.read(run_id).record.code.reasons[0]


def test_many_values_and_params_are_logged_in_batches(store: EvidenceStore) -> None:
    """More than a batch may hold, and none is lost."""
    run_id = run(store)
    steps = tuple(range(1500))
    store.log(run_id, (Curve("m", steps, tuple(float(s).hex() for s in steps)),), {f"p{i}": "x" for i in range(150)})
    found = store.read(run_id).record
    assert found.outputs.metrics[0].steps == steps
    assert len(found.parameters.values) == 150


def test_fresh_replays_are_found_in_order(store: EvidenceStore) -> None:
    """Only those of this run, fresh (replays that varied a cause are no draws), and ended well."""
    replays = [("fresh", "FINISHED"), ("exact", "FINISHED"), ("fresh", "FAILED"), ("varied", "FINISHED")]
    original = run(store)
    for number, (kind, status) in enumerate(replays):
        tags = {"bis.replay.of": original, "bis.replay.kind": kind}
        child = run(store, 2.0 + number, tags)
        store.log(child, (Curve("m", (0,), (float(number).hex(),)),), {})
        store.end(child, status, 9.0)
    assert [o.metrics[0].final for o in store.fresh_outputs(original)] == [0.0]


def test_a_store_that_does_not_answer_is_explained(tmp_path: Path) -> None:
    """A folder that cannot be made, without credentials in the message."""
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreUnavailable) as caught:
        EvidenceStore(f"sqlite:///{tmp_path}/file/mlflow.db").find("last")
    assert caught.value.hint


@pytest.mark.parametrize(
    ("uri", "words"),
    [
        ("http://[::1", "not the address of a store"),
        ("https://]x", "not the address of a store"),
        ("mysql+nodriver://me:hunter2@h/db", "nodriver"),
        ("mysql+aiomysql://me:hunter2@h/db", "aiomysql"),
        ("oracle://me:hunter2@h/db", "oracle"),
        ("nosuch://me:hunter2@h", "nosuch"),
    ],
)
def test_odd_addresses_are_explained(uri: str, words: str) -> None:
    """What is no address, and a database whose driver is missing; without its password."""
    with pytest.raises(StoreUnavailable, match=words) as caught:
        EvidenceStore(uri).find("last")
    assert caught.value.hint
    assert "hunter2" not in caught.value.message


def test_a_server_that_is_not_there_is_told_from_one_that_refuses(monkeypatch: pytest.MonkeyPatch) -> None:
    """What comes next need not wait for it again."""
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    with pytest.raises(StoreUnavailable) as caught:
        EvidenceStore("http://127.0.0.1:9").find("last")
    assert caught.value.context == {"reached": False}


def test_artifacts_that_cannot_be_written_are_explained(store: EvidenceStore, store_uri: str) -> None:
    """Whatever the artifact store raises, it is an error of bis's own."""
    run_id = run(store)
    (Path(store_uri.removeprefix("sqlite:///")).parent / "artifacts").write_text("in the way")
    with pytest.raises(StoreUnavailable, match="cannot be written"):
        store.write(run_id, record(), {})
    with pytest.raises(StoreUnavailable, match="cannot be written"):
        store.log_text(run_id, "x", "a.txt")


def test_deleted_runs_are_gone(store: EvidenceStore) -> None:
    """What could not be completed is taken back."""
    run_id = run(store)
    store.delete(run_id)
    with pytest.raises(RunNotFound):
        store.find("last")


def test_downloads_do_not_stay(store: EvidenceStore, store_uri: str, tmp_path: Path) -> None:
    """Copies of artifacts go with the process that asked for them."""
    run_id = run(store)
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    code = (
        "import sys\nfrom bis.errors import EvidenceDamaged\nfrom bis.evidence.store import EvidenceStore\n"
        "try: EvidenceStore(sys.argv[1]).download(sys.argv[2], 'bis/absent.json')\nexcept EvidenceDamaged: print('ok')"
    )
    environ = {**os.environ, "TMPDIR": str(temporary), "PYTHONPATH": str(Path(bis.__file__).parents[1])}
    done = subprocess.run(
        [sys.executable, "-c", code, store_uri, run_id], env=environ, capture_output=True, text=True, check=True
    )
    assert done.stdout == "ok\n"
    assert list(temporary.glob("bis-*")) == []
