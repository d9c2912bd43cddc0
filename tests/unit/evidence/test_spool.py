"""The spool: what is written by real processes, torn, full or foreign, is read back or explained."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

import bis
from bis.errors import EvidenceDamaged, EvidenceTooNew
from bis.evidence import spool as spool_files
from bis.evidence.spool import EventWriter, read_events, read_exit, read_session, write_document
from bis.model.facets import EntryKind
from bis.model.record import Mode
from bis.model.session import Exit, Session


def session(folder: Path, **changes: Any) -> Session:
    """A session of a script."""
    facts: dict[str, Any] = {
        "version": 1,
        "session": "s",
        "mode": Mode.RUN,
        "started_unix_s": 1.0,
        "bis_version": "0",
        "kind": EntryKind.SCRIPT,
        "target": "train.py",
        "argv": (),
        "interpreter_options": (),
        "cwd": str(folder),
        "project_root": str(folder),
        "root": "00" * 32,
        "serve": True,
        "hash_seed": "1",
        "spool": str(folder),
    }
    return Session(**{**facts, **changes})


def in_python(folder: Path, code: str) -> None:
    """Run code with a writer `w` of `folder` in an interpreter of its own."""
    begin = "import os\nfrom pathlib import Path\nfrom bis.evidence.spool import EventWriter\n"
    begin += f"w = EventWriter(Path({str(folder)!r}))\n"
    environ = {**os.environ, "PYTHONPATH": str(Path(bis.__file__).parents[1])}
    subprocess.run([sys.executable, "-c", begin + code], check=True, env=environ)


def kinds(folder: Path) -> list[str]:
    """The kinds of all events."""
    return [e["k"] for e in read_events(folder)]


def test_events_come_back_in_order(tmp_path: Path) -> None:
    """What one process writes is read in its order, with its process id and time."""
    writer = EventWriter(tmp_path)
    for number in range(3):
        writer.write("metric", step=number, hex=float("nan").hex())
    events = list(read_events(tmp_path))
    assert [e["step"] for e in events] == [0, 1, 2]
    assert {e["pid"] for e in events} == {os.getpid()}
    assert all(e["t"] > 1e9 for e in events)


def test_bytes_that_are_no_text_survive(tmp_path: Path) -> None:
    """File names and arguments that are not UTF-8 are kept exactly, and the rest stays readable."""
    name = os.fsdecode(b"caf\xe9")
    EventWriter(tmp_path).write("open", path=name, other="naïve", lone="\ud800")
    (event,) = read_events(tmp_path)
    assert (event["path"], event["other"], event["lone"]) == (name, "naïve", "\ud800")
    assert "naïve" in next(tmp_path.iterdir()).read_text(encoding="utf-8")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_forked_child_has_a_file_of_its_own(tmp_path: Path) -> None:
    """Events of parent and forked child do not mix."""
    in_python(tmp_path, "w.write('a')\npid = os.fork()\nw.write('child' if pid == 0 else 'parent')\nif pid: os.wait()")
    events = list(read_events(tmp_path))
    assert len(list(tmp_path.iterdir())) == 2
    assert sorted(e["k"] for e in events) == ["a", "child", "parent"]
    assert {e["k"] for e in events if e["pid"] == events[[e["k"] for e in events].index("a")]["pid"]} == {"a", "parent"}


def test_a_reused_descriptor_is_not_written_to(tmp_path: Path) -> None:
    """A program that closes all descriptors and opens its own file never finds our events in it."""
    theirs = tmp_path / "theirs"
    folder = tmp_path / "spool"
    folder.mkdir()
    code = (
        "w.write('before')\nos.closerange(3, 100)\n"
        f"fds = [os.open({str(theirs)!r}, os.O_CREAT | os.O_WRONLY) for _ in range(5)]\nw.write('after')"
    )
    in_python(folder, code)
    assert theirs.read_bytes() == b""
    assert kinds(folder) == ["before", "after"]


def test_threads_write_whole_lines(tmp_path: Path) -> None:
    """Events of several threads never interleave."""
    writer = EventWriter(tmp_path)

    def work() -> None:
        for _ in range(50):
            writer.write("x", text="y" * 5000)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [len(e["text"]) for e in read_events(tmp_path)] == [5000] * 200


def test_a_torn_line_costs_itself_only(tmp_path: Path) -> None:
    """Lines that are no JSON, or no objects, are left out; those after them are read."""
    EventWriter(tmp_path).write("first")
    path = next(tmp_path.iterdir())
    with path.open("ab") as file:
        file.write(b'{"k": "to\n[1]\n{"k": "last", "t": 1}\n{"k": "cut')
    assert kinds(tmp_path) == ["first", "last"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_full_disk_is_an_os_error(tmp_path: Path) -> None:
    """Whoever writes is told, and can try the next event."""
    (tmp_path / f"events-{os.getpid()}.jsonl").symlink_to("/dev/full")
    writer = EventWriter(tmp_path)
    for _ in range(2):
        with pytest.raises(OSError, match="No space"):
            writer.write("x")


def test_documents_are_written_whole_or_not_at_all(tmp_path: Path) -> None:
    """A value that cannot be written leaves the old document, and no half of a new one."""
    path = tmp_path / "exit.json"
    write_document(path, Exit(0, None, timed_out=False, ended_unix_s=1.0, duration_s=2.0))
    before = path.read_bytes()
    with pytest.raises(TypeError):
        write_document(path, {"x": object()})
    with pytest.raises(OSError, match="No such file"):
        write_document(tmp_path / "gone" / "exit.json", 1)
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["exit.json"]


def test_sessions_come_back(tmp_path: Path) -> None:
    """A session is read as it was written, odd arguments included."""
    given = session(tmp_path, argv=(os.fsdecode(b"\xff"), "ü", ""), tracking_uri="sqlite:///x.db")
    write_document(tmp_path / spool_files.SESSION, given)
    assert read_session(tmp_path) == given


@pytest.mark.parametrize(
    ("text", "error", "words"),
    [
        (None, EvidenceDamaged, "is missing"),
        ("{", EvidenceDamaged, "cannot be read"),
        ("[]", EvidenceDamaged, "an object"),
        ('{"version": 1}', EvidenceDamaged, "expected the key 'session'"),
        ('{"version": "2"}', EvidenceDamaged, "expected"),
        ('{"version": 2}', EvidenceTooNew, "format version 2"),
    ],
)
def test_unreadable_sessions_are_explained(tmp_path: Path, text: str | None, error: type, words: str) -> None:
    """Absent, torn, foreign and later sessions are told apart."""
    if text is not None:
        (tmp_path / spool_files.SESSION).write_text(text)
    with pytest.raises(error, match=words):
        read_session(tmp_path)


def test_the_end_is_read_where_it_was_seen(tmp_path: Path) -> None:
    """No exit file: nobody saw the end. A torn one is damage."""
    assert read_exit(tmp_path) is None
    ended = Exit(None, 9, timed_out=True, ended_unix_s=1.5, duration_s=0.25, stdout_cut=True)
    write_document(tmp_path / spool_files.EXIT, ended)
    assert read_exit(tmp_path) == ended
    (tmp_path / spool_files.EXIT).write_text(json.dumps({"exit_code": 0}))
    with pytest.raises(EvidenceDamaged, match="signal"):
        read_exit(tmp_path)


def test_exits_of_an_earlier_bis_are_read(tmp_path: Path) -> None:
    """A key that came later has a default."""
    facts = {"exit_code": 0, "signal": None, "timed_out": False, "ended_unix_s": 1, "duration_s": 1}
    (tmp_path / spool_files.EXIT).write_text(json.dumps(facts))
    found = read_exit(tmp_path)
    assert found is not None
    assert found.stdout_cut is False
