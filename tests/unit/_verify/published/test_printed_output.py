"""What a cell printed, line by line."""

from __future__ import annotations

import pytest

from bis._verify.published.printed_output import (
    LineKind,
    is_counted_as,
    is_value,
    judge_text,
    named_words,
    names_surroundings,
)


def kind(text: str) -> LineKind:
    """Of a text of one line."""
    judged = judge_text(text)
    return judged.lines[0].kind if judged.lines else LineKind.LOG


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\r\nb\r\n", ["a", "b"]),
        ("10%\r50%\rdone 3\n", ["done 3"]),
        ("1/2 - loss: 2.5\b\b\b0.5\n", ["1/2 - loss: 0.5"]),
        ("\x1b[1mloss\x1b[0m: \x1b[32m0.5\x1b[0m", ["loss: 0.5"]),
        ("\x1b]0;title\x07x: 1", ["x: 1"]),
        ("\n\n x: 1\n\n", [" x: 1"]),
    ],
)
def test_lines_are_as_a_terminal_shows_them_in_the_end(text: str, shown: list[str]) -> None:
    """Written over, stepped back, without escape sequences and blank lines."""
    assert [line.text for line in judge_text(text).lines] == shown


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("np.float64(0.78)", "0.78"),
        ("{'mse': np.float64(0.78)}", "{'mse': 0.78}"),
        ("NaN", "nan"),
        ("Index(['a'], dtype='object')", "Index(['a'], dtype='str')"),
        ("tensor(0.5, grad_fn=<NllLossBackward0>)", "tensor(0.5, device='cuda:0', grad_fn=<NllLossBackward>)"),
        ("params: 101,770", "params: 101770"),
        ("<Axes: xlabel='a'>", "<AxesSubplot:xlabel='a'>"),
        ("<Figure size 432x288 with 1 Axes>", "<Figure size 640x480 with 1 Axes>"),
        ("<keras.callbacks.History at 0x7f0011223344>", "<keras.src.callbacks.history.History at 0x7fa2c52d6210>"),
        (
            "<4x5 sparse matrix of type '<class 'numpy.int64'>'\n\twith 12 stored elements in Sparse Row format>",
            "<Compressed Sparse Row sparse matrix of dtype 'int64'\n\twith 12 stored elements and shape (4, 5)>",
        ),
        ("LinearRegression(copy_X=True, n_jobs=None)", "LinearRegression()"),
        ("Pipeline(steps=[('s', StandardScaler()),\n('c', SVC(C=1.0))])", "Pipeline(memory=None,\nsteps=[('s', ())])"),
    ],
)
def test_one_thing_in_two_notations(one: str, other: str) -> None:
    """Of two versions of NumPy, pandas, matplotlib, Keras or scikit-learn."""
    assert [x.words for x in judge_text(one).lines] == [x.words for x in judge_text(other).lines]


@pytest.mark.parametrize(
    "text",
    ["accuracy: 0.91", "0.91", "True", "'setosa'", "['setosa' 'virginica']", "array(['a'])", "best model: forest"],
)
def test_results(text: str) -> None:
    """Figures, values, words that have a name."""
    assert kind(text) is LineKind.RESULT


@pytest.mark.parametrize(
    "text",
    [
        "Training finished", "Epoch 3/10", "Using device: cuda:0", "TensorFlow version: 2.12.0", "'2.12.0'",
        "port: 5000", "'/content/data.csv'", "took 3.5 s", "Saved to: folder", "experiment_id: 4", "Num GPUs: 1",
        "fit_time: 3.8",
    ],
)  # fmt: skip
def test_texts_that_are_no_results(text: str) -> None:
    """Counters, versions, devices, paths, times, identifiers."""
    assert kind(text) is LineKind.TEXT


@pytest.mark.parametrize(
    "text",
    [
        "<Figure size 640x480 with 1 Axes>", "[<matplotlib.lines.Line2D at 0x7fa2c52d6210>]", "========",
        "100%|██████████| 3/3 [00:00<00:00, 12.72it/s]", "29515/29515 ━━━━━━━━━━━━━━━━━━━━ 0s 0us/step",
        "🏃 View run able-ant-12 at: http://127.0.0.1:5000/#/experiments/1/runs/abc", "LinearRegression()",
    ],
)  # fmt: skip
def test_lines_that_are_left_out(text: str) -> None:
    """Objects, rules, progress bars, links of MLflow."""
    assert kind(text) is LineKind.LOG


def test_a_progress_bar_with_figures_of_the_training() -> None:
    """Its figures are results, its count and time are not."""
    (line,) = judge_text("313/313 ━━━━━━━━━━━━━━━━━━━━ 1s 2ms/step - accuracy: 0.8772 - loss: 0.3549").lines
    assert line.kind is LineKind.RESULT
    assert [f.text for f in line.figures if is_counted_as(f.label) and f.label] == ["0.8772", "0.3549"]


def test_names_that_count() -> None:
    """The last word of a name says what was counted."""
    assert all(
        map(
            is_counted_as,
            [
                "clicks per user",
                "shortest path",
                "accuracy",
                "Mean squared error",
                "params.alpha",
                "",
                "number of users",
            ],
        )
    )
    assert not any(map(is_counted_as, ["run_id", "experimentId", "fit_time", "tags.mlflow.user", "port", "n_gpus"]))


def test_values_and_words() -> None:
    """Strings, booleans, arrays; not paths, calls, devices."""
    assert is_value("('a', 'b')")
    assert not is_value("LabelEncoder()")
    assert not is_value("[]")
    assert not is_value("'it' + 's'")
    assert all(map(names_surroundings, ["sqlite:///x.db", "C:\\x", "./x", "in ~/x", "a/b/c", "'2.12.0'", "cuda:0"]))
    assert not any(map(names_surroundings, ["'cat/dog'", "n/a", "1/2", "0.5"]))
    assert named_words("Recommended for user: Titanic") == {"Recommended for user": "Titanic"}
    assert named_words("best: 'svm', worst: tree") == {"best": "svm", "worst": "tree"}
    assert named_words("python path: lib; file: x") == {}
    assert named_words("LinearRegression(n_jobs=None)") == {"n_jobs": "None"}


def test_of_a_run_of_mlflow_its_figures_are_kept() -> None:
    """Not its ids, times and paths."""
    text = (
        "<Run: data=<RunData: metrics={'r': 0.5}, params={}, tags={'mlflow.user': 'x'}>, "
        "info=<RunInfo: artifact_uri='/x', end_time=1706788800123, experiment_id='1'>>"
    )
    (line,) = judge_text(text).lines
    assert [f.text for f in line.figures] == ["0.5"]
