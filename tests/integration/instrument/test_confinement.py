"""Confinement: what a replay may not write."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from bis.instrument import confinement

Places = tuple[Path, Path, Path]
Confined = Callable[..., Any]

PREAMBLE = """
import json, os, pathlib, shutil, sqlite3, sys, tempfile, timeit
from bis.instrument.confinement import confine, suspended
from bis.instrument.unaudited_writes import watch_unaudited_writes
own, outside, home = sys.argv[1:]
told = []
os.chdir(own)
watch_unaudited_writes(confine([own], lambda what, path: told.append([what, path])))
def attempt(act):
    try:
        act()
        return "done"
    except PermissionError as error:
        return "refused" if "bis" in str(error) else str(error)
"""


@pytest.fixture
def confined() -> Confined:
    """Runs code in a confined process and returns what it prints as JSON."""

    def run(code: str, own: Path, outside: Path, home: Path) -> Any:
        source = Path(confinement.__file__).parents[2]
        environ = {
            "PYTHONPATH": str(source),
            "HOME": str(home),
            "PATH": os.environ["PATH"],
            "TMPDIR": str(home / "tmp"),
        }
        command = [sys.executable, "-c", PREAMBLE + textwrap.dedent(code), str(own), str(outside), str(home)]
        answer = subprocess.run(command, capture_output=True, text=True, check=False, env=environ)
        assert answer.returncode == 0, answer.stderr
        return json.loads(answer.stdout)

    return run


@pytest.fixture
def places() -> Iterator[Places]:
    """Three folders that are not temporary ones, since those may be written."""
    import shutil
    import tempfile

    base = Path(tempfile.mkdtemp(prefix=".confinement-", dir=Path(__file__).parent))
    for name in ("own", "outside", "home", "home/tmp"):
        (base / name).mkdir()
    (base / "outside" / "data.csv").write_text("1\n")
    yield base / "own", base / "outside", base / "home"
    shutil.rmtree(base)


WRITES = {
    "open": "open(outside + '/x', 'w')",
    "append": "open(outside + '/data.csv', 'a')",
    "os.open": "os.open(outside + '/x', os.O_CREAT | os.O_WRONLY)",
    "remove": "os.remove(outside + '/data.csv')",
    "rename away": "os.rename(outside + '/data.csv', own + '/x')",
    "rename in": "(open('x', 'w').close(), os.rename('x', outside + '/x'))",
    "mkdir": "os.mkdir(outside + '/d')",
    "rmdir": "os.rmdir(outside)",
    "truncate": "os.truncate(outside + '/data.csv', 0)",
    "chmod": "os.chmod(outside + '/data.csv', 0)",
    "hard link": "os.link(outside + '/data.csv', own + '/hard')",
    "symlink": "os.symlink('a', outside + '/l')",
    "rmtree": "shutil.rmtree(outside)",
    "move": "shutil.move(outside + '/data.csv', own)",
    "copy": "shutil.copy(outside + '/data.csv', outside + '/y')",
    "sqlite": "sqlite3.connect(outside + '/x.db')",
    "sqlite uri": "sqlite3.connect('file:' + outside + '/x.db?mode=rwc', uri=True)",
    "dots": "open(own + '/../outside/x', 'w')",
    "through a link": "(os.symlink(outside, 'l'), open('l/x', 'w'))",
    "through a late link": (
        "(os.mkdir('d'), open('d/a', 'w').close(), os.rename('d', 'e'), os.symlink(outside, 'd'), open('d/x', 'w'))"
    ),
    "bytes": "open(os.fsencode(outside) + b'/x', 'w')",
    "descriptor": "os.mkdir('x', dir_fd=os.open(outside, os.O_RDONLY))",
    "pathlib": "pathlib.Path(outside, 'x').write_text('')",
    "open in a folder": "os.open('x', os.O_CREAT | os.O_WRONLY, dir_fd=os.open(outside, os.O_RDONLY))",
    "mode of a descriptor": "os.fchmod(os.open(outside + '/data.csv', os.O_RDONLY), 0)",
    "owner of a descriptor": "os.chown(os.open(outside + '/data.csv', os.O_RDONLY), -1, -1)",
    "times of a descriptor": "os.utime(os.open(outside + '/data.csv', os.O_RDONLY), (1, 1))",
    "pipe": "os.mkfifo(outside + '/pipe')",
    "node": "os.mknod(outside + '/node')",
    "through devices": "open('/dev/..' + outside + '/x', 'w')",
    "through the process": "open('/proc/self/root' + outside + '/x', 'w')",
    "as bytecode": "open((os.makedirs(own + '/__pycache__'), outside)[1] + '/__pycache__/x.pyc', 'w')",
}


@pytest.mark.parametrize("name", WRITES)
def test_refused(name: str, confined: Confined, places: Places) -> None:
    """No kind of write leaves the replay's folders."""
    outside = places[1]
    before = _names(outside)
    code = f"print(json.dumps([attempt(lambda: {WRITES[name]}), told[-1:]]))"
    answer, told = confined(code, *places)
    assert (answer, _names(outside), (outside / "data.csv").read_text()) == ("refused", before, "1\n")
    assert told[0][0] == "refused"


def _names(folder: Path) -> list[str]:
    return sorted(p.name for p in folder.iterdir())


ALLOWED = {
    "own": "open('x', 'w').write('1')",
    "own folder": "os.makedirs('a/b/c')",
    "read": "open(outside + '/data.csv').read()",
    "null device": "open('/dev/null', 'w').write('1')",
    "own pipe": "os.mkfifo('pipe')",
    "own mode": "os.fchmod(os.open('x', os.O_CREAT | os.O_WRONLY), 0o600)",
    "mode of a pipe": "os.fchmod(os.pipe()[1], 0o600)",
    "standard output": "open('/dev/stdout', 'a').close()",
    "descriptor": "os.fdopen(os.dup(1), 'w')",
    "temporary": "tempfile.TemporaryDirectory().cleanup()",
    "memory": "sqlite3.connect(':memory:')",
    "read-only database": "sqlite3.connect('file:' + outside + '/data.csv?mode=ro', uri=True)",
    "own database": "sqlite3.connect('x.db').execute('create table t (a)')",
    "existing folder": "os.makedirs(outside, exist_ok=True)",
    "bytecode": "os.makedirs(own + '/__pycache__')",
    "bis itself": 'exec(\'with suspended(): open(outside + "/../bis", "w")\')',
}


@pytest.mark.parametrize("name", ALLOWED)
def test_allowed(name: str, confined: Confined, places: Places) -> None:
    """What a program needs goes through, and nothing is reported about it."""
    assert confined(f"print(json.dumps([attempt(lambda: {ALLOWED[name]}), told]))", *places) == ["done", []]


def test_caches_are_allowed_and_told_once(confined: Confined, places: Places) -> None:
    """Libraries keep their caches; each cache folder is reported once."""
    code = """
    os.makedirs(home + "/.cache/a"); open(home + "/.cache/a/x", "w"); open(home + "/.cache/b", "w")
    print(json.dumps(told))
    """
    assert confined(code, *places) == [["cache", str(places[2] / ".cache")]]


def test_children_of_threads_are_confined(confined: Confined, places: Places) -> None:
    """A write in a thread is refused as any other."""
    code = """
    import threading
    seen = []
    t = threading.Thread(target=lambda: seen.append(attempt(lambda: open(outside + "/x", "w"))))
    t.start(); t.join()
    print(json.dumps(seen))
    """
    assert confined(code, *places) == ["refused"]


def test_message_says_where(confined: Confined, places: Places) -> None:
    """The refusal names the path as the program wrote it, and what it really is."""
    code = """
    os.symlink(outside, "l")
    try:
        open("l/x", "w")
    except PermissionError as error:
        print(json.dumps(str(error)))
    """
    assert confined(code, *places) == (
        f"bis: this replay may not write to l/x (that is {places[1]}/x); open was refused"
    )


def test_entropy_is_not_touched(confined: Confined, places: Places) -> None:
    """Confining draws nothing from the operating system's entropy, which would shift a served stream."""
    code = """
    import random
    draws = []
    real = os.urandom
    os.urandom = lambda n: draws.append(n) or real(n)
    random._urandom = os.urandom
    confine([own], lambda *a: None)
    print(json.dumps(draws))
    """
    assert confined(code, *places) == []


def test_price_of_an_open(confined: Confined, places: Places) -> None:
    """Opening a file costs microseconds more, and reading one next to nothing."""
    code = """
    cost = min(timeit.repeat(lambda: open("x", "a").close(), number=500, repeat=9)) / 500
    read = min(timeit.repeat(lambda: open("x").close(), number=500, repeat=9)) / 500
    print(json.dumps([cost - read]))
    """
    assert confined(code, *places)[0] < 100e-6


def test_a_later_state_is_not_read(confined: Confined, places: Places) -> None:
    """A file that the program changed after it was recorded may not even be read, by whatever name; others may."""
    told, later, other = confined(
        """
        later, other = outside + '/data.csv', outside + '/other.csv'
        with suspended():
            open(other, 'w').close()
        seen = []
        confine([own], lambda what, path: seen.append([what, path]), [later])
        names = [later, outside + '/../outside/data.csv', pathlib.Path(later)]
        print(json.dumps([seen, [attempt(lambda: open(n)) for n in names] + [attempt(lambda: sqlite3.connect(later))],
                          attempt(lambda: open(other))]))
        """,
        *places,
    )
    assert later == ["refused"] * 4
    assert other == "done"
    assert {what for what, _ in told} == {"later"}
