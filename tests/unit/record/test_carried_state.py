"""What the events of a session say about state that its program carried over."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bis.evidence import spool as spool_files
from bis.evidence.digests import digest_bytes
from bis.instrument.events import EventWriter
from bis.model.facets import Carried, FileDigest, Snapshot
from bis.record.assembly import assemble
from bis.record.carried_state import CarriedState, carried_state, opened_files, watched_modules
from bis.record.observed_session import SeenRun, read_sightings
from bis.record.probes.data import Opened
from tests.unit.sessions import session_of

RUN = SeenRun("a" * 32, "created", "0", "sqlite:///x.db", 0, 1.0)


class Spool:
    """The folder of a session, with events as the recorder would write them."""

    def __init__(self, project: Path) -> None:
        self.project = project
        self.folder = Path(session_of(project, "print(1)").spool)
        self.writer = EventWriter(self.folder)
        self.writer.write("end")
        (self.folder / "kept").mkdir()

    def open(self, name: str, mode: str = "r") -> None:
        """A file is about to be opened."""
        path = self.project / name
        there = path.exists()
        size, mtime = (path.stat().st_size, path.stat().st_mtime_ns) if there else (-1, 0)
        self.writer.write("open", path=str(path), mode=mode, size=size, mtime_ns=mtime)

    def keep(self, name: str, copy: str, mode: str = "w") -> None:
        """A copy is made, and then the file is opened."""
        path = self.project / name
        (self.folder / "kept" / copy).write_bytes(path.read_bytes())
        status = path.stat()
        self.writer.write(
            "kept", path=str(path), copy=copy, size=status.st_size, mtime_ns=status.st_mtime_ns, mode=mode
        )
        self.open(name, mode)

    def state(self, snapshot: Snapshot | None = None) -> CarriedState:
        """What is found out."""
        return carried_state(read_sightings(self.folder), prefixes=(), snapshot=snapshot, cache=None)

    def file(self, name: str, content: str) -> Path:
        """A file of the project."""
        path = self.project / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(content)
        return path


@pytest.fixture
def spool(project: Path) -> Spool:
    """The spool of an ended program without events of its own."""
    return Spool(project)


def test_a_counter(spool: Spool) -> None:
    """What was read is in the data facet, though the file has another content now; the archive is made once."""
    path = spool.file("counter.txt", "3")
    spool.open("counter.txt")
    spool.keep("counter.txt", "1-1")
    path.write_text("4")
    data = assemble(read_sightings(spool.folder), RUN, holder="first").data
    counter = FileDigest("counter.txt", 1, digest_bytes(b"3"))
    assert (data.reasons, data.files) == ((), (counter,))
    assert data.carried is not None
    assert (data.carried.files, data.carried.run_id) == ((counter,), "first")
    archive = (spool.folder / spool_files.CARRIED).read_bytes()
    assert data.carried.digest == digest_bytes(archive)
    (spool.folder / "kept" / "1-1").unlink()  # as after storing
    assert assemble(read_sightings(spool.folder), RUN).data.files == (counter,)


def test_only_what_was_read_first_is_kept(spool: Spool) -> None:
    """Not a second copy, not that of a file which another process had changed, nor one which changed unseen before."""
    for name in ("twice", "made", "unseen"):
        spool.file(name, "1")
    spool.open("unseen")
    spool.keep("twice", "1-1")
    spool.file("twice", "22")
    spool.keep("twice", "2-1")
    (spool.project / "made").unlink()
    spool.open("made", "w")
    spool.file("made", "1")
    spool.keep("made", "2-2")
    spool.file("unseen", "333")
    spool.keep("unseen", "2-3")
    for name in ("twice", "made", "unseen"):
        spool.file(name, "4444")
    assert spool.state().carried.files == (FileDigest("twice", 1, digest_bytes(b"1")),)


def test_what_is_read_after_it_was_changed_is_no_other_file(spool: Spool) -> None:
    """A file that is rewritten through another name and read then was what it was before."""
    spool.file("f.txt", "1")
    spool.keep("f.txt", "1-1")
    spool.file("f.txt", "22")
    spool.open("f.txt")
    assert spool.state().carried.files == (FileDigest("f.txt", 1, digest_bytes(b"1")),)


def test_what_was_read_and_not_kept_is_told(spool: Spool) -> None:
    """The facet says why, and has no digest."""
    path = spool.file("big", "3")
    spool.open("big")
    spool.writer.write("unkept", path=str(path), size=1, mode="w", why="large")
    spool.open("big", "w")
    path.write_text("4")
    data = assemble(read_sightings(spool.folder), RUN).data
    assert data.files == (FileDigest("big", 1, ""),)
    assert data.reasons == (
        "big was changed by the program after it was read; what it was before is not kept: it is too large",
    )


def test_what_the_program_made_was_absent(spool: Spool) -> None:
    """Files that got into the snapshot while the program made them, and folders that it made and wrote to."""
    spool.open("early.txt", "w")
    spool.open("late.txt", "w")
    spool.file("old.txt", "1")
    spool.open("old.txt", "w")
    for folder in ("out", "empty"):
        spool.writer.write("made", path=str(spool.project / folder))
    spool.open("out/x.txt", "w")
    files = tuple(FileDigest(name, 1, "") for name in ("early.txt", "old.txt"))
    assert spool.state(Snapshot("s", "d", 1, files)).carried == Carried(absent=("early.txt", "out"))


@pytest.mark.parametrize(
    ("mode", "size", "expected"),
    [
        ("r", 1, [(False, 1)]),
        ("w", 1, [(True, 1)]),
        ("a", 1, [(True, 1)]),
        ("r+", 1, [(False, 1), (True, 1)]),
        ("r+", -1, [(True, -1)]),
        ("db", 1, [(False, 1)]),
        ("db", -1, [(True, -1)]),
    ],
)
def test_modes_mean_reading_or_writing(spool: Spool, mode: str, size: int, expected: list[tuple[bool, int]]) -> None:
    """What is opened for both is read first; a database that is there is read, a new one is made."""
    spool.writer.write("open", path="/x", mode=mode, size=size, mtime_ns=5)
    found = opened_files(read_sightings(spool.folder))
    assert found == [Opened("/x", write, n, 5) for write, n in expected]


def test_openings_are_in_the_order_of_time(spool: Spool) -> None:
    """Those of children among those of the program."""
    events = {"events-1.jsonl": (3.0, "r"), "events-2.jsonl": (2.0, "w")}
    for name, (t, mode) in events.items():
        text = f'{{"k": "open", "t": {t}, "path": "/x", "mode": "{mode}", "size": 1, "mtime_ns": 1}}\n'
        (spool.folder / name).write_text(text)
    assert [o.write for o in opened_files(read_sightings(spool.folder))] == [True, False]


def test_libraries_are_watched_where_every_process_watches_them(spool: Spool) -> None:
    """One that a child loaded unwatched is not."""
    spool.writer.write("watched", library="cv2")
    spool.writer.write("watched", library="polars")
    spool.writer.write("modules", files={}, loaded=["cv2", "polars"])
    other: dict[str, Any] = {"events-1.jsonl": '{"k": "modules", "t": 1, "files": {}, "loaded": ["polars"]}\n'}
    for name, text in other.items():
        (spool.folder / name).write_text(text)
    assert watched_modules(read_sightings(spool.folder)) == {"cv2"}


def test_what_was_in_folders_is_known_by_its_name(spool: Spool) -> None:
    """Not what the program made before it looked, what the snapshot has, hidden files and products of tools."""
    runs = str(spool.project / "runs")
    spool.writer.write("made", path=f"{runs}/new")
    spool.open("runs/log.txt", "w")
    spool.writer.write("listed", path=runs, files=["log.txt", "old.txt", ".env", "a.pyc"], folders=["new", "0", "src"])
    spool.writer.write("listed", path=f"{runs}/new", files=["native.bin"], folders=[])
    spool.writer.write("listed", path=str(spool.project), files=["held.txt"], folders=["runs", "mlruns"])
    files = tuple(FileDigest(name, 1, "") for name in ("held.txt", "runs/src/x.py"))
    assert spool.state(Snapshot("s", "d", 1, files)).carried.listed == ("runs/0/", "runs/old.txt")
