"""Events: what real processes write, whole or to a full disk, is what the host reads."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import bis
from bis.evidence.spool import read_events


def in_python(folder: Path, code: str) -> None:
    """Run code with a writer `w` of `folder` in an interpreter of its own."""
    begin = "import os\nfrom bis.instrument.events import EventWriter\n"
    begin += f"w = EventWriter({str(folder)!r})\n"
    environ = {**os.environ, "PYTHONPATH": str(Path(bis.__file__).parents[1])}
    subprocess.run([sys.executable, "-c", begin + code], check=True, env=environ)


def kinds(folder: Path) -> list[str]:
    """The kinds of all events."""
    return [e["k"] for e in read_events(folder)]


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
