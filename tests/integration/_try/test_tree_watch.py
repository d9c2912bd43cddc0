"""A program and all that it starts are ended where they exceed a limit."""

from __future__ import annotations

import json
import subprocess
import sys
import time

import pytest

# In a process of its own: all that it has started is ended, not only what it started while it watched.
WATCHING = """
import json, subprocess, sys
from bis._try import tree_watch
from bis._try.tree_watch import TreeLimits, watched_tree
tree_watch._EVERY_S = 0.05
with watched_tree(TreeLimits(processes=2)) as watch:
    script = "import subprocess; p = [subprocess.Popen(['sleep', '60']) for _ in range(4)]; p[0].wait()"
    ended = subprocess.run([sys.executable, "-c", script], check=False, timeout=30)
print(json.dumps([watch.excess.name, ended.returncode]))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux says what belongs together")
def test_a_program_with_too_many_workers_is_ended() -> None:
    """With all of them, soon after it was seen."""
    started = time.monotonic()
    watching = subprocess.run([sys.executable, "-c", WATCHING], stdout=subprocess.PIPE, check=True, timeout=60)
    name, code = json.loads(watching.stdout)
    assert name == "processes"
    assert code != 0
    assert time.monotonic() - started < 20
