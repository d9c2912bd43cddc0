"""Events become facets."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bis.evidence import spool as spool_files
from bis.evidence.redaction import Redactor
from bis.evidence.spool import write_document
from bis.instrument.events import EventWriter
from bis.model.facets import EntryKind, Status
from bis.model.record import Mode
from bis.model.session import Exit
from bis.record.assembly import assemble, randomness_of, texts, written_files
from bis.record.observed_session import SeenRun, read_sightings
from tests.unit.sessions import session_of

RUN = SeenRun("a" * 32, "created", "0", "sqlite:///x.db", 0, 1.0)


@pytest.fixture
def folder(project: Path) -> Path:
    """The spool of an ended program without events of its own."""
    return Path(session_of(project, "print(1)").spool)


def test_what_was_not_prepared_is_missing(folder: Path) -> None:
    """Code and packages that were not written are missing, with the reason that was reported."""
    EventWriter(folder).write("failed", what="code", why="OSError: full")
    record = assemble(read_sightings(folder), RUN)
    assert record.code.status is record.environment.status is Status.MISSING
    assert "OSError: full" in record.code.reasons[0]
    assert record.tracking_scheme == "sqlite"


def test_params_of_a_run_that_others_began_are_partial(folder: Path) -> None:
    """Not all of them were seen."""
    EventWriter(folder).write("param", run_id=RUN.run_id, key="lr", value="1")
    seen = read_sightings(folder)
    assert assemble(seen, RUN).parameters.values == {"lr": "1"}
    assert assemble(seen, RUN).parameters.status is Status.RECORDED
    assert assemble(seen, replace(RUN, how="resumed")).parameters.status is Status.PARTIAL
    assert assemble(seen, None).parameters.values == {}


def test_artifacts_elsewhere_have_no_digest(folder: Path, tmp_path: Path) -> None:
    """Those on this machine are digested, the others listed, and the facet says how many."""
    near = tmp_path / "near.txt"
    near.write_text("x")
    outputs = assemble(read_sightings(folder), RUN, artifacts=(("a", 1, near), ("b", 7, None))).outputs
    assert [(f.path, f.size_bytes, bool(f.digest)) for f in outputs.artifacts] == [("a", 1, True), ("b", 7, False)]
    assert any(r.startswith("1 artifacts are not on this machine") for r in outputs.reasons)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"mode": Mode.AMBIENT, "serve": False}, "entropy was not served"),
        ({"serve": False}, "switched off"),
        ({"hash_seed": None}, "PYTHONHASHSEED"),
    ],
)
def test_randomness_that_cannot_be_repeated_is_partial(project: Path, changes: dict[str, Any], words: str) -> None:
    """Each reason is given, and a root that was not served is not named."""
    session = replace(session_of(project), **changes)
    folder = Path(session.spool)
    write_document(folder / spool_files.SESSION, session)
    randomness = randomness_of(read_sightings(folder))
    assert randomness.status is Status.PARTIAL
    assert any(words in r for r in randomness.reasons)
    assert (randomness.root is not None) is session.serve


def test_written_files_are_results_only(project: Path, folder: Path) -> None:
    """Stores and caches are none, nor is what vanished or lies outside of the project."""
    writer = EventWriter(folder)
    names = ("out.txt", "mlflow.db", "mlflow.db-wal", "mlruns/0/x", "__pycache__/a.pyc", "gone.txt")
    for name in names:
        path = project / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if name != "gone.txt":
            path.write_text(name)
        writer.write("open", path=str(path), mode="w", size=0, mtime_ns=0)
    writer.write("open", path=str(project / "program.py"), mode="r", size=0, mtime_ns=0)
    writer.write("open", path=os.devnull, mode="w", size=0, mtime_ns=0)
    assert [f.path for f in written_files(read_sightings(folder))] == ["out.txt"]


def test_cells_of_an_interactive_session_are_its_code(project: Path) -> None:
    """The latest list of executed cells counts; without any the facet is partial."""
    session = replace(session_of(project), mode=Mode.AMBIENT, kind=EntryKind.INTERACTIVE, target="")
    folder = Path(session.spool)
    write_document(folder / spool_files.SESSION, session)
    (folder / spool_files.CODE).write_text(json.dumps({"status": "recorded", "kind": "interactive"}))
    assert assemble(read_sightings(folder), RUN).code.status is Status.PARTIAL
    for sources in (["a = 1"], ["a = 1", "a"]):
        EventWriter(folder).write("cells", sources=sources)
    assert [c.source for c in assemble(read_sightings(folder), RUN).code.cells] == ["a = 1", "a"]


def test_texts_are_redacted() -> None:
    """A value of a secret variable goes, the rest stays."""
    assert texts(Redactor({"DB_PASSWORD": "abcdefgh12"}))("x abcdefgh12 y") == "x [redacted] y"


MADE_OF_EVENTS = ("parameters", "data", "randomness", "outputs")


def recorded_with(folder: Path, *events: tuple[str, int], code: int | None = 0) -> dict[str, Any]:
    """The facets of a program that ended so, with these events and their numbers."""
    process = {"k": "process", "n": 0, "t": 0, "main": True, "argv": [], "prefix": "/p", "base_prefix": "/p"}
    lines = [process, *({"k": kind, "n": n, "t": n, "loaded": [], "files": {}} for kind, n in events)]
    (folder / "events-7.jsonl").write_text("".join(json.dumps(e) + "\n" for e in lines), encoding="utf-8")
    (folder / spool_files.STDOUT).touch()
    write_document(folder / spool_files.EXIT, Exit(code, None if code is not None else 9, False, 10.0, 1.0))
    return assemble(read_sightings(folder), None).facets()


def test_facets_of_lost_events_are_partial(folder: Path) -> None:
    """Where an event could not be written, none of the facets that are made of events is called recorded."""
    whole = recorded_with(folder, ("modules", 1), ("end", 2))
    assert {whole[name].status for name in MADE_OF_EVENTS} == {Status.RECORDED}
    facets = recorded_with(folder, ("modules", 1), ("end", 4))
    assert {facets[name].status for name in MADE_OF_EVENTS} == {Status.PARTIAL}
    assert all("2 of the recorder's events could not be written" in facets[name].reasons[-1] for name in MADE_OF_EVENTS)


@pytest.mark.parametrize(("code", "said"), [(0, True), (5, True), (None, False)])
def test_an_end_that_was_not_seen_is_said(folder: Path, code: int | None, said: bool) -> None:
    """After os._exit what is known at the end is missing; of a killed program the state says so already."""
    facets = recorded_with(folder, ("modules", 1), code=code)
    assert any("did not see the program's end" in reason for reason in facets["randomness"].reasons) is said
    assert facets["randomness"].status is Status.PARTIAL
