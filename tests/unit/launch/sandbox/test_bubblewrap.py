"""The command line of bwrap."""

from __future__ import annotations

from bis.launch.sandbox.bubblewrap import bwrap_command
from tests.unit.launch.sandbox.places import rules


def test_all_is_read_only_and_covered_but_what_the_rules_say() -> None:
    """What comes later lies above what came before: covers, then what is shown, then what may be written."""
    assert bwrap_command(rules(devices=["/dev/nvidia0"]), "/usr/bin/bwrap") == (
        "/usr/bin/bwrap", "--unshare-user", "--unshare-ipc", "--cap-drop", "ALL", "--unshare-net", "--die-with-parent",
        "--ro-bind", "/", "/", "--dev", "/dev", "--dev-bind-try", "/dev/nvidia0", "/dev/nvidia0",
        "--bind", "/scratch/0/outside/0", "/home/u",
        "--ro-bind-try", "/home/u/env", "/home/u/env",
        "--bind", "/scratch/0", "/scratch/0",
        "--chdir", "/scratch/0/workspace/project", "--",
    )  # fmt: skip


def test_the_network_and_the_parent_are_kept_where_the_rules_say_so() -> None:
    """With the network there is none of its own; a warm parent looks after its forks itself."""
    words = bwrap_command(rules(network=True, ends_with_parent=False, folder=""))
    assert not {"--unshare-net", "--die-with-parent", "--chdir"} & set(words)
