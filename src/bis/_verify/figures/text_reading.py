"""Printed text as it is compared: its words, its numbers with their labels, and what of it does not decide."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bis._verify.figures.clock_times import clock_spans, times_of_day
from bis._verify.figures.identifiers import identifier_spans, process_spans
from bis._verify.figures.log_lines import shown_lines
from bis._verify.figures.number_labels import NumberLabel, NumberLabeller
from bis._verify.figures.quantities import CLOCK_LENGTH, label_before, quantity_spans
from bis._verify.figures.text_span import TextSpan, without_overlaps
from bis._verify.figures.volatile_token import VolatileToken
from bis.model.machine_measures import MachineMeasure, is_ambiguous, is_device, measures_machine, names_data, words_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bis._verify.figures.clock_times import RunWindow

# Units that are printed without a blank.
_UNIT = r"(?:[num\u00b5\u03bc]?s|secs?|min|h|[kcm]?m|[km]?g|[KMGT]?i?B|[kKMGTx]|px|k?Hz|dB|k?W|V)"
# A number on its own: not part of a word or a version (1.2.3).
NUMBER = re.compile(
    r"(?<![\w.])[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?(?:(?![\w]|\.\d)|(?=" + _UNIT + r"(?!\w)))"
    r"|(?<![\w])[-+]?(?:nan|inf)\b"
)
_TOKEN_OF = {
    MachineMeasure.TIME: VolatileToken.DURATION,
    MachineMeasure.RATE: VolatileToken.RATE,
    MachineMeasure.LOAD: VolatileToken.LOAD,
    MachineMeasure.SYSTEM: VolatileToken.LOAD,
}
# `it took 37 iterations` counts, and does not measure.
_COUNTED = re.compile(
    r"\s(?:iterations?|epochs?|steps?|trials?|samples?|rounds?|generations?|evaluations?|attempts?|tries|folds?|batches|"
    r"calls?|points?|moves?|turns?|episodes?|times|passes|updates?|rows?|examples?|queries|models?|days?|weeks?|months?|"
    r"years?)\b",
    re.IGNORECASE,
)
# A statistic of a measurement is one too: {'fit_time': {'mean': 0.1}}.
_STATISTICS = {
    "mean",
    "std",
    "min",
    "max",
    "median",
    "total",
    "sum",
    "avg",
    "average",
    "last",
    "first",
    "value",
    "count",
}
# Among these names a bare `time` is a measurement; among other names it is the row of a table of features.
_OF_RUNS = {
    "accuracy", "acc", "loss", "score", "auc", "f1", "precision", "recall", "mse", "mae", "rmse", "r2", "epoch", "step",
    "iter", "iteration", "fold", "trial", "run", "seed", "lr", "error", "perplexity", "reward", "train", "val", "test",
    "valid", "validation", "eval", "cv", "fit", "logloss", "objective", "fitness", "episode", "generation", "map",
    "model", "experiment", "params", "data", "best", "elapsed", "speed", "memory", "cpu", "gpu", "mem", "time", "total",
    "epochs", "steps", "iterations", "clusters", "samples", "size", "batch", "result", "results", "silhouette",
    "status",
}  # fmt: skip
_OF_FEATURES = re.compile(r"importances?\b|coefficients?\b|\bcoefs?\b|\bfeatures?\b|\bweights\b|dtype: ", re.IGNORECASE)
_NEAR_LINES = 4
_FEATURES = 2
# A share or an amount of a device, not a score: `cpu: 45.2`.
_DEVICE_FIGURE = re.compile(r".*[:=]\s*\d{2,}(?:\.\d+)?$", re.DOTALL)
_FARTHEST = 60


@dataclass(frozen=True, slots=True)
class PrintedNumber:
    """A number as it was printed, and what a reader would call it.

    Parameters
    ----------
    label : str
        The words, keys, or column and row that name it; empty where there are none.
    text : str
        As printed.
    line : int
        From 1.
    column : int or None
        Which number of its line it is, from 1; None where it has a label, is the only one, or one of a list.
    series : str
        What numbers of one kind share in all runs: the label, else the line (counted without logs of libraries) where
        lines of the same form begin, and the column.
    """

    label: str
    text: str
    line: int
    column: int | None = None
    series: str = ""

    @property
    def value(self) -> float:
        """The number that the text means."""
        return float(self.text)


@dataclass(frozen=True, slots=True)
class LineReading:
    """One line that is compared.

    `words` is what is left where numbers are replaced by ``#`` and what does not decide by its kind; `stable` is the
    line with its numbers, `raw` as it was shown. A list or array over several lines is one.
    """

    number: int
    raw: str
    words: str
    stable: str
    numbers: tuple[PrintedNumber, ...]


@dataclass(frozen=True, slots=True)
class TextReading:
    """A text as it is compared. `ignored` counts what was found that does not decide, by its kind."""

    lines: tuple[LineReading, ...]
    ignored: Mapping[VolatileToken, int]

    @property
    def numbers(self) -> tuple[PrintedNumber, ...]:
        """All numbers that count, in order."""
        return tuple(n for line in self.lines for n in line.numbers)

    @property
    def says_something(self) -> bool:
        """Whether a number is left to compare, or a line of words in which nothing was left out."""
        return any(
            line.numbers or (_LETTER.search(line.words) and not _PLACEHOLDER.search(line.words)) for line in self.lines
        )


_MAY_HOLD = re.compile(r"\d\s?[^\W\d_]|\d\W{1,2}\d|\d{4}|[</\\%:]|-\d|tmp|id\W")
_LETTER = re.compile(r"[^\W_]")
_PLACEHOLDER = re.compile(r"<[a-z-]+>")


def read_text(text: str, windows: Sequence[RunWindow] = (), *, skipped: int = 0) -> TextReading:
    """Read a printed text: the numbers that count with their labels, and the words around them.

    Parameters
    ----------
    text : str
        As printed, to stdout, stderr or a cell; line endings and what was overwritten in place are resolved.
    windows : sequence of RunWindow
        When the programs ran that are compared (`bis._verify.figures.clock_times.windows_of`): what lies within was
        read from the clock, and what is the number of one of their processes is not compared. Empty where that is not
        known; then the form of a date decides.
    skipped : int
        How many lines stand before `text`, so that lines are numbered as in the whole.
    """
    ignored: Counter[VolatileToken] = Counter()
    labeller = NumberLabeller()
    drafts = []
    for shown in shown_lines(text):
        if shown.kind:
            ignored[shown.kind] += 1
        if shown.text is None:
            continue
        spans = _spans(shown.text, windows)
        masked = _masked(shown.text, spans)
        places = _places(masked)
        labels = labeller.label_line(masked, places)
        named = tuple(zip(places, labels, strict=True))
        drafts.append(_Draft(shown.number + skipped, shown.text, spans, named, labeller.continues_list))
    measured = _measured(drafts, windows)
    lines: list[LineReading] = []
    block = 0
    for place, draft in enumerate(drafts, 1):
        chosen = measured.get(place - 1, {})
        ignored.update(s.kind for s in draft.spans if s.kind)
        ignored.update(chosen.values())
        words, stable = draft.words(chosen)
        if not lines or not (draft.continues or lines[-1].words == words):
            block = place + skipped
        line = LineReading(draft.number, draft.raw, words, stable, draft.counted(chosen, block))
        if lines and draft.continues:
            lines[-1] = _joined(lines[-1], line)
        else:
            lines.append(line)
    return TextReading(tuple(lines), {kind: ignored[kind] for kind in VolatileToken if ignored[kind]})


@dataclass(frozen=True, slots=True)
class _Draft:
    """A line with its places, before it is decided which numbers are measurements."""

    number: int
    raw: str
    spans: tuple[TextSpan, ...]
    numbers: tuple[tuple[tuple[int, int], NumberLabel], ...]
    continues: bool  # a list or array that an earlier line began

    def words(self, measured: Mapping[int, VolatileToken]) -> tuple[str, str]:
        """The line with numbers as ``#``, and with its numbers; those in `measured`, by place, are of that kind."""
        places = [
            (s.start, s.end, f"<{s.kind.value}>" if s.kind else self.raw[s.start : s.end], "") for s in self.spans
        ]
        for i, ((start, end), _) in enumerate(self.numbers):
            text, kind = self.raw[start:end], measured.get(i)
            word = f"<{kind.value}>" if kind else text if ":" in text else "#"
            places.append((start, end, word, text if word == "#" else ""))
        words, stable, position = [], [], 0
        for start, end, word, text in sorted(places):
            between = self.raw[position:start]
            words += [between, word]
            stable += [between, text or word]
            position = end
        rest = self.raw[position:]
        return _spaced("".join([*words, rest])), "".join([*stable, rest])

    def counted(self, measured: Mapping[int, VolatileToken], block: int) -> tuple[PrintedNumber, ...]:
        """The numbers that may be results; lines of this form begin at the line `block`."""
        found = []
        for i, ((start, end), label) in enumerate(self.numbers):
            text = self.raw[start:end]
            if i in measured or ":" in text:  # a length of time that is data is text
                continue
            alone = bool(label.text) or label.in_brackets or len(self.numbers) == 1
            column = None if alone else i + 1
            series = label.text or f"line {block}" + ("" if alone else f", column {column}")
            found.append(PrintedNumber(label.text, text, self.number, column, series))
        return tuple(found)


def _spaced(words: str) -> str:
    """With single blanks, and none within brackets: columns move when a number gets longer."""
    return re.sub(r"(?<=[\[({]) | (?=[\])},])", "", re.sub(r"\s+", " ", words)).strip()


def _joined(first: LineReading, then: LineReading) -> LineReading:
    """An array over several lines as one: where it breaks depends on how long its numbers are."""
    return LineReading(
        first.number,
        f"{first.raw}\n{then.raw}",
        _spaced(f"{first.words} {then.words}"),
        f"{first.stable}\n{then.stable}",
        (*first.numbers, *then.numbers),
    )


def _places(masked: str) -> list[tuple[int, int]]:
    """Where the numbers of a line are; lengths of time (``00:03``) among them, as their column may name them."""
    numbers = [TextSpan(m.start(), m.end(), None) for m in NUMBER.finditer(masked)]
    if ":" in masked:
        clocks = (TextSpan(m.start(), m.end(), None) for m in CLOCK_LENGTH.finditer(masked))
        numbers = [*without_overlaps([*clocks, *numbers])]
    return [(n.start, n.end) for n in numbers]


def _masked(line: str, spans: Sequence[TextSpan]) -> str:
    pieces, position = [], 0
    for span in spans:
        pieces += [line[position : span.start], "\x00" * (span.end - span.start)]
        position = span.end
    return "".join([*pieces, line[position:]])


def _spans(line: str, windows: Sequence[RunWindow]) -> tuple[TextSpan, ...]:
    if not _MAY_HOLD.search(line):
        return ()
    processes = process_spans(line, (pid for window in windows for pid in window.pids))
    found = [*identifier_spans(line), *processes, *clock_spans(line, windows), *quantity_spans(line)]
    return without_overlaps([*found, *_clock_words(line, windows)])


def _clock_words(line: str, windows: Sequence[RunWindow]) -> Iterator[TextSpan]:
    """Times of day, which are data where the words before them say so."""
    for span, reading in times_of_day(line, windows):
        if reading and not names_data(label_before(line, span.start)):
            yield replace(span, kind=VolatileToken.DATE)


def _measured(drafts: Sequence[_Draft], windows: Sequence[RunWindow]) -> dict[int, dict[int, VolatileToken]]:
    """Which numbers, by line and place in it, measure the machine, by what they are called."""
    found: dict[int, dict[int, VolatileToken]] = {}
    for i, draft in enumerate(drafts):
        before = ""
        for k, ((_, end), label) in enumerate(draft.numbers):
            measure = _measure_of(label)
            if label.own.lower() == "data" and words_of(before)[-1:] == ("time",):
                measure = MachineMeasure.TIME  # `time: 0.12 data: 0.01`: the time to load the data
            before = label.own
            if measure is None or (measure is MachineMeasure.TIME and _COUNTED.match(draft.raw, end)):
                continue
            if windows and words_of(label.own)[-1:] == ("timestamp",):
                continue  # one that was read from the clock lies within the window
            if is_device(label.own) and not _DEVICE_FIGURE.match(draft.raw[:end][-_FARTHEST:]):
                continue  # `cpu 0.91` may be the score of what ran there
            if is_ambiguous(label.own) and _among_features(drafts, i, label.own):
                continue
            found.setdefault(i, {})[k] = _TOKEN_OF[measure]
    return found


def _measure_of(label: NumberLabel) -> MachineMeasure | None:
    if not label.own:
        return None
    measure = measures_machine(label.own)
    if measure is None and label.own.lower() in _STATISTICS and "." in label.text:
        return measures_machine(label.text.rpartition(".")[0].rpartition(".")[2])
    return measure


def _among_features(drafts: Sequence[_Draft], i: int, own: str) -> bool:
    """Whether a number stands among others with names that are neither metrics nor measurements."""
    near = drafts[max(0, i - _NEAR_LINES) : i + _NEAR_LINES + 1]
    if any(not draft.numbers and _OF_FEATURES.search(draft.raw) for draft in near):
        return True
    names = {label.own for draft in near for _, label in draft.numbers if label.own} - {own}
    of_runs = {name for name in names if _OF_RUNS & set(words_of(name)) or measures_machine(name)}
    if any(names_data(name) for name in names - of_runs):
        return True
    return not of_runs and len(names) >= _FEATURES
