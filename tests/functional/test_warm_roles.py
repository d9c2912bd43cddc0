"""Roles with other roots in a fork of a process that has imported: each draws what it draws in a process of its own."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import pytest

from bis.instrument.entropy.entropy_plan import EntropyPlan
from tests.functional.entropy_launcher import run
from tests.functional.roles_drawn import NEW, ROOT, needs
from tests.functional.test_roles import ROLES, SKLEARN, TORCH

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="forks after imports are safe on Linux only")

IMPORTED = {
    SKLEARN: ("scipy.stats", "optuna", "pandas", "sklearn.cluster", "sklearn.datasets", "sklearn.ensemble",
              "sklearn.linear_model", "sklearn.model_selection", "sklearn.neural_network"),
    TORCH: ("torch", "torch.utils.data", "torch.utils.checkpoint"),
}  # fmt: skip
PROGRAMS = [
    pytest.param(SKLEARN, id="sklearn", marks=[needs("sklearn"), needs("optuna")]),
    pytest.param(TORCH, id="torch", marks=[pytest.mark.torch, needs("torch")]),
]


@pytest.mark.parametrize("program", PROGRAMS)
def test_fork_with_other_roots_is_as_a_cold_start_with_them(tmp_path: Path, program: str) -> None:
    """Each number, and the draws by role and place: of the shared generators, whose first states are of the parent."""
    roles = dict.fromkeys((*ROLES[program][::2], "other"), NEW)
    cold = run(EntropyPlan(ROOT, scoped=True, roles=roles), tmp_path / "log", program)
    warm = run(
        EntropyPlan(ROOT, scoped=True),
        tmp_path / "log",
        program,
        BIS_TEST_WARM=json.dumps(
            {"modules": IMPORTED[program], "roles": {role: root.hex() for role, root in roles.items()}}
        ),
    )
    assert warm.told("failed") == cold.told("failed") == []
    assert warm.printed == cold.printed
    assert warm.told("draws") == cold.told("draws")
