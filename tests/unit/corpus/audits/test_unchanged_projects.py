"""Projects that have not changed: known by their files' sizes and times, without reading them."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

import pytest

from bis._audit.audit_options import Options
from bis.corpus.audits.unchanged_projects import UnchangedProjects
from bis.corpus.projects import ProjectSource

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that nothing has changed for a minute, by the clock that is asked."""
    folder = tmp_path / "p"
    (folder / "src").mkdir(parents=True)
    for name in ("a.py", "src/n.ipynb", "requirements.txt"):
        (folder / name).write_text("x = 1\n", encoding="utf-8")
    now = time.time_ns() + 60 * 10**9
    monkeypatch.setattr(time, "time_ns", lambda: now)
    return folder


def known(source: ProjectSource, cache: Path, version: str = "1", **options: tuple[str, ...]) -> str | None:
    """What is known of a project; whatever it is then, is kept as ``line``."""
    projects = UnchangedProjects(Options(cache=cache, **options), version)  # type: ignore[arg-type]
    line = projects.line_of(source)
    projects.keep(source, projects.state_of(source), "line")
    return line


CHANGES: list[Callable[[Path], object]] = [
    lambda folder: (folder / "a.py").write_text("x = 2\n", encoding="utf-8"),
    lambda folder: os.utime(folder / "requirements.txt", ns=(1, 1)),
    lambda folder: (folder / "src" / "n.ipynb").unlink(),
    lambda folder: (folder / "README.md").write_text("new", encoding="utf-8"),
    lambda folder: (folder / "a.py").rename(folder / "b.py"),
]


@pytest.mark.parametrize("change", CHANGES, ids=range(len(CHANGES)))
def test_a_project_that_changes_is_audited_again(
    project: Path, tmp_path: Path, change: Callable[[Path], object]
) -> None:
    """A content of the same length, a time, a file that is gone, new or called otherwise; until then it is known."""
    source = ProjectSource("p", folder=project)
    assert known(source, tmp_path / "cache") is None
    assert known(source, tmp_path / "cache") == "line"
    change(project)
    assert known(source, tmp_path / "cache") is None
    assert known(source, tmp_path / "cache") == "line"


def test_other_questions_and_other_names_have_other_answers(project: Path, tmp_path: Path) -> None:
    """Of another version, without a cache, by another name, at a commit, from a repository that is not there yet."""
    source, cache = ProjectSource("p", folder=project), tmp_path / "cache"
    known(source, cache)
    assert known(source, cache, "2") is None
    assert known(ProjectSource("q", folder=project), cache) is None
    assert known(ProjectSource("p", folder=project, commit="0" * 40), cache) is None
    assert known(ProjectSource("p", url="https://github.com/a/b"), cache) is None
    assert UnchangedProjects(Options(), "1").line_of(source) is None
    assert known(source, cache) == "line"


def test_a_file_that_was_changed_moments_ago_proves_nothing(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It could be changed again within the same tick of the clock."""
    source = ProjectSource("p", folder=project)
    moment = max(os.lstat(project / "a.py").st_ctime_ns, os.lstat(project / "requirements.txt").st_ctime_ns) + 10**9
    monkeypatch.setattr(time, "time_ns", lambda: moment)
    assert known(source, tmp_path / "cache") is None
    assert known(source, tmp_path / "cache") is None


def test_long_lists_are_left_to_many_processes(project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What looking one by one may take is bounded."""
    source, cache = ProjectSource("p", folder=project), tmp_path / "cache"
    known(source, cache)
    monkeypatch.setattr("bis.corpus.audits.unchanged_projects._LONGEST_S", 0.0)
    assert known(source, cache) is None
