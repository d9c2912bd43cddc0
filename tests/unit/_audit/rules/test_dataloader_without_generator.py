"""Loaders that shuffle in several workers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bis._audit.auditor import Options, audit_project
from tests.unit._audit.small_projects import write

if TYPE_CHECKING:
    from pathlib import Path

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
