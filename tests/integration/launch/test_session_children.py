"""Children of a program that have written nothing into its session."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from bis.launch.liveness import has_processes

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="other systems do not say")
def test_a_child_that_has_written_nothing_is_seen(tmp_path: Path) -> None:
    """A shell that waits before it starts a program keeps the session open."""
    assert not has_processes(tmp_path)
    shell = subprocess.Popen(
        ["sh", "-c", "read line"], stdin=subprocess.PIPE, env={**os.environ, "BIS_SPOOL": str(tmp_path)}
    )
    try:
        assert has_processes(tmp_path)
    finally:
        shell.communicate(b"\n")
    assert not has_processes(tmp_path)
