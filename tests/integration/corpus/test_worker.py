"""The process that audits, spoken to directly."""

from __future__ import annotations

import io
import pickle
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from bis.corpus.worker import READY, command, greeting, read_frame, write_frame
from bis.model.project_audit import ProjectAudit
from tests.unit.corpus.auditors import audit_as_told, make_projects

if TYPE_CHECKING:
    from pathlib import Path


def started(cwd: Path) -> subprocess.Popen[bytes]:
    """A worker with an auditor."""
    process = subprocess.Popen(command(), bufsize=0, cwd=cwd, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdin is not None
    process.stdin.write(greeting())
    write_frame(process.stdin, pickle.dumps(audit_as_told))
    return process


def test_frames_come_whole_or_not_at_all() -> None:
    """A value that was cut off is the end, never half a value."""
    file = io.BytesIO()
    write_frame(file, {"a": "x" * 3_000_000})
    content = file.getvalue()
    assert read_frame(io.BytesIO(content))["a"] == "x" * 3_000_000
    for size in (0, 5, 100, len(content) - 1):
        with pytest.raises(EOFError):
            read_frame(io.BytesIO(content[:size]))


def test_it_audits_until_the_input_ends(tmp_path: Path) -> None:
    """What an auditor prints does not disturb the answers; when nobody asks any more, the process ends."""
    (source,) = make_projects(tmp_path, 1, do={0: "print"})
    with started(tmp_path) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert read_frame(process.stdout) == READY
        for name in ("one", "two"):
            write_frame(process.stdin, (source.folder, name))
            audit = read_frame(process.stdout)
            assert isinstance(audit, ProjectAudit)
            assert (audit.project, audit.facts["uses_mlflow"].value) == (name, "yes")
        process.stdin.close()
        assert process.wait(20) == 0


def test_it_ends_in_the_middle_when_nobody_is_there(tmp_path: Path) -> None:
    """A run that was killed leaves no process behind, even one that hangs."""
    (source,) = make_projects(tmp_path, 1, do={0: "hang"})
    with started(tmp_path) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        read_frame(process.stdout)
        write_frame(process.stdin, (source.folder, "a"))
        process.stdin.close()
        assert process.wait(20) == 0


def test_code_in_the_current_folder_is_not_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A project may hold modules with the names of ours and of the standard library: none is imported."""
    for name in ("pickle", "json", "queue", "bis", "sitecustomize", "encodings"):
        (tmp_path / f"{name}.py").write_text("open('ran', 'w')\n", encoding="utf-8")
    monkeypatch.setattr(sys, "path", ["", ".", *sys.path])
    with started(tmp_path) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert read_frame(process.stdout) == READY
        process.stdin.close()
    assert not (tmp_path / "ran").exists()
