"""What stands between a stranger's program and the machine: a sandbox, limits, no secrets of the user's environment.

`guarded` is the one place through which programs of strangers are started, and what it cannot do it names.
"""

from __future__ import annotations

import os
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bis._try.tree_watch import TreeLimits, TreeWatch, watched_tree
from bis.errors import UsageError
from bis.evidence.redaction import is_secret_name
from bis.launch.sandbox.available import chosen_sandbox
from bis.model.sandbox import AUTO, SandboxKind, SandboxRequest
from bis.model.tried_project import MissingGuard

try:
    import resource
except ImportError:  # Windows has no such limits
    resource = None  # type: ignore[assignment]

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from bis._try.tree_watch import Excess

MIB = 2**20
_OF_TREE = (
    ("memory_mib", MissingGuard.MEMORY_LIMIT),
    ("disk_mib", MissingGuard.FILE_LIMIT),
    ("processes", MissingGuard.PROCESS_LIMIT),
)


@dataclass(frozen=True, slots=True)
class TryLimits:
    """Limits for one project.

    `run_s` is for each run of its program, `resolve_s` for asking the index, `clone_s` for the clone, in seconds.
    `memory_mib`, `disk_mib` and `processes` are for the program and all that it starts, together; `disk_mib` also for
    each file, and for what is downloaded for its environment. None: no limit.
    """

    run_s: float = 600.0
    resolve_s: float = 180.0
    clone_s: float = 600.0
    memory_mib: int | None = None
    disk_mib: int | None = 10_240
    processes: int | None = 1024


def sandbox_request(asked: str, *, network: bool) -> SandboxRequest:
    """The sandbox of a stranger's program, with a home folder of its own.

    Raises
    ------
    UsageError
        The one that was asked for does not work here, or none does and running without was not asked for.
    """
    if asked == AUTO and chosen_sandbox(asked) is SandboxKind.NONE:
        raise UsageError(
            "no sandbox works on this machine, and the code of strangers is not run without one unasked",
            hint="Try it in a container or a virtual machine; --sandbox none runs the code with your rights.",
        )
    chosen_sandbox(asked)
    return SandboxRequest(asked, network=network, foreign=True, own_home=True)


@dataclass(frozen=True, slots=True)
class Guards:
    """What is `missing`, and what the program exceeded (see `excess`)."""

    missing: tuple[MissingGuard, ...]
    watch: TreeWatch | None = None

    @property
    def excess(self) -> Excess | None:
        """The limit for which the program was ended, so far."""
        return self.watch.excess if self.watch is not None else None


@contextmanager
def guarded(
    limits: TryLimits, python: Path, sandbox: SandboxRequest, *, folders: Sequence[Path] = ()
) -> Iterator[Guards]:
    """Start programs in here: they get the limits, no secrets of the user's environment, and `python` as theirs.

    Limits and environment are those of this process meanwhile, since its children take them from it. `folders` are
    those that they may fill. What could not be set is named.
    """
    without = chosen_sandbox(sandbox.asked) is SandboxKind.NONE
    missing = [MissingGuard.SANDBOX] if without else []
    if without or sandbox.network:
        missing.append(MissingGuard.NETWORK_OPEN)
    before: list[tuple[int, tuple[int, int]]] = []
    for name, value in (
        ("RLIMIT_FSIZE", None if limits.disk_mib is None else limits.disk_mib * MIB),
        ("RLIMIT_NPROC", _processes(limits)),  # against what multiplies faster than one looks
    ):
        kept = None if value is None else _lowered(name, value)
        if kept is not None:
            before.append(kept)
    variables = _surroundings(python)
    kept_variables = {name: os.environ.get(name) for name in variables}
    _set(variables)
    of_tree = TreeLimits(limits.memory_mib, limits.disk_mib, limits.processes, tuple(folders))
    try:
        with watched_tree(of_tree) as watch:
            for limit, guard in _OF_TREE:
                if watch is None or getattr(limits, limit) is None:
                    missing.append(guard)
            yield Guards(tuple(missing), watch)
    finally:
        _set(kept_variables)
        for number, pair in before:
            resource.setrlimit(number, pair)


def _processes(limits: TryLimits) -> int | None:
    """The limit of processes; None where the system would not heed it: it counts all of a user, and none of root."""
    if limits.processes is None or not hasattr(os, "geteuid") or os.geteuid() == 0:
        return None
    try:
        own = sum(entry.stat().st_uid == os.geteuid() for entry in os.scandir("/proc") if entry.name.isdecimal())
    except OSError:
        return None
    return own + limits.processes


def _lowered(name: str, value: int) -> tuple[int, tuple[int, int]] | None:
    """Lower a limit of this process; what it was, or None where that cannot be done."""
    number = getattr(resource, name, None)
    if number is None:
        return None
    soft, hard = resource.getrlimit(number)
    top = value if hard == resource.RLIM_INFINITY else min(value, hard)
    try:
        resource.setrlimit(number, (top, hard))
    except (OSError, ValueError):
        return None
    return number, (soft, hard)


def _surroundings(python: Path) -> dict[str, str | None]:
    """What is different in the environment of programs; None: not there."""
    changes: dict[str, str | None] = {name: None for name in os.environ if is_secret_name(name)}
    changes |= dict.fromkeys(("PYTHONPATH", "PYTHONHOME", "PYTHONSTARTUP", "CONDA_PREFIX"))
    changes["VIRTUAL_ENV"] = str(python.parents[1])
    changes["PATH"] = os.pathsep.join([str(python.parent), os.environ.get("PATH", os.defpath)])
    changes["PYTHONDONTWRITEBYTECODE"] = "1"  # it may not write into its environment, and would be told so each time
    changes["MPLBACKEND"] = "agg"  # there is no screen: what a program shows would wait for somebody to close it
    return changes


def _set(variables: dict[str, str | None]) -> None:
    for name, value in variables.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value
