"""The public functions as a user's type checker sees them; mypy checks this file with the rest.

Nothing here is run: what would be wrong is an error of types.
"""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from concurrent.futures import Executor
    from pathlib import Path

    from typing_extensions import assert_type

    import bis
    from bis.config import Tolerance
    from bis.evidence.store import StoredRun
    from bis.model.corpus_summary import CorpusSummary
    from bis.model.plan import Plan
    from bis.model.project_audit import ProjectAudit
    from bis.model.record_difference import RecordDifference
    from bis.model.rule_text import RuleText
    from bis.model.verdict import Level, Verdict
    from bis.record.recording import Recorded

    def recording() -> None:
        """A program, recorded and shown."""
        recorded = bis.run("train.py", "--lr", "0.1", module=False, parameters={"lr": "0.1"}, wait=True, echo=False)
        assert_type(recorded, Recorded)
        assert_type(recorded.exit.exit_code, int | None)
        assert_type(bis.show("last", tracking_uri="sqlite:///x.db"), StoredRun)
        assert_type(bis.diff("a", "b"), RecordDifference)

    def replaying(executor: Executor, loss: Tolerance) -> None:
        """A run, planned and replayed."""
        assert_type(bis.plan("last", fresh=True, overrides={"lr": "0.2"}, data_folders=["data"]), Plan)
        verdict = bis.replay(
            "last", times=5, environment="current", tolerance={"loss": loss}, executor=executor, consent=lambda _q: True
        )
        assert_type(verdict, Verdict)
        assert_type(verdict.level, Level)
        assert_type(bis.verify("last", expect="table.csv", names={"acc": "accuracy"}), Verdict)
        bis.replay("last", times="5")  # type: ignore[arg-type]  # a number
        bis.replay("last", environment="docker")  # type: ignore[arg-type]  # one of three words
        bis.replay("last", 5)  # type: ignore[call-arg]  # options are keywords
        bis.replay("last", fast=True)  # type: ignore[call-arg]  # no such option

    def auditing(folder: Path) -> None:
        """Projects, audited."""
        assert_type(bis.audit(folder, ignore=["BIS5"], cache=False), ProjectAudit)
        assert_type(bis.audit_corpus("projects.csv", "out", workers=2), CorpusSummary)
        assert_type(bis.fetch_corpus("mlflow", "out", limit=3), int)
        assert_type(bis.rule("BIS103"), RuleText)


USED = """
from concurrent.futures import ThreadPoolExecutor
import bis
reveal_type(bis.replay("last", times=5, executor=ThreadPoolExecutor(2)))
bis.replay("last", times="5")
bis.show(1)
"""

# What bis imports of others says nothing about the types of bis, and takes a minute to read.
SETTINGS = """
[mypy]
strict = True
follow_imports = silent
[mypy-dask.*,distributed.*,IPython.*,jupyter_client.*,mlflow.*,nbclient.*,nbformat.*,pandas.*,pyarrow.*,scipy.*]
follow_imports = skip
"""


@pytest.mark.slow
def test_a_users_checker_sees_the_types(tmp_path: Path) -> None:
    """In a file outside of the project, in strict mode: results have their types, and wrong options are errors."""
    (tmp_path / "use.py").write_text(USED)
    (tmp_path / "mypy.ini").write_text(SETTINGS)
    command = [sys.executable, "-m", "mypy", "use.py"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    lines = [line for line in done.stdout.splitlines() if line.startswith("use.py")]
    assert len(lines) == 3, done.stdout
    assert 'Revealed type is "bis.model.verdict.Verdict"' in lines[0]
    assert '"times"' in lines[1]
    assert '"show"' in lines[2]
