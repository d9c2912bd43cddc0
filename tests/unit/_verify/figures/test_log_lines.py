"""Logs of libraries and progress bars."""

from __future__ import annotations

import pytest

from bis._verify.figures.log_lines import log_kind, shown_lines
from bis._verify.figures.volatile_token import VolatileToken


def shown(text: str) -> list[str]:
    """What is left of the lines, blanks made one."""
    return [" ".join(line.text.split()) for line in shown_lines(text) if line.text is not None]


@pytest.mark.parametrize(
    "line",
    [
        "🏃 View run learned-deer-760 at: http://127.0.0.1:5000/#/experiments/1/runs/0123",
        "🧪 View experiment at: http://127.0.0.1:5000/#/experiments/1",
        "Successfully registered model 'm'.",
        "Created version '3' of model 'm'.",
        "Registered model 'm' already exists. Creating a new version of this model...",
        "INFO: 'x' does not exist. Creating a new experiment",
    ],
)
def test_lines_of_mlflow(line: str) -> None:
    """Which of them are printed depends on the store."""
    assert log_kind(line) is VolatileToken.MLFLOW_LINE


@pytest.mark.parametrize(
    "line",
    [
        "2025/11/29 08:28:13 INFO mlflow.tracking.fluent: Experiment with name 'x' does not exist.",
        "2025/11/29 08:28:13 INFO mlflow.store.db.utils: Creating initial MLflow database tables...",
        "2025/11/29 08:28:13 WARNING mlflow.models.model: Model logged without a signature and input example.",
        "INFO  [alembic.runtime.migration] Context impl SQLiteImpl.",
        "WARNING:urllib3.connectionpool:Retrying (Retry(total=4)) after connection broken",
        '2025-11-29 08:28:13,123 - urllib3.connectionpool - DEBUG - http://x:5000 "GET / HTTP/1.1" 200 5',
        "2025-11-29 08:28:13.123456: I tensorflow/core/platform/cpu_feature_guard.cc:210] This TensorFlow binary is",
        "To enable the following instructions: AVX2 FMA, in other operations, rebuild TensorFlow.",
        "I0000 00:00:1764404888.123456    1234 cuda_executor.cc:1015] successful NUMA node read",
        "WARNING:absl:You are saving your model as an HDF5 file",
        "Requirement already satisfied: numpy in /v/lib/python3.11/site-packages (1.26.4)",
        "Collecting scikit-learn==1.5",
        "  Downloading numpy-2.0-cp311-manylinux.whl (12 kB)",
        "Successfully installed numpy-2.0",
        "[notice] A new release of pip is available: 24.0 -> 25.0",
        "Note: you may need to restart the kernel to use updated packages.",
        "[Parallel(n_jobs=2)]: Done   4 out of   4 | elapsed:    0.1s finished",
        "[LightGBM] [Info] Auto-choosing col-wise multi-threading, the overhead of testing was 0.000123 seconds.",
        "huggingface/tokenizers: The current process just got forked, after parallelism has already been used.",
    ],
)
def test_logs_of_libraries(line: str) -> None:
    """They say what the library did, and compute no result."""
    assert log_kind(line) is VolatileToken.LOG_LINE


@pytest.mark.parametrize(
    "line",
    [
        "2025-11-29 08:28:13,123 INFO train: accuracy 0.91",
        "INFO:root:accuracy 0.91",
        "INFO:__main__:mlflow accuracy 0.91",
        "2025-11-29 08:28:13 INFO mlflow_demo: accuracy 0.91",
        "I1129 08:28:13.123456 1234 train.py:12] accuracy 0.91",
        "INFO:tensorflow:loss = 0.5, step = 100",
        "[I 2025-11-29 08:28:13,123] Trial 0 finished with value: 0.91 and parameters: {'x': 1.2}.",
        "[LightGBM] [Info] Total Bins 123",
        "[0]	validation-rmse:0.41",
        "mlflow run finished with accuracy 0.91",
        "View of the results: 0.91",
        "Collecting results: accuracy 0.91",
        "Downloading 3 files gave accuracy 0.91",
        "Processing fold 3: accuracy 0.91",
        "wandb: accuracy 0.91",
        "Created version of the model with accuracy 0.91",
    ],
)
def test_results_that_are_logged(line: str) -> None:
    """A program logs its results with the same functions."""
    assert log_kind(line) is None
    assert "0.91" in "".join(shown(line)) or "0.91" not in line


@pytest.mark.parametrize(
    ("text", "left"),
    [
        (" 50%|█████     | 1/2 [00:01<00:01,  1.0it/s]\r100%|███| 2/2 [00:02<00:00,  1.0it/s]\ndone 0.5", ["done 0.5"]),
        ("Epoch 1: 100%|██████████| 10/10 [00:03<00:00,  3.1it/s, loss=0.41]", ["Epoch 1: <progress-bar> loss=0.41"]),
        ("  0%|          | 0/10 [00:00<?, ?it/s]accuracy 0.91", ["accuracy 0.91"]),
        (" 45%|████▌     | 45/100 [00:03<00:05, 10.1it/s, loss=0.5]", []),
        ("17it [00:03, 3.1it/s]", []),
        ("Downloading artifacts: 100%|██████████| 7/7 [00:00<00:00, 900.0it/s]", []),
        (
            " 1/10 ━━━━━━━━━━━━ 1s 100ms/step - accuracy: 0.10\n10/10 ━━━━━━━━━━━━ 0s 5ms/step - accuracy: 0.93",
            ["10/10 <progress-bar> 5ms/step - accuracy: 0.93"],
        ),
        (
            "10/10 [==============================] - 1s 12ms/step - loss: 0.21",
            ["10/10 <progress-bar> 12ms/step - loss: 0.21"],
        ),
        ("10/10 ━━━━━━━━━━━━━━━━━━━━ 0s 5ms/step", ["10/10 <progress-bar> 5ms/step"]),
        ("Working... ━━━━━━━━━━━━ 100% 0:00:03", ["Working... <progress-bar>"]),
        ("\x1b[1m10/10\x1b[0m \x1b[32m━━━━━━━━━━\x1b[0m\x1b[37m\x1b[0m \x1b[1m0s\x1b[0m 5ms/step - loss: 0.2",
         ["10/10 <progress-bar> 5ms/step - loss: 0.2"]),
        ("┏━━━━━━━┳━━━━━┓\n┃ acc   ┃ 91% ┃", ["┏━━━━━━━┳━━━━━┓", "┃ acc ┃ 91% ┃"]),
        ("abc\x08d", ["abd"]),
        ("a\r\nb", ["a", "b"]),
        ("[===] 0.5", ["[===] 0.5"]),
        ("I1129 08:28:13.123456 1234 train.py:12] accuracy 0.91", ["train.py:12] accuracy 0.91"]),
        ("accuracy 0.5|0.6|", ["accuracy 0.5|0.6|"]),
    ],
)  # fmt: skip
def test_what_remains_of_progress_bars(text: str, left: list[str]) -> None:
    """Figures behind a full bar are results; how often and when it was drawn is not."""
    assert shown(text) == left


def test_line_numbers_are_those_of_the_text() -> None:
    """What is left out is counted."""
    lines = list(shown_lines("🏃 View run x at: http://h\nacc 0.5"))
    assert [(line.number, line.text, line.kind) for line in lines] == [
        (1, None, VolatileToken.MLFLOW_LINE),
        (2, "acc 0.5", None),
    ]
