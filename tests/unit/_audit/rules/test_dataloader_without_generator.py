"""Loaders that shuffle in several workers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bis._audit.auditor import Options, audit_project
from tests.unit._audit.small_projects import write

if TYPE_CHECKING:
    from pathlib import Path

CORES = "as many workers as there are cores"
LOADER = "import torch\n{}torch.utils.data.DataLoader(data, shuffle=True, num_workers={})\n"
GIVEN = "def load(data, n{}):\n    return "


@pytest.mark.parametrize(
    ("before", "workers", "after", "said"),
    [
        ("", "4", "", 4),
        ("", "0", "", 0),
        ("N = 4\n", "N", "", 4),
        ("C = {'n': 4}\n", "C['n']", "", 4),
        (GIVEN.format("=8"), "n", "", 8),
        (GIVEN.format("=8"), "n", "load(x)\n", 8),
        (GIVEN.format("=8"), "n", "load(x)\nload(x, 2)\n", 2),
        (GIVEN.format("=8"), "n", "load(x)\nload(x, n=0)\n", 0),
        (GIVEN.format("=8"), "n", "load(x, count())\n", 0),
        (GIVEN.format(""), "n", "", 0),
        ("", "count()", "", 0),
    ],
)
def test_how_many_workers_there_are(before: str, workers: str, after: str, said: int, tmp_path: Path) -> None:
    """As written, by a variable, or by whoever calls the function; its default where nobody is seen to."""
    code = LOADER.format(before, workers) + after
    found = audit_project(write(tmp_path, {"a.py": code}), "p", Options(select=("BIS308",))).findings
    assert [one.message.split()[0] for one in found] == ([str(said)] if said else [])


@pytest.mark.parametrize(
    ("workers", "said"),
    [
        ("os.cpu_count()", CORES),
        ("N", CORES),
        ("os.cpu_count() or 1", CORES),
        ("multiprocessing.cpu_count() // 2", CORES),
        ("len(os.sched_getaffinity(0))", CORES),
        ("max(1, os.cpu_count() - 1)", CORES),
        ("min(4, N)", "4 workers"),
        ("min(few, os.cpu_count())", ""),
        ("2 * few", ""),
        ("1", ""),
        ("1 if torch.cuda.is_available() else 0", ""),
        ("4 if torch.cuda.is_available() else 0", "4 workers"),
        ("0 if debug else few", ""),
    ],
)
def test_workers_of_a_machine(workers: str, said: str, tmp_path: Path) -> None:
    """As many as there are cores, or in one of two cases, are several; an unknown number is none."""
    code = LOADER.format("import multiprocessing, os\nN = os.cpu_count()\n", workers)
    assert _said(tmp_path, code) == [said] * bool(said)


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ("{'num_workers': 2, 'pin_memory': True} if cuda else {}", "2 workers"),
        ("{'num_workers': os.cpu_count()} if cuda else {'num_workers': 0}", CORES),
        ("dict(num_workers=2)", "2 workers"),
        ("{} if cuda else dict(num_workers=3)", "3 workers"),
        ("{'num_workers': 2, 'generator': g} if cuda else {}", ""),
        ("{'num_workers': 0} if cuda else {}", ""),
        ("{'num_workers': 2, **others} if cuda else {}", ""),
        ("given()", ""),
    ],
)
def test_workers_in_a_dictionary(table: str, said: str, tmp_path: Path) -> None:
    """Also where it is another dictionary in each of two cases; what is not known may hold a generator."""
    code = f"import os, torch\nmore = {table}\ntorch.utils.data.DataLoader(data, shuffle=True, **more)\n"
    assert _said(tmp_path, code) == [said] * bool(said)


def _said(folder: Path, code: str) -> list[str]:
    found = audit_project(write(folder, {"a.py": code}), "p", Options(select=("BIS308",))).findings
    return [one.message.partition(" shuffle")[0] for one in found]
