"""The standard input of a process: what it is, and whether it was read."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

from tests.unit.sessions import clean_environ

if TYPE_CHECKING:
    from pathlib import Path

CODE = """
import json, os, subprocess, sys
from pathlib import Path
from bis.launch.input_stream import copy_file, describe_input, was_read
given = describe_input(4)
copy_file(given, Path(sys.argv[1]))
subprocess.run([sys.executable, "-c", sys.argv[2]])
print(json.dumps([given.kind, given.start, was_read(given)]))
"""


def look(folder: Path, child: str, stdin: Any) -> list[Any]:
    """Kind, position, and whether a child read of it."""
    command = [sys.executable, "-c", CODE, str(folder), child]
    options: dict[str, Any] = {"stdin": stdin, "env": clean_environ(), "capture_output": True, "text": True}
    done = subprocess.run(command, check=True, **options)
    return list(json.loads(done.stdout.splitlines()[-1]))


def test_a_file_is_copied_and_its_position_tells_whether_it_was_read(tmp_path: Path) -> None:
    """From where it stands, and one byte more than the limit; children share the position."""
    (tmp_path / "data").write_bytes(b"0123456789")
    with (tmp_path / "data").open("rb") as file:
        os.lseek(file.fileno(), 2, os.SEEK_SET)
        assert look(tmp_path, "pass", file) == ["file", 2, False]
        assert look(tmp_path, "input()", file) == ["file", 2, True]
    assert (tmp_path / "stdin.bin").read_bytes() == b"23456"


def test_other_kinds(tmp_path: Path) -> None:
    """Nothing, a pipe, and another device; nothing is copied."""
    reading, writing = os.pipe()
    os.close(writing)
    assert look(tmp_path, "input", subprocess.DEVNULL) == ["nothing", 0, False]
    assert look(tmp_path, "pass", reading) == ["pipe", 0, False]
    os.close(reading)
    with open("/dev/zero", "rb") as zero:  # noqa: PTH123 - a device
        assert look(tmp_path, "pass", zero) == ["device", 0, False]
    assert not (tmp_path / "stdin.bin").exists()
