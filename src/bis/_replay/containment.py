"""The sandbox of one replay: what is covered on this machine, what of that it needs all the same, and its limits."""

from __future__ import annotations

import getpass
import os
import shutil
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from bis._replay.interpreter_folders import interpreter_folders
from bis._replay.working_copy import COPIED_BYTES
from bis.errors import ReplayImpossible
from bis.instrument.confinement import cache_folders
from bis.launch.sandbox.available import accelerator_devices, chosen_sandbox, signals_are_kept_in
from bis.launch.sandbox.rules import SandboxRules
from bis.launch.sandbox.sandboxed_command import SOURCE, sandbox_prefix
from bis.launch.sandbox.stand_ins import StandIns
from bis.model.plan import DataPlacement
from bis.model.sandbox import AUTO, Containment, SandboxKind, SandboxRequest

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable


RULES = "sandbox.json"
_STAND_INS = "outside"
# Temporary files of all users, and the sockets of services.
_SHARED = ("/tmp", "/var/tmp", "/run")  # noqa: S108 (they are covered, and not used)
_NEVER = frozenset({"/", "/usr", "/bin", "/etc", "/lib", "/opt", "/dev", "/proc", "/sys", "/var", "/home"})
_PROGRAM_PATHS = ("PATH", "PYTHONPATH", "LD_LIBRARY_PATH")
_MOST_SHOWN = 500
_MOST_PROCESSES = 8192
_ROOM_LEFT = 0.95
_CPU_MARGIN_S = 60


@dataclass(frozen=True, slots=True)
class SandboxPlace:
    """Where the sandbox of a replay keeps what is its own: `folder` may be written, and stays while the sandbox does.

    `warm` says that the sandbox is that of a process from which several replays are forked.
    """

    folder: Path
    warm: bool = False


@dataclass(frozen=True, slots=True)
class Contained:
    """A sandbox that is ready: `prefix` comes before the command of the program. `stand_ins` is None without one."""

    containment: Containment
    prefix: tuple[str, ...] = ()
    stand_ins: StandIns | None = None


def chosen_kind(request: SandboxRequest) -> SandboxKind:
    """The sandbox that a replay gets on this machine.

    Raises
    ------
    ReplayImpossible
        None works here, and the run was recorded by someone else.
    UsageError
        The one that was asked for does not work here.
    """
    kind = chosen_sandbox(request.asked)
    if kind is SandboxKind.NONE and request.foreign and request.asked == AUTO:
        raise ReplayImpossible(
            "no sandbox works on this machine, and the run was recorded by another user or on another machine",
            hint="Replay it in a container or a virtual machine; --sandbox none runs its code with your rights.",
        )
    return kind


@dataclass(frozen=True, slots=True)
class SandboxedProgram:
    """What is known of a program before it runs: interpreter, input files, variables, working directory, seconds.

    `also_writable` are folders that it may write besides its own.
    """

    python: str
    data: Sequence[DataPlacement]
    env: Mapping[str, str]
    cwd: Path
    timeout_s: float | None = None
    also_writable: tuple[str, ...] = ()


def contain(
    request: SandboxRequest, kind: SandboxKind, place: SandboxPlace, program: SandboxedProgram, *, home: Path
) -> Contained:
    """Make the sandbox of a replay.

    Parameters
    ----------
    request : SandboxRequest
        What was asked for.
    kind : SandboxKind
        The one that this machine has for it, see `chosen_kind`.
    place : SandboxPlace
        Its folder.
    program : SandboxedProgram
        What runs in it.
    home : Path
        The folder that bis keeps on this machine: never shown.

    Raises
    ------
    OSError
        Its files cannot be written.
    """
    if kind is SandboxKind.NONE:
        return Contained(Containment(kind, network=True))
    covered = covered_folders(home)
    writable = [str(place.folder), *program.also_writable]
    read = _read_files(request, program.data)
    needed = [*interpreter_folders(program.python), SOURCE, *_on_paths(program.env), str(home / "injection")]
    if kind is SandboxKind.BWRAP:  # the stage runs inside
        needed += interpreter_folders(sys.executable)
    if not request.foreign:
        read = _with_neighbours(read, covered, home)
    shown = _outermost([p for p in (*needed, *read) if _is_below(p, covered) and not _is_below(p, writable)])
    stand_ins = StandIns(place.folder / _STAND_INS, covered)
    rules = SandboxRules(
        {
            "kind": kind.value,
            "writable": writable,
            "covered": stand_ins.make((*shown, *writable), _empty_folders(request, shown)),
            "shown": shown,
            "network": request.network,
            "limits": _limits(place.folder, program.timeout_s),
            "devices": accelerator_devices(),
            "folder": str(program.cwd),
            "ends_with_parent": not place.warm,
            "has_locale": "LC_CTYPE" in program.env,
        }
    )
    prefix = sandbox_prefix(rules, place.folder / RULES)
    found = Containment(kind, network=request.network, signals=signals_are_kept_in())
    return Contained(found, prefix, None if kind is SandboxKind.LANDLOCK else stand_ins)


@lru_cache
def covered_folders(home: Path) -> tuple[str, ...]:
    """Folders of this machine that no replay sees (real paths): homes, temporary files, sockets, what bis keeps."""
    named = [os.environ.get("HOME", ""), _account_home(), *_SHARED, tempfile.gettempdir(), str(home)]
    real = [os.path.realpath(f) for f in named if f and os.path.isabs(f)]  # noqa: PTH117 (text)
    return tuple(_outermost([f for f in real if f not in _NEVER and Path(f).is_dir()]))


def _account_home() -> str:
    """The home folder of this user, whatever the variable says."""
    try:
        return os.path.expanduser(f"~{getpass.getuser()}")  # noqa: PTH111 (which fails where there is none)
    except (OSError, KeyError, ImportError):  # a container may run users that it does not know
        return ""


def _read_files(request: SandboxRequest, data: Sequence[DataPlacement]) -> list[str]:
    """Input files that are read at their own places. Of someone else's run only those whose content is known to it."""
    found = []
    for placed in data:
        if placed.found is None or (request.foreign and (placed.problem or not placed.file.digest)):
            continue
        if placed.target is None:
            found += [placed.found, os.path.realpath(placed.found)]
        elif placed.file.size_bytes > COPIED_BYTES:  # a link leads there
            found.append(os.path.realpath(placed.found))
    if not request.foreign:
        found += [p for name in request.read for p in (name, os.path.realpath(name))]
    return list(dict.fromkeys(os.path.normpath(p) for p in found if os.path.exists(p)))  # noqa: PTH110 (text)


def _with_neighbours(paths: list[str], covered: Collection[str], home: Path) -> list[str]:
    """The same, each with the folder that it is in: the program may have looked at what else is there.

    Folders that hold more than data are not shown: homes and what is hidden in them, and what bis keeps.
    """
    found = dict.fromkeys(_neighbourhood(p, covered, home) for p in paths)
    while len(found) > _MOST_SHOWN:
        wider = dict.fromkeys(_neighbourhood(p, covered, home) for p in found)
        if len(wider) == len(found):
            break
        found = wider
    return list(found)


def _neighbourhood(path: str, covered: Collection[str], home: Path) -> str:
    folder = os.path.dirname(path)  # noqa: PTH120 (text)
    root = next((c for c in covered if folder.startswith(c + "/")), None)
    if root is None:
        return path
    hidden = os.path.relpath(folder, root).startswith(".") and os.path.relpath(folder, root).count("/") < 2
    return path if hidden or _is_below(str(home), [folder]) else folder


def _empty_folders(request: SandboxRequest, shown: Collection[str]) -> list[str]:
    """Folders that are there, and empty: what is written in them is kept apart, and seen.

    They are those of caches and around them, as far as they are here (libraries print where they find none), and
    those in which the original wrote.
    """
    caches = [os.path.realpath(folder) for folder in cache_folders()]
    around = [f for name in caches for f in (os.path.dirname(name), name) if os.path.isdir(f)]  # noqa: PTH112, PTH120 (text)
    wrote = [os.path.realpath(f) for f in request.wrote_in]
    return [f for f in (*around, *wrote) if not _is_below(f, shown)]


def _on_paths(env: Mapping[str, str]) -> list[str]:
    named = [p for name in _PROGRAM_PATHS for p in env.get(name, "").split(os.pathsep) if os.path.isabs(p)]  # noqa: PTH117
    return [os.path.normpath(p) for p in named if Path(p).exists()]


def _is_below(path: str, folders: Iterable[str]) -> bool:
    return any(path == f or path.startswith(f.rstrip("/") + "/") for f in folders)


def _outermost(paths: Iterable[str]) -> list[str]:
    """The paths that lie in no other one of them."""
    found: list[str] = []
    for path in sorted(set(paths), key=lambda p: p.rstrip("/") + "/"):
        if not _is_below(path, found[-1:]):
            found.append(path)
    return found


def _limits(folder: Path, timeout_s: float | None) -> dict[str, int]:
    """Limits that no honest program meets: all memory of the machine, nearly all of the disk, thousands of processes.

    Processor time is limited only where there is a time limit: for what escaped from it.
    """
    limits = {
        "RLIMIT_CORE": 0,
        "RLIMIT_NPROC": _MOST_PROCESSES,
        "RLIMIT_FSIZE": int(shutil.disk_usage(folder).free * _ROOM_LEFT),
    }
    memory = _memory_bytes()
    if memory and not accelerator_devices():  # their drivers reserve more than there is
        limits["RLIMIT_DATA"] = memory
    if timeout_s is not None:
        limits["RLIMIT_CPU"] = int(timeout_s * (os.cpu_count() or 1)) + _CPU_MARGIN_S
    return limits


def _memory_bytes() -> int:
    """Memory and swap space of this machine."""
    try:
        lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith(("MemTotal:", "SwapTotal:")))
