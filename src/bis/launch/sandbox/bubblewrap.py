"""The command line by which ``bwrap`` gives a program the view that `namespaces` would give it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bis.launch.sandbox.rules import SandboxRules

PROGRAM = "bwrap"


def bwrap_command(rules: SandboxRules, program: str = PROGRAM) -> tuple[str, ...]:
    """What comes before a command, for these rules; the stage follows, for limits and for what other processes are.

    There is no namespace of processes: see `bis.launch.sandbox.namespaces`. A user namespace is asked for in any case,
    since without one the files of this machine could be reached through ``/proc``.
    """
    words = [program, "--unshare-user", "--unshare-ipc", "--cap-drop", "ALL"]
    words += [] if rules.network else ["--unshare-net"]
    words += ["--die-with-parent"] if rules.ends_with_parent else []
    words += ["--ro-bind", "/", "/", "--dev", "/dev"]
    for path in rules.devices:
        words += ["--dev-bind-try", path, path]
    for target, source in rules.covered:
        words += ["--bind", source, target]
    for path in rules.shown:
        words += ["--ro-bind-try", path, path]
    for path in rules.writable:
        words += ["--bind", path, path]
    if rules.folder:
        words += ["--chdir", rules.folder]
    return (*words, "--")
