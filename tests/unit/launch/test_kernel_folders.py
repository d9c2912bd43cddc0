"""Sockets have short paths."""

from __future__ import annotations

import tempfile
from typing import TYPE_CHECKING

from bis.launch.kernel_folders import kernel_folder

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def test_a_long_path_of_temporary_files_is_not_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The kernel could only be reached through the network, which a sandbox does not have."""
    long = tmp_path / ("x" * 90)
    long.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(long))
    made = kernel_folder()
    try:
        assert len(str(made)) < 90
        assert made.stat().st_mode & 0o777 == 0o700
    finally:
        made.rmdir()
