"""Two printed texts side by side: words and numbers apart, what does not decide left out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

from bis._verify.figures.text_reading import LineReading, PrintedNumber, read_text
from bis._verify.figures.volatile_token import VolatileToken
from bis._verify.stderr_lines import own_lines

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bis._verify.figures.clock_times import RunWindow
    from bis.model.facets import CellOutput, Outputs

_BEGINNING = 1 << 15
# Longer texts, in characters, are read where they differ, with so many lines around: those name columns and lists.
_LONG = 1 << 18
_AROUND = 200


@dataclass(frozen=True, slots=True)
class NumberPair:
    """The same place of two texts, with the number that each has there."""

    original: PrintedNumber
    replayed: PrintedNumber


@dataclass(frozen=True, slots=True)
class TextComparison:
    """Two texts side by side.

    `identical` speaks of the raw text but for line endings; `same_words` of what is left when numbers and what does
    not decide are taken out. `ignored` counts, by kind, what was found that does not decide (of the text that has more
    of it). `unpaired` is how many numbers of the original stand in lines that the other text does not have.
    `first_other_line` is the first line (from 1, of the original) whose words differ, with both sides. Identical texts
    are not read, and have no pairs.
    """

    identical: bool
    same_words: bool
    pairs: tuple[NumberPair, ...] = ()
    ignored: Mapping[VolatileToken, int] = field(default_factory=dict)
    unpaired: int = 0
    first_other_line: int | None = None
    original_line: str = ""
    replayed_line: str = ""

    @property
    def differing(self) -> tuple[NumberPair, ...]:
        """The pairs that were not printed alike."""
        return tuple(p for p in self.pairs if p.original.text != p.replayed.text)


def normalise_line_endings(text: str) -> str:
    """CRLF to LF, and nothing else."""
    return text.replace("\r\n", "\n")


def numbers_in(text: str, windows: Sequence[RunWindow] = ()) -> tuple[PrintedNumber, ...]:
    """All numbers of a text that may be results, with their labels.

    Those are left out that belong to times, dates, identifiers, measurements of the machine and logs of libraries; see
    `bis._verify.figures.text_reading.read_text`.
    """
    return read_text(text, windows).numbers


def compare_texts(original: str, replayed: str, windows: Sequence[RunWindow] = ()) -> TextComparison:
    """Compare two printed texts: raw first, then words and numbers apart.

    `windows` says when both programs ran (`bis._verify.figures.clock_times.windows_of(original, replayed)`); empty
    where that is not known of both.
    """
    if normalise_line_endings(original) == normalise_line_endings(replayed):
        return TextComparison(identical=True, same_words=True)
    original, replayed, skipped = _where_they_differ(original, replayed)
    a, b = read_text(original, windows, skipped=skipped), read_text(replayed, windows, skipped=skipped)
    a_lines, b_lines = _without_blank_end(a.lines), _without_blank_end(b.lines)
    a_words, b_words = [x.words for x in a_lines], [x.words for x in b_lines]
    pairs_found: list[NumberPair] = []
    for a_from, b_from, size in _matching(a_words, b_words):
        for k in range(size):
            pairs_found += [
                NumberPair(x, y) for x, y in zip(a_lines[a_from + k].numbers, b_lines[b_from + k].numbers, strict=True)
            ]
    other = _first_other(a_words, b_words)
    return TextComparison(
        identical=False,
        same_words=other is None,
        pairs=tuple(pairs_found),
        ignored=Counter(a.ignored) | Counter(b.ignored),
        unpaired=len(a.numbers) - len(pairs_found),
        first_other_line=None if other is None else _number(a_lines, other),
        original_line="" if other is None else _line(a_lines, other),
        replayed_line="" if other is None else _line(b_lines, other),
    )


def says_something(text: str, windows: Sequence[RunWindow] = ()) -> bool:
    """Whether a number is left to compare, or a line of words in which nothing was left out."""
    return any(read_text(part, windows).says_something for part in _beginning_first(text))


def holds_numbers(text: str, windows: Sequence[RunWindow] = ()) -> bool:
    """Whether a number of a text may be a result."""
    return any(read_text(part, windows).numbers for part in _beginning_first(text))


def _beginning_first(text: str) -> Iterable[str]:
    """The first lines of a long text, and only then all of it: what is looked for mostly stands there already."""
    beginning = text[:_BEGINNING].rpartition("\n")[0] if len(text) > _BEGINNING else ""
    return (beginning, text) if beginning else (text,)


def _where_they_differ(original: str, replayed: str) -> tuple[str, str, int]:
    """Of long texts the lines from the first that differs to the last, with some around; and how many stand before.

    Reading takes about a minute for 10 MiB, and lines that are the same on both sides say nothing.
    """
    if min(len(original), len(replayed)) <= _LONG:
        return original, replayed, 0
    a, b = normalise_line_endings(original).split("\n"), normalise_line_endings(replayed).split("\n")
    shorter = min(len(a), len(b))
    before = next((i for i in range(shorter) if a[i] != b[i]), shorter)
    after = next((i for i in range(shorter - before) if a[-1 - i] != b[-1 - i]), shorter - before)
    before, after = max(0, before - _AROUND), max(0, after - _AROUND)
    return "\n".join(a[before : len(a) - after]), "\n".join(b[before : len(b) - after]), before


def _without_blank_end(lines: Sequence[LineReading]) -> Sequence[LineReading]:
    end = len(lines)
    while end and not lines[end - 1].words:
        end -= 1
    return lines[:end]


def _matching(a: list[str], b: list[str]) -> Iterable[tuple[int, int, int]]:
    if a == b:
        return [(0, 0, len(a))]
    blocks = SequenceMatcher(None, a, b, autojunk=False).get_matching_blocks()
    return [(m.a, m.b, m.size) for m in blocks]


def _first_other(a: list[str], b: list[str]) -> int | None:
    for i, (x, y) in enumerate(zip(a, b, strict=False)):
        if x != y:
            return i
    return None if len(a) == len(b) else min(len(a), len(b))


def _number(lines: Sequence[LineReading], index: int) -> int:
    """The number of a line in the text as it was printed; one behind the last is the one after it."""
    if index < len(lines):
        return lines[index].number
    return lines[-1].number + 1 if lines else 1


def _line(lines: Sequence[LineReading], index: int) -> str:
    return lines[index].raw[:120] if index < len(lines) else ""


def cell_texts(cells: Iterable[CellOutput]) -> dict[tuple[int, str], str]:
    """Text by cell and kind; several pieces of one stream are one text, however they were cut up."""
    texts: dict[tuple[int, str], str] = {}
    for cell in cells:
        key = (cell.position, cell.kind)
        texts[key] = texts.get(key, "") + cell.text
    return texts


def printed_texts(outputs: Outputs) -> list[str]:
    """All that a program printed, without what libraries and the interpreter said on stderr."""
    stdout = outputs.stdout or ""
    cells = sorted(cell_texts(outputs.cells).items())
    return [
        own_lines(stdout) if outputs.stderr_in_stdout else stdout,
        own_lines(outputs.stderr or ""),
        *(own_lines(text) if kind == "stderr" else text for (_, kind), text in cells),
    ]
