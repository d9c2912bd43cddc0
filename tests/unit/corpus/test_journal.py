"""The file of results, and what of it a later run keeps."""

from __future__ import annotations

from pathlib import Path

import pytest

from bis.corpus.audits.audit_outcomes import AUDIT_RESULTS
from bis.corpus.journal import Journal
from bis.corpus.projects import ProjectSource
from bis.errors import StorageError
from bis.model.progress import Note
from bis.model.project_audit import Fact, Problem, ProjectAudit, Revision
from tests.unit.corpus.auditors import projects_of

A, B = "a" * 40, "b" * 40


def audit(name: str, commit: str = "", value: str = "yes") -> ProjectAudit:
    """An audit of one fact."""
    return ProjectAudit(name, {"uses_mlflow": Fact(value)}, revision=Revision(commit))


def source(name: str, commit: str | None = None) -> ProjectSource:
    """A source: with a commit a repository, without one a folder."""
    return ProjectSource(name, url="x" if commit else None, folder=None if commit else Path(name), commit=commit)


def written(out: Path, *audits: ProjectAudit, finish: bool = True) -> None:
    """A run that writes these."""
    with Journal(out, AUDIT_RESULTS) as journal:
        for one in audits:
            journal.append(one)
        if finish:
            journal.finish()


def test_results_are_in_the_file_at_once(tmp_path: Path) -> None:
    """Whoever reads beside the run sees every finished project; names that are no UTF-8 do not stop it."""
    with Journal(tmp_path / "out", AUDIT_RESULTS) as journal:
        journal.append(audit("a"))
        assert projects_of(journal.path) == ["a"]
        journal.append(audit("b\udcff"))
        assert projects_of(journal.path) == ["a", "b\udcff"]


def test_a_run_that_was_killed_is_resumed(tmp_path: Path) -> None:
    """What it has finished is kept, folders too; a line that was cut off is dropped and said."""
    written(tmp_path, audit("a"), audit("b", A), audit("c", A), finish=False)
    path = tmp_path / "audits.jsonl"
    path.write_bytes(path.read_bytes()[:-9])
    with Journal(tmp_path, AUDIT_RESULTS) as journal:
        assert [journal.has(s) for s in (source("a"), source("b", A), source("b", B), source("c", A))] == [
            True, True, False, False,
        ]  # fmt: skip
        assert journal.notes == [Note("damaged-lines", {"lines": 1, "path": str(path)})]
        journal.append(audit("c", A))
        journal.finish()
    assert projects_of(path) == ["a", "b", "c"]


def test_a_folder_with_a_repository_is_resumed_by_name(tmp_path: Path) -> None:
    """The list does not know the commit of a folder, the result does."""
    written(tmp_path, audit("a", A), finish=False)
    with Journal(tmp_path, AUDIT_RESULTS) as journal:
        assert journal.has(source("a"))


def test_damaged_lines_are_dropped(tmp_path: Path) -> None:
    """Wherever they stand."""
    written(tmp_path, audit("a"), audit("b"), finish=False)
    path = tmp_path / "audits.jsonl"
    first, second = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(first + b"\0\0\0\n[1]\n\xff\n" + second + first)
    with Journal(tmp_path, AUDIT_RESULTS) as journal:
        assert projects_of(path) == ["a", "b"]
        assert journal.notes[0].values["lines"] == 3


def test_a_finished_run_is_done_anew_but_for_commits(tmp_path: Path) -> None:
    """A folder may have changed; a commit cannot: its result is taken over."""
    written(tmp_path, audit("folder", A), audit("r", B, "no"))
    with Journal(tmp_path, AUDIT_RESULTS) as journal:
        assert not journal.has(source("folder"))
        assert projects_of(journal.path) == [] if journal.path.exists() else True
        assert journal.has(source("r", B))
        journal.append(audit("folder", A, "no"))
        journal.finish()
    assert projects_of(tmp_path / "audits.jsonl") == ["folder", "r"]
    assert '"yes"' not in (tmp_path / "audits.jsonl").read_text(encoding="utf-8")
    assert not (tmp_path / "audits.previous.jsonl").exists()


def test_a_killed_second_run_forgets_nothing(tmp_path: Path) -> None:
    """What the finished run before knew of commits is still there."""
    written(tmp_path, audit("a", A), audit("b", A), audit("f"))
    with Journal(tmp_path, AUDIT_RESULTS) as journal:
        assert journal.has(source("a", A))
    with Journal(tmp_path, AUDIT_RESULTS) as journal:
        assert [journal.has(s) for s in (source("a", A), source("b", A), source("f"))] == [True, True, False]
        journal.append(audit("f"))
        journal.finish()
    assert projects_of(tmp_path / "audits.jsonl") == ["a", "b", "f"]


def test_results_of_another_list_are_dropped(tmp_path: Path) -> None:
    """A project that the list no longer names, or names at another commit, is gone when the run has ended."""
    written(tmp_path, audit("a", A), audit("b", A), audit("c"), finish=False)
    with Journal(tmp_path, AUDIT_RESULTS) as journal:
        assert not journal.has(source("a", B))
        journal.append(audit("a", B))
        assert journal.has(source("c"))
        journal.finish()
    assert projects_of(tmp_path / "audits.jsonl") == ["a", "c"]
    assert A not in (tmp_path / "audits.jsonl").read_text(encoding="utf-8")


def test_failures_are_tried_again(tmp_path: Path) -> None:
    """What could not be cloned last time may be there now."""
    failure = ProjectAudit("a", {}, problems=(Problem("", "clone", "no network"),), revision=Revision(A))
    written(tmp_path / "killed", failure, finish=False)
    written(tmp_path / "finished", failure)
    for name in ("killed", "finished"):
        with Journal(tmp_path / name, AUDIT_RESULTS) as journal:
            assert not journal.has(source("a", A))


def test_another_version_begins_anew(tmp_path: Path) -> None:
    """Results of other rules are not mixed in, and the user is told."""
    written(tmp_path, audit("a", A))
    with Journal(tmp_path, AUDIT_RESULTS, version="2") as journal:
        assert not journal.has(source("a", A))
        assert journal.notes == [Note("earlier-results-discarded")]


def test_without_resuming_nothing_is_kept(tmp_path: Path) -> None:
    """It was asked for."""
    written(tmp_path, audit("a", A), finish=False)
    with Journal(tmp_path, AUDIT_RESULTS, resume=False) as journal:
        assert not journal.has(source("a", A))
        assert journal.notes == []


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    """It is said which one."""
    (tmp_path / "file").touch()
    with pytest.raises(StorageError, match="file"):
        Journal(tmp_path / "file" / "out", AUDIT_RESULTS)
