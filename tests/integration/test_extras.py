"""The core installation: without the optional packages, everything else works, and what needs one says which."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.sources import ROOT, own_files

if TYPE_CHECKING:
    from pathlib import Path

EXTRAS = (
    "distributed",
    "ipykernel",
    "jupyter_client",
    "keras",
    "nbclient",
    "nbformat",
    "psutil",
    "tensorflow",
    "torch",
    "vl_convert",
)
NEEDS_AN_EXTRA = {"bis.launch.kernel"}  # loaded once `bis.notebooks.extra` has looked

# Nothing is uninstalled: finders of modules do not find what they are told to hide.
HIDE = f"""
import sys

class Hiding:
    def __init__(self, finder):
        self.finder = finder

    def find_spec(self, name, path=None, target=None):
        return None if name.partition(".")[0] in {EXTRAS!r} else self.finder.find_spec(name, path, target)

    def __getattr__(self, name):
        return getattr(self.finder, name)

sys.meta_path[:] = [Hiding(finder) for finder in sys.meta_path]
"""


def without_extras(code: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run code in an interpreter in which no optional package can be imported."""
    command = [sys.executable, "-c", HIDE + code]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False, timeout=120)


def test_every_module_is_imported_without_extras(tmp_path: Path) -> None:
    """Only the modules named above need an optional package to be imported."""
    inner = [p.relative_to(ROOT / "src").with_suffix("") for p in own_files(ROOT, "*.py", ["src/bis"])]
    names = [".".join(p.parts).removesuffix(".__init__") for p in inner if p.name != "__main__"]
    code = (
        f"import importlib\nfor name in {names!r}:\n"
        "    try:\n        importlib.import_module(name)\n"
        "    except ModuleNotFoundError as error:\n        print(name, error.name)\n"
    )
    done = without_extras(code, tmp_path)
    assert done.returncode == 0, done.stderr
    missing = dict(line.split() for line in done.stdout.splitlines())
    assert set(missing) == NEEDS_AN_EXTRA
    assert set(missing.values()) <= set(EXTRAS)


@pytest.mark.parametrize(
    ("arguments", "extra"),
    [
        (["run", "notebook.ipynb"], "notebook"),
        (["audit", "projects", "--corpus", "--out", "corpus", "--cluster", "tcp://127.0.0.1:9"], "cluster"),
    ],
)
def test_what_needs_an_extra_says_how_to_install_it(tmp_path: Path, arguments: list[str], extra: str) -> None:
    """The command ends with exit status 3 and one line that can be pasted, not with a traceback."""
    (tmp_path / "notebook.ipynb").write_text('{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}')
    (tmp_path / "projects" / "one").mkdir(parents=True)
    (tmp_path / "projects" / "one" / "train.py").write_text("import mlflow\n")
    done = without_extras(f"from bis.cli.main import main\nsys.exit(main({arguments!r}))", tmp_path)
    assert done.returncode == 3, done.stderr
    assert f"pip install 'bis[{extra}]'" in done.stderr
    assert "Traceback" not in done.stderr


def test_pages_have_tables_without_pictures(tmp_path: Path) -> None:
    """And say which extra draws; figures that the reader's browser draws are refused with its name."""
    code = (
        "from bis.errors import UsageError\n"
        "from bis.report.html.attribution_page import attribution_page\n"
        "from bis.report.html.page import check_interactive\n"
        "from tests.unit.report.attributions import explained\npage = attribution_page(explained())\n"
        "assert '<svg' not in page and '<figure' in page and '57' in page\n"
        "assert \"pip install 'bis[report]'\" in page\n"
        "try:\n    check_interactive(True)\nexcept UsageError as error:\n    print(error.hint)\n"
    )
    done = without_extras(f"sys.path.insert(0, {str(ROOT)!r})\n{code}", tmp_path)
    assert (done.returncode, done.stdout) == (0, "pip install 'bis[report]'\n"), done.stderr
