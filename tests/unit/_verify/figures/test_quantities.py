"""Numbers with units: measurements of the machine, and results."""

from __future__ import annotations

import pytest

from bis._verify.figures.quantities import label_before, quantity_spans
from bis._verify.figures.text_span import without_overlaps


def marked(line: str) -> str:
    """The line with ``<kind>`` for each place."""
    for span in reversed(without_overlaps(quantity_spans(line))):
        assert span.kind is not None
        line = line[: span.start] + f"<{span.kind.value}>" + line[span.end :]
    return line


@pytest.mark.parametrize(
    ("line", "seen"),
    [
        ("took 3.2s", "took <duration>"),
        ("took 3.2 seconds.", "took <duration>."),
        ("it took about 3 min", "it took about <duration>"),
        ("--- 3.2 seconds ---", "--- <duration> ---"),
        ("Epoch 3 done in 12 ms", "Epoch 3 done in <duration>"),
        ("Training: 3.2s", "Training: <duration>"),
        ("loss 0.41, 3.2s", "loss 0.41, <duration>"),
        ("Epoch 1 (3.2 s)", "Epoch 1 (<duration>)"),
        ("[CV 1/5] END total time=   0.1s", "[CV 1/5] END total time=   <duration>"),
        ("1s 12ms/step - loss: 0.2", "<duration> <rate> - loss: 0.2"),
        ("12.3ms/batch and 1.5 s/it", "<rate> and <rate>"),
        ("261 samples/sec", "<rate>"),
        ("3.1it/s", "<rate>"),
        ("4,096 tokens per second", "<rate>"),
        ("download 12.3 MB/s", "download <rate>"),
        ("59.9 fps", "<rate>"),
        ("Time: 0.123s, 261.1/s", "Time: <duration>, <rate>"),
        ("elapsed: 00:01:23", "elapsed: <duration>"),
        ("0:00:03.123456", "<duration>"),
        ("0:00:00", "<duration>"),
        ("svmem(total=1, available=5, percent=4.0)", "<load>"),
        ("ETA: 1:23", "ETA: <duration>"),
        ("Training complete in 0m 3s", "Training complete in <duration>"),
        ("finished in 1h 2m 3s", "finished in <duration>"),
        ("took 2 minutes and 3 seconds", "took <duration>"),
        ("datetime.timedelta(seconds=3, microseconds=12)", "<duration>"),
        ("peak memory 103.8 MB", "peak memory <load>"),
        ("GPU memory allocated: 1.2 GiB", "GPU memory allocated: <load>"),
        ("RSS: 103 MB", "RSS: <load>"),
        ("CPU usage: 45.2%", "CPU usage: <load>"),
        ("load average: 0.52, 0.58, 0.59", "load average: <load>"),
        ("loadavg (0.52, 0.58, 0.59)", "loadavg <load>"),
        ("1.23 ms ± 45.6 µs per loop (mean ± std. dev. of 7 runs, 1,000 loops each)", "<duration>"),
        ("10it [00:03, 3.1it/s]", "10it <progress-bar>]"),
    ],
)
def test_measurements(line: str, seen: str) -> None:
    """A unit of time with words of work or without words, a rate of work, a size beside memory."""
    assert marked(line) == seen


@pytest.mark.parametrize(
    "line",
    [
        "MAE: 3.2 s", "RMSE 12.5 minutes", "predicted duration 341.2 s", "half-life 3.2 h",
        "mean trip duration: 12.3 min",
        "reaction time: 312.5 ms", "audio duration 3.2 s", "delay: 0.31 s", "period = 2.31 s", "speed (km/h): 33.1",
        "33.1 km/h", "12.3 m/s", "9.81 m/s^2", "dose 5 mg/h", "mean 0.5 min 0.1 max 0.9", "0.5 min: 0.1", "3 s-curves",
        "model size 12 MB", "MB rate mse 1.2", "recall 91 %", "accuracy: 45.2%", "CPU prices rose: accuracy 45%",
        "loss at 0.693", "decay rate 33.1/s", "1 step", "5 samples", "3 epochs", "score 1:3",
        "predicted arrival 08:16:08", "memory error 0.3 MB", "5 hens", "2 minimum", "10 second-order terms",
    ],
)  # fmt: skip
def test_results(line: str) -> None:
    """Quantities that a program computes, predicts or reads."""
    assert marked(line) == line


def test_words_before_a_place() -> None:
    """The last words, with a unit in brackets, without the signs between."""
    line = "loss 0.5, Training time (in minutes): 3.8"
    assert label_before(line, line.index("3.8")) == "Training time (in minutes)"
    assert label_before("0.5 0.6", 4) == ""
