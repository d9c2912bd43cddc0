"""What numbers are called."""

from __future__ import annotations

import pytest

from bis._verify.figures.number_labels import NumberLabeller, phrase
from bis._verify.figures.text_reading import NUMBER


def labels(text: str) -> list[tuple[str, str]]:
    """The label and text of each number."""
    labeller = NumberLabeller()
    found = []
    for line in text.split("\n"):
        places = [(m.start(), m.end()) for m in NUMBER.finditer(line)]
        named = labeller.label_line(line, places)
        found += [(label.text, line[start:end]) for label, (start, end) in zip(named, places, strict=True)]
    return found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("loss: 0.25", ["loss"]),
        ("INFO:root:accuracy 0.25", ["accuracy"]),
        ("accuracy = 1e-3, f1 -2.5", ["accuracy", "f1"]),
        ("Training loss (scaled): 0.5", ["Training loss (scaled)"]),
        ("run 3: accuracy 0.91", ["run", "accuracy"]),
        ("Epoch [1/10], Loss: 0.41", ["Epoch", "Epoch", "Loss"]),
        ("loss at 0.693", ["loss at"]),
        ("val_loss improved from 0.5 to 0.4", ["val_loss improved from", "val_loss improved from"]),
        ("Accuracy: 0.91 (+/- 0.02)", ["Accuracy", "Accuracy ±"]),
        ("0.91 ± 0.02", ["", ""]),
        ("accuracy (n=5): 0.9", ["accuracy.n", "accuracy"]),
        ("The model's accuracy is 0.9", ["model's accuracy is"]),
        ("accuracy 0.91 0.92", ["accuracy", "accuracy"]),
        ("[0.5 1.5]", ["", ""]),
        ("losses [0.5, 0.4]", ["losses", "losses"]),
        ("Accuracy(0.5)", ["Accuracy"]),
        ("tensor(0.91)", [""]),
        ("np.float64(0.91)", [""]),
        ("score: tensor(0.91, device='cpu')", ["score"]),
        ("('accuracy', 0.91)", ["accuracy"]),
        ("[('accuracy', 0.91), ('loss', 0.3)]", ["accuracy", "loss"]),
        ("{'acc': 0.9, 'nested': {'f1': 0.8, 'list': [1, 2]}}", ["acc", "nested.f1", "nested.list", "nested.list"]),
        ("Best params: {'C': 1.0}, score 0.9", ["Best params.C", "score"]),
        ("IntDistribution(high=7, log=False, low=1)", ["high", "low"]),
        ("FrozenTrial(number=3, values=[0.41], params={'x': 0.3})", ["number", "values", "params.x"]),
        ("{'x': FloatDistribution(high=10.0, low=-10.0)}", ["x.high", "x.low"]),
        ("Trial 0 finished with value: 0.9 and params: {'x': 1.2}", ["Trial", "finished with value", "params.x"]),
        ("5", [""]),
    ],
)  # fmt: skip
def test_words_and_keys(text: str, found: list[str]) -> None:
    """The words before a number, the key of a value with the path to it, the name in a pair."""
    assert [label for label, _ in labels(text)] == found


def test_a_value_over_several_lines() -> None:
    """An array that is continued keeps its key."""
    text = "{'fit_time': array([0.1, 0.2,\n       0.3]), 'test_score': array([0.9])}\nnext 5"
    assert [label for label, _ in labels(text)] == ["fit_time"] * 3 + ["test_score", "next"]


def test_indented_json() -> None:
    """Keys of objects that are open lead to a value."""
    assert labels('{\n  "metrics": {\n    "f1": 0.5\n  },\n  "n": 3\n}') == [("metrics.f1", "0.5"), ("n", "3")]


def test_a_table_with_a_head() -> None:
    """Column and row name; a row without a name in words has the name of its column."""
    report = (
        "              precision    recall  f1-score   support\n"
        "\n"
        "           0       0.95      0.98      0.96        43\n"
        "\n"
        "    accuracy                           0.96       114\n"
        "   macro avg       0.96      0.97      0.96       114\n"
    )
    assert [label for label, _ in labels(report)] == [
        "", "precision", "recall", "f1-score", "support",
        "accuracy f1-score", "accuracy support",
        "macro avg precision", "macro avg recall", "macro avg f1-score", "macro avg support",
    ]  # fmt: skip


def test_other_tables() -> None:
    """Data frames, tables with rules, and lines with commas."""
    frame = "   fit_time  test_score\n0  0.001234    0.912345\n"
    assert labels(frame) == [("", "0"), ("fit_time", "0.001234"), ("test_score", "0.912345")]
    ruled = "| model | accuracy |\n|-------|----------|\n| svm   | 0.91     |\n"
    assert labels(ruled) == [("svm accuracy", "0.91")]
    assert labels("epoch,loss,acc\n0,0.5,0.9\n") == [("epoch", "0"), ("loss", "0.5"), ("acc", "0.9")]


def test_a_series_is_no_table() -> None:
    """Each line has its own name."""
    assert labels("age         0.12\nsex         0.10") == [("age", "0.12"), ("sex", "0.10")]


def test_an_open_bracket_in_prose_ends_with_its_line() -> None:
    """What is never closed is no value that goes on."""
    assert labels("sad :( loss 0.5\naccuracy 0.9") == [("sad.loss", "0.5"), ("accuracy", "0.9")]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("the accuracy of ", "accuracy of"),
        ("a b c d e f g h", "c d e f g h"),
        ("12 ", ""),
        (" - ", ""),
        ("x, y = ", "y"),
    ],
)
def test_phrases(text: str, found: str) -> None:
    """Six words at most, without those that say nothing at the beginning."""
    assert phrase(text) == found
