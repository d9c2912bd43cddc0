"""Looking at this machine."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

from bis._replay.host_state import look_here
from bis._replay.planning import ReplayOptions
from tests.unit._replay.records import record

if TYPE_CHECKING:
    from pathlib import Path


def test_clone(tmp_path: Path) -> None:
    """A clone is asked for the files of the recorded commit; one without it says so."""
    git = ["git", "-C", str(tmp_path), "-c", "user.name=a", "-c", "user.email=a@example.org"]
    (tmp_path / "train.py").write_text("1\n")
    for command in (["init", "-q"], ["add", "."], ["commit", "-qm", "one"]):
        subprocess.run([*git, *command], check=True)
    head = subprocess.run([*git, "rev-parse", "HEAD"], check=True, capture_output=True, text=True).stdout.strip()
    options = ReplayOptions(source_dir=str(tmp_path))
    known = look_here(record(code={"commit": head}), options).clone
    unknown = look_here(record(code={"commit": "0" * 40}), options).clone
    assert known is not None
    assert unknown is not None
    assert (known.has_commit, known.files, unknown.has_commit) == (True, ("train.py",), False)
