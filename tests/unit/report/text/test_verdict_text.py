"""Verdicts as text."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bis.model.facets import Failure
from bis.model.statement import Statement, StatementCode, statement
from bis.model.verdict import Basis, Deviation, Group, Item, ItemKind, Level, Outcome, ReplayKind, Verdict
from bis.report.text.verdict_text import print_verdict, verdict_text
from tests.unit.report.values import bitwise, statistical

BITWISE = """\
bitwise: 2 metrics identical in 3/3 exact replays (P(identical) >= 0.368 with 95
% confidence)
run 0123abcd

3 exact replays: bitwise
m0  bitwise  same bits in 3/3
m1  bitwise  same bits in 3/3
"""

STATISTICAL = """\
statistical: 1 of 1 metric of the original consistent with 5 fresh replays
(level 0.05)
run 0123abcd

5 fresh replays: statistical
          original  95 % interval      p  detectable shift
accuracy       0.9   0.85 .. 0.95  0.800   0.0625 (4.1 sd)

accuracy  0.88  █     █     ◆     █    █  0.92
bars: replays, from the smallest to the largest value; ◆ (◇ where it is alone):
the original

"""


def test_bitwise_in_full() -> None:
    """The answer, the run, the items."""
    assert verdict_text(bitwise()) == BITWISE


def test_statistical_in_full() -> None:
    """Interval, p, detectable shift, and where the original lies."""
    assert verdict_text(statistical()) == STATISTICAL


def test_many_alike_items_are_one_row() -> None:
    """Fifty metrics of which all is the same are told in one line, unless all are asked for."""
    assert "50 metrics  bitwise  same bits in 3/3" in verdict_text(bitwise(50))
    assert "m49" in verdict_text(bitwise(50), full=True)


@pytest.mark.parametrize("width", [80, 120])
def test_lines_fit(width: int) -> None:
    """No line is wider than the terminal or ends in blanks."""
    for verdict in (bitwise(), statistical()):
        for line in verdict_text(verdict, width=width).split("\n"):
            assert len(line) <= width
            assert line == line.rstrip()


def test_colour_only_when_asked() -> None:
    """Without colour there is no escape sequence; with it the words are the same."""
    assert "\x1b" not in verdict_text(bitwise())
    assert "\x1b[" in verdict_text(bitwise(), colour=True)


def test_what_was_changed_and_what_failed_is_told() -> None:
    """Deviations, failed replays, items that do not count, names with brackets."""
    differs = statement(StatementCode.METRIC_DIFFERS, differing=1, total=1, steps=1)
    item = Item("[time]", ItemKind.METRIC, Level.DIVERGENT, (differs,), counts=False)
    group = Group(ReplayKind.EXACT, Level.BITWISE, 1, 1, (item,), ())
    verdict = Verdict(
        "0123",
        Level.INCONCLUSIVE,
        (group,),
        (statement(StatementCode.NO_REPLAYS), statement(StatementCode.NO_METRICS)),
        deviations=(Deviation("numpy", "1.0", "2.0", "asked for"),),
        outcomes=(Outcome(0, ReplayKind.EXACT, None, None, Failure("exception", "ValueError: x\nmore", cell=4)),),
    )
    text = verdict_text(verdict)
    assert "[time]  (not counted)  differs in 1/1" in text
    assert "  - the original logged no metrics: what it printed and wrote was compared" in text
    assert "  - numpy: 1.0 -> 2.0 (asked for)" in text
    assert "  - exact replay 1: exception, cell 4: ValueError: x\n" in text


def test_a_long_answer_stays_on_the_screen() -> None:
    """Of a hundred files that differ each in its own way thirty are listed; the answer is first and last."""
    items = tuple(Item(f"out/{i}.txt", ItemKind.FILE, Level.DIVERGENT, (_differs(i),)) for i in range(100))
    group = Group(ReplayKind.EXACT, Level.DIVERGENT, 3, 0, items)
    changes = tuple(Deviation(f"package p{i}", "1", "2") for i in range(50))
    verdict = Verdict("0123", Level.DIVERGENT, (group,), (statement(StatementCode.NO_METRICS),), deviations=changes)
    lines = verdict_text(verdict).splitlines()
    assert len(lines) < 55
    assert lines[-2:] == lines[:2]
    assert lines[0].startswith("divergent: ")
    assert [" ".join(line.split()) for line in lines if line.startswith("and ")] == ["and 70 more (--full)"]
    assert "  - and 38 more (--full)" in lines
    assert len(verdict_text(verdict, full=True).splitlines()) > 150


def _differs(number: int) -> Statement:
    return statement(StatementCode.METRIC_DIFFERS, differing=1, total=number + 1, steps=1)


def test_expectations_have_no_replays() -> None:
    """A comparison with published figures shows what was expected and found."""
    verdict = replace(statistical(), basis=Basis.PUBLISHED)
    text = verdict_text(verdict)
    assert "expected  found" in text
    assert "fresh replays: statistical" not in text


def test_printing_is_the_text(capsys: pytest.CaptureFixture[str]) -> None:
    """In a pipe: 80 columns, no colour."""
    print_verdict(bitwise())
    assert capsys.readouterr().out == BITWISE


def test_what_is_open_is_called_divergent_nowhere() -> None:
    """Exact replays that differ, of a run whose own randomness may be the cause; where it cannot be, they are."""
    differs = statement(StatementCode.METRIC_DIFFERS, differing=1, total=1, steps=1)
    item = Item("loss", ItemKind.METRIC, Level.DIVERGENT, (differs,))
    group = Group(ReplayKind.EXACT, Level.DIVERGENT, 1, 0, (item,))
    undecided = verdict_text(replace(bitwise(), level=Level.INCONCLUSIVE, groups=(group,)))
    assert "divergent" not in undecided
    assert "1 exact replay: not the same\nloss  differs  " in undecided
    assert "1 exact replay: divergent\nloss  divergent" in verdict_text(
        replace(bitwise(), level=Level.DIVERGENT, groups=(group,))
    )
