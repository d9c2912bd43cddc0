"""What differs between any two executions and says nothing about the result: times, addresses, identifiers."""

from __future__ import annotations

import re
from enum import Enum

from bis._verify.scoped_names import plain


class MachineMeasure(str, Enum):
    """What a metric measures that is not a result of the program."""

    SYSTEM = "system-metric"  # a system metric of MLflow
    RATE = "rate"  # of work per time
    TIME = "time"
    LOAD = "load"  # of the machine


class VolatileToken(str, Enum):
    """What printed text may hold that differs between any two executions."""

    MLFLOW_LINE = "mlflow-line"
    IDENTIFIER = "identifier"
    ADDRESS = "memory-address"
    DATE = "date"
    TEMPORARY_PATH = "temporary-path"
    RATE = "rate"
    DURATION = "duration"
    PROGRESS_BAR = "progress-bar"


# The last word of a metric's name says what was measured: `fit_time`, `elapsed`, `train_runtime`, `mean_score_time`.
_MEASURES_TIME = {
    "time", "times", "duration", "durations", "elapsed", "latency", "runtime", "walltime", "seconds", "secs",
    "millis", "milliseconds", "throughput", "fps", "timestamp",
}  # fmt: skip
_MEASURES_LOAD = {"rss", "ram", "memory", "cpu", "gpu", "utilization", "utilisation", "power", "energy", "temperature"}
_UNITS = {
    "s", "sec", "secs", "second", "seconds", "ms", "us", "ns", "min", "mins", "minutes", "h", "hours",
    "b", "kb", "mb", "gb", "kib", "mib", "gib", "bytes", "megabytes", "percent", "percentage", "pct", "watts", "kwh",
    "usage", "peak", "used",
}  # fmt: skip
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")


def measures_machine(name: str) -> MachineMeasure | None:
    """Why a metric of this name is a measurement of the machine and not a result, or None.

    Times, rates and loads differ between any two executions, whatever the program does.
    """
    name = plain(name)
    if name.startswith("system/"):
        return MachineMeasure.SYSTEM
    words = [w.lower() for w in _WORD.findall(name)]
    if len(words) >= 3 and words[-2] == "per" and words[-1] in {"second", "sec", "s"}:
        return MachineMeasure.RATE
    while len(words) > 1 and words[-1] in _UNITS and words[-1] not in _MEASURES_TIME:
        words = words[:-1]
    if not words:
        return None
    if words[-1] in _MEASURES_TIME or words[-2:] == ["wall", "clock"]:
        return MachineMeasure.TIME
    if words[-1] in _MEASURES_LOAD:
        return MachineMeasure.LOAD
    return None


_UNIT = r"(?:ns|us|µs|ms|s|secs?|seconds?|min(?:ute)?s?|h(?:ours?|rs?)?)"
# In order: the longer forms first, as each replaces what it matches.
_TOKENS = (
    (VolatileToken.MLFLOW_LINE, re.compile(r"^.*(?:View (?:run|experiment)|🏃|🧪).*$", re.MULTILINE)),
    (
        VolatileToken.IDENTIFIER,
        re.compile(r"\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b|\b[0-9a-f]{32}\b", re.IGNORECASE),
    ),
    (VolatileToken.ADDRESS, re.compile(r"\b0x[0-9a-fA-F]{6,16}\b")),
    (
        VolatileToken.DATE,
        re.compile(
            r"\b\d{4}[-/]\d{2}[-/]\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?"
            r"|\b\d{1,2}:\d{2}:\d{2}(?:[.,]\d+)?\b"
        ),
    ),
    (VolatileToken.TEMPORARY_PATH, re.compile(r"(?:/private)?(?:/var/folders|/tmp)/[^\s'\"):,]+")),
    (
        VolatileToken.RATE,
        re.compile(rf"\b\d+(?:\.\d+)?\s?(?:it|steps?|samples?|batch(?:es)?)/s\b|\b\d+(?:\.\d+)?\s?{_UNIT}/\w+"),
    ),
    (
        VolatileToken.DURATION,
        re.compile(
            rf"(?<![\w.])\d+(?:\.\d+)?(?:e[+-]?\d+)?\s?{_UNIT}\b(?![\w/])"
            rf"|\b(?:elapsed|duration|time|took|took:)(?:\s+(?:taken|elapsed))?\s*[=:]?\s*\d+(?:\.\d+)?(?:\s?{_UNIT}\b)?",
            re.IGNORECASE,
        ),
    ),
)
_BAR = re.compile(r"[━█▏▎▍▌▋▊▉╸]|\d+%\|")


def without_volatile(text: str) -> tuple[str, tuple[VolatileToken, ...]]:
    """Replace what does not decide in `text` by placeholders; also say of what kinds it was.

    Line endings are made alike; of a line that was overwritten in place (progress bars) only its last state is kept.
    """
    kinds: list[VolatileToken] = []
    lines = []
    for line in text.replace("\r\n", "\n").split("\n"):
        shown = line.rstrip("\r").rsplit("\r", 1)[-1]
        shown = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]|\x08", "", shown)
        if _BAR.search(shown):
            kinds.append(VolatileToken.PROGRESS_BAR)
            shown = re.sub(r"\s*\S*(?:[━█▏▎▍▌▋▊▉╸]|\d+%\|)[━█▏▎▍▌▋▊▉╸\s|]*", " <bar> ", shown)
        lines.append(shown)
    cleaned = "\n".join(lines)
    for kind, pattern in _TOKENS:
        cleaned, count = pattern.subn(f"<{kind.value}>", cleaned)
        if count:
            kinds.append(kind)
    return cleaned, tuple(dict.fromkeys(kinds))
