"""The kinds of what differs between any two executions and says nothing about the result."""

from __future__ import annotations

from enum import Enum


class VolatileToken(str, Enum):
    """What printed text may hold that differs between any two executions."""

    MLFLOW_LINE = "mlflow-line"
    LOG_LINE = "log-line"  # of a library, or an unfinished progress bar
    IDENTIFIER = "identifier"
    ADDRESS = "memory-address"
    DATE = "date"  # a reading of the clock
    TEMPORARY_PATH = "temporary-path"
    INSTALLATION = "installation-path"
    PICTURE = "picture"  # the size of one, as notebooks print it
    RATE = "rate"
    DURATION = "duration"
    LOAD = "load"
    PROGRESS_BAR = "progress-bar"
