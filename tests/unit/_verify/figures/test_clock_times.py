"""Readings of the clock, and dates that are data."""

from __future__ import annotations

import time
from datetime import datetime, timedelta, timezone

import pytest

from bis._verify.figures.clock_times import RunWindow, clock_spans, is_clock_reading, times_of_day, windows_of
from bis._verify.figures.text_span import without_overlaps
from bis.model.facets import Outputs, Status

START = 1764404888.0  # 2025-11-29 08:28:08 UTC
RUN = RunWindow(START, START + 20)
NOW = datetime.fromtimestamp(START + 5, timezone.utc).replace(tzinfo=None)
THERE = NOW + timedelta(hours=5, minutes=30)  # the clock on a wall in Kolkata


def marked(line: str, *windows: RunWindow) -> str:
    """The line with ``@`` for each reading of the clock and ``=`` for each date that is data."""
    for span in reversed(without_overlaps(clock_spans(line, windows))):
        line = line[: span.start] + ("@" if span.kind else "=") + line[span.end :]
    return line


READINGS = {
    repr([NOW]): "[@]",
    repr([NOW.replace(microsecond=123456, tzinfo=timezone.utc)]): "[@]",
    repr(NOW.replace(tzinfo=timezone(timedelta(hours=1)))): "@",
    str(NOW.replace(microsecond=123456)): "@",
    NOW.isoformat(): "@",
    NOW.isoformat() + "+00:00": "@",
    NOW.strftime("%Y-%m-%dT%H:%M:%SZ"): "@",
    repr(THERE): "@",
    THERE.strftime("%Y/%m/%d %H:%M:%S INFO"): "@ INFO",
    NOW.strftime("exp_%Y%m%d-%H%M%S"): "exp_@",
    NOW.strftime("run%Y%m%d%H%M%S.json"): "run@.json",
    NOW.strftime("%Y%m%d_%H%M%S_model"): "@_model",
    NOW.strftime("%y%m%d_%H%M%S"): "@",
    NOW.strftime("logs/%Y-%m-%d_%H-%M-%S"): "logs/@",
    NOW.strftime("outputs/%Y-%m-%d/%H-%M-%S/x"): "outputs/@/x",
    NOW.strftime("runs/%b%d_%H-%M-%S_host"): "runs/@_host",
    NOW.strftime("%c"): "@",
    NOW.strftime("%a %b %d %H:%M:%S UTC %Y"): "@",
    NOW.strftime("%a, %d %b %Y %H:%M:%S GMT"): "@",
    NOW.strftime("[%d/%b/%Y:%H:%M:%S +0000]"): "[@]",
    NOW.strftime("%d/%m/%Y %H:%M"): "@",
    NOW.strftime("%m/%d/%y %H:%M:%S"): "@",
    NOW.strftime("%d.%m.%Y %H:%M:%S"): "@",
    NOW.strftime("%B %d, %Y at %I:%M %p"): "@",
    repr(time.gmtime(START + 3)): "@",
    f"Timestamp('{NOW}')": "Timestamp('@')",
    f"started {START + 3.123:.3f}": "started @",
    str(int(START + 3) * 1000): "@",
    str(int(START + 3) * 10**9): "@",
    f"{NOW.date()}": "@",
    repr(THERE.date()): "@",
}


@pytest.mark.parametrize("line", READINGS)
def test_readings_of_the_clock(line: str) -> None:
    """A moment within the run, in any of the usual forms and in any time zone."""
    assert marked(line, RUN) == READINGS[line]


@pytest.mark.parametrize(
    ("line", "seen"),
    [
        ("date 2020-01-03 close 133.2", "date = close 133.2"),
        ("2020-01-03 00:00:00  133.2", "=  133.2"),
        ("2020-01-03 09:30:00  133.2", "=  133.2"),
        ("[datetime.datetime(2020, 1, 3, 9, 30)]", "[=]"),
        ("2025-11-29 12:00:00 peak", "= peak"),  # the day of the run, at another time
        ("forecast for 2025-12-06", "forecast for ="),
        ("20200103 rows", "20200103 rows"),
        ("parameters: 20251801", "parameters: 20251801"),
        ("1577836800.5", "1577836800.5"),
        ("value 1764401111.0", "value 1764401111.0"),
        ("numpy 1.26.4 and 2026.1.3", "numpy 1.26.4 and ="),
        ("ratio 1/2/3, 10-20-30", "ratio 1/2/3, 10-20-30"),
        ("loss 0.20251129", "loss 0.20251129"),
        ("[1, 2, 2025]", "[1, 2, 2025]"),
        ("no digits", "no digits"),
    ],
)
def test_dates_that_are_data(line: str, seen: str) -> None:
    """What lies outside of the run is data: a date as text, a number as a number."""
    assert marked(line, RUN) == seen


def test_a_date_that_both_runs_printed_is_the_same_in_both() -> None:
    """The day of the original, written down in the program, is printed by a replay of another day as well."""
    replay = RunWindow(START + 9 * 86400, START + 9 * 86400 + 20)
    assert marked("as of 2025-11-29", RUN, replay) == marked("as of 2025-11-29", replay, RUN) == "as of @"


@pytest.mark.parametrize(
    ("line", "seen"),
    [
        ("2020-01-03 09:30:07 x", "@ x"),
        ("2020-01-03", "="),
        ("2020-01-03 00:00:00", "="),
        ("started: 1577836800.25", "started: @"),
        ("close 1577836800.25", "close 1577836800.25"),
    ],
)
def test_without_a_window_the_form_decides(line: str, seen: str) -> None:
    """A time with seconds is a reading; a date, midnight, or a number without a word is none."""
    assert marked(line) == seen


def test_times_of_day() -> None:
    """Those of the run, in some time zone, are told from others."""
    assert [reading for _, reading in times_of_day("08:28:13 INFO", (RUN,))] == [True]
    assert [reading for _, reading in times_of_day("1:58:13 PM", (RUN,))] == [True]
    assert [reading for _, reading in times_of_day("08:21:13", (RUN,))] == [False]
    assert [reading for _, reading in times_of_day("00:01:23")] == [True]


def test_numbers_that_are_readings() -> None:
    """Seconds, milliseconds and nanoseconds within the run; never without a window."""
    assert is_clock_reading(START + 3, (RUN,))
    assert is_clock_reading((START + 3) * 1e3, (RUN,))
    assert is_clock_reading((START + 3) * 1e9, (RUN,))
    assert not is_clock_reading(START + 3000, (RUN,))
    assert not is_clock_reading(START + 3, ())


def test_windows_are_known_of_all_or_of_none() -> None:
    """Records from before times were kept have no window."""
    known = Outputs(Status.RECORDED, started_unix_s=1.0, ended_unix_s=2.0)
    assert windows_of(known, known) == (RunWindow(1.0, 2.0), RunWindow(1.0, 2.0))
    assert windows_of(known, Outputs(Status.RECORDED)) == ()
