"""The commands of the project itself: make, and the script that continuous integration runs."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.sources import ROOT

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="make and bash")


def test_the_script_of_ci_has_valid_syntax() -> None:
    """Bash can read what continuous integration runs."""
    assert subprocess.run(["bash", "-n", ROOT / ".ci" / "run"], check=False).returncode == 0


def test_make_lists_its_targets() -> None:
    """`make` alone says what there is to make."""
    done = subprocess.run(["make", "--no-print-directory"], cwd=ROOT, capture_output=True, text=True, check=True)
    assert "make study" in done.stdout
    assert "make test" in done.stdout
