"""Text of a given width."""

from __future__ import annotations

import subprocess
import sys


def test_importing_loads_no_rich() -> None:
    """Rich is loaded when something is rendered, not before."""
    code = "import sys, bis.report.text.verdict_text, bis.report.json.envelope; print('rich' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
