"""``bis run``: the program's own status, output and arguments."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

import pytest

from bis.cli.main import main

if TYPE_CHECKING:
    from pathlib import Path


def test_status_and_output_are_the_programs(project: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """Everything behind the program is its own, options of bis's names too."""
    assert main(["run", "--wait", "train.py", "--json", "--wait"]) == 2
    shown = capfd.readouterr()
    assert shown.out.startswith("score ")
    assert "bis: recorded as " in shown.err


@pytest.mark.skipif(os.name != "posix", reason="signals")
def test_a_killed_program_has_the_status_of_shells(project: Path) -> None:
    """128 and the number of the signal."""
    (project / "train.py").write_text("import os\nos.kill(os.getpid(), 9)\n")
    assert main(["run", "--wait", "train.py"]) == 137


def test_json_is_all_that_is_on_stdout(project: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """The program's output is kept with the run."""
    assert main(["run", "--json", "train.py", "x"]) == 1
    document = json.loads(capfd.readouterr().out)
    text = json.dumps(document)
    assert '"exit_code": 1' in text
    assert "score" not in text


def test_a_missing_program_is_a_usage_error(project: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """Nothing is recorded."""
    assert main(["run", "absent.py"]) == 2
    assert "absent.py does not exist" in capfd.readouterr().err


def test_the_hint_works_as_it_is(project: Path, store_uri: str, capfd: pytest.CaptureFixture[str]) -> None:
    """What is said can be pasted: bis knows where the run is, and repeats no address, which may hold a password."""
    assert main(["run", "--wait", "--tracking-uri", store_uri, "train.py"]) == 0
    said = capfd.readouterr().err
    assert said.endswith("look at it with: bis show last\n")
    assert main(["show", "last"]) == 0
    assert said.split("recorded as ")[1][:32] in capfd.readouterr().out
