"""Commands that are imported when they are used."""

from __future__ import annotations

import subprocess
import sys


def test_one_command_does_not_import_the_others() -> None:
    """Showing a run needs neither the audit nor MLflow nor SciPy before the store is opened."""
    code = (
        "import sys\nfrom bis.cli.main import cli\ncli.commands['show']\n"
        "print([m for m in ('bis.cli.replay', 'bis.cli.audit', 'bis._audit', 'scipy', 'mlflow') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
