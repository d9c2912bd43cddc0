"""Lines of libraries."""

from __future__ import annotations

import pytest

from bis._verify.figures.log_lines import log_kind
from bis._verify.published.library_lines import is_library_line, stopped_showing, tells_of_a_cut


@pytest.mark.parametrize(
    "line",
    [
        "2024/02/01 12:00:00 INFO mlflow.tracking.fluent: Experiment with name 'basic' does not exist.",
        "2024/02/01 12:00:00 WARNING mlflow.utils.autologging_utils: MLflow autologging encountered a warning: 3",
        "INFO  [alembic.runtime.migration] Running upgrade 451aebb31d03 -> 90e64c465722, add column",
        "2024-02-01 12:00:00.123456: I tensorflow/core/platform/cpu_feature_guard.cc:182] This TensorFlow binary",
        "I0000 00:00:1706788800.123456    1234 port.cc:153] oneDNN custom operations are on.",
        "WARNING:tensorflow:From <stdin>:3: is_gpu_available is deprecated",
        "To enable the following instructions: AVX2 FMA, in other operations, rebuild TensorFlow",
        "C:\\Users\\x\\sklearn\\base.py:465: UserWarning: X does not have valid feature names",
        "  warnings.warn(",
        "Requirement already satisfied: numpy<3,>=1.19 in c:\\users\\x\\lib (1.26.4)",
        "   Downloading mlflow-2.10.0-py3-none-any.whl (19.3 MB)",
        "Successfully installed mlflow-2.10.0",
        "[notice] A new release of pip is available: 23.2.1 -> 24.0",
        "Note: you may need to restart the kernel to use updated packages.",
        "[2024-02-01 12:00:00 +0000] [1234] [INFO] Starting gunicorn 21.2.0",
        "Created version '3' of model 'net'.",
        "Downloading data from https://storage.googleapis.com/tensorflow/train-labels-idx1-ubyte.gz",
        "CPU times: user 928 μs, sys: 33 μs, total: 961 μs",
        "1.2 ms ± 30 µs per loop (mean ± std. dev. of 7 runs, 100 loops each)",
    ],
)
def test_lines_about_the_work_of_libraries(line: str) -> None:
    """MLflow, alembic, TensorFlow, absl, pip, gunicorn, warnings, magics that measure."""
    assert is_library_line(line) or log_kind(line)


@pytest.mark.parametrize(
    "line",
    ["INFO:root:accuracy 0.91", "accuracy: 0.91", "Collected 12 samples", "[I] Trial 0 finished with value: 0.83", ""],
)
def test_lines_of_the_program(line: str) -> None:
    """What the notebook itself logs or prints."""
    assert not is_library_line(line)
    assert not log_kind(line)


def test_remarks_on_what_is_not_shown() -> None:
    """Of Colab, of editors, of Jupyter."""
    assert tells_of_a_cut("Streaming output truncated to the last 5000 lines.")
    assert tells_of_a_cut("Output is truncated. View as a scrollable element or open in a text editor.")
    assert not tells_of_a_cut("truncated SVD: 0.5")
    assert stopped_showing("IOPub data rate exceeded.\nThe Jupyter server will temporarily stop")
    assert not stopped_showing("rate exceeded")
