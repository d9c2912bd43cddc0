"""Which words and units mean a measurement of the machine: how long work took, how fast it went, what it occupied.

One knowledge for names of metrics (``mean_fit_time``), keys of written files (``"elapsed_s"``) and the words beside a
printed number (``Training time (in minutes)``). Such figures differ between any two executions, whatever the program
does. A result that is called a measurement is never compared, so that whatever may be a result is one: `reaction
time`, `predicted duration`, `energy` and `RSS` (the residual sum of squares) are.
"""

from __future__ import annotations

import re
from enum import Enum


class MachineMeasure(str, Enum):
    """What a figure measures that is not a result of the program."""

    SYSTEM = "system-metric"  # a system metric of MLflow
    RATE = "rate"  # of work per time
    TIME = "time"
    LOAD = "load"  # of the machine


_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[µμ]s|\d+")

# The last word says what was measured: `fit_time`, `elapsed`, `train_runtime`, `mean_score_time`.
_TIME = {
    "time", "times", "duration", "durations", "elapsed", "latency", "runtime", "runtimes", "walltime", "timestamp",
    "uptime", "took", "takes",
}  # fmt: skip
_TIME_UNITS = {
    "s", "sec", "secs", "second", "seconds", "ms", "msec", "msecs", "millis", "millisecond", "milliseconds", "us", "µs",
    "μs", "usec", "microseconds", "ns", "nanoseconds", "min", "mins", "minute", "minutes", "h", "hr", "hrs", "hour",
    "hours",
}  # fmt: skip
# Units that are no statistic, letter or word of their own: `seconds: 3.2` is a time, `min: 3.2` the smallest value.
_TIME_UNITS_ALONE = {"secs", "seconds", "msecs", "millis", "milliseconds", "microseconds", "nanoseconds"}
_SIZE_UNITS = {
    "b", "kb", "mb", "gb", "tb", "kib", "mib", "gib", "tib", "byte", "bytes", "kilobytes", "megabytes", "gigabytes",
}  # fmt: skip
_UNITS = _TIME_UNITS | _SIZE_UNITS | {"percent", "percentage", "pct", "watts", "kwh"}
_RATE = {"throughput", "fps"}
_MEMORY = {"memory", "mem", "ram", "vram", "swap", "maxrss"}
_PROCESSOR = {"cpu", "cpus", "gpu", "gpus", "loadavg"}
# What is said of memory, disks and processors after their name.
_OCCUPIED = {
    "usage", "use", "used", "peak", "free", "available", "allocated", "reserved", "consumed", "consumption",
    "footprint", "utilization", "utilisation", "load", "util", "power", "energy", "temperature", "temp", "count",
    "cores", "total",
}  # fmt: skip
_DEVICES = _MEMORY | _PROCESSOR | {"disk", "rss"}
# Work that is counted per second, or timed by the piece.
_WORK = {
    "it", "its", "iter", "iters", "iteration", "iterations", "step", "steps", "sample", "samples", "batch", "batches",
    "example", "examples", "image", "images", "img", "imgs", "token", "tokens", "row", "rows", "record", "records",
    "frame", "frames", "epoch", "epochs", "fold", "folds", "loop", "loops", "call", "calls", "query", "queries",
    "request", "requests", "item", "items", "trial", "trials", "tree", "trees", "flops", "run", "runs", "point",
    "points",
} | _SIZE_UNITS  # fmt: skip
# Before `time` or beside a unit of time: a quantity that programs predict or simulate, or that their data hold.
_OF_DATA = {
    "predicted", "forecast", "forecasted", "actual", "true", "expected", "estimated", "observed", "target", "optimal",
    "simulated", "reaction", "response", "survival", "arrival", "departure", "travel", "trip", "waiting", "wait",
    "delivery", "flight", "lead", "dwell", "recovery", "decay", "transit", "commute", "sleep", "life", "half",
    "lifetime", "event", "failure", "release", "stay", "ride", "visit", "journey", "delay", "cycle", "settling",
    "rise", "stopping", "passage", "hitting", "mixing", "relaxation", "correlation", "coherence", "audio", "video",
    "song", "track", "clip", "session", "call", "contract", "loan", "race", "finish", "lap", "game", "match", "play",
    "playing", "charging", "charge", "discharge", "service", "queue", "lag", "period", "interval",
    "window", "horizon", "tau", "constant", "stance", "stride", "gait", "onset", "offset", "bias", "residual",
    "working", "episodic", "semantic", "associative", "term", "network", "link", "channel", "over", "each", "every",
    "first", "same", "at", "until", "till", "since",
}  # fmt: skip
# Of these, those that stand before a time of day as well.
_CLOCK_WORDS = {"at", "since", "until", "till", "first", "each", "every", "over", "session"}
# A figure that these words name is a result, whatever its unit.
_OF_RESULTS = {
    "error", "errors", "mae", "mse", "rmse", "mape", "medae", "rmsle", "loss", "accuracy", "acc", "auc", "auroc",
    "precision", "recall", "deviation", "coefficient", "coef", "importance", "weight", "value", "likelihood", "index",
    "rank", "correct", "reward", "return",
}  # fmt: skip
# More names of results, whose figures decide where other numbers do not: in logs.
_OF_SCORES = {
    "score", "scores", "metric", "metrics", "f1", "fbeta", "r2", "r", "r²", "roc", "pr", "map", "ap", "bleu", "rouge",
    "perplexity", "dice", "iou", "kappa", "mcc", "logloss", "nll", "elbo", "ndcg", "mrr", "hit", "wer", "cer", "psnr",
    "ssim", "fid", "objective", "std", "variance", "bic", "aic", "silhouette", "entropy", "specificity", "sensitivity",
}  # fmt: skip
_STATISTICS = {"average", "avg", "mean", "best", "overall", "all", "per"}
# Words that end as those of work do: `feature extraction: 3.2 s`, `clustering: 3.2 s`.
_NO_WORK = {
    "prediction", "deviation", "acceleration", "oscillation", "fraction", "correction", "concentration", "position",
    "saturation", "spacing", "timing", "remaining", "estimation", "function", "resolution", "option", "solution",
    "integration", "damping", "ring", "string", "spring", "swing", "being", "thing", "rating",
    "stimulation", "fixation",
}  # fmt: skip
# Words between the name of a measurement and its number, or around it.
_AROUND = {
    "in", "is", "was", "were", "of", "about", "approximately", "approx", "only", "just", "taken", "spent", "so", "far",
    "equals", "it", "has", "have", "the", "a", "an", "to", "for",
}  # fmt: skip
_SPENT = {"taken", "spent", "elapsed", "used", "needed", "required"}
_REMAINING = {"remaining", "left"}
_LEFT = {*_REMAINING, "eta"}  # without a unit it is the learning rate of boosting
# Work whose name stands before a number with a unit of time: `Training: 3.2 s`, `Finished in 3.2 s`.
_ACTIVITY = {
    "training", "train", "trained", "fit", "fitting", "fitted", "inference", "predict", "predicting", "evaluation",
    "evaluate", "evaluating", "validation", "val", "valid", "test", "testing", "tested", "scoring", "preprocessing",
    "loading", "load", "loaded", "saving", "save", "saved", "compile", "compiling", "compilation", "search", "tuning",
    "finished", "done", "completed", "complete", "executed", "execution", "ran", "run", "running", "total", "user",
    "sys", "system", "real", "wall", "clock", "forward", "backward", "data", "model", "step", "epoch", "batch", "fold",
    "iteration", "iter", "it", "trial", "per", "average", "avg", "mean", "best", "after", "within", "overall", "all",
    "cell", "script", "program", "job", "process", "processed", "processing", "generated", "generation", "built",
    "building", "build", "startup", "warmup", "import", "imports", "importing", "stage", "phase", "cv", "end", "cost",
    "session", "pipeline", "computed", "computing", "computation", "calculated", "converged", "solved", "speed",
}  # fmt: skip


def words_of(name: str) -> tuple[str, ...]:
    """The words of a name or phrase, in small letters: ``fitTime``, ``fit_time`` and ``fit time`` have the same."""
    return tuple(w.lower() for w in _WORD.findall(name))


def measures_machine(name: str) -> MachineMeasure | None:
    """Why a figure of this name is a measurement of the machine and not a result, or None.

    Parameters
    ----------
    name : str
        The name of a metric, the key of a written figure, or the words before a printed one.

    Examples
    --------
    >>> measures_machine("mean_fit_time"), measures_machine("Training time (in minutes)")
    (<MachineMeasure.TIME: 'time'>, <MachineMeasure.TIME: 'time'>)
    >>> measures_machine("time series accuracy") is None, measures_machine("reaction time") is None
    (True, True)
    """
    if name.startswith("system/"):
        return MachineMeasure.SYSTEM
    words = list(words_of(name))
    if _is_rate(words) or ("/" in name and _of_one_piece(words)):
        return MachineMeasure.RATE
    units: list[str] = []
    while len(words) > 1 and (words[-1] in _UNITS or words[-1] in _AROUND or _per_piece(words)):
        units.append(words.pop())
    if words and _is_load(words, units):
        return MachineMeasure.LOAD
    if not words or (set(words[:-1]) & (_OF_DATA | _OF_RESULTS) and not _is_rest(words)):
        return None
    if words[-1] in _RATE:
        return MachineMeasure.RATE
    return MachineMeasure.TIME if _is_rest(words) or _is_time(words, units) else None


def measures_time(phrase: str) -> bool:
    """Whether a number with a unit of time is how long the machine worked, by the words before it.

    Without words it is (``[CV 1/5] 3.2s``); with words only where they name work or a measurement: ``MAE 3.2 s`` and
    ``half-life 3.2 h`` are results.

    Examples
    --------
    >>> measures_time("finished in"), measures_time("Training"), measures_time("")
    (True, True, True)
    >>> measures_time("MAE"), measures_time("predicted trip duration"), measures_time("half-life")
    (False, False, False)
    """
    words = words_of(phrase)
    ends_work = words[-1:] in (("in",), ("after",)) and bool(set(words[-2:-1]) & _ACTIVITY)
    if set(words) & _LEFT or ends_work:
        return True
    if set(words) & (_OF_RESULTS | (_OF_DATA - _ACTIVITY)):
        return False
    last = words[-1] if words else ""
    is_work = last.endswith(("ing", "tion")) and last not in _NO_WORK
    if set(words) & _TIME or last in {"in", "after"} or is_work:
        return True
    named = all(w in _ACTIVITY or w in _AROUND or w in _TIME_UNITS or w.isdigit() for w in words)
    return named and (not words or bool(set(words) & _ACTIVITY - _STATISTICS))  # `mean 3.2 s`: of what?


def measures_load(phrase: str) -> bool:
    """Whether a number with a unit of size, or a percentage, is what the machine's memory or processor was occupied by.

    Examples
    --------
    >>> measures_load("peak memory"), measures_load("max rss"), measures_load("model size")
    (True, True, False)
    """
    words = words_of(phrase)
    if set(words) & _OF_RESULTS:
        return False
    return any(w in _DEVICES for w in words)


def names_data(phrase: str) -> bool:
    """Whether words name something that programs predict, simulate or read, and no reading of a clock.

    Examples
    --------
    >>> names_data("predicted arrival"), names_data("finished at")
    (True, False)
    """
    return bool(set(words_of(phrase)) & ((_OF_DATA | _OF_RESULTS) - _CLOCK_WORDS))


def names_result(phrase: str) -> bool:
    """Whether words name what experiments are judged by.

    Examples
    --------
    >>> names_result("val accuracy"), names_result("best f1"), names_result("worker")
    (True, True, False)
    """
    words = set(words_of(phrase))
    joined = {f"{a}{b}" for a, b in zip(words_of(phrase), words_of(phrase)[1:], strict=False)}
    return bool((words | joined) & (_OF_RESULTS | _OF_SCORES))


def is_ambiguous(name: str) -> bool:
    """Whether a name is one word that is also a common column of data: `time`, `duration`, `memory`.

    Beside a number without a unit, only what stands around it tells a measurement from a row of a table of features.
    """
    words = words_of(name)
    return len(words) == 1 and words[0] in {"time", "times", "duration", "durations", "timestamp", *_DEVICES}


def is_device(name: str) -> bool:
    """Whether a name is nothing but that of a device, such as `cpu` and `memory`: what of it is meant is not said."""
    words = words_of(name)
    return len(words) == 1 and words[0] in _DEVICES


def _per_piece(words: list[str]) -> bool:
    """Whether the end is `per epoch`, or what `per` is left of it: the time of a piece of work is a time."""
    return words[-1] == "per" or (len(words) > 2 and words[-2] == "per" and words[-1] in _WORK)


def _of_one_piece(words: list[str]) -> bool:
    """Whether the end is `ms/batch` or `time/epoch`; `time/iterations` counts them."""
    return len(words) > 1 and words[-2] in {*_TIME_UNITS, "time"} and words[-1] in _WORK and words[-1][-1] != "s"


def _is_rate(words: list[str]) -> bool:
    """Whether the end is `samples per second`, `it/s` or `MB/s`."""
    if len(words) < 2 or words[-1] not in {"s", "sec", "second", "seconds", "minute", "min"}:
        return False
    if words[-2] == "per":
        return len(words) > 2 and words[-3] in _WORK
    return words[-2] in _WORK and (words[-1] in {"sec", "second"} or (words[-1] == "s" and len(words) > 2))


def _is_rest(words: list[str]) -> bool:
    """Whether it is the time that is left: `estimated time remaining`."""
    return len(words) > 1 and bool(set(words) & _REMAINING) and words[-1] in _REMAINING | _TIME


def _is_time(words: list[str], units: list[str]) -> bool:
    last = words[-1]
    if last in _TIME or last in _TIME_UNITS_ALONE or words[-2:] == ["wall", "clock"]:
        return True
    return (words[0] == "time" and len(words) > 1 and words[1] in _SPENT) or (last in _TIME_UNITS and "per" in units)


def _is_load(words: list[str], units: list[str]) -> bool:
    sized = bool(set(units) & _SIZE_UNITS)
    if words[-2:] in (["load", "average"], ["load", "avg"], ["load", "averages"]):
        return True
    if set(words) & _OF_RESULTS or set(words[:-1]) & {"working", "episodic", "semantic", "associative", "term"}:
        return False
    last = words[-1]
    while len(words) > 1 and last in _OCCUPIED:
        words = words[:-1]
        last = words[-1]
        if last == "disk":
            return True
    if last == "rss":
        # Alone it is the residual sum of squares.
        return sized or bool(set(words[:-1]) & {*_MEMORY, "peak", "max", "process"})
    return last in _MEMORY or last in _PROCESSOR
