"""Printed text as it is compared: both directions, for whole lines as programs print them."""

from __future__ import annotations

import pytest

from bis._verify.figures.clock_times import RunWindow
from bis._verify.figures.text_reading import read_text
from bis._verify.figures.volatile_token import VolatileToken

RUN = (RunWindow(1764404888.0, 1764404908.0),)  # 2025-11-29 08:28:08 UTC


def numbers(text: str) -> list[tuple[str, str]]:
    """The numbers that count."""
    return [(n.label or n.series, n.text) for n in read_text(text, RUN).numbers]


NO_RESULTS = [
    "[datetime.datetime(2025, 11, 29, 8, 28, 13, 123456)]",
    "Started 2025-11-29 08:28:13.123456",
    "1764404891.123",
    "{'start': 1764404891.123, 'end': 1764404893}",
    "exp_20251129-082813",
    "saved model_2025-11-29_08-28-13.pt",
    "Training time (in minutes): 3.8",
    "fit_time=3.8",
    "{'fit_time': array([0.1, 0.2]), 'score_time': array([0.01, 0.02])}",
    "{'fit_time': {'mean': 0.1, 'std': 0.2}}",
    "elapsed: 00:01:23",
    "Elapsed time = 0:00:03.123456",
    "took 3.2s",
    "Time: 3.2",
    "time 3.2",
    "Time taken: 3.2",
    "total runtime: 3.2",
    "('fit_time', 3.2)",
    "speed 261 samples/sec",
    "samples per second: 261",
    "peak memory 103.8 MB",
    "memory: 103.8",
    "peak_memory_mb=103.8",
    "pid 1234 port 43211",
    "load average: 0.52, 0.58, 0.59",
    "CPU percent: 45.2",
    "CPU times: user 1.2 s, sys: 0.1 s, total: 1.3 s",
    "<Figure size 640x480 with 1 Axes>",
    "<__main__.Net object at 0x7f12ab34cd56>",
    "run learned-deer-760",
    "Wall time: 1.31 s",
    "Time elapsed: 3.21s (0.05 min)",
    "Feature extraction: 3.2 s",
    "Response generated in 1.2s",
    "real    0m3.210s",
    "| epoch | ms/batch 12.34",
    "Loss=0.4 Accuracy=91.2:  50%|#####     | 234/469 [00:06<00:06, 38.1it/s]",
    "cpu: 45.2",
    "port 5000",
    "time/epoch: 0.5",
    "time: 0.1234  data: 0.0012  max mem: 1234",
    "2025/11/29 08:28:13 INFO mlflow.tracking.fluent: took 3 tries",
]


@pytest.mark.parametrize("text", NO_RESULTS)
def test_figures_that_are_no_results(text: str) -> None:
    """Nothing is left to compare but words, and what was left out is counted."""
    assert numbers(text) == []
    assert sum(read_text(text, RUN).ignored.values()) >= 1


RESULTS = [
    ("loss at 0.693", [("loss at", "0.693")]),
    ("time series accuracy 0.91", [("time series accuracy", "0.91")]),
    ("memory-based recall: 0.4", [("memory-based recall", "0.4")]),
    ("Time-to-event c-index 0.71", [("Time-to-event c-index", "0.71")]),
    ("run 3: accuracy 0.91", [("run", "3"), ("accuracy", "0.91")]),
    ("speed (km/h): 33.1", [("speed (km/h)", "33.1")]),
    ("MB rate mse 1.2", [("MB rate mse", "1.2")]),
    ("date 2020-01-03 close 133.2", [("close", "133.2")]),
    ("pid controller gain 1.34", [("pid controller gain", "1.34")]),
    ("it took 37 iterations", [("it took", "37")]),
    ("MAE: 3.2 s", [("MAE", "3.2")]),
    ("predicted trip duration: 12.3 min", [("predicted trip duration", "12.3")]),
    ("mean reaction time: 312.5 ms", [("mean reaction time", "312.5")]),
    ("best eta: 0.3", [("best eta", "0.3")]),
    ("RSS: 12.3", [("RSS", "12.3")]),
    ("energy -1.137", [("energy", "-1.137")]),
    ("temperature 1.53", [("temperature", "1.53")]),
    ("test power 0.8", [("test power", "0.8")]),
    ("median survival time 341", [("median survival time", "341")]),
    ("model size 12.5 MB", [("model size", "12.5")]),
    ("accuracy: 45.2%", [("accuracy", "45.2")]),
    ("MAE: 3.2s, delay 12ms", [("MAE", "3.2"), ("delay", "12")]),
    ("t=3.2s x=0.5", [("t", "3.2"), ("x", "0.5")]),
    ("cpu: 0.91 accuracy", [("cpu", "0.91")]),
    ("memory 0.4 recall 0.5", [("memory", "0.4"), ("recall", "0.5")]),
    ("best score at 12:30 was 0.91", [("best score at", "0.91")]),
    ("Average delay 12.3 minutes", [("Average delay", "12.3")]),
    ("mean 3.2 s", [("mean", "3.2")]),
    ("lap time: 83.2 s", [("lap time", "83.2")]),
    ("{'event': 1, 'time': 341}", [("event", "1"), ("time", "341")]),
    ("Prediction: 3.2 s", [("Prediction", "3.2")]),
    ("time/iterations: 5", [("time/iterations", "5")]),
    ("1,5 samples", [("line 1, column 1", "1"), ("line 1, column 2", "5")]),
    ("timesteps 1000", [("timesteps", "1000")]),
    ("{'time_to_event_auc': 0.7}", [("time_to_event_auc", "0.7")]),
    ("p<0.05", [("p", "0.05")]),
    ("nan", [("line 1", "nan")]),
    ("loss over time: 0.5", [("loss over time", "0.5")]),
    ("accuracy 0.91 in 3.2 s", [("accuracy", "0.91")]),
    ("epoch 3 loss 0.5 time 3.2s acc 0.9", [("epoch", "3"), ("loss", "0.5"), ("acc", "0.9")]),
    ("2025-11-29 08:28:13,123 INFO train: accuracy 0.91", [("accuracy", "0.91")]),
]


@pytest.mark.parametrize(("text", "found"), RESULTS)
def test_results(text: str, found: list[tuple[str, str]]) -> None:
    """They count, with the words that a reader knows them by."""
    assert numbers(text) == found


def test_a_trial_of_optuna() -> None:
    """Its values and parameters count, when it ran does not."""
    trial = (
        "FrozenTrial(number=3, state=<TrialState.COMPLETE: 1>, values=[0.41], "
        "datetime_start=datetime.datetime(2025, 11, 29, 8, 28, 13, 123456), "
        "datetime_complete=datetime.datetime(2025, 11, 29, 8, 28, 13, 223456), params={'x': 0.3, 'n': 5}, "
        "distributions={'x': FloatDistribution(high=10.0, log=False, low=-10.0, step=None), "
        "'n': IntDistribution(high=7, log=False, low=1, step=1)}, trial_id=3, value=None)"
    )
    found = dict(numbers(trial))
    assert found["values"] == "0.41"
    assert found["params.x"] == "0.3"
    assert found["distributions.x.high"] == "10.0"
    assert found["distributions.n.low"] == "1"
    assert read_text(trial, RUN).ignored == {VolatileToken.DATE: 2}


def test_columns_of_times() -> None:
    """A table's column of times does not count, whatever its form."""
    fastai = "epoch     train_loss  accuracy  time    \n0         0.412000    0.900000  00:03    \n"
    assert [label for label, _ in numbers(fastai)] == ["epoch", "train_loss", "accuracy"]
    frame = "   fit_time  score_time  test_score\n0  0.001234    0.000345    0.912345\n"
    assert numbers(frame) == [("line 2, column 1", "0"), ("test_score", "0.912345")]


def test_a_feature_that_is_called_time() -> None:
    """Among names that are neither metrics nor measurements, `time` is one of them; among metrics it is a time."""
    importances = "age         0.12\nsex         0.10\ntime        0.36\nplatelets   0.02"
    assert ("time", "0.36") in numbers(importances)
    assert ("duration", "0.31") in numbers("feature importances:\nduration: 0.31\nage: 0.12")
    assert ("time", "0.36") in numbers("{'age': 0.1, 'time': 0.36, 'sex': 0.02, 'bp': 0.3}")
    assert numbers("{'accuracy': 0.91, 'time': 3.2, 'a': 1, 'b': 2}") == [("accuracy", "0.91"), ("a", "1"), ("b", "2")]
    assert numbers("Accuracy: 0.91\nTime: 3.2") == [("Accuracy", "0.91")]


def test_numbers_without_words_are_named_by_their_place() -> None:
    """Lines of one form are a series from the first of them; a list is one; logs of libraries are not counted."""
    log = "2025/11/29 08:28:13 INFO mlflow.x: hello\n"
    names = [n.series for n in read_text(f"{log}0.5\n0.4\nloss 0.3\n[[43  0]\n [ 1 50]]\n0.1 0.2", RUN).numbers]
    assert names == ["line 1", "line 1", "loss", *["line 4"] * 4, "line 6, column 1", "line 6, column 2"]
    assert [n.line for n in read_text(f"{log}0.5", RUN).numbers] == [2]


def test_words_without_their_figures() -> None:
    """What does not decide leaves its kind behind, and blanks are one."""
    reading = read_text("acc   0.5 took 3.2 s at 2025-11-29 08:28:13", RUN)
    assert [line.words for line in reading.lines] == ["acc # took <duration> at <date>"]
    assert reading.ignored == {VolatileToken.DATE: 1, VolatileToken.DURATION: 1}
    assert reading.lines[0].stable == "acc   0.5 took <duration> at <date>"


def test_a_text_that_says_nothing() -> None:
    """Where only readings of the clock and identifiers were printed, equal texts are no evidence."""
    assert not read_text("[datetime.datetime(2025, 11, 29, 8, 28, 13)]\n1764404891.1\n", RUN).says_something
    assert not read_text("", RUN).says_something
    assert read_text("done", RUN).says_something
    assert not read_text("took 3.2 s\n", RUN).says_something
    assert read_text("[0.5]", RUN).says_something


def test_numbers_of_the_programs_processes_are_not_compared() -> None:
    """Loggers write them without a word; the same digits within another number are a figure."""
    windows = (RunWindow(1764404888.0, 1764404908.0, (4711, 12)), RunWindow(1764490000.0, 1764490020.0, (815,)))
    one = read_text("2025-11-29 08:28:13,120 4711 accuracy 0.5\nworker 4711: 0.4711, 12 of 20\n", windows)
    other = read_text("2025-11-30 08:07:00,001 815 accuracy 0.5\nworker 815: 0.4711, 12 of 20\n", windows)
    assert [line.words for line in one.lines] == [line.words for line in other.lines]
    assert not read_text("[4711:139877073218432] INFO", windows).numbers
    assert [n.text for n in one.numbers] == [n.text for n in other.numbers] == ["0.5", "0.4711", "12", "20"]


@pytest.mark.parametrize("line", ["INFO:root:accuracy 0.5", "WARNING:a.b:accuracy: 0.5", "INFO accuracy 0.5"])
def test_the_level_and_name_of_a_logger_are_no_label(line: str) -> None:
    """A level alone is one."""
    assert [n.label for n in read_text(line).numbers] == ["accuracy"]
    assert [n.label for n in read_text("ERROR: 0.5").numbers] == ["ERROR"]
