"""Notebooks that fail, or that end themselves: what the user sees of it, and what replays make of it."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.functional.scene import BIS, notebook_text

if TYPE_CHECKING:
    from tests.functional.scene import Project

pytest.importorskip("ipykernel")


def test_a_failing_notebook_says_where_and_why(project: Project) -> None:
    """Cell and traceback are on stderr, in the record and, once for all replays, with the verdict."""
    project.add("n.ipynb", notebook_text(["print('one')", "def f(x):\n    return 1 / x", "f(0)", "print('never')"]))
    done = project.bis("run", "n.ipynb")
    assert done.code == 1
    assert done.out == "one\n"
    assert "Cell In[2], line 2, in f(x)" in done.err
    assert "bis: cell 2 raised ZeroDivisionError: division by zero (cells are counted from 0)\n" in done.err
    assert "\x1b" not in done.err
    shown = project.bis("show", "last").out
    assert "  - failed: exception: cell 2 raised ZeroDivisionError: division by zero\n" in shown
    assert "      ZeroDivisionError: division by zero\n" in shown
    replayed = project.bis("replay", "last", "-n", "2", "--yes")
    assert replayed.out.count("cell 2 raised ZeroDivisionError") == 1, replayed.out
    assert "  - in all 2 replays: exception, cell 2: cell 2 raised" in replayed.out
    assert "Cell In[2], line 2, in f(x)" in replayed.out
    assert "\x1b" not in replayed.out


def test_a_cell_that_leaves_with_a_status_ends_the_notebook_with_it(project: Project) -> None:
    """As a script: 3 is 3, and the replay ends alike; what follows does not run."""
    project.add("n.ipynb", notebook_text(["print('one')", "raise SystemExit(3)", "print('never')"]))
    done = project.bis("run", "n.ipynb")
    assert done.code == 3
    assert done.out == "one\n"
    assert "Traceback" not in done.err
    assert "bis: cell 1 ended the notebook with exit status 3 (cells" in done.err
    replayed = project.bis("replay", "last", "-n", "1", "--yes")
    assert "1/1 fail as the original did: ended with exit code 3" in replayed.out


def test_a_reader_that_has_gone_costs_nothing(project: Project) -> None:
    """`bis run train.py 2>&1 | head -1`: the program ends as it would, is recorded, and nothing complains."""
    project.add("a.py", "print('first', flush=True)\nopen('done', 'w').write('all')\n")
    shell = f"{' '.join(BIS)} run a.py 2>&1 | head -1; echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(
        ["bash", "-c", shell], cwd=project.folder, env=project.environ(), capture_output=True, text=True, check=True
    )
    assert (done.stdout, done.stderr) == ("first\n0\n", "")
    assert (project.folder / "done").read_text() == "all"
    assert "FINISHED" in project.bis("show", "last").out
