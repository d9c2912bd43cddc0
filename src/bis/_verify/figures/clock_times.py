"""Dates and times in printed text: readings of the clock, which differ each time, and dates that are data.

What lies within the time in which the program ran was read from the clock; any other date is data, which is compared
as text. Where it is not known when the program ran, the form decides: a time with seconds is a reading, a date alone
or at midnight is data.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import TYPE_CHECKING

from bis._verify.figures.text_span import TextSpan
from bis._verify.figures.volatile_token import VolatileToken

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from bis.model.facets import Outputs

# The launcher's clock and the program's are one, but prints are rounded and caches of them are older.
_SLACK_S = 2.0
# Local times are ahead of or behind UTC by whole quarters of an hour.
_QUARTER_S = 900
_FIRST_OFFSET, _LAST_OFFSET = -12 * 4, 14 * 4
_DAY_S = 86400
# A number of seconds is taken for a reading of an unknown clock between September 2001 and May 2033 (10 digits).
_FIRST_EPOCH, _LAST_EPOCH = 1_000_000_000, 2_000_000_000
_LEAP_YEAR = 1972  # stands for a year that is not printed
_PER_SECOND = (1, 1_000, 1_000_000, 1_000_000_000)


@dataclass(frozen=True, slots=True)
class RunWindow:
    """When a program ran, in seconds since 1970 (UTC), and the numbers of its processes."""

    started_unix_s: float
    ended_unix_s: float
    pids: tuple[int, ...] = ()

    def holds(self, unix_s: float) -> bool:
        """Whether this moment lies within it."""
        return self.started_unix_s - _SLACK_S <= unix_s <= self.ended_unix_s + _SLACK_S

    def holds_local(self, unix_s: float) -> bool:
        """Whether a moment lies within it whose time zone is not known; `unix_s` is what it would be in UTC."""
        first = math.ceil((unix_s - self.ended_unix_s - _SLACK_S) / _QUARTER_S)
        last = math.floor((unix_s - self.started_unix_s + _SLACK_S) / _QUARTER_S)
        return max(first, _FIRST_OFFSET) <= min(last, _LAST_OFFSET)

    def holds_day(self, unix_s: float) -> bool:
        """Whether a day that begins at `unix_s`, in a time zone that is not known, has a part of it."""
        earliest = self.started_unix_s + _FIRST_OFFSET * _QUARTER_S
        latest = self.ended_unix_s + _LAST_OFFSET * _QUARTER_S
        return unix_s <= latest and unix_s + _DAY_S >= earliest

    def holds_time_of_day(self, second: float) -> bool:
        """Whether it was this second of the day in some time zone while the program ran."""
        first = self.started_unix_s - _SLACK_S
        length = self.ended_unix_s + _SLACK_S - first
        return (second - first) % _QUARTER_S <= length


def windows_of(*outputs: Outputs) -> tuple[RunWindow, ...]:
    """When the programs of these outputs ran; empty where that was not recorded of one of them.

    Texts of two runs are read with the windows of both, so that a date that both printed is the same in both.
    """
    times = [(o.started_unix_s, o.ended_unix_s, o.pids) for o in outputs]
    found = [RunWindow(start, end, pids) for start, end, pids in times if start is not None and end is not None]
    return tuple(found) if len(found) == len(times) else ()


def is_clock_reading(value: float, windows: Sequence[RunWindow]) -> bool:
    """Whether a number is a time at which the program ran, in seconds, milli-, micro- or nanoseconds since 1970.

    Without a window none is: a number alone does not say so. Times that are written to files in whole seconds, and
    numbers in keys of JSON, are read by this as well.
    """
    moments = [value / scale for scale in _PER_SECOND if _FIRST_EPOCH <= value / scale <= _LAST_EPOCH]
    return any(window.holds(moment) for moment in moments for window in windows)


_MONTH_NAMES = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTHS = {name: number for number, name in enumerate(_MONTH_NAMES, 1)}
_MONTH = rf"(?P<month_name>(?:{'|'.join(_MONTH_NAMES)})[a-z]*)"
_WEEKDAY = r"(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*,? )?"
_YEAR = r"(?P<year>(?:19|20)\d{2})"
_SECONDS = r"(?::(?P<second>\d{2})(?:[.,]\d+)?)?"
_CLOCK = rf"(?P<hour>\d{{1,2}}):(?P<minute>\d{{2}}){_SECONDS}(?:\s?(?P<half>[AP]M)\b)?"
_ZONE = r"(?:\s?(?:Z\b|UTC|GMT|[+-]\d{2}:?\d{2}(?!\d)))?"
_ISO_DAY = rf"{_YEAR}(?P<mark>[-/._])(?P<month>\d{{1,2}})(?P=mark)(?P<day>\d{{1,2}})"
_PACKED_DAY = r"(?P<month>0[1-9]|1[0-2])(?P<day>0[1-9]|[12]\d|3[01])"
_PACKED_TIME = r"(?P<hour>[01]\d|2[0-3])(?P<minute>[0-5]\d)(?P<second>[0-5]\d)"
_EITHER_ORDER = r"(?<![\d/.-])(?P<first>\d{1,2})(?P<mark>[-/.])(?P<middle>\d{1,2})(?P=mark)"


def _forms(*patterns: str) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(pattern, re.IGNORECASE) for pattern in patterns)


_WRITTEN = _forms(
    # datetime.datetime(2026, 11, 29, 8, 16, 8, 123456), datetime.date(2026, 11, 29)
    r"\b(?:datetime\.)?(?:datetime|date|Timestamp|DateTime)\("
    r"(?P<year>\d{4}), ?(?P<month>\d{1,2}), ?(?P<day>\d{1,2})"
    r"(?:, ?(?P<hour>\d{1,2})(?:, ?(?P<minute>\d{1,2}))?(?:, ?(?P<second>\d{1,2}))?(?:, ?\d+)?)?"
    r"(?:, ?(?:tzinfo|fold|tz)=(?:[^()]|\([^()]*(?:\([^()]*\)[^()]*)*\))*)?\)",
    # time.struct_time(tm_year=2026, tm_mon=11, ...)
    r"time\.struct_time\(tm_year=(?P<year>\d{4}), tm_mon=(?P<month>\d{1,2}), tm_mday=(?P<day>\d{1,2}), "
    r"tm_hour=(?P<hour>\d{1,2}), tm_min=(?P<minute>\d{1,2}), tm_sec=(?P<second>\d{1,2})[^()]*\)",
    # Sun Nov 29 08:16:08 UTC 2026
    rf"\b{_WEEKDAY}{_MONTH} +(?P<day>\d{{1,2}}),? +{_CLOCK}(?: [A-Z]{{3,4}})? {_YEAR}\b",
    # Sun, 29 Nov 2026 08:16:08 GMT, 29/Nov/2026:08:16:08 +0000
    rf"\b{_WEEKDAY}(?P<day>\d{{1,2}})[ /-]{_MONTH},?[ /-]{_YEAR}(?:(?:,?(?: at)? +|:){_CLOCK}{_ZONE})?(?!\d)",
    # Nov 29, 2026 08:16
    rf"\b{_WEEKDAY}{_MONTH} (?P<day>\d{{1,2}}),? {_YEAR}(?:,?(?: at)? +{_CLOCK})?(?!\d)",
    # 2026-11-29_08-16-08, outputs/2026-11-29/08-16-08, 2026-11-29T081608Z
    rf"(?<!\d){_ISO_DAY}[-_T /.](?P<hour>\d{{2}})(?P<mark2>[-_.h]?)(?P<minute>\d{{2}})(?P=mark2)(?P<second>\d{{2}})"
    r"(?:[-_.]?\d{3,6})?Z?(?!\d)",
    # 2026-11-29T08:16:08.123456+00:00
    rf"(?<!\d)(?<![\d.,][-/]){_ISO_DAY}(?:[T _,]{{1,2}}{_CLOCK}{_ZONE})?(?!\d)",
    # 29/11/2026 08:16:08 and 11/29/26 08:16:08
    rf"{_EITHER_ORDER}(?P<year>(?:(?:19|20)\d{{2}}|\d{{2}})),? +{_CLOCK}",
    rf"{_EITHER_ORDER}{_YEAR}(?![\d/.-])",
    # Nov29_08-16-08: the folders of TensorBoard
    rf"(?<![a-zA-Z]){_MONTH}(?P<day>\d{{2}})_(?P<hour>\d{{2}})-(?P<minute>\d{{2}})-(?P<second>\d{{2}})(?!\d)",
)
_PACKED = _forms(
    # 261129_081608
    rf"(?<![\d.])(?P<year>[23]\d){_PACKED_DAY}[-_T]{_PACKED_TIME}(?!\.?\d)",
    # 20261129-081608, 20261129T081608Z, 20261129081608, 20261129
    rf"(?<![\d.])(?P<year>20\d{{2}}){_PACKED_DAY}(?:[-_T ]?{_PACKED_TIME}(?:[-_.]?\d{{3,6}})?)?Z?(?!\.?\d)",
)
# Without one of these there is no date: a year or month and a day beside each other, or at least six digits.
_DATED = re.compile(
    rf"\d[-/._]\d|\d{{6}}|\d{{4}}, ?\d|tm_year|(?:{'|'.join(_MONTH_NAMES)})[a-z]*[ /-]*\d", re.IGNORECASE
)
_TIME_OF_DAY = re.compile(
    r"(?<![\d:.])(?P<hour>[01]?\d|2[0-3]):(?P<minute>[0-5]\d):(?P<second>[0-5]\d)(?:[.,]\d+)?"
    r"(?:\s?(?P<half>[AP]M)\b)?(?![\d:])",
    re.IGNORECASE,
)
_TIME_REPR = re.compile(r"datetime\.time\((\d{1,2}), ?(\d{1,2})(?:, ?(\d{1,2}))?(?:, ?\d+)?\)")
_EPOCH = re.compile(r"(?<![\d.])\d{10}(?:\d{3}|\d{6}|\d{9})?(?:\.\d+)?(?![\d])")


def clock_spans(line: str, windows: Sequence[RunWindow] = ()) -> Iterator[TextSpan]:
    """The dates with or without times in a line, in the order of preference: of kind DATE those read from the clock.

    Parameters
    ----------
    line : str
        A line of printed text.
    windows : sequence of RunWindow
        When the programs ran that are compared; empty where that is not known.
    """
    if not _DATED.search(line):
        return
    for form in (*_WRITTEN, *_PACKED):
        for match in form.finditer(line):
            moments = _moments(match)
            reading = any(_is_reading(match, m, windows) for m in moments)
            # Eight digits, or fourteen, that are no reading are a number as any other.
            if reading or (moments and form not in _PACKED):
                yield TextSpan(match.start(), match.end(), VolatileToken.DATE if reading else None)
    for match in _EPOCH.finditer(line):
        if is_clock_reading(float(match[0]), windows) or (not windows and _says_time(line[: match.start()])):
            yield TextSpan(match.start(), match.end(), VolatileToken.DATE)


def times_of_day(line: str, windows: Sequence[RunWindow] = ()) -> Iterator[tuple[TextSpan, bool]]:
    """What looks like a time of day, ``08:16:08``, and whether it was one while the program ran.

    Most of them are as well lengths of time: the words around them decide.
    """
    if ":" not in line and "time(" not in line:
        return
    for pattern in (_TIME_REPR, _TIME_OF_DAY):
        for match in pattern.finditer(line):
            second = _second_of_day(match)
            reading = not windows or any(w.holds_time_of_day(second) for w in windows)
            yield TextSpan(match.start(), match.end(), None), reading


_TIME_WORD = re.compile(
    r"(?:time|timestamp|started|ended|start|end|now|date|_at|_ts|_ms)['\"]?\s*[:=]?\s*$", re.IGNORECASE
)


def _says_time(before: str) -> bool:
    return _TIME_WORD.search(before) is not None


def _moments(match: re.Match[str]) -> tuple[datetime, ...]:
    """What a date and time may mean in UTC; of 03/04/2026 both, and nothing where there is no such day."""
    found = match.groupdict()
    if not found.get("first"):
        month = found.get("month") or _MONTHS.get((found.get("month_name") or "")[:3].lower(), 1)
        return _moment(found, int(month), int(found["day"]))
    first, middle = int(found["first"]), int(found["middle"])
    return (*_moment(found, first, middle), *_moment(found, middle, first))


def _moment(found: Mapping[str, str | None], month: int, day: int) -> tuple[datetime, ...]:
    year = int(found.get("year") or _LEAP_YEAR)
    hour = _hour(found)
    minute, second = (int(found.get(part) or 0) for part in ("minute", "second"))
    try:
        moment = datetime(year + 2000 if year < 100 else year, month, day, hour, minute, second, tzinfo=timezone.utc)
    except ValueError:
        return ()
    return (moment,)


def _is_reading(match: re.Match[str], moment: datetime, windows: Sequence[RunWindow]) -> bool:
    found = match.groupdict()
    if not windows:
        return found.get("hour") is not None and (moment.hour, moment.minute, moment.second) != (0, 0, 0)
    return any(_is_within(found, moment, w) for w in windows)


def _is_within(found: Mapping[str, str | None], moment: datetime, window: RunWindow) -> bool:
    if not found.get("year"):
        year = datetime.fromtimestamp(window.started_unix_s, timezone.utc).year
        return any(window.holds_local(m.timestamp()) for y in (year - 1, year, year + 1) for m in _in_year(moment, y))
    unix_s = moment.timestamp()
    if found.get("hour") is None:
        return window.holds_day(unix_s)
    if found.get("second") is None:
        return any(window.holds_local(unix_s + s) for s in range(0, 60, 3))
    return window.holds_local(unix_s)


def _in_year(moment: datetime, year: int) -> tuple[datetime, ...]:
    try:
        return (moment.replace(year=year),)
    except ValueError:  # the 29th of February
        return ()


def _hour(found: Mapping[str, str | None]) -> int:
    hour, half = int(found.get("hour") or 0), found.get("half")
    return hour % 12 + (12 if half.lower() == "pm" else 0) if half else hour


def _second_of_day(match: re.Match[str]) -> float:
    found = match.groupdict()
    if not found:
        return int(match[1]) * 3600 + int(match[2]) * 60 + int(match[3] or 0)
    return _hour(found) * 3600 + int(found["minute"]) * 60 + int(found["second"])
