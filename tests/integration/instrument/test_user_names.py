"""Programs whose files have the names of modules that the recorder loads, in real interpreters."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from bis.evidence.store import EvidenceStore
from tests.unit.sessions import clean_environ, record

if TYPE_CHECKING:
    from pathlib import Path

# Modules of the standard library, among them all that the recorder loads at its start and on its way.
NAMES = (
    "__future__", "_json", "_sha3", "ast", "binascii", "copy", "ctypes", "dataclasses", "glob", "hashlib", "inspect",
    "json", "linecache", "pathlib", "platform", "re", "shutil", "string", "subprocess", "tarfile", "tempfile",
    "tokenize", "traceback", "typing", "zlib",
)  # fmt: skip
IMPORTS = "import sys\nfor name in sys.argv[1:]:\n    print(name, getattr(__import__(name), 'MINE', False))\n"


def plain(folder: Path, *arguments: str) -> str:
    """What the program prints without bis."""
    done = subprocess.run(
        [sys.executable, "program.py", *arguments],
        cwd=folder,
        env=clean_environ(),
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


def test_a_users_file_is_imported_by_its_name(project: Path) -> None:
    """The program gets its own files for names that the recorder uses, as without bis; `bis` itself is such a name."""
    (project / "program.py").write_text(IMPORTS)
    for name in (*NAMES, "bis"):
        (project / f"{name}.py").write_text("MINE = True\n")
    ran = record(project, IMPORTS, *NAMES, "bis")
    assert ran.out == plain(project, *NAMES, "bis")
    assert ran.out.splitlines()[-1] == "bis True"
    assert "tokenize True" in ran.out
    assert ran.all("end"), ran.err


def test_a_users_file_is_not_run_by_the_recorder(project: Path) -> None:
    """What the program does not import is not imported, whatever the recorder needs on its way and at the end."""
    text = (
        "import os, random, uuid, concurrent.futures, multiprocessing.pool, http.client, numpy\n"
        "os.urandom(4)\nopen('data', 'w').write('x')\nos.listdir('.')\nraise ValueError('the end')\n"
    )
    (project / "program.py").write_text(f"import sys\n{text.replace('raise', 'print(*sys.modules)  # ')}")
    used = set(plain(project).split())  # these are the program's own doing
    for name in {*NAMES, "bis"} - used:
        (project / f"{name}.py").write_text(f"open({name + '.ran'!r}, 'w').close()\nraise RuntimeError\n")
    ran = record(project, text)
    assert "ValueError: the end" in ran.err
    assert "recording of" not in ran.err
    assert [path.name for path in project.glob("*.ran")] in ([], ["traceback.ran"])  # Python's own from 3.13 on
    assert ran.one("exception")["message"] == "the end"
    assert ran.all("machine")
    assert ran.all("end")


def test_an_own_package_of_the_name_of_bis(project: Path, store_uri: str) -> None:
    """It is the program's, as a package, too, and the runs are recorded nevertheless."""
    (project / "bis").mkdir()
    (project / "bis" / "__init__.py").write_text("from bis.helper import WORD\n")
    (project / "bis" / "helper.py").write_text("WORD = 'mine'\n")
    text = (
        "import mlflow\nimport bis\nwith mlflow.start_run() as run:\n    mlflow.log_metric('loss', 0.5)\n"
        "print(bis.WORD, run.info.run_id)\n"
    )
    ran = record(project, text, MLFLOW_TRACKING_URI=store_uri)
    assert ran.code == 0, ran.err
    word, run_id = ran.out.split()
    assert word == "mine"
    assert ran.one("run")["run_id"] == run_id
    assert ran.one("metric")["key"] == "loss"
    assert EvidenceStore(store_uri).find(run_id) == run_id
    assert ran.all("end"), ran.err


def test_bis_as_a_module_is_not_confused_by_the_project(project: Path) -> None:
    """`python -m bis` does not take its own modules from the working directory."""
    for name in ("json", "tokenize", "click"):
        (project / f"{name}.py").write_text("raise RuntimeError\n")
    done = subprocess.run(
        [sys.executable, "-m", "bis", "rule", "BIS101", "--json"],
        cwd=project,
        env=clean_environ(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)


@pytest.mark.parametrize("own", ["", "bis.py"])
def test_without_an_own_one_bis_is_bis(project: Path, own: str) -> None:
    """A program may use bis; where it has a file of that name, it gets that file."""
    if own:
        (project / own).write_text("__version__ = 'mine'\n")
    ran = record(project, "import bis\nprint(bis.__version__)\n")
    assert (ran.out == "mine\n") is bool(own)
    assert ran.code == 0
