"""The program's own lines on standard error."""

from __future__ import annotations

import pytest

from bis._verify.stderr_lines import own_lines


@pytest.mark.parametrize(
    "line",
    [
        "INFO:root:accuracy 0.5",
        "2026-11-29 08:16:08,123 - train - INFO - loss: 0.25",
        "epoch 3: accuracy=0.5",
        "  indented 0.5",
    ],
)
def test_what_a_program_logs_is_kept(line: str) -> None:
    """In the usual forms of `logging`, and without any."""
    assert own_lines(f"{line}\n") == f"{line}\n"


@pytest.mark.parametrize(
    "lines",
    [
        "train.py:12: UserWarning: 3 values are missing\n  fit(x, 1)",
        "2026/11/29 08:16:08 INFO mlflow.store.db.utils: Creating initial MLflow database tables...",
        "INFO  [alembic.runtime.migration] Running upgrade 1 -> 2, add a column",
        "2026-11-29 08:16:08.123456: I tensorflow/core/util/port.cc:153] oneDNN custom operations are on.",
        "E0000 00:00:1764404168.123456    1234 cuda_dnn.cc:8310] Unable to register",
        "Successfully installed numpy-2.0.0",
        'Traceback (most recent call last):\n  File "train.py", line 7, in <module>\n    f(3)\nValueError: 5 is many',
    ],
)
def test_what_surrounds_it_is_not(lines: str) -> None:
    """Warnings, tracebacks, lines of libraries."""
    assert own_lines(f"accuracy 0.5\n{lines}\nloss 0.25\n") == "accuracy 0.5\nloss 0.25\n"
