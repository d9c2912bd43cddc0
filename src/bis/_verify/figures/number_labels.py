"""What a number in printed text is called: the words, keys, or column and row that a reader would name it by."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_MOST_WORDS = 6
_FARTHEST = 400  # words before a number are looked for so far
_OPENING = {"[": "]", "(": ")", "{": "}"}
# What stands between a number and its words.
_SEPARATORS = " \t:=~≈<>→|│*#$€£\"'`‘’“”»«…!?-–—_/\\."  # noqa: RUF001 - they are printed
_SEGMENT = re.compile(r"[,;|│•\t\x00]|\s[-–—>→]+\s|(?<=\w{4})[.!?]\s|\s{3,}|(?<=[:=])\s+(?=[A-Za-z])|[\]}>]\s")  # noqa: RUF001
_LEADING = {
    "and",
    "with",
    "the",
    "a",
    "an",
    "or",
    "is",
    "but",
    "of",
    "then",
    "now",
    "by",
    "from",
    "to",
    "was",
    "were",
    "in",
    "on",
    "at",
    "for",
    "as",
    "using",
    "has",
}
_CLOSING = frozenset(_OPENING.values())
_KEY = re.compile(r"[\"']([^\"']*[A-Za-z][^\"']*)[\"']\s*[:=]\s*$")
_NAMED = re.compile(r"[:=]\s*$")
_CALLEE = re.compile(r"(?:^|(?<=[\s:=,\[({]))([A-Za-z_][\w.]*)$")
_STRING = re.compile(r"[\"']([A-Za-z][^\"',]*)[\"']\s*,\s*$")
_WRAPPERS = {
    "array", "tensor", "float", "int", "list", "tuple", "set", "dict", "defaultdict", "ordereddict", "counter",
    "series", "float64", "float32", "float16", "int64", "int32", "eagertensor", "parameter", "index",
}  # fmt: skip
_WORDS = re.compile(r"[A-Za-z_%²µ°^Δ∑σλαβγ][\w%²^]*(?:[-/'.@+][\w%²^]+)*|\([^()]*\)|\d+(?=\s*[A-Za-z])")
_LOGGED = re.compile(r"^\W*(?:DEBUG|INFO|WARNING|ERROR|CRITICAL)\b\W*(?:[\w.]+:(?=\S))?")  # by `logging`
_UNIT_BEHIND = re.compile(r"[A-Za-z\u00b5\u03bc%\u00b0]{1,3}(?!\w)")  # `3.2s` is no beginning of words
_CELL = re.compile(r"\S+(?: \S+)*")
_RULED_CELL = re.compile(r"[^\s|│┃]+(?: [^\s|│┃]+)*")
# The head of a table of coefficients ends with the limits of their intervals.
_LIMITS = re.compile(r"^[^\d:=]*[A-Za-z][^\d:=]*\s\[0?\.\d+ +0?\.\d+\]\s*$")
_RULE = re.compile(r"^[\s\-=_+|│─━┃┼├┤╞╪╡:]*$")
_UNCERTAIN = re.compile(r"±|\+/-|\+-")


@dataclass(frozen=True, slots=True)
class NumberLabel:
    """What a number is called.

    `text` is what a reader would call it, empty where there are no words. `own` are the words that name this very
    number (the last key of a path, the words before it, the head of its column); a number that only follows another
    one has none. `in_brackets` says that it is one of a list without a name.
    """

    text: str = ""
    own: str = ""
    in_brackets: bool = False


@dataclass(slots=True)
class _Frame:
    """A bracket that is open: what the value in it is called, and the words before it."""

    bracket: str
    key: str
    callee: str
    before: str
    inside: str = ""


@dataclass(frozen=True, slots=True)
class _Header:
    cells: tuple[tuple[int, int, str], ...] = ()
    by_order: bool = False


@dataclass(slots=True)
class NumberLabeller:
    """Names the numbers of a text, line after line: a value may go on over several lines, and a table does."""

    _frames: list[_Frame] = field(default_factory=list)
    _header: _Header = field(default_factory=_Header)
    _pending: str = ""
    _last: NumberLabel = field(default_factory=NumberLabel)
    _goes_on: bool = False
    continues_list: bool = False  # the last line goes on with a list or an array that an earlier one began

    def label_line(self, line: str, numbers: Sequence[tuple[int, int]]) -> tuple[NumberLabel, ...]:
        """Name the numbers of the next line.

        Parameters
        ----------
        line : str
            What is no word (dates, identifiers) is masked by null characters.
        numbers : sequence of (int, int)
            Where the numbers are, in order.
        """
        indented = line[:1].isspace() and bool(line.strip())
        if not (self._goes_on or indented or line[:1] in {"]", ")", "}"}):
            self._frames.clear()
        self._pending, self._last = "", NumberLabel()
        in_value = bool(self._frames)
        self.continues_list = in_value and self._frames[-1].bracket != "{"
        labels, position = [], 0
        columns = () if in_value else self._columns(numbers)
        row = phrase(line[: numbers[0][0]]) if numbers else ""
        for i, (start, end) in enumerate(numbers):
            gap = line[position:start]
            self._advance(gap)
            label = self._next_label(gap)
            if columns and columns[i] and not self._frames and not _NAMED.search(gap):
                label = NumberLabel(f"{row} {columns[i]}".strip(), columns[i])
            elif self._frames and not label.text:
                label = NumberLabel("", "", in_brackets=True)
            labels.append(label)
            unit = _UNIT_BEHIND.match(line, end)
            self._last, self._pending, position = label, "", unit.end() if unit else end
            if self._frames:
                self._frames[-1].inside += "#"
        self._advance(line[position:])
        self._goes_on = bool(self._frames) and line.rstrip()[-1:] in {",", "[", "(", "{", "\\"}
        if not in_value and (not numbers or _LIMITS.search(line)):
            self._note_header(line)
        return tuple(labels)

    def _advance(self, gap: str) -> None:
        """Go over text without a number: brackets open and close, commas end what was said before."""
        for character in gap:
            if character in _OPENING:
                self._frames.append(self._opened(character))
                self._pending = ""
            elif character in _CLOSING:
                self._pending += character
                if self._frames and _OPENING[self._frames[-1].bracket] == character:
                    frame = self._frames.pop()
                    said = frame.before + (f"({frame.inside})" if frame.bracket == "(" else " \x00 ")
                    # A number in `Accuracy(0.5)` ends what was said, the note in `accuracy (n=5): 0.9` does not.
                    called = "#" in frame.inside and frame.before[-1:].strip()
                    self._pending = "" if self._frames or called else said
            elif character == "," and self._frames:
                self._pending = self._pending + character if _ends_quoted(self._pending) else ""
            else:
                self._pending += character
                if self._frames:
                    self._frames[-1].inside += character

    def _opened(self, bracket: str) -> _Frame:
        """What the value is called whose bracket opens after the pending text."""
        pending = self._pending[-_FARTHEST:].rstrip()
        callee = None if self._pending[-1:].isspace() else _CALLEE.search(pending)
        before = pending[: callee.start()] if callee else pending
        name = callee[1] if callee and not _wraps(callee[1]) else ""
        key = _key(before)
        if not key and (not self._frames or _NAMED.search(before)):
            key = phrase(before)
        return _Frame(bracket, key, name, self._pending)

    def _next_label(self, gap: str) -> NumberLabel:
        path = [f.key for f in self._frames if f.key]
        quoted = _STRING.search(self._pending[-_FARTHEST:])
        own = quoted[1] if quoted else _key(self._pending) or phrase(self._pending)
        if own:
            return NumberLabel(".".join([*path, own]), own)
        if path:
            return NumberLabel(".".join(path), path[-1])
        callees = [f.callee for f in self._frames if f.callee]
        if callees and not self._last.text:
            return NumberLabel(callees[-1], callees[-1])
        if self._last.text and _UNCERTAIN.search(gap):
            return NumberLabel(f"{self._last.text.removesuffix(' ±')} ±", self._last.own)
        return NumberLabel(self._last.text)

    def _columns(self, numbers: Sequence[tuple[int, int]]) -> tuple[str, ...]:
        """The column of each number, empty for one that stands under no head; () where this is no row of the table."""
        cells = self._header.cells
        if not cells or not numbers:
            return ()
        if self._header.by_order:
            return tuple(c[2] for c in cells) if len(cells) == len(numbers) else ()
        found = []
        for start, end in numbers:
            near = [c for c in cells if abs(c[1] - end) <= 1] or [c for c in cells if c[0] < end and start < c[1]]
            near = near or [c for c in cells if abs(c[0] - start) <= 1]
            found.append(near[0][2] if near else "")
        named = [f for f in found if f]
        return tuple(found) if named and len(set(named)) == len(named) and len(found) - len(named) <= 1 else ()

    def _note_header(self, line: str) -> None:
        if not line.strip() or _RULE.match(line):
            return
        if re.fullmatch(r"\s*[A-Za-z_][\w .%/-]*(?:,[A-Za-z_][\w .%/-]*)+\s*", line):
            cells = tuple((0, 0, c.strip()) for c in line.split(","))
            self._header = _Header(cells, by_order=True)
            return
        ruled = line.lstrip()[:1] in {"|", "│", "┃"}
        cells = tuple((m.start(), m.end(), m[0]) for m in (_RULED_CELL if ruled else _CELL).finditer(line))
        cells = tuple(c for c in cells if any(x.isalpha() for x in c[2]) or _LIMITS.search(line))
        indented = line[:1].isspace() or ruled
        is_head = (len(cells) >= 2 or (cells and indented)) and not re.search(r"[:=,](?:\s|$)", line)
        self._header = _Header(cells) if is_head else _Header()


def phrase(text: str) -> str:
    """The words at the end of a text that name what comes next, at most six; empty where it ends with none."""
    segment = _SEGMENT.split(text[-_FARTHEST:].rstrip(_SEPARATORS + "([{"))[-1]
    segment = _LOGGED.sub("", segment) or segment  # alone, `ERROR` is a figure's name
    words = [w for w in _WORDS.findall(segment) if "#" not in w and (w.isdigit() or any(c.isalpha() for c in w))]
    while words and (words[0].lower() in _LEADING or words[0].isdigit() or words[0][0] == "("):
        words = words[1:]
    return " ".join(words[-_MOST_WORDS:])


def _key(pending: str) -> str:
    """A key in quotes right before a value."""
    key = _KEY.search(pending[-_FARTHEST:])
    return key[1] if key else ""


def _ends_quoted(pending: str) -> bool:
    """Whether a comma follows a name in quotes, `('accuracy', 0.91)`."""
    return pending.rstrip()[-1:] in {"'", '"'} and ":" not in pending


def _wraps(callee: str) -> bool:
    return callee.rpartition(".")[2].lower() in _WRAPPERS
