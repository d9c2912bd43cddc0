"""Events: what real processes write, whole or to a full disk, is what the host reads."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from bis.evidence.spool import read_events
from bis.instrument.events import EventWriter


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
    """The writer gets an error, and can try the next event."""
    (tmp_path / f"events-{os.getpid()}.jsonl").symlink_to("/dev/full")
    writer = EventWriter(tmp_path)
    for _ in range(2):
        with pytest.raises(OSError, match="No space"):
            writer.write("x")


def test_events_are_counted(tmp_path: Path) -> None:
    """Each has its number in its process, those that could not be written included; threads share no number."""
    writer = EventWriter(tmp_path / "not there")
    with pytest.raises(FileNotFoundError):
        writer.write("open")
    (tmp_path / "not there").mkdir()

    def work() -> None:
        for _ in range(40):
            writer.write("open")

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(e["n"] for e in read_events(tmp_path / "not there")) == list(range(1, 161))
