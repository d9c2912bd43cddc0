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
    from collections.abc import Callable, Iterator

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
    re.compile(rf"{_N}\s?fps\b(?!\s*[:=]?\s*\d)", re.IGNORECASE),
)
_BARE_RATE = re.compile(rf"{_N}/s(?:ec)?{_END}")
# `0m 3s`, `1h 2m 3s`, `1 min 3.2 s`, `2 minutes and 3 seconds`
_I = r"\d+(?:\.\d+)?"
_H, _M, _S = rf"{_I}\s?(?:h|hrs?|hours?),?\s?", rf"{_I}\s?(?:m|mins?|minutes?)", rf"{_I}\s?(?:s|secs?|seconds?)"
_COMPOUND = re.compile(
    rf"(?<![\w.])(?:(?:{_I}\s?(?:d|days?),?\s?)?(?:{_H})?{_M},?\s?(?:and )?{_S}|{_H}(?:and )?{_M}){_END}", re.IGNORECASE
)
_TIMED = re.compile(rf"(?P<number>{_N})\s?(?P<unit>{_T}){_END}(?!\s*[:=])", re.IGNORECASE)
# `mean 0.5 min 0.1`: a statistic before the next figure, unless that has a unit of time as well.
_NEXT_FIGURE = re.compile(rf"\s*[-+]?\.?\d(?![\d.]*\s?{_T}{_END})")
_TIMEDELTA = re.compile(
    r"(?:datetime\.)?timedelta\((?:(?:days|seconds|microseconds)=-?\d+(?:, )?)*\)|Timedelta\('[^']*'\)"
)
CLOCK_LENGTH = re.compile(r"(?<![\d:.])(?:\d+ days?,? )?\d+:[0-5]\d(?::[0-5]\d)?(?:\.\d+)?(?![\d:])")
_SIZE = re.compile(rf"{_N}\+?\s?{_BYTES}{_END}")
_SHORT_SIZE = re.compile(rf"{_N}[KMGT]{_END}")
_PERCENT = re.compile(rf"{_N}\s?%")
_LOAD_AVERAGE = re.compile(
    r"load[ _]?(?:avg|averages?)['\"]?(?:\s*\([^)]*\))?\s*[:=]?\s*(?:is\s+)?"
    r"(?P<list>[\[(]?\d+(?:\.\d+)?(?:,?\s+\d+(?:\.\d+)?){0,2}[\])]?)",
    re.IGNORECASE,
)
# What psutil returns, as it prints.
_PSUTIL = re.compile(
    r"\b(?:svmem|sswap|p(?:full)?mem|[ps]cputimes|sdiskusage|snetio|sdiskio|scpustats|scpufreq|pio)\([^()]*\)"
)
# IPython's `%timeit` chooses how often it runs.
_TIMEIT = re.compile(rf"{_N}\s?{_T} ± {_N}\s?{_T} per loop \(mean ± std\. dev\. of .*?\)")
_SPEED = r",\s*[\d.?]+\s?(?:\w+/s|s/\w+)"
_TQDM = re.compile(rf"\[\d+:\d\d(?::\d\d)?(?:<[\d:?]+(?:{_SPEED})?|{_SPEED})")
_LABEL_WORD = r"(?:[A-Za-z_µ][\w'/-]*|\([^()\d]*\))"
_LABEL = re.compile(
    rf"(?<![\w.]){_LABEL_WORD}(?:[ \t]+{_LABEL_WORD})*(?:[ \t]+\d+)?\s*['\"]?\s*(?:[:=~≈]|\bis\b)?\s*[(\[~≈]?\s*$"
)


def label_before(line: str, start: int) -> str:
    """The words right before a place of a line, without the signs between."""
    found = _LABEL.search(line, max(0, start - _LONGEST_LABEL), start)
    return found[0].strip(" \t:=~≈('\"[") if found else ""


def quantity_spans(line: str) -> Iterator[TextSpan]:
    """The measurements of the machine in a line that have a unit or a form of their own, in the order of preference."""
    if not _UNIT_BEHIND.search(line):
        return
    small = line.lower()
    for signs, pattern, group, kind, measures in _MEASUREMENTS:
        if not any(sign in small for sign in signs):
            continue
        for match in pattern.finditer(line):
            if measures is None or measures(line, match):
                yield TextSpan(match.start(group), match.end(group), kind)


def _beside_work(line: str, match: re.Match[str]) -> bool:
    return measures_time(label_before(line, match.start()))


def _beside_memory(line: str, match: re.Match[str]) -> bool:
    return measures_load(label_before(line, match.start()))


def _share_of_machine(line: str, match: re.Match[str]) -> bool:
    label = label_before(line, match.start())
    return measures_load(label) and measures_machine(label) is not None


def _has_unit_of_time(line: str, match: re.Match[str]) -> bool:
    if match["unit"].lower() in {"min", "h", "s"} and _NEXT_FIGURE.match(line, match.end()):
        joined = match[0].endswith(match["number"] + match["unit"])
        return joined and match["unit"] != "min" and _beside_work(line, match)
    return _beside_work(line, match)


def _is_clock_length(line: str, match: re.Match[str]) -> bool:
    """Whether ``08:16:08`` is a length by the words before it, or by the form that a timedelta prints with."""
    if label_before(line, match.start()):
        return _beside_work(line, match)
    return _PRINTED_TIMEDELTA.fullmatch(match[0]) is not None


_PRINTED_TIMEDELTA = re.compile(r"\d:\d\d:\d\d\.\d{6}|0:\d\d:\d\d")
# In order of preference. The signs are looked for first: without one of them no form can match.
_MEASUREMENTS: tuple[
    tuple[tuple[str, ...], re.Pattern[str], int | str, VolatileToken, Callable[[str, re.Match[str]], bool] | None],
    ...,
] = (
    (("±",), _TIMEIT, 0, VolatileToken.DURATION, None),
    (("[",), _TQDM, 0, VolatileToken.PROGRESS_BAR, None),
    (("(",), _PSUTIL, 0, VolatileToken.LOAD, None),
    (("load",), _LOAD_AVERAGE, "list", VolatileToken.LOAD, None),
    (("/", "per"), _RATES[0], 0, VolatileToken.RATE, None),
    (("/", "per"), _RATES[1], 0, VolatileToken.RATE, None),
    (("fps",), _RATES[2], 0, VolatileToken.RATE, None),
    (("/s",), _BARE_RATE, 0, VolatileToken.RATE, _beside_work),
    (("timedelta",), _TIMEDELTA, 0, VolatileToken.DURATION, _beside_work),
    (("m", "h"), _COMPOUND, 0, VolatileToken.DURATION, _beside_work),
    ((":",), CLOCK_LENGTH, 0, VolatileToken.DURATION, _is_clock_length),
    (("s", "m", "h"), _TIMED, 0, VolatileToken.DURATION, _has_unit_of_time),
    (("b",), _SIZE, 0, VolatileToken.LOAD, _beside_memory),
    (("k", "m", "g", "t"), _SHORT_SIZE, 0, VolatileToken.LOAD, _beside_memory),
    (("%",), _PERCENT, 0, VolatileToken.LOAD, _share_of_machine),
)
_UNIT_BEHIND = re.compile(r"\d\+?\s?[^\W\d_]|[\d%]\s?[/%:±]|load|\[\d|timedelta|\(\w+=\d", re.IGNORECASE)
_LONGEST_LABEL = 80
