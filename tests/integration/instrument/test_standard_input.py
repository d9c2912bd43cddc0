"""Standard input of real programs: what is copied of it, and that the programs do not notice."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from bis.evidence.spool import STDIN, read_events, write_document
from bis.launch.input_stream import PIPE, TERMINAL
from bis.launch.launcher import child_environment
from bis.model.session import InputStream
from tests.unit.sessions import Ran, clean_environ, session_of


def record(
    project: Path, text: str, content: bytes, *, kind: str = PIPE, limit: int = 1 << 20, **variables: str
) -> Ran:
    """Run a program whose standard input is a pipe with this content."""
    reading, writing = os.pipe()
    state = os.fstat(reading)
    given = InputStream(kind, state.st_dev, state.st_ino, limit_bytes=limit)
    session = session_of(project, text, stdin=given)
    write_document(Path(session.spool) / "session.json", session)
    os.write(writing, content)
    os.close(writing)
    environ = child_environment(session, clean_environ(**variables))
    command = [sys.executable, "program.py"]
    options: dict[str, Any] = {"cwd": project, "env": environ, "stdin": reading, "capture_output": True, "text": True}
    done = subprocess.run(command, check=False, timeout=60, **options)
    ran = Ran(session, done.returncode, done.stdout, done.stderr, list(read_events(Path(session.spool))))
    ran.events.append({"k": "left", "bytes": os.read(reading, 1 << 16)})
    os.close(reading)
    return ran


def copied(ran: Ran) -> bytes:
    """What is in the copy."""
    path = ran.folder / STDIN
    return path.read_bytes() if path.exists() else b""


def test_every_way_to_read_is_copied(project: Path) -> None:
    """`input`, lines, bytes and `os.read`, in the program and in a Python child that inherits it; bytes as they are."""
    child = "import fileinput; print(list(fileinput.input(encoding='latin-1')))"
    text = (
        "import os, subprocess, sys\nprint(os.read(0, 2), flush=True)\n"
        f"subprocess.run([sys.executable, '-c', {child!r}])\nprint(sys.stdin.read() == '')\n"
    )
    content = b"ab\xff\x00\r\nlast"
    ran = record(project, text, content)
    assert copied(ran) == content, ran.err
    assert {e["how"] for e in ran.all("stdin")} == {"read"}
    text = "import sys\nprint(input(), sys.stdin.readline(), sys.stdin.buffer.read(2), sys.stdin.buffer.read())"
    assert copied(record(project, text, b"a\nb\ncdef")) == b"a\nb\ncdef"


def test_what_is_not_read_stays(project: Path) -> None:
    """A program that reads nothing leaves it all to the next reader, and nothing is noted."""
    ran = record(project, "print(1)", b"for others")
    assert ran.one("left")["bytes"] == b"for others"
    assert (copied(ran), ran.all("stdin")) == (b"", [])


def test_the_program_does_not_notice(project: Path) -> None:
    """The objects look as they did: types, names, encoding, and the end of the input."""
    text = (
        "import sys, os\ns = sys.stdin\nprint(s, s.buffer, s.buffer.raw, s.mode, s.newlines, s.line_buffering)\n"
        "print(s is sys.__stdin__, s.fileno(), s.isatty(), s.closed, os.read.__name__)\n"
        "print(isinstance(s.buffer.raw, __import__('io').FileIO), s.readlines(), repr(s.read()))\n"
        "try: os.read(0, 'x')\nexcept TypeError: print('TypeError')\ns.close()\n"
    )
    ran = record(project, text, b"a\r\nb\n")
    options: dict[str, Any] = {"cwd": project, "env": clean_environ(), "capture_output": True, "text": True}
    bare = subprocess.run([sys.executable, "program.py"], input="a\r\nb\n", check=False, **options)
    assert (ran.out, ran.err) == (bare.stdout, bare.stderr)
    assert ran.all("failed") == []


def test_another_standard_input_is_not_the_sessions(project: Path) -> None:
    """What the program gives to a child, or puts in the place of its own, is not copied."""
    text = (
        "import os, subprocess, sys\n"
        "subprocess.run([sys.executable, '-c', 'input()'], input=b'child')\n"
        "f = os.open('program.py', os.O_RDONLY); os.dup2(f, 0)\nos.read(0, 9)\nsys.stdin.read()\n"
    )
    ran = record(project, text, b"session")
    assert (copied(ran), ran.all("stdin")) == (b"", []), ran.err


def test_limits_and_other_ways_are_noted(project: Path) -> None:
    """More than is kept; opened under another name; typed at a terminal."""
    assert {e["how"] for e in record(project, "input()", b"x" * 99, limit=10).all("stdin")} == {"read", "cut"}
    assert {e["how"] for e in record(project, "open(0).read()", b"x").all("stdin")} == {"other"}
    typed = record(project, "input()", b"x\n", kind=TERMINAL)
    assert ({e["how"] for e in typed.all("stdin")}, copied(typed)) == ({"read"}, b"")
