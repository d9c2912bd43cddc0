"""The file of results, and what of it a later run keeps."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from bis.corpus.audits.audit_outcomes import AUDIT_RESULTS
from bis.corpus.journal import Journal
from bis.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path


def test_two_runs_do_not_write_to_one_folder(tmp_path: Path) -> None:
    """The second is told; when the first has ended, even killed, the folder is free."""
    code = (
        "import sys, time; from pathlib import Path; from bis.corpus.journal import Journal\n"
        "from bis.corpus.audits.audit_outcomes import AUDIT_RESULTS\n"
        "j = Journal(Path(sys.argv[1]), AUDIT_RESULTS); print('open', flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"open\n"
        with pytest.raises(UsageError, match="another run"):
            Journal(tmp_path, AUDIT_RESULTS)
        other.kill()
        other.wait()
    with Journal(tmp_path, AUDIT_RESULTS):
        pass
