"""What a cell printed, line by line: as a terminal shows it at the end, and of what kind each line is."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from bis._verify.figures.text_reading import PrintedNumber, read_text
from bis._verify.figures.volatile_token import VolatileToken
from bis._verify.published.library_lines import is_library_line
from bis._verify.published.printed_models import MODEL
from bis.model.machine_measures import measures_machine

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bis._verify.figures.text_reading import LineReading


class LineKind(str, Enum):
    """What a line is to the question whether results are the same."""

    RESULT = "result"  # it has figures, or it is a value
    TEXT = "text"
    LOG = "log"  # of a library, an installation, a progress bar


@dataclass(frozen=True, slots=True)
class JudgedLine:
    """A line that is not blank, as it was shown in the end, and its number in the text (from 1).

    `words` is what is left without figures and without what differs every time. `figures` are the numbers in it that
    may be results, in their order.
    """

    text: str
    number: int
    kind: LineKind
    words: str
    figures: tuple[PrintedNumber, ...] = ()


@dataclass(frozen=True, slots=True)
class JudgedText:
    """The lines of a text that are no logs, and how many logs, objects and the like were left out."""

    lines: tuple[JudgedLine, ...]
    logs: int = 0


def judge_text(text: str) -> JudgedText:
    """Read a printed text line by line."""
    reading = read_text(_in_one_notation(text))
    logs = sum(reading.ignored.get(kind, 0) for kind in (VolatileToken.LOG_LINE, VolatileToken.MLFLOW_LINE))
    lines = [_judged(line) for line in reading.lines if line.words]
    kept = tuple(line for line in lines if line.kind is not LineKind.LOG)
    return JudgedText(kept, logs + len(lines) - len(kept))


def is_counted_as(name: str) -> bool:
    """Whether a number or column of this name may be a result: no time or load of the machine, version, id or port."""
    own = name.rpartition(".")[2] or name
    words = re.findall(r"[A-Za-z]+", own)[-1:] + re.findall(r"[A-Z]?[a-z]+|[A-Z]+", own)[-1:]
    aside = {w.lower() for w in words} & _NO_RESULT
    return not (measures_machine(own) or name.startswith("tags.mlflow.") or aside)


def named_words(text: str) -> dict[str, str]:
    """Words that a line gives as values of names: ``best model: forest`` has one; paths and versions are none."""
    found: dict[str, str] = {}
    if _KERAS_MODEL.fullmatch(text):
        return found
    for label, word in _NAMED_WORD.findall(text):
        names = [w.lower() for w in re.findall(r"[A-Za-z]+", label)]
        about = names[-1] in _SURROUNDINGS or names[0] in _TELLING
        if not about and not names_surroundings(word):
            found[label.strip()] = word.strip("'\" ")
    return found


def other_word(saved: str, now: str) -> Iterator[tuple[str, str, str]]:
    """The name and both words where two lines differ in one word only, and it is a value: ``Winner -> forest``."""
    a, b = saved.split(), now.split()
    places = [i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y]
    if len(a) != len(b) or len(places) != 1 or names_surroundings(saved) or names_surroundings(now):
        return
    (place,) = places
    words = [side[place].strip("'\".,;!") for side in (a, b)]
    if place > 1 and a[place - 1] in _GIVES and all(word.isalpha() for word in words) and words[0] != words[1]:
        yield " ".join(a[: place - 1]), words[0], words[1]


def same_value(saved: str, now: str) -> bool:
    """Whether two texts are the same value of Python; a set has no order."""
    try:
        return bool(ast.literal_eval(saved.strip()) == ast.literal_eval(now.strip()))
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return False


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
    return any(_ELSEWHERE.search(line.words) for line in read_text(text).lines)


# A path or address, a version, a device, what the reading of the text took out.
_ELSEWHERE = re.compile(
    r"(?:^|[\s'\"=(\[,:])(?:~|\.{0,2})[/\\]\w|\b[a-z]:[\\/]|\w://|[^\s/\\]+[/\\][^\s/\\]+[/\\]\S|\bv?\d+\.\d+\.\d+"
    r"|\b(?:cpu|cuda|gpu|mps|tpu|xpu)\b|<[a-z-]+>",
    re.IGNORECASE,
)
# The last word of a name: of numbers that are no results, and of words besides.
_NO_RESULT = frozenset({
    "version", "versions", "pid", "port", "device", "devices", "gpu", "gpus", "cpu", "cpus", "cores", "id", "ids",
    "cuda", "uuid", "timestamp", "uri", "url",
})  # fmt: skip
_SURROUNDINGS = _NO_RESULT | {
    "dir", "directory", "folder", "file", "host", "platform", "python", "location", "backend", "stage", "status",
    "dtype", "path",
}  # fmt: skip
_TELLING = frozenset({"warning", "note", "info", "hint", "saved", "saving", "loading", "downloading", "experiment"})
_GIVES = frozenset({"is", "was", "are", "->", "=>", "→", "=", ":", "-->"})
_NAMED_WORD = re.compile(r"([A-Za-z_][\w \-]{0,40}?)['\"]?\s*[:=]\s*('[^']*'|\"[^\"]*\"|[A-Za-z][\w.\-]*(?![\w(/\\:]))")
_VALUE = re.compile(r"True|False|None|'.*'|\".*\"|[\[({].*[\])}]|(?:array|Index|tensor|Categorical)\(.*\)", re.DOTALL)
_COUNTER = re.compile(
    r"\W*(?:epoch|step|iteration|iter|fold|trial|batch|round|loop)s?\W*\d+(?:\s*(?:/|of)\s*\d+)?[\s.:\])-]*",
    re.IGNORECASE,
)
_NUMPY_SCALAR = re.compile(r"\b(?:np|numpy)\.(?:float|int|uint|bool|str|longdouble)\w*\(([^()]*)\)")
_GROUPED = re.compile(r"(?<![\d.,])\d{1,3}(?:,\d{3})+(?![\d,])")
_MADE_OF = re.compile(r",\s*(?:grad_fn=<[^<>]*>|device='[^']*'|requires_grad=\w+|dtype=(?:'[^']*'|[\w.<>]+))")
# Keras numbers the models of a process.
_KERAS_MODEL = re.compile(r"\s*Model: \"[^\"]*\"\s*")
_NAN = re.compile(r"\b(?:NaN|NAN|nan)\b")
# SciPy tells its sparse matrices over two lines, in other words in each version.
_SPARSE = re.compile(r"<[^<>]*\bsparse\s(?:matrix|array)\b(?:[^<>]|<[^<>]*>)*>")
_OBJECT = re.compile(
    r"<[^<>\n]*(?:<[^<>\n]*>[^<>\n]*)*\bat 0x[0-9A-Fa-f]+[^<>\n]*>|<Figure [^<>\n]*>|<\w*Axes(?:\w|:| )[^<>\n]*>|<Axes>"
    r"|<(?:class|function|module|built-in|bound)\b[^<>\n]*>|<(?:IPython|matplotlib|mlflow|pandas)\.[^<>\n]*>"
    r"|<[^<>\n]*\sobjects?(?:\sof\s[^<>\n]*)?>|<(?:Experiment|ActiveRun|RegisteredModel|ModelVersion|Popen):.*>"
)
_RUN = re.compile(r"<Run:\sdata=<RunData:(.*?)>,\sinfo=<RunInfo:.*>", re.DOTALL)
_RUN_RESULTS = re.compile(r"\b(?:metrics|params)=\{[^}]*\}")


_BAR = f"<{VolatileToken.PROGRESS_BAR.value}>"
_PLACEHOLDER = re.compile(r"<[a-z-]+>")


def _object(model: re.Match[str]) -> str:
    return "<object>" + "\n" * model[0].count("\n")


def _in_one_notation(text: str) -> str:
    """The same values in one notation, whatever library printed them; objects without their addresses."""
    text = _RUN.sub(lambda run: " ".join(_RUN_RESULTS.findall(run[1])), text)
    text = _OBJECT.sub("<object>", MODEL.sub(_object, _SPARSE.sub("<object>", text)))
    text = _NUMPY_SCALAR.sub(r"\1", _MADE_OF.sub("", text))
    return _NAN.sub("nan", _GROUPED.sub(lambda grouped: grouped[0].replace(",", ""), text))


def _judged(line: LineReading) -> JudgedLine:
    figures = tuple(n for n in line.numbers if is_counted_as(n.label))
    return JudgedLine(line.raw, line.number, _kind(line, figures), line.words, line.numbers)


def _kind(line: LineReading, counted: tuple[PrintedNumber, ...]) -> LineKind:
    text = line.raw
    if is_library_line(text):
        return LineKind.LOG
    if _BAR in line.words and not any(f.label for f in counted):
        return LineKind.LOG
    if _COUNTER.fullmatch(text):
        return LineKind.TEXT
    if counted or (not line.numbers and is_value(text)) or named_words(text):
        return LineKind.RESULT
    return LineKind.TEXT if re.search(r"\w", _PLACEHOLDER.sub("", line.words)) else LineKind.LOG
