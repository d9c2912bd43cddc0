"""Keras repeats one order with a global seed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bis._audit.auditor import Options, audit_project
from tests.unit._audit.small_projects import write

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("head", "found"),
    [
        ("", True),
        ("os.environ['KERAS_BACKEND'] = 'tensorflow'\n", True),
        ("os.environ['KERAS_BACKEND'] = 'jax'\n", False),
        ("os.environ.setdefault('KERAS_BACKEND', 'jax')\n", False),
        ("os.environ['KERAS_BACKEND'] = 'torch'\n", False),
    ],
)
def test_other_backends_draw_a_new_order(head: str, found: bool, tmp_path: Path) -> None:
    """Only TensorFlow's repeats."""
    text = f"import os\n{head}import keras\nkeras.utils.set_random_seed(1)\nm = keras.Sequential([])\nm.fit(X, y)\n"
    write(tmp_path, {"a.py": text})
    assert bool(audit_project(tmp_path, "p", Options(select=("BIS307",))).findings) is found
