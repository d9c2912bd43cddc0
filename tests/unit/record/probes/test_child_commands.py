"""Commands that a program starts, seen through what only starts programs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bis.record.probes.child_commands import Process, expanded_variables, unseen_commands

if TYPE_CHECKING:
    from pathlib import Path

RECORDED = {
    ("python", "child.py"),
    ("python", "child.py", "1"),
    ("/venv/bin/python3", "train.py", "--alpha", "0.5"),
    ("/venv/bin/python3", "/venv/bin/torchrun", "train.py"),
    ("python", "-m", "package", "x y"),
}


def gaps(*command: str, cwd: str = "", python: bool = False) -> list[str]:
    """Names of what was not seen."""
    return [gap.name for gap in unseen_commands([Process(command, python, cwd)], RECORDED)]


@pytest.mark.parametrize(
    "command",
    [
        ("/bin/sh", "-c", "python child.py"),
        ("bash", "-lc", "cd src && PYTHONPATH=. python3 train.py --alpha 0.5 > log.txt 2>&1"),
        ("bash", "-c", "source venv/bin/activate; exec python -m package 'x y' | tee out"),
        ("python child.py; echo done",),
        ("python child.py 1 > log 2>&1",),
        ("sh", "-c", "for i in 1 2; do python child.py; done"),
        ("sh", "-c", 'python train.py --alpha "$ALPHA"'),
        ("env", "A=1", "python", "child.py"),
        ("nice", "-n", "5", "timeout", "10", "python", "child.py"),
        ("conda", "run", "-n", "x", "python", "child.py"),
        ("torchrun", "train.py"),
        ("sh", "-c", "sh -c 'python child.py'"),
        ("git", "rev-parse", "HEAD"),
        ("sh", "-c", "uname -p 2> /dev/null"),
        ("sh", "-c", "if [ -d out ]; then rm -r out; fi\n# a comment\nmkdir -p out"),
    ],
)
def test_recorded_python_is_seen_through_what_starts_it(command: tuple[str, ...]) -> None:
    """Shells, wrappers, console scripts; and commands that read none of the program's data."""
    assert gaps(*command) == []


@pytest.mark.parametrize(
    ("command", "unseen"),
    [
        (("Rscript", "a.R"), ["Rscript"]),
        (("sh", "-c", "cat data.csv | python child.py"), ["cat"]),
        (("sh", "-c", "python child.py && awk 1 data.csv"), ["awk"]),
        (("sh", "-c", "python child.py < data.csv"), ["python"]),
        (("sh", "-c", "python `cat name`"), ["python"]),
        (("sh", "-c", "python other.py"), ["python"]),
        (("sh", "-c", "python -I child.py"), ["python"]),
        (("env", "cat", "x"), ["env"]),
        (("bash", "absent.sh"), ["bash"]),
        (("bash",), ["bash"]),
        (("sh", "-c", "echo 'not closed"), ["echo"]),
        (("sort data.csv",), ["sort"]),
        (("source", "settings.sh"), ["source"]),
    ],
)
def test_everything_else_is_a_gap(command: tuple[str, ...], unseen: list[str]) -> None:
    """Other programs, Python that was not recorded, input from a file, and what is not understood."""
    assert gaps(*command) == unseen


def test_python_without_a_recorder_is_told_apart() -> None:
    """An isolated interpreter is a gap, also as a direct child; a recorded one is none."""
    assert gaps("python", "-I", "x.py", python=True) == ["python"]
    assert gaps("python", "x.py", python=True) == []
    (gap,) = unseen_commands([Process(("sh", "-c", "python other.py"))], RECORDED)
    assert gap.python


def test_scripts_of_a_shell_are_read(tmp_path: Path) -> None:
    """In the folder in which the shell was started."""
    (tmp_path / "run.sh").write_text("#!/bin/sh\nset -e\nexport A=1\npython train.py \\\n  --alpha 0.5\n")
    (tmp_path / "bad.sh").write_text("python child.py\nsort data.csv\n")
    assert gaps("bash", "run.sh", cwd=str(tmp_path)) == gaps("bash", "-e", str(tmp_path / "run.sh")) == []
    assert gaps("bash", "bad.sh", cwd=str(tmp_path)) == ["sort"]


def test_make_is_seen_through(tmp_path: Path) -> None:
    """What its recipes run is judged; a makefile that is not understood is a gap."""
    (tmp_path / "Makefile").write_text("all:\n\t@python train.py --alpha 0.5\n\nplot:\n\tgnuplot x\n")
    cwd = str(tmp_path)
    assert gaps("make", cwd=cwd) == []
    assert gaps("sh", "-c", "make plot", cwd=cwd) == ["gnuplot"]
    assert gaps("make", "-f", "other.mk", cwd=cwd) == ["make"]


@pytest.mark.parametrize(
    ("command", "names"),
    [
        (("echo $LR ${DATA}/x",), ("LR", "DATA")),
        (("LR=$LR OUT=x python t.py $OUT $LR",), ("LR",)),
        (("for s in $SEEDS; do echo $s; done; read line; echo $line",), ("SEEDS",)),
        (("awk '{print $NF}' $FILE",), ("FILE",)),
        (("sh", "-c", "test $A = 1 && echo $B"), ("A", "B")),
        (("/bin/bash", "-lc", "$A"), ("A",)),
        (("bash", "run.sh", "$A"), ()),
        (("wc", "-c", "$A"), ()),
        (("true",), ()),
    ],
)
def test_variables_that_a_shell_puts_in(command: tuple[str, ...], names: tuple[str, ...]) -> None:
    """But for those that its text sets, and what is in single quotes."""
    assert expanded_variables(command) == names
