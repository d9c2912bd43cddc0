"""Progress on stderr."""

from __future__ import annotations

import io
from contextlib import redirect_stderr

import pytest

from bis.cli.progress import CorpusBar, ReplayProgress
from bis.model.project_audit import Fact, Problem, ProjectAudit


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        """It does."""
        return True


def follow(progress: ReplayProgress) -> None:
    """A replay as the engine tells it."""
    with progress as p:
        p.step("fetching the source snapshot")
        p.begin(2)
        p.step("preparing")
        p.done("replay 1: done")
        p.done("replay 2: done")


def test_a_terminal_is_shown_steps_and_a_bar() -> None:
    """Each step before the replays is a line; then the bar counts."""
    with redirect_stderr(Terminal()) as shown:
        follow(ReplayProgress())
    assert "bis: fetching the source snapshot\n" in shown.getvalue()
    assert "2/2" in shown.getvalue()


def test_a_file_is_shown_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    """Logs of CI stay readable."""
    follow(ReplayProgress())
    assert capsys.readouterr().err == ""


def interrupted(progress: ReplayProgress) -> None:
    """A replay that is interrupted."""
    with progress as p:
        p.begin(1)
        raise KeyboardInterrupt


def test_the_bar_is_taken_away_on_errors() -> None:
    """Whatever is raised goes on, and the terminal is as before."""
    progress = ReplayProgress()
    with redirect_stderr(Terminal()), pytest.raises(KeyboardInterrupt):
        interrupted(progress)
    assert progress._bar is None


def audited(progress: CorpusBar, name: str) -> None:
    """A corpus of two projects, one of which could not be audited."""
    with progress as p:
        p.begin(2)
        p.note(f"a note on {name}")
        p.done(name, ProjectAudit(name, {"uses_mlflow": Fact("yes")}))
        p.done(name, ProjectAudit(name, {}, problems=(Problem("", "timeout", "it took too long"),)))


@pytest.mark.parametrize("name", ["shop", "[/bold]", "[bold]x", "\x1b[31mred\x9b2J", "\udc80"])
def test_a_corpus_on_a_terminal(name: str) -> None:
    """The bar counts; names are shown as they are, whatever markup or escape sequences they hold."""
    with redirect_stderr(Terminal()) as shown:
        audited(CorpusBar(), name)
    assert "2/2" in shown.getvalue()
    assert name.replace("\x1b", "\ufffd").replace("\x9b", "\ufffd").replace("\udc80", "\ufffd") in shown.getvalue()
    assert "\x1b[31mred" not in shown.getvalue()


def test_a_corpus_in_a_log(capsys: pytest.CaptureFixture[str]) -> None:
    """Notes and failures, a line each; no bar."""
    audited(CorpusBar(), "\x1b[31mred")
    assert capsys.readouterr().err == "bis: a note on \ufffd[31mred\nbis: \ufffd[31mred: it took too long\n"
