"""Environment variables that real programs read, as the recorder sees them."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING, Any

from tests.unit.sessions import clean_environ, record

if TYPE_CHECKING:
    from pathlib import Path


def seen(ran: Any, how: str = "read") -> dict[str, tuple[bool, int]]:
    """Names that were noted, with whether they were set and the first line."""
    found: dict[str, tuple[bool, int]] = {}
    for event in ran.all("variable"):
        if event["how"] == how:
            found.setdefault(event["name"], (event["there"], event["line"]))
    return found


def test_every_way_to_read_is_seen(project: Path) -> None:
    """Names are noted however they are asked for, set or not; none is where only the whole is copied by the library."""
    text = (
        "import os\nos.environ['A']\nos.environ.get('B')\nos.getenv('C', '1')\n'D' in os.environ\n"
        "os.environb.get(b'E')\ntry: os.environ['F']\nexcept KeyError: pass\n"
        "os.environ.setdefault('G', '1')\nos.environ.pop('H', None)\n"
    )
    ran = record(project, text, A="1", E="1", G="2")
    assert seen(ran) == {
        "A": (True, 2), "B": (False, 3), "C": (False, 4), "D": (False, 5), "E": (True, 6), "F": (False, 7),
        "G": (True, 9), "H": (False, 10),
    }  # fmt: skip
    assert ran.all("failed") == []
    assert not any("value" in event for event in ran.all("variable"))


def test_what_the_program_sets_is_not_its_input(project: Path) -> None:
    """A variable that the program set before it read it is noted as set."""
    ran = record(
        project, "import os\nos.environ['A'] = '1'\nos.environ['A']\nos.environ.update(B='2')\nos.getenv('B')\n"
    )
    assert seen(ran) == {}
    assert set(seen(ran, "set")) == {"A", "B"}


def test_reads_of_libraries_are_kept_apart(project: Path) -> None:
    """What the standard library or an installed package asks for is noted with the package, once, at the end."""
    text = "import os, shutil\nshutil.which('x')\nos.path.expandvars('$LR')\nopen('p', 'w').close()\n"
    ran = record(project, text, LR="1")
    assert seen(ran) == {}
    names = ran.one("library-variables")["names"]
    assert names["LR"] == [True, "posixpath"]
    assert "PATH" in names


def test_the_environment_stays_what_it_was(project: Path) -> None:
    """Type, copies, representation, and the traceback of a missing name are those without bis."""
    text = (
        "import os, copy, sys\ne = os.environ\nprint(type(e), type(e) is os._Environ, type(e.copy()))\n"
        "print(len(e) == len(dict(e)))\n"
        "print(copy.copy(e)['LR'], copy.deepcopy(e)['LR'], repr(e).startswith('environ({'))\n"
        "print(sorted(e) == sorted(e.keys()))\n"
        "print(e | {'LR': '2'} != e, e.encodekey.__name__)\nfor bad in (1, [], None):\n    try: e[bad]\n"
        "    except TypeError as error: print(error)\ne['NOPE']\n"
    )
    ran = record(project, text, LR="0.5")
    bare = subprocess.run(
        [sys.executable, "program.py"],
        cwd=project,
        env=clean_environ(LR="0.5"),
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ran.out, ran.err) == (bare.stdout, bare.stderr)
    assert ran.all("failed") == []
