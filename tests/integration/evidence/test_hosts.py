"""Here and elsewhere."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from pathlib import Path

import bis
from bis.evidence.hosts import host_digest


def elsewhere(**variables: str) -> str:
    """The digest that a process with other variables finds."""
    environ = {**os.environ, "PYTHONPATH": str(Path(bis.__file__).parents[1]), **variables}
    code = "from bis.evidence.hosts import host_digest; print(host_digest())"
    return subprocess.run(
        [sys.executable, "-c", code], env=environ, capture_output=True, text=True, check=True
    ).stdout.strip()


def test_the_same_place_has_the_same_digest() -> None:
    """Two processes of one user on one machine agree, whatever their hash seed."""
    assert elsewhere(PYTHONHASHSEED="7") == host_digest()


def test_another_user_is_elsewhere() -> None:
    """Somebody else on the same machine has another digest."""
    assert elsewhere(LOGNAME="somebody-else") != host_digest()


def test_the_digest_names_nobody() -> None:
    """It is hexadecimal and does not contain the machine's name."""
    digest = host_digest()
    assert len(digest) == 32
    assert int(digest, 16) >= 0
    assert not platform.node() or platform.node() not in digest
