"""Numbers with units that measure the machine: how long something took, how fast it went, what it occupied.

A unit alone does not say so: ``MAE 3.2 s``, ``33.1 km/h`` and a model of ``12 MB`` are results. What does is known to
`bis.model.machine_measures`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bis._verify.figures.text_span import TextSpan
from bis._verify.figures.volatile_token import VolatileToken
from bis.model.machine_measures import measures_load, measures_machine, measures_time

if TYPE_CHECKING:
    from collections.abc import Iterator

_N = r"(?<![\w.])(?:<\s?)?\d+(?:[.,]\d+)*(?:[eE][-+]?\d+)?"
_T = (
    r"(?:ns|nsec|us|µs|μs|usec|microseconds?|ms|msecs?|millis(?:econds?)?|s|secs?|seconds?|min|mins|minutes?|"
    r"h|hrs?|hours?)"
)
_WORK = (
    r"(?:its?|iter(?:ation)?s?|steps?|samples?|batch(?:es)?|examples?|images?|imgs?|tok(?:en)?s?|rows?|records?|frames?|"
    r"epochs?|folds?|loops?|calls?|quer(?:y|ies)|req(?:uest)?s?|items?|trials?|trees?|runs?|files?|docs?|"
    r"[KMGT]?i?B(?:ytes)?|[kMG]bits?|[kMGT]?FLOPS?|[kMGT]?FLOPs)"
)
_PER = r"\s?(?:/|per)\s?"
_BYTES = r"(?:[KkMGT]i?B|[KMG]ibibytes|(?:kilo|mega|giga)?bytes?|[KMG]b)"
# The end of a unit: a letter of text, a further unit or a statistic (`0.5 min 0.1`) is none.
_END = r"(?![\w/^*²³%])(?!-[a-z])"

_RATES = (
    re.compile(rf"{_N}\s?{_WORK}{_PER}(?:s|secs?|seconds?|ms|min|minutes?|h|hour){_END}", re.IGNORECASE),
    re.compile(rf"{_N}\s?{_T}{_PER}(?:\d+\s)?{_WORK}{_END}", re.IGNORECASE),
    re.compile(rf"{_N}\s?fps\b", re.IGNORECASE),
)
_BARE_RATE = re.compile(rf"{_N}/s(?:ec)?{_END}")
# `0m 3s`, `1h 2m 3s`, `1 min 3.2 s`, `2 minutes and 3 seconds`
_COMPOUND = re.compile(
    rf"(?:{_N}\s?(?:d|days?),?\s?)?(?:{_N}\s?(?:h|hrs?|hours?),?\s?)?(?:and )?{_N}\s?(?:m|mins?|minutes?),?\s?(?:and )?"
    rf"{_N}\s?(?:s|secs?|seconds?){_END}|{_N}\s?(?:h|hrs?|hours?),?\s?(?:and )?{_N}\s?(?:m|mins?|minutes?){_END}",
    re.IGNORECASE,
)
_TIMED = re.compile(rf"(?P<number>{_N})\s?(?P<unit>{_T}){_END}(?!\s*[:=])", re.IGNORECASE)
# `mean 0.5 min 0.1`: a statistic before the next figure, unless that has a unit of time as well.
_NEXT_FIGURE = re.compile(rf"\s*[-+]?\.?\d(?![\d.]*\s?{_T}{_END})")
_TIMEDELTA = re.compile(r"(?:datetime\.)?timedelta\((?:(?:days|seconds|microseconds)=-?\d+(?:, )?)*\)|Timedelta\('[^']*'\)")
CLOCK_LENGTH = re.compile(r"(?<![\d:.])(?:\d+ days?,? )?\d+:[0-5]\d(?::[0-5]\d)?(?:\.\d+)?(?![\d:])")
_SIZE = re.compile(rf"{_N}\+?\s?{_BYTES}{_END}")
_PERCENT = re.compile(rf"{_N}\s?%")
_LOAD_AVERAGE = re.compile(
    r"load[ _]?(?:avg|averages?)['\"]?(?:\s*\([^)]*\))?\s*[:=]?\s*(?:is\s+)?(?P<list>[\[(]?\d+\.\d+(?:,?\s+\d+\.\d+){0,2}[\])]?)",
    re.IGNORECASE,
)
# IPython's `%timeit` chooses how often it runs.
_TIMEIT = re.compile(rf"{_N}\s?{_T} ± {_N}\s?{_T} per loop \(mean ± std\. dev\. of .*?\)")
_TQDM = re.compile(r"\[\d+:\d\d(?::\d\d)?<(?:[\d:?]+)(?:,\s*[\d.?]+\s?(?:\w+/s|s/\w+))?|\[\d+:\d\d(?::\d\d)?,\s*[\d.?]+\s?(?:\w+/s|s/\w+)")
_LABEL = re.compile(r"(?:[A-Za-z_µ][\w'/-]*|\([^()\d]*\))(?:[ \t]+(?:[A-Za-z_µ][\w'/-]*|\([^()\d]*\)))*(?:[ \t]+\d+)?\s*['\"]?\s*(?:[:=~≈]|\bis\b)?\s*[(\[~≈]?\s*$")


def label_before(line: str, start: int) -> str:
    """The words right before a place of a line, without the signs between."""
    found = _LABEL.search(line, 0, start)
    return found[0].strip(" \t:=~≈('\"[") if found else ""


def quantity_spans(line: str) -> Iterator[TextSpan]:
    """The measurements of the machine in a line that have a unit or a form of their own, in the order of preference."""
    for match in _TIMEIT.finditer(line):
        yield TextSpan(match.start(), match.end(), VolatileToken.DURATION)
    for match in _TQDM.finditer(line):
        yield TextSpan(match.start(), match.end(), VolatileToken.PROGRESS_BAR)
    for match in _LOAD_AVERAGE.finditer(line):
        yield TextSpan(match.start("list"), match.end("list"), VolatileToken.LOAD)
    for pattern in _RATES:
        for match in pattern.finditer(line):
            yield TextSpan(match.start(), match.end(), VolatileToken.RATE)
    for match in _BARE_RATE.finditer(line):
        if measures_time(label_before(line, match.start())):
            yield TextSpan(match.start(), match.end(), VolatileToken.RATE)
    for pattern in (_TIMEDELTA, _COMPOUND, CLOCK_LENGTH, _TIMED):
        for match in pattern.finditer(line):
            if _is_length(line, match, clock=pattern is CLOCK_LENGTH):
                yield TextSpan(match.start(), match.end(), VolatileToken.DURATION)
    for match in _SIZE.finditer(line):
        if measures_load(label_before(line, match.start())):
            yield TextSpan(match.start(), match.end(), VolatileToken.LOAD)
    for match in _PERCENT.finditer(line):
        label = label_before(line, match.start())
        if measures_load(label) and measures_machine(label):
            yield TextSpan(match.start(), match.end(), VolatileToken.LOAD)


def _is_length(line: str, match: re.Match[str], *, clock: bool) -> bool:
    label = label_before(line, match.start())
    if clock:
        # 08:16:08 is a time of day unless words say otherwise, but for the form that a timedelta prints with.
        micro = re.fullmatch(r"\d:\d\d:\d\d\.\d{6}", match[0]) is not None
        return measures_time(label) if label else micro  # without a word its column may say it
    if match.re is _TIMED and match["unit"].lower() in {"min", "h", "s"} and _NEXT_FIGURE.match(line, match.end()):
        return match[0].endswith(match["number"] + match["unit"]) and match["unit"] != "min"
    return measures_time(label)
