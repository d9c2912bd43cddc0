"""Lines that libraries print about their own work: logs, warnings, installations, downloads."""

from __future__ import annotations

import re

# Beside the logs that `bis._verify.figures.log_lines` knows: what else is printed around the work of a cell.
_LINES = re.compile(
    r"""
      INFO\ +\[\w+_py\]\ .*                                        # steps of alembic
    | \[\d{4}-\d\d-\d\d\ [^\]]*\]\ \[\d+\]\ \[[A-Z]+\].*              # gunicorn
    | .*\.py:\d+:\ \w*Warning\b.*
    | \s*warnings?\.warn\(.*
    | (?:INFO:\s*(?:waitress:)?)?\s*(?:Serving|Listening|Uvicorn\ running|\*\ Running)\b.*\bhttps?://\S+.*   # servers
    | \s*\*\ (?:Serving\ Flask\ app|Debug\ mode|Restarting\ with|Debugger\ (?:is\ active|PIN)).*
    | INFO:\s+(?:Started|Finished|Waiting\ for|Application|Shutting\ down|Will\ watch)\b.*          # uvicorn
    | .*\b(?:Press\ CTRL\+C\ to\ quit|Booting\ worker\ with\ pid|Starting\ gunicorn)\b.*
    | (?:TensorBoard|Optuna\ Dashboard|Streamlit|Dash)\b.*\bhttps?://\S+.*
    | Uploading\ artifacts.*
    | (?:CPU\ times|Wall\ time|Compiler|Parser)\s*:.*
    | .*\bper\ loop\ \(mean\ ±.*
    | (?:Resolved|Audited|Installed|Prepared)\ \d+\ packages?\b.*     # uv
    | (?:WARNING|ERROR|DEPRECATION):.*\bpip\b.*
    | ERROR:\ (?:Could\ not\ find\ a\ version|No\ matching\ distribution).*
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
