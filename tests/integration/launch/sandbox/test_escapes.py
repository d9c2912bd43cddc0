"""More than thirty ways to write outside, to reach the network or to harm another process: none succeeds."""

from __future__ import annotations

import json
import os
import secrets
import socket
import subprocess
import sys
import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bis._replay.interpreter_folders import interpreter_folders
from bis.launch.sandbox.available import signals_are_kept_in, works
from bis.launch.sandbox.leftovers import end_leftovers
from bis.launch.sandbox.rules import SandboxRules
from bis.launch.sandbox.sandboxed_command import sandbox_prefix
from bis.launch.sandbox.stand_ins import StandIns
from bis.model.sandbox import SandboxKind

if TYPE_CHECKING:
    from collections.abc import Iterator

ESCAPES = Path(__file__).parents[3] / "assets" / "sandbox" / "escapes.py"
HONEST = ESCAPES.with_name("honest.py")
KINDS = (SandboxKind.NAMESPACES, SandboxKind.BWRAP, SandboxKind.LANDLOCK)
# What Landlock has no rule for: docs/sandbox.md says so.
NOT_KEPT_IN = {SandboxKind.LANDLOCK: {"socket_with_a_path"}}
LEAST = 34
TEMPORARY = "/tmp"  # noqa: S108 (a path of a socket must be short)


@dataclass(frozen=True, slots=True)
class Outside:
    """What a program might reach: a folder, sockets that listen, and another process."""

    victim: Path
    document: Path
    listeners: dict[str, socket.socket]
    process: subprocess.Popen[bytes]

    def reached(self) -> set[str]:
        """Which sockets anything came to."""
        found = set()
        for name, listener in self.listeners.items():
            listener.settimeout(0.05)
            try:
                if listener.type == socket.SOCK_DGRAM:
                    listener.recv(10)
                else:
                    listener.accept()[0].close()
            except TimeoutError:
                continue
            found.add(name)
        return found

    def state(self) -> dict[str, tuple[object, ...]]:
        """Everything about the files in the folder."""
        found: dict[str, tuple[object, ...]] = {}
        for path in sorted([self.victim, *self.victim.rglob("*")]):
            status = path.lstat()
            content = path.read_bytes() if path.is_file() else b""
            attributes = tuple(os.listxattr(path)) if path.is_file() else ()
            stamp = status.st_mtime_ns
            found[str(path)] = (status.st_mode, status.st_size, stamp, status.st_nlink, content, attributes)
        return found


@pytest.fixture
def outside(tmp_path: Path) -> Iterator[Outside]:
    """A folder, four listeners and a process."""
    victim = tmp_path / "victim"
    (victim / "folder" / "__pycache__").mkdir(parents=True)
    (victim / "kept").write_text("kept")
    name = f"bis-{secrets.token_hex(4)}"
    with ExitStack() as stack:
        listeners = {}
        for key, family, kind, address in (
            ("tcp", socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", 0)),
            ("udp", socket.AF_INET, socket.SOCK_DGRAM, ("127.0.0.1", 0)),
            ("socket", socket.AF_UNIX, socket.SOCK_STREAM, f"{TEMPORARY}/{name}"),
            ("abstract", socket.AF_UNIX, socket.SOCK_STREAM, f"\0{name}"),
        ):
            listener = stack.enter_context(socket.socket(family, kind))
            listener.bind(address)
            if kind == socket.SOCK_STREAM:
                listener.listen()
            listeners[key] = listener
        stack.callback(Path(f"{TEMPORARY}/{name}").unlink)
        process = subprocess.Popen(["sleep", "60"], env={**os.environ, "BIS_TEST_SECRET": "1"})
        stack.callback(process.wait)
        stack.callback(process.kill)
        document = tmp_path / "own" / "given.json"
        document.parent.mkdir()
        given = {
            "victim": str(victim),
            "tcp": listeners["tcp"].getsockname()[1],
            "udp": listeners["udp"].getsockname()[1],
            "socket": f"{TEMPORARY}/{name}",
            "abstract": name,
            "pid": process.pid,
        }
        document.write_text(json.dumps(given))
        yield Outside(victim, document, listeners, process)


def run(kind: SandboxKind, own: Path, shown: list[str], *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a Python program in a sandbox where it may write in one folder, which lies among covered ones."""
    shown = [*shown, *interpreter_folders(sys.executable)]  # a clone of the project may lie among the covered ones, too
    rules = SandboxRules(
        {
            "kind": kind.value,
            "writable": [str(own)],
            "covered": StandIns(own / "outside", [TEMPORARY]).make([*shown, str(own)]),
            "shown": [path for path in shown if path.startswith(f"{TEMPORARY}/")],
            "network": False,
            "limits": {"RLIMIT_CORE": 0},
            "devices": [],
            "folder": str(own),
            "ends_with_parent": True,
            "has_locale": True,
        }
    )
    command = (*sandbox_prefix(rules, own / "rules.json"), sys.executable, *arguments)
    env = {**os.environ, "TMPDIR": str(own)}
    return subprocess.run(command, cwd=own, env=env, capture_output=True, text=True, check=False, timeout=120)


def contained(kind: SandboxKind, outside: Outside, *, covered: bool) -> dict[str, str]:
    """Run the program; what it said of each attempt. The folder outside is shown to it, or not."""
    own = outside.document.parent
    shown = [str(ESCAPES)] if covered else [str(ESCAPES), str(outside.victim)]
    done = run(kind, own, shown, str(ESCAPES), str(outside.document))
    assert done.returncode == 0, done.stderr
    said: dict[str, str] = json.loads((own / "said.json").read_text())
    return said


@pytest.mark.parametrize("covered", [True, False], ids=["covered", "read-only"])
@pytest.mark.parametrize("kind", KINDS, ids=[k.value for k in KINDS])
def test_nothing_gets_out(kind: SandboxKind, outside: Outside, *, covered: bool) -> None:
    """Whether the folder outside is not there or can be read, it stays as it was, nothing is reached, nobody harmed."""
    if not works(kind):
        pytest.skip(f"{kind.value} does not work here")
    before = outside.state()
    said = contained(kind, outside, covered=covered)
    assert len(said) >= LEAST
    assert outside.state() == before
    assert outside.reached() - {"socket"} == set()
    if "socket_with_a_path" not in NOT_KEPT_IN.get(kind, ()):
        assert outside.reached() == set()
    if signals_are_kept_in():
        assert outside.process.poll() is None
    assert said["read_variables_of_another_process"] != "SECRET"


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS, ids=[k.value for k in KINDS])
def test_honest_programs_work(kind: SandboxKind, tmp_path: Path) -> None:
    """Pools that fork and that spawn, loky, workers of a loader, files, and (with a network of their own) servers."""
    if not works(kind):
        pytest.skip(f"{kind.value} does not work here")
    parts = ["files", "pools", "loader", *([] if kind is SandboxKind.LANDLOCK else ["own_server"])]
    done = run(kind, tmp_path, [str(HONEST)], str(HONEST), *parts)
    assert (done.stdout, done.returncode) == ("done\n", 0), done.stderr


DAEMON = """
import os, sys, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        with open("daemon", "w") as file:
            file.write(str(os.getpid()))
        for number in (1, 2):
            os.close(number)
        time.sleep(60)
    os._exit(0)
while not os.path.exists("daemon") or not open("daemon").read():
    time.sleep(0.01)
"""


@pytest.mark.parametrize("kind", KINDS[:2], ids=[k.value for k in KINDS[:2]])
def test_processes_that_are_left_are_found_and_ended(kind: SandboxKind, tmp_path: Path) -> None:
    """Also those that have left their session and their parent."""
    if not works(kind):
        pytest.skip(f"{kind.value} does not work here")
    (tmp_path / "program.py").write_text(DAEMON)
    run(kind, tmp_path, [], str(tmp_path / "program.py"))
    pid = int((tmp_path / "daemon").read_text())
    os.kill(pid, 0)
    assert end_leftovers(tmp_path) == 1
    deadline = time.monotonic() + 10
    while Path(f"/proc/{pid}").exists() and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not Path(f"/proc/{pid}").exists()
