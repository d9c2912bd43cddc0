"""Standard input is recorded as the program reads it, and given to its replays again."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

from tests.functional.scene import BIS, Done, Project

if TYPE_CHECKING:
    from collections.abc import Callable

PROGRAM = """\
import os, subprocess, sys
print(os.read(0, 4), flush=True)
subprocess.run([sys.executable, "-c", "print(input())"], check=True)
print(sys.stdin.read())
"""


def shell(project: Project, command: str) -> Done:
    """A command of a shell, in the project; ``$BIS`` is the command line of bis."""
    environ = project.environ(BIS=" ".join(BIS))
    done = subprocess.run(
        ["sh", "-c", command], cwd=project.folder, env=environ, capture_output=True, text=True, check=False, timeout=120
    )
    return Done(done.returncode, done.stdout, done.stderr, 0.0)


def test_a_pipe_is_given_again(new_project: Callable[..., Project]) -> None:
    """What the program read itself, by a descriptor, and a child that inherited it; not what nobody read."""
    project = new_project("piped")
    project.add("program.py", PROGRAM)
    run_id = shell(project, "printf 'one\\ntwo\\n' | $BIS run program.py").run_id
    stdin = project.store.read(run_id).record.parameters.stdin
    assert stdin is not None
    assert (stdin.kind, stdin.complete, stdin.size_bytes) == ("pipe", True, 8)
    replay = project.bis("replay", run_id, "-n", "1")
    assert replay.out.startswith("bitwise"), replay.out + replay.err


def test_loops_of_a_shell_keep_their_input(project: Project) -> None:
    """A program that reads nothing swallows nothing, from a pipe or a file; one that reads a file replays."""
    project.add("nothing.py", "import sys; print('program', sys.argv[1])")
    project.add("sums.py", "import sys; print(sum(map(int, sys.stdin)))")
    (project.folder / "list").write_text("1\n2\n")
    loop = "while read x; do $BIS run --no-wait nothing.py $x; done"
    both = shell(project, f"cat list | {loop}; {loop} < list")
    assert both.out.splitlines() == ["program 1", "program 2"] * 2, both.err
    run_id = shell(project, "$BIS run sums.py < list").run_id
    (project.folder / "list").write_text("3\n")
    replay = project.bis("replay", run_id, "-n", "1")
    assert replay.out.startswith("bitwise"), replay.out + replay.err
