"""Work on a corpus from its list to its results."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from bis._audit.single_project import AuditChoices
from bis.corpus.corpus_work import audit_and_summarise, list_and_clone
from bis.errors import UsageError
from tests.unit.corpus.auditors import Notebook, make_projects
from tests.unit.corpus.github_server import item, serving
from tests.unit.corpus.repositories import make_repository

if TYPE_CHECKING:
    from pathlib import Path


def test_a_folder_of_projects_is_audited_and_summarised(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each project is a step, and the tables are written."""
    monkeypatch.chdir(tmp_path)
    for source in make_projects(tmp_path / "p", 3):
        (source.folder or tmp_path).joinpath("b.py").write_text(f"name = {source.name!r}\n")  # no two are copies
    observer = Notebook()
    choices = AuditChoices(cache=False)
    summary = audit_and_summarise(tmp_path / "p", tmp_path / "out", choices, workers=1, observer=observer)
    assert (summary.projects, observer.total) == (3, None)
    assert sorted(observer.names) == ["p000", "p001", "p002"]
    assert (tmp_path / "out" / "projects.csv").is_file()


def test_all_that_audits_is_loaded_before_the_processes_are_forked(tmp_path: Path) -> None:
    """What is loaded later is loaded by each of them."""
    late = "import mlflow\nfrom sklearn.svm import SVC\nSVC().fit(X, y)\nmlflow.autolog()\n"  # it has a fix
    (tmp_path / "a.py").write_text(late, encoding="utf-8")
    program = f"""
import sys
from pathlib import Path
from bis._audit.audit_options import Options
from bis.corpus.audits import audit_outcomes, audit_task
audit_task.load_audit()
before = set(sys.modules)
audited = audit_task.audit_task(Path({str(tmp_path)!r}), "p", options=Options())
assert any(finding.edits for finding in audited.findings)
audit_outcomes.AUDIT_RESULTS.to_line(audited)
print(sorted(name for name in set(sys.modules) - before if name.startswith("bis")))
"""
    found = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


def test_unknown_rules_are_refused_before_anything_is_read(tmp_path: Path) -> None:
    """The folder of the results is not made."""
    with pytest.raises(UsageError, match="BIS999"):
        audit_and_summarise(tmp_path, tmp_path / "out", AuditChoices(select=("BIS999",)))
    assert not (tmp_path / "out").exists()


def test_repositories_are_listed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each is a step of the listing, and again one of what follows; without clones, nothing is fetched."""
    make_repository(tmp_path / "good", {"a.py": ""})
    items = [item("o/good", stars=2, clone_url=(tmp_path / "good").as_uri())]
    observer = Notebook()
    with serving(items) as server:
        monkeypatch.setenv("GITHUB_API_URL", server.url)
        assert list_and_clone("mlflow", tmp_path / "out", limit=5, clones=False, observer=observer) == 1
    assert (observer.names, observer.notes) == (["o/good", "o/good"], [])
    assert not (tmp_path / "out" / "clones").exists()
