"""Operations that give other bits at the same seed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bis._audit.auditor import Options, audit_project
from tests.unit._audit.small_projects import write

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("counts = torch.histc(x, bins=9)\nplt.bar(bins, counts)\n", False),
        ("plt.bar(bins, torch.histc(x, bins=9))\n", False),
        ("counts = torch.histc(x, bins=9)\nprint(counts)\n", False),
        ("counts = torch.histc(x, bins=9)\nloss = f(counts)\n", True),
        ("counts = torch.histc(x, bins=9)\nplt.bar(bins, counts)\nloss = f(counts)\n", True),
        ("def entropy(x):\n    return torch.histc(x, bins=9)\n", True),
    ],
)
def test_counts_that_are_only_drawn(text: str, found: bool, tmp_path: Path) -> None:
    """A histogram to look at decides nothing."""
    write(tmp_path, {"a.py": "import torch\nimport matplotlib.pyplot as plt\n" + text})
    assert bool(audit_project(tmp_path, "p", Options(select=("BIS309",))).findings) is found


@pytest.mark.parametrize(
    ("pool", "found"),
    [("AdaptiveMaxPool2d(1)", False), ("AdaptiveAvgPool2d((1, 1))", False), ("AdaptiveMaxPool2d((7, 7))", True)],
)
def test_one_output_repeats(pool: str, found: bool, tmp_path: Path) -> None:
    """The mean of all, and the place of one maximum."""
    write(tmp_path, {"a.py": f"import torch\np = torch.nn.{pool}\nf(p)\n"})
    assert bool(audit_project(tmp_path, "p", Options(select=("BIS309",))).findings) is found
