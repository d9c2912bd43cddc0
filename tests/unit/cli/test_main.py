"""The command line as a whole: exit codes, signals, pipes, and nothing that looks like a crash."""

from __future__ import annotations

import os

import click
import pytest

from bis.cli.main import cli, main
from bis.errors import StorageError


def add(monkeypatch: pytest.MonkeyPatch, error: BaseException) -> None:
    """Give the command line one more command, which raises."""

    @click.command()
    def broken() -> None:
        raise error

    monkeypatch.setitem(cli.commands, "broken", broken)


@pytest.mark.parametrize("arguments", [["--no-such-option"], ["no-such-command"], ["show"], ["replay", "-n", "0", "x"]])
def test_usage_errors_exit_with_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """What cannot be meant is told on stderr."""
    assert main(arguments) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert "Error" in shown.err


def test_errors_of_bis_have_their_code_and_hint(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The message, then what to do, and no traceback."""
    add(monkeypatch, StorageError("the disk is full", hint="Free some space."))
    assert main(["broken"]) == 3
    assert capsys.readouterr().err == "bis: the disk is full\n     Free some space.\n"


@pytest.mark.parametrize(
    ("error", "code"),
    [(KeyboardInterrupt(), 130), (click.exceptions.Abort(), 130), (RuntimeError("odd"), 70), (BrokenPipeError(), 0)],
)
def test_everything_else_has_its_code_too(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], error: BaseException, code: int
) -> None:
    """Interruptions, defects and readers that went away."""
    add(monkeypatch, error)
    before = os.dup(1)
    try:
        assert main(["broken"]) == code
    finally:
        os.dup2(before, 1)
        os.close(before)
    assert "Traceback" not in capfd.readouterr().err


def test_a_defect_keeps_its_code_while_debugging(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """BIS_DEBUG=1 shows the traceback; the code is not that of "not reproduced"."""
    monkeypatch.setenv("BIS_DEBUG", "1")
    add(monkeypatch, RuntimeError("odd"))
    assert main(["broken"]) == 70
    assert "Traceback" in capsys.readouterr().err


@pytest.mark.parametrize("command", sorted(cli.commands))
def test_every_command_explains_itself(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    """With the options that all commands share, those about runs also where these are."""
    group = cli.commands[command]
    inner = [[command, name] for name in group.commands] if isinstance(group, click.Group) else [[command]]
    for words in inner:
        assert main([*words, "--help"]) == 0
        shown = capsys.readouterr().out
        assert "--json" in shown
        about_runs = {
            *("badge", "bisect", "ci", "compare", "diff", "explain", "export", "replay", "report", "run", "runs"),
            *("show", "store", "verify"),
        }
        assert ("--tracking-uri" in shown) == (command in about_runs)
