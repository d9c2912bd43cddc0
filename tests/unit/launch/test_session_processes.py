"""Processes of a session are those whose environment names its folder."""

from __future__ import annotations

import os
from pathlib import Path

from bis.launch.session_processes import family_of, processes_below, processes_of


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


def test_a_family_is_told_by_descent_group_session_and_environment(tmp_path: Path) -> None:
    """Those that are dead, and those of others, are not in it."""
    folder = listed(tmp_path)
    relations = {
        "41": "S 1 41 41",
        "42": "S 1 42 42",
        "50": "S 42 50 50",  # a child in a session of its own
        "51": "S 50 51 51",  # its child
        "52": "S 1 42 42",  # an orphan in the group
        "60": "R 1 7 61",  # in the session of one that is told
        "61": "Z 1 61 61",
        str(os.getpid()): "R 42 1 1",
    }
    for number, facts in relations.items():
        (folder / number).mkdir(exist_ok=True)
        (folder / number / "stat").write_text(f"{number} (a) b) {facts} 0 0", encoding="utf-8")
    assert family_of((), "/out/p/session", processes=folder) == {42, 50, 51, 52}
    assert family_of([61], "", processes=folder) == {60}
    assert family_of([42], "", processes=tmp_path / "none") == set()
