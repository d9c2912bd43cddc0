"""Two printed texts side by side."""

from __future__ import annotations

import pytest

from bis._verify.figures.clock_times import RunWindow
from bis._verify.figures.volatile_token import VolatileToken
from bis._verify.printed_text import (
    compare_texts,
    holds_numbers,
    normalise_line_endings,
    numbers_in,
    says_something,
)

ORIGINAL, REPLAY = RunWindow(1764404888.0, 1764404908.0), RunWindow(1764490000.0, 1764490020.0)
WINDOWS = (ORIGINAL, REPLAY)


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("loss: 0.25", [("loss", "0.25")]),
        ("accuracy = 1e-3, f1 -2.5", [("accuracy", "1e-3"), ("f1", "-2.5")]),
        ("numpy 1.26.4", []),
        ("model_v2 resnet18", []),
        ("nan", [("", "nan")]),
        ("took 3.5 s", []),
        ("[0.5 1.5]", [("", "0.5"), ("", "1.5")]),
    ],
)
def test_numbers_and_labels(line: str, found: list[tuple[str, str]]) -> None:
    """Numbers that stand by themselves, with the words before them; versions, names and times are none."""
    assert [(n.label, n.text) for n in numbers_in(line)] == found


def test_line_endings_are_no_difference() -> None:
    """CRLF and LF are one."""
    assert normalise_line_endings("a\r\nb\n") == "a\nb\n"
    assert compare_texts("a 1\r\n", "a 1\n").identical


def test_numbers_are_paired_where_words_agree() -> None:
    """An inserted line does not shift the pairs behind it."""
    compared = compare_texts("start\nloss 0.5\nend\n", "start\nwarning: old\nloss 0.75\nend\n")
    assert [(p.original.text, p.replayed.text) for p in compared.differing] == [("0.5", "0.75")]
    assert not compared.same_words
    assert (compared.first_other_line, compared.replayed_line) == (2, "warning: old")


def test_a_longer_text() -> None:
    """Lines that one side lacks are other words."""
    compared = compare_texts("a\n", "a\nb\n")
    assert (compared.first_other_line, compared.original_line, compared.replayed_line) == (2, "", "b")


@pytest.mark.parametrize(
    ("original", "replayed"),
    [
        ("[datetime.datetime(2025, 11, 29, 8, 28, 13)]", "[datetime.datetime(2025, 11, 30, 8, 6, 43, 12)]"),
        ("1764404891.123", "1764490003.5"),
        ("at 1764404891123 acc 0.5", "at 1764490003500 acc 0.5"),
        ("exp_20251129-082813", "exp_20251130-080643"),
        ("Training time (in minutes): 3.8", "Training time (in minutes): 0.12"),
        ("fit_time=3.8, elapsed: 00:01:23", "fit_time=0.9, elapsed: 00:00:03"),
        ("261 samples/sec, peak memory 103.8 MB", "99.5 samples/sec, peak memory 1.1 GB"),
        ("pid 1234, load average: 0.52, 0.58, 0.59", "pid 99, load average: 1.52, 0.5, 0.1"),
        ("run learned-deer-760", "run bold-ox-3"),
        ("{'fit_time': array([0.1767323 , 1.209]), 'f1': [0.9]}", "{'fit_time': array([1.2, 2.]), 'f1': [0.9]}"),
        ("{'fit_time': array([0.1, 0.2,\n       0.3])}", "{'fit_time': array([0.123, 0.2, 0.3])}"),
        ("a 1\n🏃 View run x at: http://h/#/1\n", "a 1\n"),
        ("a 1\n", "2025/11/30 08:06:43 INFO mlflow.x: Creating a new experiment.\na 1\n"),
        ("as of 2025-11-29 acc 0.5", "as of 2025-11-30 acc 0.5"),
        (" 1/9 ━━━ 1s 10ms/step - loss: 0.9\n9/9 ━━━ 0s 5ms/step - loss: 0.2", "9/9 ━━━ 1s 7ms/step - loss: 0.2"),
        ("/home/u/mlruns/0/0123456789abcdef0123456789abcdef/a", "/s/q/fedcba9876543210fedcba9876543210/a"),
    ],
)  # fmt: skip
def test_differences_that_say_nothing(original: str, replayed: str) -> None:
    """Readings of the clock, measurements, identifiers and logs are counted, and leave words and numbers the same."""
    compared = compare_texts(original, replayed, WINDOWS)
    assert compared.same_words, compared
    assert not compared.differing
    assert not compared.identical
    assert sum(compared.ignored.values()) >= 1


@pytest.mark.parametrize(
    ("original", "replayed"),
    [
        ("loss at 0.693", "loss at 0.694"),
        ("time series accuracy 0.91", "time series accuracy 0.92"),
        ("memory-based recall: 0.4", "memory-based recall: 0.5"),
        ("Time-to-event c-index 0.71", "Time-to-event c-index 0.72"),
        ("speed (km/h): 33.1", "speed (km/h): 33.2"),
        ("MB rate mse 1.2", "MB rate mse 1.3"),
        ("pid controller gain 1.34", "pid controller gain 1.35"),
        ("RMSE 12.5 minutes", "RMSE 12.6 minutes"),
        ("it took 37 iterations", "it took 38 iterations"),
        ("took 3.2 s, accuracy 0.91", "took 3.3 s, accuracy 0.92"),
        ("{'test_score': array([0.9])}", "{'test_score': array([0.8])}"),
        ("model size 12 MB", "model size 13 MB"),
        ("count 1764300000", "count 1764300001"),
        ("9/9 ━━━━ 0s 5ms/step - loss: 0.2", "9/9 ━━━━ 0s 5ms/step - loss: 0.3"),
    ],
)
def test_results_that_differ(original: str, replayed: str) -> None:
    """A real result is never taken for something else: the pair is found."""
    compared = compare_texts(original, replayed, WINDOWS)
    assert compared.same_words
    assert len(compared.differing) == 1


@pytest.mark.parametrize(
    ("original", "replayed"),
    [
        ("date 2020-01-03 close", "date 2020-01-04 close"),
        ("[datetime.datetime(2020, 1, 3, 0, 0)]", "[datetime.datetime(2020, 1, 4, 0, 0)]"),
        ("md5: 0123456789ab4def8123456789abcdef", "md5: fedcba987654321ff123456789abcdef"),
        ("predicted arrival 09:12:07", "predicted arrival 09:12:08"),
        ("best model: svm", "best model: tree"),
        ("took 3 s", "stopped after 3 s"),
        ("resnet18", "resnet34"),
    ],
)
def test_words_that_differ(original: str, replayed: str) -> None:
    """Dates of the data, digests of results and names are words, which must be the same."""
    assert not compare_texts(original, replayed, WINDOWS).same_words


def test_what_was_not_compared_is_counted() -> None:
    """Of the text that has more of a kind."""
    compared = compare_texts("took 1 s\ntook 2 s", "took 3 s\ntook 4 s", WINDOWS)
    assert compared.ignored == {VolatileToken.DURATION: 2}


def test_texts_that_say_nothing_are_no_evidence() -> None:
    """A clock alone gives nothing to compare."""
    assert not says_something("1764404891.1", WINDOWS)
    assert says_something("acc 0.5", WINDOWS)


def test_long_texts_are_read_where_they_differ() -> None:
    """With the numbers of lines, labels and words of a reading of the whole."""
    lines = [f"line {i} of many {'x' * 80}" for i in range(4_000)]
    a, b = "\n".join([*lines, "epoch 3", "acc 0.25"]), "\n".join([*lines, "epoch 3", "acc 0.5"])
    compared = compare_texts(a, b)
    assert compared.same_words
    assert [(p.original.label, p.original.line, p.replayed.text) for p in compared.differing] == [("acc", 4002, "0.5")]
    other = compare_texts(a, b.replace("epoch 3", "fold 3"))
    assert other.first_other_line == 4001
    assert other.unpaired == 1
    first = compare_texts("acc 0.5\n" + a, "acc 0.25\n" + a)
    assert [(p.original.line, p.original.text) for p in first.differing] == [(1, "0.5")]


def test_numbers_are_looked_for_in_all_of_a_long_text() -> None:
    """Not in its first lines only."""
    long = "2026-11-29 08:16:08\n" * 5_000
    assert not holds_numbers(long)
    assert not says_something(long)
    assert holds_numbers(long + "acc 0.5")
    assert says_something(long + "acc 0.5")
