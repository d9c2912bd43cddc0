"""Names, keys and words that mean a measurement of the machine, and those that only look so."""

from __future__ import annotations

import pytest

from bis.model.machine_measures import (
    MachineMeasure,
    is_ambiguous,
    measures_load,
    measures_machine,
    measures_time,
    names_data,
)


@pytest.mark.parametrize(
    "name",
    [
        "system/cpu_utilization", "fit_time", "time_s", "mean_score_time", "train_runtime", "elapsed", "fitTime",
        "train_samples_per_second", "peak_memory_mb", "epoch_duration_seconds", "inference_latency_ms",
        "Training time (in minutes)", "Time taken", "Time taken for training", "total time", "time per epoch",
        "ms per step", "samples/sec", "speed (samples/s)", "steps_per_sec", "estimated time remaining", "wall_clock",
        "seconds", "load average", "CPU usage", "cpu_percent", "gpu_power_watts", "GPU memory allocated", "max_rss_mb",
        "peak rss", "disk usage", "prediction time", "took", "uptime",
    ],
)  # fmt: skip
def test_measurements_of_the_machine(name: str) -> None:
    """Times, rates and loads, as names of metrics and as words before a number."""
    assert measures_machine(name) is not None


@pytest.mark.parametrize(
    "name",
    [
        "accuracy", "time_steps", "timesteps", "n_timesteps", "sentiment", "runtime_error_rate", "mse", "r2", "s", "kb",
        "time series accuracy", "Time-to-event c-index", "memory-based recall", "speed (km/h)", "MB rate mse",
        "loss at",
        "pid controller gain", "loss over time", "state at time", "reaction time", "predicted_time", "trip duration",
        "median survival time", "time to failure", "first passage time", "rss", "energy", "temperature", "power",
        "utilization", "working memory", "eta", "min", "h", "load", "peak load", "deaths per second", "loss per epoch",
        "mae_minutes", "test_error_seconds", "heart rate per minute", "best eta", "optimal temperature", "",
    ],
)  # fmt: skip
def test_results(name: str) -> None:
    """Words that only look like measurements: of two readings the one that is compared."""
    assert measures_machine(name) is None


def test_what_was_measured_is_said() -> None:
    """A time, a rate, a load, or a metric of MLflow's own."""
    names = ["fit_time", "samples_per_second", "cpu_percent", "system/gpu_0_power_usage_watts"]
    found = [measures_machine(n) for n in names]
    assert found == [MachineMeasure.TIME, MachineMeasure.RATE, MachineMeasure.LOAD, MachineMeasure.SYSTEM]


@pytest.mark.parametrize(
    "words", ["", "took", "finished in", "Training", "Epoch 3", "ETA", "user", "total", "Time", "in", "inference"]
)
def test_words_before_a_unit_of_time(words: str) -> None:
    """Without words, or with words of work, `3.2 s` is a length of time of the machine."""
    assert measures_time(words)


@pytest.mark.parametrize(
    "words",
    ["MAE", "prediction", "half-life", "predicted trip duration", "delay", "audio duration", "mean reaction time"],
)
def test_words_that_make_a_unit_of_time_a_result(words: str) -> None:
    """A quantity in seconds that the program computes is compared."""
    assert not measures_time(words)


def test_sizes_count_as_loads_beside_memory_only() -> None:
    """The size of a model or file is a result."""
    assert measures_load("peak memory")
    assert measures_load("max rss")
    assert not measures_load("model size")
    assert not measures_load("memory error")


def test_single_words_that_are_columns_of_data_too() -> None:
    """`time` alone may be a feature; `fit_time` is none."""
    assert is_ambiguous("time")
    assert is_ambiguous("Duration")
    assert not is_ambiguous("fit_time")


def test_times_of_day_that_are_data() -> None:
    """A predicted arrival is no reading of the clock."""
    assert names_data("predicted arrival")
    assert not names_data("finished at")
