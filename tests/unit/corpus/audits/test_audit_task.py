"""The task that the processes of a corpus are given."""

from __future__ import annotations

import pickle
from functools import partial
from typing import TYPE_CHECKING

from bis._audit.audit_options import Options
from bis._audit.auditor import audit_project
from bis.corpus.audits.audit_task import audit_task

if TYPE_CHECKING:
    from pathlib import Path


def test_it_audits_where_it_is_sent(tmp_path: Path) -> None:
    """After a pickle, with its options."""
    (tmp_path / "a.py").write_text("import mlflow\nmlflow.autolog()\n", encoding="utf-8")
    options = Options(ignore=("BIS7",))
    sent = pickle.loads(pickle.dumps(partial(audit_task, options=options)))  # noqa: S301 (made here)
    assert sent(tmp_path, "p") == audit_project(tmp_path, "p", options)
