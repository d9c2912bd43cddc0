"""Commands that are started without some of the standard streams, and with few descriptors, in real processes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.unit.sessions import clean_environ

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

pytestmark = pytest.mark.skipif(os.name != "posix", reason="descriptors of POSIX")

# Says which descriptors it has and what it is told of them, in a file, and prints on each stream that it has.
PROGRAM = """
import json, os, sys
def is_open(number):
    try:
        os.fstat(number)
    except OSError:
        return False
    return True
open_ones = [is_open(number) for number in range(3)]
with open("seen.json", "w") as file:
    json.dump([open_ones, [s is not None for s in (sys.stdin, sys.stdout, sys.stderr)]], file)
print("out")
if sys.stderr is not None:
    print("err", file=sys.stderr)
sys.exit(3)
"""
# The command, without the storing, which is another process's work.
BIS = """
import sys
from bis.cli.main import main
from bis.record import storing
storing.store_in_background = lambda folder: None
sys.exit(main(["run", "main.py"]))
"""
CLOSED = ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"]


def shell(
    folder: Path, command: Sequence[str], redirection: str = "", before: str = ""
) -> tuple[int, str, str, object]:
    """Exit status, stdout and stderr of a command that a shell starts so, and what the program saw."""
    (folder / "seen.json").unlink(missing_ok=True)
    done = subprocess.run(
        ["sh", "-c", f'{before} exec "$@" {redirection}', "sh", *command],
        cwd=folder,
        env=clean_environ(BIS_HOME=str(folder / "home"), BIS_WAIT="0", BIS_DEBUG="1"),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    seen = folder / "seen.json"
    return done.returncode, done.stdout, done.stderr, json.loads(seen.read_text()) if seen.exists() else None


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the program."""
    (tmp_path / "main.py").write_text(PROGRAM, encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize("closed", CLOSED)
def test_closed_streams(folder: Path, closed: str) -> None:
    """The program runs as without bis: it has the same streams, prints the same, and ends with the same status."""
    code, out, err, seen = shell(folder, (sys.executable, "main.py"), closed)
    found = shell(folder, (sys.executable, "-c", BIS), closed)
    assert (found[0], found[1]) == (code, out) == (3, "" if ">&-" in closed.replace("2>&-", "") else "out\n")
    assert seen is not None
    assert found[3] == seen
    assert err in found[2]
    assert "Traceback" not in found[2]


@pytest.mark.parametrize("number", [5, 8, 12, 13])
def test_few_descriptors(folder: Path, number: int) -> None:
    """However few descriptors there are, the program runs, and what is not recorded is said."""
    code, out, err, _ = shell(folder, (sys.executable, "main.py"), before=f"ulimit -n {number};")
    assert (code, out, err) == (3, "out\n", "err\n")
    found = shell(folder, (sys.executable, "-c", BIS), before=f"ulimit -n {number};")
    assert found[:2] == (code, out), found[2]
    assert found[3] is not None
    assert "err\n" in found[2]
    assert "bis: " in found[2]
