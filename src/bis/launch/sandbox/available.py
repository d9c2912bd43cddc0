"""Which sandboxes work on this machine: each is tried once, with a program that does nothing."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from functools import lru_cache
from pathlib import Path

from bis.errors import UsageError
from bis.launch.sandbox.landlock import LEAST_VERSION, SCOPES_VERSION, landlock_version
from bis.launch.sandbox.rules import ACCELERATORS, SandboxRules
from bis.launch.sandbox.sandboxed_command import sandbox_prefix
from bis.model.sandbox import AUTO, SandboxKind

_LIMIT_S = 30.0
_STRONGEST_FIRST = (SandboxKind.NAMESPACES, SandboxKind.BWRAP, SandboxKind.LANDLOCK)


def chosen_sandbox(asked: str) -> SandboxKind:
    """The sandbox that is meant, on this machine; for ``auto`` the strongest that works, which may be none.

    Raises
    ------
    UsageError
        One that does not work here was asked for by its name.
    """
    if asked == AUTO:
        return next((kind for kind in _STRONGEST_FIRST if works(kind)), SandboxKind.NONE)
    kind = SandboxKind(asked)
    if kind is not SandboxKind.NONE and not works(kind):
        there = [k.value for k in _STRONGEST_FIRST if works(k)]
        raise UsageError(
            f"the sandbox {kind.value} does not work on this machine",
            hint=f"Here work: {', '.join(there)}." if there else "None works here. --sandbox none does without.",
        )
    return kind


def signals_are_kept_in() -> bool:
    """Whether a sandbox on this machine keeps its program from signalling other processes."""
    return sys.platform == "linux" and landlock_version() >= SCOPES_VERSION


@lru_cache
def works(kind: SandboxKind) -> bool:
    """Whether a program can be started in this sandbox."""
    if sys.platform != "linux":
        return False
    if kind is SandboxKind.LANDLOCK and landlock_version() < LEAST_VERSION:
        return False
    with tempfile.TemporaryDirectory(prefix="bis-sandbox-") as folder:
        rules = SandboxRules(
            {
                "kind": kind.value,
                "writable": [folder],
                "covered": [],
                "shown": [],
                "network": False,
                "limits": {},
                "devices": [],
                "folder": "",
                "ends_with_parent": True,
                "has_locale": True,
            }
        )
        prefix = sandbox_prefix(rules, Path(folder) / "rules.json")
        try:
            ended = subprocess.run(
                (*prefix, sys.executable, "-I", "-S", "-c", "pass"),
                check=False,
                capture_output=True,
                stdin=subprocess.DEVNULL,
                timeout=_LIMIT_S,
            )
        except (OSError, subprocess.TimeoutExpired):
            return False
        return ended.returncode == 0


def accelerator_devices() -> list[str]:
    """Devices of accelerators on this machine."""
    try:
        names = [path.name for path in Path("/dev").iterdir()]
    except OSError:
        return []
    return sorted(f"/dev/{name}" for name in names if name.startswith(ACCELERATORS))
