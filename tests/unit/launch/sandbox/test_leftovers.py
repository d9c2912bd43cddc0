"""Which processes are in a sandbox, as the kernel tells."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from bis.launch.sandbox.leftovers import end_leftovers

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def test_processes_elsewhere_are_left_alone(tmp_path: Path) -> None:
    """Those that have the mounts of this process, other mounts without the folder, or that may not be looked at."""
    for pid, namespace, mounts in (
        (str(os.getpid()), "mnt:[1]", ""),
        ("2", "mnt:[1]", f"1 1 1:1 / {tmp_path}/own rw"),
        ("3", "mnt:[2]", "1 1 1:1 / /other rw"),
    ):
        (tmp_path / pid / "ns").mkdir(parents=True)
        (tmp_path / pid / "ns" / "mnt").symlink_to(namespace)
        (tmp_path / pid / "mountinfo").write_text(mounts + "\n")
    (tmp_path / "4").mkdir()
    (tmp_path / "self").mkdir()
    assert end_leftovers(tmp_path / "own", processes=tmp_path) == 0


def test_a_process_that_takes_a_moment_to_end_is_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is killed once and counted once; what it had started before is found in the next round."""
    killed: list[int] = []

    def make(pid: int, namespace: str, mounts: str) -> None:
        (tmp_path / str(pid) / "ns").mkdir(parents=True)
        (tmp_path / str(pid) / "ns" / "mnt").symlink_to(namespace)
        (tmp_path / str(pid) / "mountinfo").write_text(mounts + "\n")

    def kill(pid: int, _signal: int) -> None:
        killed.append(pid)
        if pid == 2:
            make(3, "mnt:[2]", f"1 1 1:1 / {tmp_path}/own rw")

    monkeypatch.setattr(os, "kill", kill)
    make(os.getpid(), "mnt:[1]", "")
    make(2, "mnt:[2]", f"1 1 1:1 / {tmp_path}/own rw")
    assert end_leftovers(tmp_path / "own", processes=tmp_path) == 2
    assert killed == [2, 3]
