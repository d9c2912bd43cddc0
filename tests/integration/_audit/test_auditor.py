"""The audit of one project."""

from __future__ import annotations

import ast
import os
import shutil
import subprocess
import sys
from pathlib import Path

import bis
from bis._audit.auditor import own_sources


def test_changed_code_of_ours_is_another_version(tmp_path: Path) -> None:
    """An audit by rules that were changed since is not taken from the cache, whatever the number of the version."""
    shutil.copytree(Path(bis.__file__).parent, tmp_path / "bis", ignore=shutil.ignore_patterns("__pycache__"))
    program = "from bis._audit.auditor import Options, version_of; print(version_of(Options()))"
    env = {**os.environ, "PYTHONPATH": str(tmp_path)}

    def version() -> str:
        return subprocess.run(
            [sys.executable, "-c", program], env=env, capture_output=True, text=True, check=True
        ).stdout

    before = version()
    assert version() == before
    with (tmp_path / "bis" / "_audit" / "rules" / "unseeded_split.py").open("a", encoding="utf-8") as file:
        file.write("# changed\n")
    assert version() != before


def test_the_version_is_made_of_all_that_an_audit_imports() -> None:
    """Whatever of bis is loaded after an audit that used every part is among the files of the version."""
    program = (
        "import sys, tempfile, pathlib\n"
        "from bis._audit.auditor import Options, audit_project\n"
        "from bis._audit import fixes\n"
        "root = pathlib.Path(tempfile.mkdtemp())\n"
        "(root / 'a.py').write_text('import mlflow\\nSEED = 1\\n')\n"
        "audit_project(root, 'p', Options(cache=root / 'cache'))\n"
        "print([n for n in sys.modules if n.startswith('bis.')])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    loaded = {name.partition(".")[2].replace(".", "/") for name in ast.literal_eval(done.stdout)}
    files = {f"{name}.py" for name in loaded if (Path(bis.__file__).parent / f"{name}.py").is_file()}
    sources = own_sources()
    assert "evidence/digests.py" in files
    assert files <= sources.keys()
    assert not any(name.startswith(("_replay", "launch", "instrument", "cli")) for name in sources)
