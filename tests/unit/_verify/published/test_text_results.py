"""Two printed texts."""

from __future__ import annotations

import pytest

from bis._verify.published.text_results import ResultTally, TextResults, worst_by_label
from bis._verify.tolerances import Tolerances


def compared(saved: str, now: str, *, cut: bool = False) -> ResultTally:
    """What is printed to stdout."""
    return TextResults(Tolerances(), cut=cut).compare(saved, now)


def differences(saved: str, now: str) -> list[str]:
    """The names, or numbers of lines, of the results that are not printed alike."""
    return [one.label or f"line {one.line}" for one in compared(saved, now).others]


def test_figures_are_paired_by_the_words_around_them() -> None:
    """With what was logged in between left out."""
    log = "2026/01/01 12:00:00 INFO mlflow.tracking: Experiment 3\n"
    tally = compared("loss: 0.5\nauc: 0.7\n", f"loss: 0.5\n{log}auc: 0.8\n")
    assert (tally.same, [one.label for one in tally.others], tally.logs) == (1, ["auc"], 1)


@pytest.mark.parametrize(
    ("saved", "now", "found"),
    [
        ("a: 1.5\nb: 2.5\n", "a: 1.5\n", ["line 2"]),  # a result that is gone
        ("a: 1.5\n", "a: 1.5\nb: 2.5\n", ["line 2"]),  # one more
        ("epoch 1 loss 0.5\nepoch 2 loss 0.4\n", "epoch 1 loss 0.5\n", ["line 2"]),
        ("best model: forest, auc 0.5\n", "best model: svm, auc 0.5\n", ["best model"]),
        ("prediction: cat\n", "prediction: dog\n", ["prediction"]),
        ("['a' 'b']\nx: 1\n", "['b' 'a']\nx: 1\n", ["line 1"]),
        ("converged: True\n", "converged: False\n", ["converged"]),
        ("loss: 0.5\n", "loss: nan\n", ["loss"]),
        ("[0.1 0.2\n 0.3]\n", "[0.1 0.2 0.3]\n", []),  # broken into lines elsewhere
        ("loss: 0.5 - acc: 0.7\n", "acc: 0.7 - loss: 0.5\n", []),  # another order, as of Keras 2 and 3
        ("Layer dense (Dense) 100,480\n", "│ dense (Dense) │ 100480 │\n", []),  # other words, the same figures
        ("Using device: cuda\nx: 1\n", "Using device: cpu\nx: 1\n", []),
        ("took 3.5 s\nx: 1\n", "took 4.5 s\nx: 1\n", []),
        ("done\nx: 1\n", "finished\nx: 1\n", []),
    ],
)
def test_what_differs(saved: str, now: str, found: list[str]) -> None:
    """Lines that are gone or new, words that are values; not where lines end, or what surrounds the program."""
    assert differences(saved, now) == found


def test_texts_that_differ_are_kept_apart() -> None:
    """They are no results, and are shown."""
    tally = compared("done\nx: 1\n", "finished well\nx: 1\n")
    assert (tally.results, tally.texts) == (1, [("done", "finished well")])


def test_texts_that_were_cut() -> None:
    """Colab keeps the last lines, Jupyter the first: what is missing is no difference, what is there is compared."""
    lines = [f"epoch {i}: loss {1 / i:.4f}" for i in range(1, 11)]
    whole = "\n".join(lines)
    last = "Streaming output truncated to the last 5000 lines.\n" + "\n".join(lines[6:])
    assert compared(last, whole).others == []
    assert len(compared(last, whole.replace("0.1000", "0.2000")).others) == 1
    first = "\n".join(lines[:4])
    assert compared(first + "\nOutput is truncated. View as a scrollable element.", whole).others == []
    assert compared(first, whole, cut=True).others == []
    assert len(compared(first, whole).others) == 6


def test_figures_that_are_logged() -> None:
    """On stderr those count that stand on both sides in the same words."""
    logged = TextResults(Tolerances(), paired_only=True)
    assert len(logged.compare("INFO:root:auc 0.7\nINFO:root:n 3\n", "INFO:root:auc 0.8\n").others) == 1
    assert logged.compare("", "INFO:root:auc 0.8\n").results == 0


def test_other_numbers_that_are_logged() -> None:
    """On stderr a number that is not called as results are is none: of a worker, a port, a file."""
    logged = TextResults(Tolerances(), paired_only=True)
    tally = logged.compare("INFO:trainer:worker 12 of 4, file 17\n", "INFO:trainer:worker 99 of 4, file 18\n")
    assert (tally.others, tally.logs) == ([], 2)


def test_the_worst_of_each_name() -> None:
    """One row for a name, however often it is printed."""
    others = compared("loss: 0.5\nloss: 0.4\nauc: 0.7\n", "loss: 0.6\nloss: 0.9\nauc: 0.8\n").others
    worst = worst_by_label(others)
    assert [(one.label, one.compared.evidence.replayed) for one in worst] == [("loss", ("0.9",)), ("auc", ("0.8",))]


def test_long_texts_are_paired_by_place() -> None:
    """Aligning thousands of lines that all differ would take minutes."""
    a, b = ("".join(f"{word}{i} is at {i}\n" for i in range(3000)) for word in ("a", "b"))
    assert len(compared(a, b).texts) == 3000
