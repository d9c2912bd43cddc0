"""Projects that are broken or mean harm: what cannot be read is told, and nothing hangs, is written or is run."""

from __future__ import annotations

import contextlib
import json
import os
import random
import socket
import stat
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bis._audit.auditor import Options, audit_project
from bis.model.project_audit import ProjectAudit

if TYPE_CHECKING:
    from pathlib import Path

LIMIT_S = 60
GOOD = "import mlflow\nmlflow.log_param('a', 1)\n"


def environ_of(home: Path) -> dict[str, str]:
    """An environment with a home of its own."""
    return {"PATH": os.environ["PATH"], "HOME": str(home), "BIS_HOME": str(home / "bis")}


def audit(root: Path, *options: str, home: Path) -> tuple[int, str, str]:
    """Run the command; status, stdout, stderr."""
    done = subprocess.run(
        [sys.executable, "-m", "bis", "audit", str(root), *options],
        env=environ_of(home), cwd=home, capture_output=True, text=True, timeout=LIMIT_S, check=False,
    )  # fmt: skip
    return done.returncode, done.stdout, done.stderr


def notebook(source: str, **more: object) -> str:
    """A notebook with one code cell."""
    cell = {"cell_type": "code", "execution_count": 1, "metadata": {}, "outputs": [], "source": source, **more}
    return json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


BROKEN: dict[str, bytes] = {
    "python2.py": b"import mlflow\nprint 'hello'\n",
    "half.py": b"def f(:\n    mlflow.log_param(\n",
    "nul.py": b"import mlflow\0\n",
    "latin.py": "# é\nname = 'ü'\n".encode("latin-1"),
    "utf16.py": "import mlflow\n".encode("utf-16"),
    "cookie.py": b"# -*- coding: no-such-encoding -*-\nimport mlflow\n",
    "brackets.py": b"x = " + b"(" * 5000 + b")" * 5000 + b"\n",
    "unary.py": b"x = " + b"-" * 20000 + b"1\n",
    "chain.py": b"x = " + b"a." * 30000 + b"b\n",
    "sum.py": b"x = " + b"1+" * 30000 + b"1\n",
    "calls.py": b"f" + b"()" * 20000 + b"\n",
    "lambdas.py": b"x = " + b"lambda: " * 5000 + b"1\n",
    "indents.py": "".join(" " * i + "if x:\n" for i in range(200)).encode() + b" " * 200 + b"pass\n",
    "elifs.py": b"if x: pass\n" + b"elif x: pass\n" * 5000,
    "strings.py": b"x = " + b"'a' " * 20000 + b"\n",
    "fstring.py": b"x = f'" + b"{a}" * 20000 + b"'\n",
    "bom.py": b"\xef\xbb\xbfimport mlflow\n",
    "carriage.py": b"import mlflow\rmlflow.log_metric('a', 1)\r",
    "empty.ipynb": b"",
    "list.ipynb": b"[1, 2]",
    "deep.ipynb": b"[" * 100000,
    "nan.ipynb": b'{"cells": NaN, "nbformat": 4}',
    "cells.ipynb": b'{"cells": [1, null, {"cell_type": "code"}, {"cell_type": "code", "source": [1]}], "nbformat": 4}',
    "half.ipynb": notebook("import mlflow\nmlflow.log_param(").encode(),
    "magic.ipynb": notebook("%%bash\nrm -rf /\n").encode(),
    "binary.ipynb": bytes(range(256)) * 50,
    "requirements.txt": b"\xff\xfe" + b"mlflow\n" * 10 + b"\0",
    "pyproject.toml": b"[project\nname = ",
    "environment.yml": b"a: &a [x, x]\ndependencies: [*a, *a]\n",
    "README.md": ("mlflow log " * 20000).encode(),
    "setup.py": b"install_requires = [" + b"'x', " * 10000 + b"]\n",
}


def test_every_broken_file_is_told_and_none_stops_the_audit(tmp_path: Path) -> None:
    """The one good file is audited; broken ones are problems with a reason; no traceback, no crash."""
    root = tmp_path / "project"
    root.mkdir()
    for name, content in BROKEN.items():
        (root / name).write_bytes(content)
    (root / "good.py").write_text(GOOD)
    status, out, err = audit(root, "--json", home=tmp_path)
    assert status == 1, err
    assert "Traceback" not in err
    document = json.loads(out)
    assert document["facts"]["logs_params"] == "yes"
    told = {problem["file"] for problem in document["problems"]}
    expected = {
        "python2.py", "half.py", "nul.py", "utf16.py", "cookie.py", "brackets.py", "empty.ipynb", "list.ipynb",
        "deep.ipynb", "nan.ipynb", "half.ipynb", "binary.ipynb", "pyproject.toml",
    }  # fmt: skip
    assert expected <= told
    assert all(problem["detail"] for problem in document["problems"])


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_special_files_and_loops_are_not_opened(tmp_path: Path) -> None:
    """Named pipes, sockets, loops of links and links that lead outside are reported; nothing behind them is read."""
    root, outside = tmp_path / "project", tmp_path / "outside"
    root.mkdir()
    outside.mkdir()
    (outside / "secret.py").write_text("import mlflow\nmlflow.log_metric('secret', 1)\n")
    (root / "good.py").write_text(GOOD)
    os.mkfifo(root / "pipe.py")
    os.mkfifo(root / "requirements.txt")
    (root / "loop").symlink_to(root)
    (root / "a.py").symlink_to(root / "b.py")
    (root / "b.py").symlink_to(root / "a.py")
    (root / "outside").symlink_to(outside)
    (root / "secret.py").symlink_to(outside / "secret.py")
    (root / "README.md").symlink_to("/etc/hostname")
    with socket.socket(socket.AF_UNIX) as server:
        with contextlib.suppress(OSError):  # the path may be too long for a socket
            server.bind(str(root / "s.py"))
        began = time.monotonic()
        status, out, _err = audit(root, "--json", home=tmp_path)
    assert status in {0, 1}
    assert time.monotonic() - began < LIMIT_S / 2
    document = json.loads(out)
    assert document["facts"]["logs_metrics"] == "no"
    assert document["size"]["python_files"] == 1
    assert {"pipe.py", "a.py", "b.py", "secret.py"} <= {problem["file"] for problem in document["problems"]}


def test_nothing_is_run_and_nothing_is_written(tmp_path: Path) -> None:
    """Code that would leave a mark when imported, built or looked at by git leaves none; the project is unchanged."""
    root, mark = tmp_path / "project", tmp_path / "mark"
    root.mkdir()
    trap = f"open({str(mark)!r}, 'w').write('run')\n"
    for stem in ("setup", "conftest", "sitecustomize", "usercustomize", "mlflow", "pickle", "ast", "json"):
        name = f"{stem}.py"
        (root / name).write_text(f"import mlflow\n{trap}mlflow.log_param('a', 1)\n")
    (root / "a.ipynb").write_text(notebook(f"!touch {mark}\n{trap}"))
    script = root / "trap.sh"
    script.write_text(f"#!/bin/sh\ntouch {mark}\n")
    script.chmod(0o755)
    git = root / ".git"
    subprocess.run(["git", "init", "-q", str(root)], check=True)
    commit = ["git", "-c", "user.name=a", "-c", "user.email=a@b", "-C", str(root), "commit", "-q"]
    subprocess.run([*commit, "--allow-empty", "-m", "x"], check=True)
    with (git / "config").open("a") as config:
        config.write(
            f"[core]\n fsmonitor = {script}\n hooksPath = {root}\n pager = {script}\n sshCommand = {script}\n"
            f"[gpg]\n program = {script}\n[log]\n showSignature = true\n[diff]\n external = {script}\n"
        )
    before = {p: p.stat().st_mtime_ns for p in root.rglob("*")}
    done = subprocess.run(
        [sys.executable, "-m", "bis", "audit", ".", "--json"],
        env={**environ_of(tmp_path), "PYTHONSAFEPATH": "1"},
        cwd=root, capture_output=True, text=True, timeout=LIMIT_S, check=False,
    )  # fmt: skip
    assert done.returncode == 1, done.stderr
    assert json.loads(done.stdout)["revision"]["commit"]
    assert not mark.exists()
    assert {p: p.stat().st_mtime_ns for p in root.rglob("*")} == before


def test_a_large_notebook_is_reported_at_once(tmp_path: Path) -> None:
    """A notebook of 100 MB is not read: it is told as too large, in seconds and in little memory."""
    root = tmp_path / "project"
    root.mkdir()
    with (root / "large.ipynb").open("wb") as file:
        file.write(b'{"cells": [{"cell_type": "code", "source": "')
        for _part in range(100):
            file.write(b"x" * 2**20)
        file.write(b'"}], "nbformat": 4}')
    (root / "good.py").write_text(GOOD)
    began = time.monotonic()
    found = audit_project(root, "project")
    assert time.monotonic() - began < 10
    assert [(p.file, p.kind) for p in found.problems] == [("large.ipynb", "large")]
    assert found.facts["logs_params"].value == "yes"


def test_unreadable_files_are_told(tmp_path: Path) -> None:
    """What may not be read is a problem; as the superuser, who may read all, there is none."""
    root = tmp_path / "project"
    root.mkdir()
    (root / "locked.py").write_text(GOOD)
    (root / "locked.py").chmod(0)
    try:
        found = audit_project(root, "project")
    finally:
        (root / "locked.py").chmod(stat.S_IRUSR | stat.S_IWUSR)
    assert bool(found.problems) != (os.geteuid() == 0)


# One word a line, as they are put together.
WORDS = (
    "import mlflow\n",
    "from mlflow import *\n",
    "mlflow.log_param(",
    "'a', 1)\n",
    "with mlflow.start_run() as run:\n",
    "    ",
    "for i in range(3):\n",
    "def f(a, *b, c=1, **d):\n",
    "class A(B):\n",
    "self.x = self.x.y()\n",
    "return f(f)\n",
    "f = f(f)\n",
    "a, (b, *c) = d\n",
    "x[0]['a'].fit(1)\n",
    "lambda x: x\n",
    "[a for a in a if a]\n",
    "SEED = 42\n",
    "# bis: ignore[BIS1\n",
    "train_test_split(X, random_state=SEED)\n",
    "model.fit(x_train / 255, y)\n",
    "mlflow.autolog(disable=True)\n",
    "'''",
    '"',
    "\\\n",
    "try:\n",
    "except E as e:\n",
    "match x:\n",
    "  case {'a': 1}:\n",
    "async def g():\n",
    "await x\n",
    "@d(1)\n",
    "\t",
    "é",
    "\x0c",
    "}",
)


@given(st.lists(st.sampled_from(WORDS), max_size=40), st.booleans(), st.integers(0, 10**6))
@settings(max_examples=150, deadline=None, derandomize=True)
def test_no_text_makes_an_audit_fail(
    tmp_path_factory: pytest.TempPathFactory, parts: list[str], as_cell: bool, seed: int
) -> None:
    """Whatever is put together from pieces of programs is audited: no rule fails (BIS000), nothing raises."""
    root = tmp_path_factory.mktemp("project")
    text = "".join(parts)
    if as_cell:
        content = notebook(text)
        rng = random.Random(seed)
        cut = rng.randrange(len(content)) if seed % 5 == 0 else len(content)
        (root / "a.ipynb").write_text(content[:cut], encoding="utf-8")
    else:
        (root / "a.py").write_text(text, encoding="utf-8")
    (root / "b.py").write_text("from a import *\nfrom a import f\nimport a as f\nf().g.h(f)\n", encoding="utf-8")
    found = audit_project(root, "project", Options())
    assert isinstance(found, ProjectAudit)
    assert [f.message for f in found.findings if f.code == "BIS000"] == []


def test_projects_that_refer_to_themselves_end(tmp_path: Path) -> None:
    """Modules that import each other, functions and attributes that are made from themselves: told in no time."""
    functions = "def f(): return g()\ndef g(): return f()\nz = f()\nz.fit(1)\n"
    (tmp_path / "a.py").write_text("from b import *\nfrom b import x\ny = x\nclass A(A): pass\n" + functions)
    (tmp_path / "b.py").write_text("from a import *\nfrom a import y\nx = y\nx = x.x\nx = x.x()\nx.fit(1)\n")
    (tmp_path / "c.py").write_text("from .c import c\nfrom . import c\nc = c.c\nc.c.c.c()\n" + "a = a.b\n" * 3000)
    began = time.monotonic()
    audit_project(tmp_path, "project")
    assert time.monotonic() - began < 10
