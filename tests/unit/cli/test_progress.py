"""Progress on stderr."""

from __future__ import annotations

import io
import threading
import time
from contextlib import redirect_stderr

import pytest

from bis.cli.progress import CellLines, NoteLines, StoringLine, TerminalProgress
from bis.model.progress import KEPT, Note, Step, Task


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        """It does."""
        return True


def follow(progress: TerminalProgress) -> None:
    """A replay as it is reported."""
    with progress as p:
        p.started(Task.SOURCE)
        p.finished(Task.SOURCE)
        p.started(Task.ENVIRONMENT, 12)
        p.advanced(Task.ENVIRONMENT, Step("Downloading numpy (15.6MiB)"))
        p.finished(Task.ENVIRONMENT)
        p.started(Task.REPLAYS, 2)
        p.advanced(Task.REPLAYS, Step("1"))
        p.advanced(Task.REPLAYS, Step("2", "timeout"))
        p.finished(Task.REPLAYS)


def test_a_terminal_is_shown_steps_and_a_bar() -> None:
    """Fetching is a line, building shows what uv says and how long it takes; then the bar counts."""
    with redirect_stderr(Terminal()) as shown:
        follow(TerminalProgress())
    assert "bis: fetching the source snapshot\n" in shown.getvalue()
    assert "building an environment of 12 packages" in shown.getvalue()
    assert "Downloading numpy" in shown.getvalue()
    assert "2/2" in shown.getvalue()
    assert "replay 2: timeout" in shown.getvalue()


def test_a_file_is_shown_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    """Logs of CI stay readable."""
    follow(TerminalProgress())
    assert capsys.readouterr().err == ""


def interrupted(progress: TerminalProgress) -> None:
    """A replay that is interrupted."""
    with progress as p:
        p.started(Task.REPLAYS, 1)
        raise KeyboardInterrupt


def test_the_bar_is_taken_away_on_errors() -> None:
    """Whatever is raised goes on, and the terminal is as before."""
    progress = TerminalProgress()
    with redirect_stderr(Terminal()), pytest.raises(KeyboardInterrupt):
        interrupted(progress)
    assert progress._bar is None


def audited(progress: TerminalProgress, name: str) -> None:
    """A corpus of three projects, one of which could not be audited, and one of which was audited before."""
    with progress as p:
        p.started(Task.AUDITS, 3)
        p.noted(Note("cluster-warning", {"message": f"a note on {name}"}))
        p.advanced(Task.AUDITS, Step(name))
        p.advanced(Task.AUDITS, Step(name, "timeout", "it took too long"))
        p.advanced(Task.AUDITS, Step(name, KEPT))


@pytest.mark.parametrize("name", ["shop", "[/bold]", "[bold]x", "\x1b[31mred\x9b2J", "\udc80"])
def test_a_corpus_on_a_terminal(name: str) -> None:
    """The bar counts; names are shown as they are, whatever markup or escape sequences they hold."""
    with redirect_stderr(Terminal()) as shown:
        audited(TerminalProgress(), name)
    assert "3/3" in shown.getvalue()
    assert name.replace("\x1b", "\ufffd").replace("\x9b", "\ufffd").replace("\udc80", "\ufffd") in shown.getvalue()
    assert "\x1b[31mred" not in shown.getvalue()


def test_a_corpus_in_a_log(capsys: pytest.CaptureFixture[str]) -> None:
    """Notes and failures, a line each; no bar."""
    audited(TerminalProgress(), "\x1b[31mred")
    assert capsys.readouterr().err == "bis: a note on \ufffd[31mred\nbis: \ufffd[31mred: it took too long\n"


def test_cells_are_lines(capsys: pytest.CaptureFixture[str]) -> None:
    """Each cell of a notebook is announced as it starts; storing is not."""
    lines = CellLines()
    lines.started(Task.CELLS, 3)
    lines.advanced(Task.CELLS, Step("2"))
    lines.finished(Task.CELLS)
    lines.started(Task.STORING)
    lines.finished(Task.STORING)
    assert capsys.readouterr().err == "bis: cell 2 of 3\n"


def test_storing_that_takes_its_time_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    """A line after a while, none where it was done before, and none that comes too late."""
    quick, slow = StoringLine(after_s=30), StoringLine(after_s=0.001)
    quick.start()
    quick.stop()
    quick.stop()
    slow.start()
    deadline = time.monotonic() + 10
    said = ""
    while not said and time.monotonic() < deadline:
        time.sleep(0.01)
        said = capsys.readouterr().err
    slow.stop()
    assert said == "bis: storing what was recorded\n"


def test_notes_alone(capsys: pytest.CaptureFixture[str]) -> None:
    """With --json what the user should know still goes to stderr, and nothing else does."""
    progress = NoteLines()
    progress.started(Task.REPLAYS, 3)
    progress.noted(Note("environment-stays", {"folder": "/home/u/.bis/e"}))
    progress.finished(Task.REPLAYS)
    assert capsys.readouterr().err == (
        "bis: it stays in /home/u/.bis/e; `bis cache` lists and removes such environments\n"
    )


def test_a_corpus_starts_without_a_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    """In the first second it can fork its processes; then a thread draws the bar, and ends with it."""
    before = set(threading.enumerate())
    with redirect_stderr(Terminal()) as shown, TerminalProgress() as progress:
        progress.started(Task.AUDITS, 3)
        progress.advanced(Task.AUDITS, Step("one"))
        assert set(threading.enumerate()) == before
        assert "1/3" in shown.getvalue()
        monkeypatch.setattr("bis.cli.progress._ALONE_S", 0.0)
        progress.advanced(Task.AUDITS, Step("two"))
        assert len(set(threading.enumerate()) - before) == 1
        progress.advanced(Task.AUDITS, Step("three"))
        progress.finished(Task.AUDITS)
    for thread in set(threading.enumerate()) - before:
        thread.join(10)  # it is told to end, and not waited for
        assert not thread.is_alive()
    assert "2/3" in shown.getvalue()
