"""The command line as a whole: exit codes, signals, pipes, and nothing that looks like a crash."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import bis
from bis.cli.main import main

ENVIRON = {**os.environ, "PYTHONPATH": str(Path(bis.__file__).parents[1]), "NO_COLOR": "1"}


def test_the_version_is_that_of_the_package(capsys: pytest.CaptureFixture[str]) -> None:
    """``bis --version`` and ``python -m bis --version``."""
    assert main(["--version"]) == 0
    assert bis.__version__ in capsys.readouterr().out
    done = subprocess.run([sys.executable, "-m", "bis", "-V"], env=ENVIRON, capture_output=True, text=True, check=True)
    assert bis.__version__ in done.stdout


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_being_ended_cleans_up(tmp_path: Path, number: signal.Signals) -> None:
    """`kill` and a closed terminal are taken as Ctrl-C is, with the code of the signal."""
    code = (
        "import click, sys, time\nfrom bis.cli.main import cli, main\n"
        "@cli.command()\ndef wait():\n    try:\n        open('ready', 'w').close(); time.sleep(60)\n"
        "    finally:\n        open('cleaned', 'w').close()\nsys.exit(main(['wait']))"
    )
    process = subprocess.Popen([sys.executable, "-c", code], env=ENVIRON, cwd=tmp_path, stderr=subprocess.PIPE)
    while not (tmp_path / "ready").exists():
        time.sleep(0.02)
    process.send_signal(number)
    _, told = process.communicate(timeout=10)
    assert process.returncode == 128 + number
    assert b"interrupted" in told
    assert (tmp_path / "cleaned").exists()


def test_help_is_quick_and_light() -> None:
    """`bis --help` loads neither MLflow nor NumPy."""
    code = (
        "import sys\nfrom bis.cli.main import main\nmain(['--help'])\n"
        "print([m for m in ('mlflow', 'numpy', 'rich', 'bis.api') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], env=ENVIRON, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize("warnings", ["error", "error::DeprecationWarning"])
def test_warnings_of_the_user_are_not_errors_of_ours(tmp_path: Path, warnings: str) -> None:
    """PYTHONWARNINGS is for the program: it gets it, and bis goes on."""
    code = (
        "import sys, warnings\nfrom bis.cli import main\nfrom bis.errors import BisWarning\n"
        "@main.cli.command()\ndef warn():\n"
        "    warnings.warn('of bis', BisWarning); warnings.warn('old', DeprecationWarning)\n"
        "sys.argv = ['bis', 'warn']\nmain.command()"
    )
    environ = {**ENVIRON, "PYTHONWARNINGS": warnings}
    done = subprocess.run([sys.executable, "-c", code], env=environ, cwd=tmp_path, capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"bis: of bis\n")


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_command_ends_by_the_signal_that_ended_it(tmp_path: Path, number: signal.Signals) -> None:
    """So that Ctrl-C ends the shell's loop around it, too."""
    code = (
        "import sys, time\nfrom bis.cli import main\n"
        "@main.cli.command()\ndef wait():\n    open('ready', 'w').close(); time.sleep(60)\n"
        "sys.argv = ['bis', 'wait']\nmain.command()"
    )
    process = subprocess.Popen([sys.executable, "-c", code], env=ENVIRON, cwd=tmp_path, stderr=subprocess.PIPE)
    while not (tmp_path / "ready").exists():
        time.sleep(0.02)
    process.send_signal(number)
    _, told = process.communicate(timeout=10)
    assert process.returncode == -number
    assert b"interrupted" in told


def test_names_that_are_no_text_are_printed(tmp_path: Path) -> None:
    """Arguments and names of files may hold any byte."""
    code = (
        "import click\nfrom bis.cli import main\n"
        "@main.cli.command()\ndef name():\n    click.echo('a\\udcff')\nmain.main(['name'])"
    )
    environ = {**ENVIRON, "PYTHONIOENCODING": "utf-8:strict"}
    done = subprocess.run([sys.executable, "-c", code], env=environ, cwd=tmp_path, capture_output=True, check=False)
    assert (done.returncode, done.stdout) == (0, b"a\\udcff\n"), done.stderr
