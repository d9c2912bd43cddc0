"""Which lines of printed text are logs of libraries, and what remains of a progress bar.

MLflow says where a run can be seen only where there is a server; pip, TensorFlow and urllib3 say what they did; how
often a progress bar is drawn depends on the clock. Programs log their results too, with the same functions: a line is
a log only where it names a library that computes no results, or is one that such a library is known to print.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bis._verify.figures.volatile_token import VolatileToken

if TYPE_CHECKING:
    from collections.abc import Iterator

_ESCAPE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b\][^\x07]*\x07")
# So many backspaces lead back to the beginning of the line (Keras), fewer of them take letters back.
_REWIND = 20

_MLFLOW = re.compile(
    r"(?:View (?:run|experiment|Logged Model|the evaluation)\b.* at:?|^\W*🏃|^\W*🧪|^\W*🔗"
    r"|^(?:Successfully registered model '|Created version '\d+' of model '|Registered model '.*' already exists\."
    r"|INFO: '.*' does not exist\. Creating a new experiment))"
)
_LEVEL = r"(?:DEBUG|INFO|WARNING|WARN|ERROR|CRITICAL)"
_LOGGERS = (
    r"(?:mlflow|alembic|urllib3|botocore|boto3|s3transfer|matplotlib|h5py|git|filelock|fsspec|httpx|httpcore|asyncio|"
    r"sqlalchemy|py4j|PIL|numba|azure|google|databricks|werkzeug|uvicorn|gunicorn|pip|tqdm)(?:\.[\w.]+)?(?![\w])"
)
_LIBRARY = tuple(
    re.compile(pattern)
    for pattern in (
        # WARNING:urllib3.connectionpool: ..., 2026/11/29 08:16:08 INFO mlflow.tracking.fluent: ...
        rf"^[\d/:., TZ\[\]-]*\W*{_LEVEL}\W{{1,4}}{_LOGGERS}\s*[:\]-]",
        rf"^[\d/:., TZ\[\]-]*\W*{_LEVEL}\W{{1,6}}\[{_LOGGERS}",
        # 2026-11-29 08:16:08,123 - urllib3.connectionpool - DEBUG - ...
        rf"^[\d/:., TZ\[\]-]*\W*{_LOGGERS}\W{{1,4}}{_LEVEL}\W",
        r"^(?:WARNING|ERROR):(?:absl|tensorflow):",
        # 2026-11-29 08:16:08.123456: I tensorflow/core/platform/cpu_feature_guard.cc:210] ...
        r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+: [IWEF] [\w./-]+\.(?:cc|cpp|h|mm):\d+\]",
        r"^[IWEF]\d{4} [\d:.]+\s+\d+ [\w./-]+\.(?:cc|cpp|h|mm):\d+\]",
        r"^To enable the following instructions: |^WARNING: All log messages before absl::InitializeLog",
        (
            r"^huggingface/tokenizers: The current process|^\s*- Avoid using `tokenizers` before|"
            r"^\s*- Explicitly set the environment variable TOKENIZERS_PARALLELISM"
        ),
        # pip
        r"^\s*(?:Collecting [\w.\[\],-]+(?:\s?[=<>!~;@].*)?(?: \(from .*\))?|Requirement already satisfied: .*)$",
        (
            r"^\s*(?:Downloading|Using cached|Obtaining|Processing|Link requires|Stored in directory:?) "
            r"\S+(?:\.whl|\.tar\.gz|\.zip|\.metadata|/)\b"
        ),
        (
            r"^\s*(?:Installing collected packages: |Successfully installed [\w.-]+-\d|Successfully built |"
            r"Attempting uninstall: |Found existing installation: |Uninstalling [\w.-]+:|Successfully uninstalled |"
            r"Looking in (?:indexes|links): |Building wheels? for |Created wheel for |Preparing metadata \(|"
            r"Getting requirements to build |Installing build dependencies|Installing backend dependencies|"
            r"Defaulting to user installation because)"
        ),
        (
            r"^(?:\[notice\] |Note: you may need to restart the kernel|ERROR: pip's dependency resolver|"
            r"WARNING: (?:You are using pip|Running pip as|There was an error checking the latest version of pip|"
            r"The script))"
        ),
        r"^\s*(?:━|╸|╺|-)+ [\d.]+/[\d.]+ [kMG]?B [\d.?]+ [kMG]?B/s eta [\d:-]+",
        r"^\s*Downloading data from (?:https?|ftp)://",
        r"^\[Parallel\(n_jobs=",
        (
            r"^\[LightGBM\] \[Info\] Auto-choosing |^You can set `force_(?:row|col)_wise=true`|"
            r"^And if memory is not enough, you can set `force_col_wise"
        ),
        (
            r"^wandb: (?:\W*View |Syncing run|Tracking run|Run data is saved|Synced |Find logs|Currently logged|"
            r"Using wandb|Waiting for W&B|\W*⭐)"
        ),
    )
)
# Without one of these words a line is no log of a library.
_SAID_BY_LIBRARIES = re.compile(
    r"View |🏃|🧪|🔗|egistered model|Created version|INFO|DEBUG|WARN|ERROR|CRITICAL|: [IWEF] |^[IWEF]\d{4} |"
    r"^To enable |huggingface|tokenizers|TOKENIZERS|Collecting|Requirement|Downloading|Using cached|Obtaining|"
    r"Processing|Link requires|Stored in|Install|install|Successfully|Looking in|wheel|metadata|requirements|"
    r"Defaulting|notice|Note:|eta |Parallel\(|LightGBM|You can set|And if|wandb"
)
# What absl and glog write before each line; the line is the program's.
_GLOG = re.compile(r"^[IWEF]\d{4} \d\d:\d\d:\d\d\.\d+\s+\d+ (?=[\w./-]+\.py:\d+\] )")

_TQDM = re.compile(
    r"(?P<before>[^|\r]*?)(?P<percent>\d{1,3})%\|[^|]*\|\s*[\d.?]+\w*/[\d.?]+\w* \[[^\],]*(?:,\s*[^\],]*)?"
    r"(?:,\s*(?P<postfix>[^\]]*))?\]"
)
_TITLE_FIGURE = re.compile(r"[A-Za-z]\s*[=:]\s*[-+]?\d")
_COUNTED = re.compile(
    r"^[^|\[]*?\b[\d.]+\w* \[\d+:\d\d(?::\d\d)?, *[\d.?]+ *(?:\w+/s|s/\w+)(?:, (?P<postfix>[^\]]*))?\]"
)
_KERAS = re.compile(
    r"^\s*(?P<done>\d+)/(?P<total>\d+|Unknown)\s+(?:[━─╸]+|\[[=>.]+\])\s*(?:-\s+)?(?:(?:ETA: )?[\d:]+s?\s+)?(?=\d|-|$)"
)
_BAR = re.compile(r"[━█▏▎▍▌▋▊▉╸╺]{2,}[━█▏▎▍▌▋▊▉╸╺\s]*|\[[=#]+[>.\s-]*\](?=\s*\d|$)")
_TABLE = re.compile(r"[┏┗┡┃│┓┛┩└┘├┤┳╇┴┬╭╰]")
_PERCENT = re.compile(r"\d{1,3}(?:\.\d+)?\s?%")
_BAR_TIMES = re.compile(r"(?:[\d-]+:)?[\d-]{1,2}:[\d-]{2}(?!\d)")


@dataclass(frozen=True, slots=True)
class ShownLine:
    """A line as a reader saw it in the end: its number (from 1), its text, and what of it was taken out.

    Where `text` is None the line as a whole is left out.
    """

    number: int
    text: str | None
    kind: VolatileToken | None = None


def shown_lines(text: str) -> Iterator[ShownLine]:
    """The lines of a text as they were shown in the end, logs of libraries and unfinished progress bars left out.

    Of a line that was overwritten in place only the last state was to be read.
    """
    for number, line in enumerate(text.replace("\r\n", "\n").split("\n"), 1):
        shown = _last_state(line)
        kind = log_kind(shown)
        yield ShownLine(number, None, kind) if kind else _without_bar(number, shown)


def log_kind(line: str) -> VolatileToken | None:
    """Whether a line is a log of a library and no output of the program: LOG_LINE, MLFLOW_LINE or None."""
    if not _SAID_BY_LIBRARIES.search(line):
        return None
    if _MLFLOW.search(line):
        return VolatileToken.MLFLOW_LINE
    return VolatileToken.LOG_LINE if any(p.search(line) for p in _LIBRARY) else None


def _last_state(line: str) -> str:
    if "\x1b" not in line and "\r" not in line and "\x08" not in line:
        return line
    shown = re.sub(rf"\x08{{{_REWIND},}}", "\r", _ESCAPE.sub("", line)).rstrip("\r").rsplit("\r", 1)[-1]
    while (shorter := re.sub(r"[^\x08]\x08", "", shown)) != shown:
        shown = shorter
    return shown.replace("\x08", "")


def _without_bar(number: int, line: str) -> ShownLine:
    line = _GLOG.sub("", line)
    shown = line
    if "%|" in shown:
        shown = _TQDM.sub(_postfix, shown)
    elif "it [" in shown or "/s" in shown or "s/" in shown:
        shown = _COUNTED.sub(lambda m: f" {m['postfix'] or ''}", shown)
    keras = _KERAS.match(shown)
    if keras:
        if keras["done"] != keras["total"] and keras["total"] != "Unknown":
            return ShownLine(number, None, VolatileToken.PROGRESS_BAR)
        shown = f"{keras['done']}/{keras['total']} <progress-bar> {shown[keras.end() :]}"
    elif _BAR.search(shown) and not _TABLE.search(shown) and (_PERCENT.search(shown) or _BAR_TIMES.search(shown)):
        shown = _BAR_TIMES.sub("", _PERCENT.sub("", _BAR.sub(" <progress-bar> ", shown)))
    if shown == line:
        return ShownLine(number, line)
    return ShownLine(number, shown if shown.strip() else None, VolatileToken.PROGRESS_BAR)


def _postfix(match: re.Match[str]) -> str:
    """What a bar of tqdm leaves: the figures behind it, or in its title, once it is full."""
    said = match["postfix"] or (_TITLE_FIGURE.search(match["before"]) and " ")
    full = match["percent"] == "100" and said
    return f"{match['before']} <progress-bar> {said} " if full else " "
