"""Events: what real processes write, whole or to a full disk, is what the host reads."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

import bis
from bis.evidence.spool import read_events
from bis.instrument.events import EventWriter


def in_python(folder: Path, code: str) -> None:
    """Run code with a writer `w` of `folder` in an interpreter of its own."""
    begin = "import os\nfrom bis.instrument.events import EventWriter\n"
    begin += f"w = EventWriter({str(folder)!r})\n"
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


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_full_disk_is_an_os_error(tmp_path: Path) -> None:
    """Whoever writes is told, and can try the next event."""
    (tmp_path / f"events-{os.getpid()}.jsonl").symlink_to("/dev/full")
    writer = EventWriter(tmp_path)
    for _ in range(2):
        with pytest.raises(OSError, match="No space"):
            writer.write("x")
