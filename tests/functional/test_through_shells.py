"""Python that a program starts through other programs."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.functional.scene import Project

PROGRAM = """\
import os, subprocess
os.system("python child.py 1 > log.txt 2>&1")
subprocess.run("cd . && python child.py 2", shell=True, check=True)
subprocess.run(["bash", "run.sh"], check=True)
subprocess.run(["env", "A=1", "python", "child.py", "4"], check=True)
"""


def test_shells_hide_nothing(project: Project) -> None:
    """What children of shells, scripts and wrappers read is recorded, and nothing is missing; a filter is."""
    project.add("program.py", PROGRAM)
    project.add(
        "child.py", "import sys; print(open('data.csv').read() + open('more.csv').read() * (sys.argv[1] == '3'))"
    )
    project.add("run.sh", "set -e\npython child.py 3\n")
    project.add("data.csv", "1\n")
    project.add("more.csv", "2\n")
    project.add("filter.py", "import subprocess; subprocess.run('sort data.csv | python child.py 1', shell=True)")
    path = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
    data = project.store.read(project.record("program.py", PATH=path)).record.data
    assert ([f.path for f in data.files], data.reasons) == (["data.csv", "more.csv"], ())
    filtered = project.store.read(project.record("filter.py", PATH=path)).record.data
    assert [r for r in filtered.reasons if "sort" in r]
