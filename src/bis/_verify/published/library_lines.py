"""Lines that libraries print about their own work: logs, warnings, installations, downloads."""

from __future__ import annotations

import re

_LIBRARIES = (
    r"mlflow|alembic|tensorflow|absl|keras|jax|numexpr|matplotlib|urllib3|httpx|py4j|botocore|git|graphviz|lightning|"
    r"pytorch_lightning|transformers|datasets|huggingface_hub|gunicorn|uvicorn|werkzeug|distributed|dask|ray|shap|"
    r"lightgbm|xgboost|pip|asyncio|h5py|fsspec|databricks|pyspark|waitress"
)
_LEVELS = r"(?:DEBUG|INFO|WARN|WARNING|ERROR|CRITICAL|FATAL)"
_LINES = re.compile(
    rf"""
      \d{{4}}[-/]\d\d[-/]\d\d[ T]\d\d:\d\d:\d\d(?:[.,]\d+)?:?\ .*?\b{_LEVELS}\b\W*(?:{_LIBRARIES})\b.*
    | {_LEVELS}\s*[:\]\-]?\s*\[?(?:{_LIBRARIES})\b.*
    | \[\d{{4}}-\d\d-\d\d\ [^\]]*\]\ \[\d+\]\ \[{_LEVELS}\].*
    | \d{{4}}-\d\d-\d\d\ \d\d:\d\d:\d\d\.\d+:\ [IWEF]\ .*
    | [IWEF]\d{{4}}\ \d\d:\d\d:[\d.]+\ .*
    | WARNING:\ All\ log\ messages\ before\ absl.*
    | To\ enable\ the\ following\ instructions.*
    | .*\.py:\d+:\ \w*Warning\b.*
    | \s*warnings?\.warn\(.*
    | (?:Successfully\ registered|Registered)\ model\ '.*
    | Created\ version\ '?\d+'?\ of\ model\ .*
    | (?:Downloading|Uploading)\ (?:artifacts|data\ from|https?:).*
    | (?:CPU\ times|Wall\ time|Compiler|Parser)\s*:.*
    | .*\bper\ loop\ \(mean\ ±.*
    | \s*(?:Requirement\ already|Collecting|Using\ cached|Downloading|Installing\ (?:collected|build)|Obtaining
          |Processing|Attempting\ uninstall|Found\ existing\ installation|Uninstalling|Successfully\ (?:un)?installed
          |Successfully\ (?:built|uninstalled)|Building\ wheels?|Created\ wheel|Stored\ in\ directory
          |Preparing\ metadata|Getting\ requirements|Looking\ in\ (?:indexes|links)|Defaulting\ to\ user\ install
          |Saved\ \./|(?:Resolved|Audited|Installed|Prepared)\ \d+\ packages?)\b.*
    | \[?notice\]?\W.*
    | (?:WARNING|ERROR|DEPRECATION):\ (?:pip|You\ are\ using\ pip|Running\ pip|Ignoring\ invalid\ distribution|.*pip).*
    | Note:\ you\ may\ need\ to\ restart\ the\ kernel.*
    """,
    re.VERBOSE,
)


def is_library_line(line: str) -> bool:
    """Whether a library printed a line about its own work."""
    return _LINES.fullmatch(line.strip()) is not None


def tells_of_a_cut(line: str) -> bool:
    """Whether Colab or an editor put this line where a part of what was printed is left out."""
    return _CUT.search(line) is not None


def stopped_showing(stderr: str) -> bool:
    """Whether Jupyter stopped showing what the cell printed, as there was too much of it."""
    return _STOPPED.search(stderr) is not None


_CUT = re.compile(r"\boutput\s(?:was\s|is\s)?truncated\b", re.IGNORECASE)
_STOPPED = re.compile(r"^IOPub\s\w+\srate\sexceeded", re.MULTILINE)
