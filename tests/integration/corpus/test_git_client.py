"""Git, run on repositories of strangers."""

from __future__ import annotations

import os
import threading
import time
from typing import TYPE_CHECKING

from bis.corpus.git_client import GitRunner

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def test_answers_and_errors(tmp_path: Path) -> None:
    """What git prints is the answer; what it complains of is the error, on one line."""
    git = GitRunner()
    assert git.run(("--version",), cwd=tmp_path, timeout_s=10).out.startswith("git version")
    assert "not a git repository" in git.run(("rev-parse", "HEAD"), cwd=tmp_path, timeout_s=10).error


def test_nobodys_configuration_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither the user's files nor git's variables lead it elsewhere, and secrets are not handed on."""
    config = tmp_path / "config"
    config.write_text("[alias]\n\tgotcha = !touch ran\n\n[user]\n\tname = me\n", encoding="ascii")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(config))
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "elsewhere"))
    monkeypatch.setenv("GITHUB_TOKEN", "s3cret")
    git = GitRunner()
    assert "not a git command" in git.run(("gotcha",), cwd=tmp_path, timeout_s=10).error
    assert git.run(("config", "user.name"), cwd=tmp_path, timeout_s=10).out == ""
    said = git.run(("-c", "alias.all=!env", "all"), cwd=tmp_path, timeout_s=10).out
    assert "GIT_TERMINAL_PROMPT=0" in said
    assert "s3cret" not in said
    assert "elsewhere" not in said


def test_time_is_limited(tmp_path: Path) -> None:
    """A command that takes too long is ended with all that it has started."""
    started = time.monotonic()
    answer = GitRunner().run(("-c", "alias.wait=!sleep 60", "wait"), cwd=tmp_path, timeout_s=0.3)
    assert "ran out of time" in answer.error
    assert time.monotonic() - started < 10
    assert "ran out of time" in GitRunner().run(("--version",), cwd=tmp_path, timeout_s=0).error


def test_it_can_be_ended_from_outside(tmp_path: Path) -> None:
    """What runs in another thread ends, and nothing is started afterwards."""
    git = GitRunner()
    mark = tmp_path / "started"
    answers = []

    def wait() -> None:
        alias = f"alias.wait=!touch {mark}; sleep 60"
        answers.append(git.run(("-c", alias, "wait"), cwd=tmp_path, timeout_s=60))

    thread = threading.Thread(target=wait)
    thread.start()
    while not mark.exists():
        time.sleep(0.01)
    git.end()
    thread.join(10)
    assert not thread.is_alive()
    assert answers[0].error
    assert git.run(("--version",), cwd=tmp_path, timeout_s=10).error == "it was interrupted"


def test_git_that_is_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is an answer like others."""
    monkeypatch.setitem(os.environ, "PATH", str(tmp_path))
    assert "git cannot be started" in GitRunner().run(("--version",), cwd=tmp_path, timeout_s=10).error
