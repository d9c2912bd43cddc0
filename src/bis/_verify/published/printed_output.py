"""What a cell printed, line by line: as a terminal shows it at the end, and of what kind each line is."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from enum import Enum

from bis._verify.printed_text import NUMBER, PrintedNumber, numbers_in
from bis._verify.published.library_lines import is_library_line
from bis._verify.volatile import VolatileToken, measures_machine, without_volatile


class LineKind(str, Enum):
    """What a line is to the question whether results are the same."""

    RESULT = "result"  # it has figures, or it is a value
    TEXT = "text"
    LOG = "log"  # of a library, an installation, a progress bar


@dataclass(frozen=True, slots=True)
class ShownLine:
    """A line that is not blank, and its number in the text (from 1).

    `words` is what is left without figures and without what differs every time; runs of blanks are one. `figures` are
    the numbers in it, in their order.
    """

    text: str
    number: int
    kind: LineKind
    words: str
    figures: tuple[PrintedNumber, ...] = ()


def shown_lines(text: str) -> tuple[ShownLine, ...]:
    """The lines of a text that are not blank, as a terminal shows them in the end."""
    escaped = _ESCAPE.sub("", text).replace("\r\n", "\n")
    written = "\n".join(_overwritten(line) for line in escaped.split("\n"))
    lines = _MODEL.sub(_object, written).split("\n")
    return tuple(_line(_plain(line), number) for number, line in enumerate(lines, 1) if line.strip())


def is_counted_as(name: str) -> bool:
    """Whether a number or column of this name may be a result: no time, measure of the machine, version, id or port."""
    words = re.findall(r"[A-Za-z]+", name)[-1:] + re.findall(r"[A-Z]?[a-z]+|[A-Z]+", name)[-1:]
    aside = {w.lower() for w in words} & _COUNT_OF_SURROUNDINGS
    return not (measures_machine(name) or name.startswith("tags.mlflow.") or aside)


def named_words(text: str) -> dict[str, str]:
    """Words that a line gives as values of names: ``best model: forest`` has one; paths and versions are none."""
    found = {}
    for label, word in _NAMED_WORD.findall(text):
        names = {w.lower() for w in re.findall(r"[A-Za-z]+", label)}
        if not names & (_SURROUNDINGS | _COUNT_OF_SURROUNDINGS) and not names_surroundings(word):
            found[label.strip()] = word.strip("'\" ")
    return found


def is_value(text: str) -> bool:
    """Whether a text without figures is a value of Python: ``'setosa'``, ``True``, an array of labels."""
    stripped = text.strip()
    if not _VALUE.fullmatch(stripped) or names_surroundings(stripped):
        return False
    if stripped[0] not in "'\"":
        return any(c.isalnum() for c in stripped)
    try:
        return isinstance(ast.literal_eval(stripped), str)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return False


def names_surroundings(text: str) -> bool:
    """Whether a value speaks of where the program ran: a path, an address, a version, a device."""
    return bool(_ELSEWHERE.search(without_volatile(text)[0]))


# A version, a path or address, a device, what `without_volatile` took out.
_ELSEWHERE = re.compile(r"[/\\]|\bv?\d+\.\d+\.\d+|\b(?:cpu|cuda|gpu|mps|tpu|xpu)\b|<[a-z-]+>", re.IGNORECASE)
_COUNT_OF_SURROUNDINGS = frozenset({
    "version", "versions", "pid", "port", "device", "devices", "gpu", "gpus", "cpu", "cpus", "cores", "id", "ids",
    "cuda", "uuid", "timestamp", "creation", "uri", "url", "path", "user",
})  # fmt: skip
_SURROUNDINGS = frozenset({
    "dir", "directory", "folder", "file", "host", "platform", "python", "user", "location", "backend",
    "warning", "note", "info", "hint", "saved", "saving", "loading", "downloading", "stage", "status", "experiment",
})  # fmt: skip
_NAMED_WORD = re.compile(r"([A-Za-z_][\w \-]{0,40}?)\s*[:=]\s*('[^']*'|\"[^\"]*\"|[A-Za-z][\w.\-]*(?![\w(/\\:]))")
_VALUE = re.compile(r"True|False|None|'.*'|\".*\"|[\[({].*[\])}]|(?:array|Index|tensor|Categorical)\(.*\)", re.DOTALL)
_COUNTER = re.compile(
    r"\W*(?:epoch|step|iteration|iter|fold|trial|batch|round|loop)s?\W*\d+(?:\s*(?:/|of)\s*\d+)?[\s.:\])-]*",
    re.IGNORECASE,
)
_ESCAPE = re.compile(r"\x1b(?:\[[0-9;?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[()][A-Z0-9]|[@-Z\\^_=>])")
_NUMPY_SCALAR = re.compile(r"\b(?:np|numpy)\.(?:float|int|uint|bool|str|longdouble)\w*\(([^()]*)\)")
_GROUPED = re.compile(r"(?<![\d.,])\d{1,3}(?:,\d{3})+(?![\d,])")
_NAN = re.compile(r"\b(?:NaN|NAN|nan)\b")
_OBJECT = re.compile(
    r"<[^<>\n]*(?:<[^<>\n]*>[^<>\n]*)*\bat 0x[0-9A-Fa-f]+[^<>\n]*>|<Figure [^<>\n]*>|<\w*Axes(?:\w|:| )[^<>\n]*>|<Axes>"
    r"|<(?:class|function|module|built-in|bound)\b[^<>\n]*>|<(?:IPython|matplotlib|mlflow|pandas)\.[^<>\n]*>"
    r"|<[^<>\n]*\sobjects?(?:\sof\s[^<>\n]*)?>|<(?:Experiment|ActiveRun|RegisteredModel|ModelVersion|Popen):.*>"
)
_RUN = re.compile(r"<Run:\sdata=<RunData:(.*?)>,\sinfo=<RunInfo:.*>", re.DOTALL)
_RUN_RESULTS = re.compile(r"\b(?:metrics|params)=\{[^}]*\}")


def _nested(depth: int) -> str:
    return r"[^()]*" if depth == 0 else rf"(?:[^()]|\({_nested(depth - 1)}\))*"


# A model or a step of one as libraries print it: which of its parameters are told differs from version to version.
_MODEL = re.compile(
    r"\b(?=[A-Z])\w*?(?:Classifier|Regressor|Regression|CV|Pipeline|Net|Lasso|Ridge|SV[CR]|Scaler|Encoder|Transformer|Means|PCA"
    r"|Vectorizer|NB|Forest|Imputer|Selector|Union|Sequential|Functional|Booster|BayesSearch|Discriminant\w+)"
    rf"\({_nested(5)}\)"
)


def _object(model: re.Match[str]) -> str:
    return "<object>" + "\n" * model[0].count("\n")


def _overwritten(line: str) -> str:
    """What is left of a line that was written over itself."""
    shown = line.rstrip("\r").rsplit("\r", 1)[-1]
    if "\b" not in shown:
        return shown
    written: list[str] = []
    place = 0
    for character in shown:
        if character == "\b":
            place = max(0, place - 1)
        else:
            written[place : place + 1] = [character]
            place += 1
    return "".join(written)


def _plain(line: str) -> str:
    """The same values in one notation, whatever library printed them; objects without their addresses."""
    text = _RUN.sub(lambda run: " ".join(_RUN_RESULTS.findall(run[1])), line)
    text = _OBJECT.sub("<object>", text)
    text = _NUMPY_SCALAR.sub(r"\1", text)
    return _NAN.sub("nan", _GROUPED.sub(lambda grouped: grouped[0].replace(",", ""), text))


def _line(text: str, number: int) -> ShownLine:
    cleaned, volatile = without_volatile(text)
    words = re.sub(r"\s+", " ", NUMBER.sub("\0", cleaned)).strip()
    figures = numbers_in(text)
    return ShownLine(text, number, _kind(text, words, figures, volatile), words, figures)


def _kind(text: str, words: str, figures: tuple[PrintedNumber, ...], volatile: tuple[VolatileToken, ...]) -> LineKind:
    if is_library_line(text) or VolatileToken.MLFLOW_LINE in volatile:
        return LineKind.LOG
    counted = [f for f in figures if is_counted_as(f.label)]
    if VolatileToken.PROGRESS_BAR in volatile and not any(f.label for f in counted):
        return LineKind.LOG
    if _COUNTER.fullmatch(text):
        return LineKind.TEXT
    if counted or (not figures and is_value(text)) or named_words(text):
        return LineKind.RESULT
    return LineKind.TEXT if re.search(r"\w", words.replace("<object>", "")) else LineKind.LOG
