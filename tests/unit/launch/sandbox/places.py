"""Rules of a sandbox for tests."""

from __future__ import annotations

from typing import Any

from bis.launch.sandbox.rules import SandboxRules


def rules(**changes: Any) -> SandboxRules:
    """Rules of a replay in ``/scratch/0`` on a machine with the home ``/home/u``; `changes` replace fields."""
    usual = {
        "kind": "namespaces",
        "writable": ["/scratch/0"],
        "covered": [["/home/u", "/scratch/0/outside/0"]],
        "shown": ["/home/u/env"],
        "network": False,
        "limits": {"RLIMIT_CORE": 0},
        "devices": [],
        "folder": "/scratch/0/workspace/project",
        "ends_with_parent": True,
        "has_locale": True,
    }
    return SandboxRules({**usual, **changes})
