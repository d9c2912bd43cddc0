"""Two printed texts: which results in them agree, and which lines differ that are none."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

from bis._verify.published.library_lines import tells_of_a_cut
from bis._verify.published.printed_figures import FigureComparison, compare_figures
from bis._verify.published.printed_models import other_settings
from bis._verify.published.printed_output import (
    JudgedLine,
    LineKind,
    is_counted_as,
    is_value,
    judge_text,
    named_words,
    other_word,
    same_value,
)
from bis._verify.tolerances import Tolerances
from bis.model.machine_measures import names_result
from bis.model.statement import StatementCode, statement
from bis.model.verdict import Evidence, Level

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bis._verify.figures.text_reading import PrintedNumber

# Beyond so many lines on a side they are paired by their place: aligning takes the product of both.
_MOST_ALIGNED = 2_000
_SHOWN = 120


@dataclass(frozen=True, slots=True)
class ResultComparison:
    """One result on both sides; `label` is its name, and `line` where it stands (from 1) if it has none."""

    compared: FigureComparison
    label: str = ""
    line: int | None = None


@dataclass(slots=True)
class ResultTally:
    """What comparing texts and tables gave.

    `same` counts results that are printed alike, `others` has those that are not; `texts` has lines of which none is a
    result, saved and now, where they differ; `logs` counts lines of libraries.
    """

    same: int = 0
    others: list[ResultComparison] = field(default_factory=list)
    texts: list[tuple[str, str]] = field(default_factory=list)
    logs: int = 0

    @property
    def results(self) -> int:
        """How many were compared."""
        return self.same + len(self.others)

    def add(self, other: ResultTally) -> None:
        """Add what another comparison gave."""
        self.same += other.same
        self.others += other.others
        self.texts += other.texts
        self.logs += other.logs

    def note(self, compared: FigureComparison, label: str, line: int | None) -> None:
        """Count one result."""
        if compared.statements:
            self.others.append(ResultComparison(compared, label, None if label else line))
        else:
            self.same += 1

    def differ(self, code: StatementCode, saved: str | None, now: str | None, label: str, line: int | None) -> None:
        """Count a result that differs in another way than by a figure; None for a side that does not have it."""
        sides = [None if text is None else text.strip() for text in (saved, now)]
        figures = {k: v[:_SHOWN] for k, v in zip(("saved", "found"), sides, strict=True) if v is not None}
        original, replayed = (() if text is None else (text,) for text in sides)
        evidence = Evidence(original=original, replayed=replayed)
        compared = FigureComparison(Level.DIVERGENT, (statement(code, **figures),), evidence)
        self.note(compared, label, line)


@dataclass(frozen=True, slots=True)
class TextResults:
    """Compares texts under the tolerances that the user declared.

    With `paired_only` lines that stand on one side only are passed over: what is logged, not printed; and figures that
    differ decide only where their name is that of a result. With `cut` the end of the saved text is missing, and what
    is printed beyond it is passed over.
    """

    tolerances: Tolerances
    paired_only: bool = False
    cut: bool = False

    def compare(self, saved: str, now: str) -> ResultTally:
        """Compare a saved text to the one of now."""
        tally = ResultTally()
        sides = []
        for text in (saved, now):
            judged = judge_text(text)
            sides.append(list(judged.lines))
            tally.logs += judged.logs
        kept, front, back = _without_marks(sides[0])
        printed = sides[1][-len(kept) or len(sides[1]) :] if front else sides[1]
        comparer = replace(self, cut=True) if back else self
        comparer.compare_lines(tally, kept, printed)
        for label, before, after in other_settings(saved, now):
            tally.differ(StatementCode.SAVED_VALUE_DIFFERS, before, after, label, None)
        if max(map(len, sides)) <= 1:  # the one line of a text needs no number
            tally.others = [replace(one, line=None) for one in tally.others]
        return tally

    def compare_lines(self, tally: ResultTally, before: Sequence[JudgedLine], after: Sequence[JudgedLine]) -> None:
        """Compare the lines of both sides, those with the same words with each other."""
        for tag, i1, i2, j1, j2 in _blocks([x.words for x in before], [x.words for x in after]):
            if tag == "equal":
                for x, y in zip(before[i1:i2], after[j1:j2], strict=True):
                    self._same_words(tally, [x], [y])
            else:
                self._other_words(tally, before[i1:i2], after[j1:j2])

    def _same_words(self, tally: ResultTally, before: Sequence[JudgedLine], after: Sequence[JudgedLine]) -> None:
        """Lines whose words are the same once they are joined: their figures belong together, one by one."""
        a = [(f, x.number) for x in before for f in x.figures]
        b = [f for y in after for f in y.figures]
        counted = [(f, g, line) for (f, line), g in zip(a, b, strict=False) if is_counted_as(f.label)]
        for f, g, line in counted:
            self._figure(tally, f, g, line)
        if not counted and any(x.kind is LineKind.RESULT for x in before):
            tally.same += 1

    def _other_words(self, tally: ResultTally, before: Sequence[JudgedLine], after: Sequence[JudgedLine]) -> None:
        if before and after and _joined(before) == _joined(after):  # broken into lines at other places
            self._same_words(tally, before, after)
            return
        left, right = list(before), list(after)
        for x in before:
            y = next((y for y in right if _belongs(x, y)), None)
            if y is not None:
                left.remove(x)
                right.remove(y)
                self._other_wording(tally, x, y)
        self._unpaired(tally, left, right)

    def _other_wording(self, tally: ResultTally, x: JudgedLine, y: JudgedLine) -> None:
        """Two lines that say the same of the same names, in other words or another order."""
        for f, g in _pairs(x, y):
            self._figure(tally, f, g, x.number)
        words = named_words(y.text)
        others = [(k, v, words[k]) for k, v in named_words(x.text).items() if k in words and v != words[k]]
        others = others or list(other_word(x.text, y.text))
        for label, word, other in others:
            tally.differ(StatementCode.SAVED_VALUE_DIFFERS, word, other, label, x.number)
        if not others:
            tally.texts.append((x.text.strip(), y.text.strip()))

    def _unpaired(self, tally: ResultTally, left: Sequence[JudgedLine], right: Sequence[JudgedLine]) -> None:
        """Lines that have no counterpart; results among them are differences, two by two where they can be."""
        if self.paired_only:
            return
        a, b = ([x for x in side if x.kind is LineKind.RESULT] for side in (left, right))
        texts = [[x.text.strip() for x in side if x.kind is not LineKind.RESULT] for side in (left, right)]
        tally.texts += list(zip(*_padded(*texts), strict=True))
        for x, y in zip(a, b, strict=False):
            if is_value(x.text) and is_value(y.text):
                self._values(tally, x, y)
            else:
                tally.differ(StatementCode.SAVED_LINE_DIFFERS, x.text, y.text, "", x.number)
        for x in a[len(b) :]:
            tally.differ(StatementCode.SAVED_LINE_GONE, x.text, None, "", x.number)
        for y in [] if self.cut else b[len(a) :]:
            tally.differ(StatementCode.LINE_NOT_SAVED, None, y.text, "", y.number)

    def _values(self, tally: ResultTally, x: JudgedLine, y: JudgedLine) -> None:
        """Two values without figures; a set has no order."""
        if same_value(x.text, y.text):
            tally.same += 1
        else:
            tally.differ(StatementCode.SAVED_VALUE_DIFFERS, x.text, y.text, "", x.number)

    def _figure(self, tally: ResultTally, f: PrintedNumber, g: PrintedNumber, line: int) -> None:
        if self.paired_only and f.text != g.text and not names_result(f.label):
            tally.logs += 1
            return
        tally.note(compare_figures(f.text, g.text, name=f.label, tolerances=self.tolerances), f.label, line)


def worst_by_label(others: Iterable[ResultComparison]) -> list[ResultComparison]:
    """For each name and level the result that is farthest off, in order of their first place."""
    worst: dict[tuple[str, int | None, Level], ResultComparison] = {}
    for one in others:
        key = (one.label, one.line, one.compared.level)
        if key not in worst or one.compared.distance > worst[key].compared.distance:
            worst[key] = one
    return list(worst.values())


def _without_marks(lines: list[JudgedLine]) -> tuple[list[JudgedLine], bool, bool]:
    """The lines without remarks that some are missing, and whether these are the first or the last ones."""
    marked = [i for i, line in enumerate(lines) if tells_of_a_cut(line.text)]
    kept = [line for i, line in enumerate(lines) if i not in marked]
    return kept, 0 in marked, any(i > 0 for i in marked)


def _blocks(a: Sequence[str], b: Sequence[str]) -> list[tuple[str, int, int, int, int]]:
    start = 0
    while start < min(len(a), len(b)) and a[start] == b[start]:
        start += 1
    end = 0
    while end < min(len(a), len(b)) - start and a[-1 - end] == b[-1 - end]:
        end += 1
    blocks = [("equal", 0, start, 0, start)] if start else []
    inner_a, inner_b = a[start : len(a) - end], b[start : len(b) - end]
    if max(len(inner_a), len(inner_b)) > _MOST_ALIGNED:
        blocks.append(("replace", start, len(a) - end, start, len(b) - end))
    else:
        found = SequenceMatcher(None, inner_a, inner_b, autojunk=False).get_opcodes()
        blocks += [(tag, start + i1, start + i2, start + j1, start + j2) for tag, i1, i2, j1, j2 in found]
    return [*blocks, ("equal", len(a) - end, len(a), len(b) - end, len(b))] if end else blocks


def _joined(lines: Sequence[JudgedLine]) -> str:
    return "".join("".join(x.words.split()) for x in lines)


def _counted(line: JudgedLine) -> list[PrintedNumber]:
    return [f for f in line.figures if is_counted_as(f.label)]


def _pairs(x: JudgedLine, y: JudgedLine) -> list[tuple[PrintedNumber, PrintedNumber]]:
    """The figures of two lines that belong together: by their names where these are the same, else by their place.

    A figure without a name is a count of steps, say, where the others have names.
    """
    a, b = ([f for f in _counted(line) if f.label] for line in (x, y))
    if a and Counter(f.label for f in a) == Counter(f.label for f in b):
        return list(zip(*(sorted(side, key=lambda f: f.label) for side in (a, b)), strict=True))
    a, b = _counted(x), _counted(y)
    return list(zip(a, b, strict=True)) if [f.text for f in a] == [g.text for g in b] else []


def _belongs(x: JudgedLine, y: JudgedLine) -> bool:
    """Whether two lines with other words give values to the same names, or the same figures."""
    if _pairs(x, y):
        return True
    if _counted(x) or _counted(y):
        return False
    names = named_words(x.text).keys()
    return bool(names and names == named_words(y.text).keys()) or bool(list(other_word(x.text, y.text)))


def _padded(a: list[str], b: list[str]) -> tuple[list[str], list[str]]:
    size = max(len(a), len(b))
    return a + [""] * (size - len(a)), b + [""] * (size - len(b))
