"""The fence: nothing that fails inside gets out."""

from __future__ import annotations

import contextlib
import io
from typing import TYPE_CHECKING

import pytest

from bis.instrument.fence import Fence, described

if TYPE_CHECKING:
    from collections.abc import Callable


class Silent(Exception):
    """An error that cannot say what it is."""

    def __str__(self) -> str:
        raise RuntimeError("not even this")


class Hostile:
    """A stderr that raises what no stream should."""

    def write(self, _text: str) -> int:
        """Fail."""
        raise LookupError("no")


def failing(error: BaseException) -> Callable[[], None]:
    """A function that raises."""

    def work() -> None:
        raise error

    return work


def test_results_pass_through() -> None:
    """What works is as if there were no fence."""
    fence = Fence()
    assert fence.run("x", lambda a, b: a + b, 1, b=2) == 3
    assert fence.failures == {}


def test_failures_stay_inside_and_are_told_once(capsys: pytest.CaptureFixture[str]) -> None:
    """The first failure is printed on one line of stderr; each kind is noted, with its first reason."""
    fence = Fence()
    assert fence.run("data", failing(OSError("disk full"))) is None
    fence.run("data", failing(OSError("again")))
    fence.run("code", failing(KeyError("k")))
    told = capsys.readouterr().err
    assert told == "bis: recording of data failed (OSError: disk full); your program goes on\n"
    assert fence.failures == {"data": "OSError: disk full", "code": "KeyError: 'k'"}


def test_the_way_out_of_a_program_stays_open() -> None:
    """Ctrl-C and exit are not failures of bis."""
    for error in (KeyboardInterrupt(), SystemExit(3)):
        with pytest.raises(type(error)):
            Fence().run("x", failing(error))


def test_errors_without_a_text_are_noted() -> None:
    """An error of a user's class that fails to describe itself is named by its class."""
    fence = Fence()
    fence.run("models", failing(Silent()))
    assert fence.failures == {"models": "Silent"}
    assert described(Silent()) == "Silent"


@pytest.mark.parametrize("stream", [Hostile(), None, io.StringIO()])
def test_any_stderr_will_do(stream: io.StringIO | None) -> None:
    """A program may replace or close its stderr."""
    if stream is not None and isinstance(stream, io.StringIO):
        stream.close()
    fence = Fence()
    with contextlib.redirect_stderr(stream):
        fence.run("x", failing(ValueError("v")))
        fence.run("x", failing(ValueError("v")))
    assert fence.failures == {"x": "ValueError: v"}


def test_debugging_shows_where(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """BIS_DEBUG=1 prints the traceback of every failure."""
    monkeypatch.setenv("BIS_DEBUG", "1")
    Fence().run("x", failing(ValueError("v")))
    assert "Traceback" in capsys.readouterr().err
