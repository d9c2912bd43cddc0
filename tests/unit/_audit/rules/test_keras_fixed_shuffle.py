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


SEEDED = "import tensorflow as tf\ntf.random.set_seed(7)\ndef train(model, X, y, v):\n    "


@pytest.mark.parametrize(
    ("code", "found"),
    [
        (SEEDED + "return model.fit(X, y, epochs=9, batch_size=3, validation_data=v)\n", True),
        (SEEDED + "h = model.fit(x=X, y=y, epochs=9, validation_data=v)\n", True),
        (SEEDED + "return make(model)['net'].fit(X, y, epochs=9, validation_data=v)\n", True),
        (SEEDED + "return model.fit(X, y)\n", False),
        (SEEDED + "return model.fit(X, y, epochs=9)\n", False),
        (SEEDED + "return model.fit(X, epochs=9, validation_data=v)\n", False),
        (SEEDED + "return model.fit(X, y, epochs=9, validation_data=v, shuffle=False)\n", False),
        (SEEDED.replace("set_seed(7)", "normal([2])") + "return model.fit(X, y, epochs=9, validation_data=v)\n", False),
    ],
)
def test_a_model_that_is_an_argument(code: str, found: bool, tmp_path: Path) -> None:
    """What only Keras's `fit` takes says whose it is."""
    files = write(tmp_path, {"a.py": code})
    assert bool(audit_project(files, "p", Options(select=("BIS307",))).findings) is found
