"""Processes of a session are those whose environment names its folder."""

from __future__ import annotations

import os
from pathlib import Path

from bis.launch.session_processes import processes_below, processes_of


def listed(tmp_path: Path) -> Path:
    """A list of processes as the system keeps it: of two sessions, of none, one that cannot be read, this one."""
    folder = tmp_path / "proc"
    environments = {
        "41": b"A=1\0BIS_SPOOL=/other/s\0",
        "42": b"BIS_SPOOL=/out/p/session\0B=2\0",
        "43": b"BIS_SPOOL=/out/p/session-2\0",
        "44": b"NAME=BIS_SPOOL=/out/p/session\0",
        "self": b"BIS_SPOOL=/out/p/session\0",
        str(os.getpid()): b"BIS_SPOOL=/out/p/session\0",
    }
    for number, text in environments.items():
        (folder / number).mkdir(parents=True)
        (folder / number / "environ").write_bytes(text)
    (folder / "45").mkdir()
    return folder


def test_a_session_has_its_own(tmp_path: Path) -> None:
    """By its whole name; what cannot be read is somebody else's, and this process is not meant."""
    assert processes_of(Path("/out/p/session"), processes=listed(tmp_path)) == [42]
    assert processes_of(Path("/out/p"), processes=tmp_path / "none") == []


def test_a_folder_has_those_of_all_its_sessions(tmp_path: Path) -> None:
    """However its name ends."""
    processes = listed(tmp_path)
    assert processes_below(Path("/out"), processes=processes) == [42, 43]
    assert processes_below(Path("/out/p/"), processes=processes) == [42, 43]
    assert processes_below(Path("/ou"), processes=processes) == []
