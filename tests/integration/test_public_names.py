"""What `bis` shows."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import bis


def test_importing_bis_loads_no_part_of_it() -> None:
    """The functions come when they are first used; the version, one constant, is there."""
    code = "import bis, sys; print([m for m in sys.modules if m.startswith('bis.') and m != 'bis._version'])"
    environ = {"PYTHONPATH": str(Path(bis.__file__).parents[1])}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environ)
    assert done.stdout.strip() == "[]"
