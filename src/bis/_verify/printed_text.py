"""Numbers in printed text: found with their labels, and compared where the text around them is the same."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

from bis._verify.volatile import VolatileToken, without_volatile

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bis.model.facets import CellOutput

# A number on its own: not part of a word, a version (1.2.3) or a placeholder of a volatile token.
NUMBER = re.compile(
    r"(?<![\w.<])[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?(?![\w]|\.\d)|(?<![\w])[-+]?(?:nan|inf)\b"
)
_LABEL = re.compile(r"([A-Za-z_][\w ()/\-²^]*?)\s*[:=]?\s*$")


@dataclass(frozen=True, slots=True)
class PrintedNumber:
    """A number as it was printed, the words before it, and the number of the line (from 1)."""

    label: str
    text: str
    line: int

    @property
    def value(self) -> float:
        """The number that the text means."""
        return float(self.text)


@dataclass(frozen=True, slots=True)
class NumberPair:
    """The same place of two texts, with the number that each has there."""

    original: PrintedNumber
    replayed: PrintedNumber


@dataclass(frozen=True, slots=True)
class TextComparison:
    """Two texts side by side.

    `identical` speaks of the raw text but for line endings; `same_words` of what is left when numbers and volatile
    tokens are taken out. `ignored` names the kinds of volatile tokens that were found; `first_other_line` is the
    first line (from 1, of the original) whose words differ, with both sides.
    """

    identical: bool
    same_words: bool
    pairs: tuple[NumberPair, ...] = ()
    ignored: tuple[VolatileToken, ...] = ()
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


def numbers_in(text: str) -> tuple[PrintedNumber, ...]:
    """All numbers of a text with their labels, without those that belong to times, dates and addresses."""
    cleaned, _ = without_volatile(text)
    return tuple(n for i, line in enumerate(cleaned.split("\n"), 1) for n in _in_line(line, i))


def compare_texts(original: str, replayed: str) -> TextComparison:
    """Compare two printed texts: raw first, then words and numbers apart."""
    if normalise_line_endings(original) == normalise_line_endings(replayed):
        numbers = numbers_in(original)
        pairs = tuple(NumberPair(n, n) for n in numbers)
        return TextComparison(identical=True, same_words=True, pairs=pairs)
    a_text, a_kinds = without_volatile(original)
    b_text, b_kinds = without_volatile(replayed)
    a_lines, b_lines = a_text.rstrip("\n").split("\n"), b_text.rstrip("\n").split("\n")
    a_words, b_words = [_words(x) for x in a_lines], [_words(x) for x in b_lines]
    pairs_found: list[NumberPair] = []
    for a_from, b_from, size in _matching(a_words, b_words):
        for k in range(size):
            a_numbers = _in_line(a_lines[a_from + k], a_from + k + 1)
            b_numbers = _in_line(b_lines[b_from + k], b_from + k + 1)
            pairs_found += [NumberPair(x, y) for x, y in zip(a_numbers, b_numbers, strict=True)]
    other = _first_other(a_words, b_words)
    return TextComparison(
        identical=False,
        same_words=other is None,
        pairs=tuple(pairs_found),
        ignored=tuple(dict.fromkeys(a_kinds + b_kinds)),
        first_other_line=None if other is None else other + 1,
        original_line="" if other is None else _line(a_lines, other),
        replayed_line="" if other is None else _line(b_lines, other),
    )


def _matching(a: list[str], b: list[str]) -> Iterable[tuple[int, int, int]]:
    if a == b:
        return [(0, 0, len(a))]
    blocks = SequenceMatcher(None, a, b, autojunk=False).get_matching_blocks()
    return [(m.a, m.b, m.size) for m in blocks]


def _words(line: str) -> str:
    # Runs of blanks are made one: columns move when a number gets longer.
    return re.sub(r"\s+", " ", NUMBER.sub("#", line)).strip()


def _in_line(line: str, number: int) -> tuple[PrintedNumber, ...]:
    found = []
    end = 0
    for match in NUMBER.finditer(line):
        label = _LABEL.search(line[end : match.start()])
        found.append(PrintedNumber((label[1].strip() if label else ""), match[0], number))
        end = match.end()
    return tuple(found)


def _first_other(a: list[str], b: list[str]) -> int | None:
    for i, (x, y) in enumerate(zip(a, b, strict=False)):
        if x != y:
            return i
    return None if len(a) == len(b) else min(len(a), len(b))


def _line(lines: list[str], index: int) -> str:
    return lines[index][:120] if index < len(lines) else ""


def cell_texts(cells: Iterable[CellOutput]) -> dict[tuple[int, str], str]:
    """Text by cell and kind; several pieces of one stream are one text, however they were cut up."""
    texts: dict[tuple[int, str], str] = {}
    for cell in cells:
        key = (cell.position, cell.kind)
        texts[key] = texts.get(key, "") + cell.text
    return texts
