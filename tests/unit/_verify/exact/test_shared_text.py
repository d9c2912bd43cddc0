"""Standard output with standard error in it, in exact replays."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bis._verify.case import printed_curves
from bis._verify.judgement import judge
from bis._verify.tolerances import Tolerances
from bis.model.facets import OutputPart, Outputs, PrintedRest
from bis.model.statement import StatementCode
from bis.model.verdict import Group, Level
from tests.unit._verify.runs import exact, fresh, outputs

PLAIN, STRICT = Tolerances(), Tolerances(strict=True)


def both(text: str, metrics: dict[str, float] | None = None) -> Outputs:
    """Outputs of a program whose two streams were one."""
    return replace(outputs(metrics, stdout=text), stderr_in_stdout=True)


def compared(a: Outputs, b: Outputs, tolerances: Tolerances = PLAIN) -> Group:
    """What is found of one exact replay."""
    (group,) = judge(a, exact(b), tolerances).groups
    return group


def judged(a: str, b: str, tolerances: Tolerances = PLAIN) -> Level:
    """The level of two texts."""
    return compared(both(a), both(b), tolerances).level


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("acc 0.5\nready\n", "acc 0.5\nready\n"),
        # warnings are read from other places, and quote their source
        ("a/x.py:3: UserWarning: old\n  f(1)\nacc 0.5\n", "acc 0.5\nb/y.py:9: UserWarning: old\n  f(1)\n"),
        # a bar is drawn as often as the clock wants, also in front of a line that is printed meanwhile
        (
            "\r  0%|   | 0/4 [00:00<?, ?it/s]\r 50%|#| 2/4 [00:01<00:01, 1.9it/s]acc 0.5\n",
            "\r 25%|   | 1/4 [00:02<00:09, 1.1it/s]acc 0.5\n\r100%|#| 4/4 [00:04<00:00, 1.0it/s]\n",
        ),
        ("took 1.25 s\nacc 0.5\n", "took 13.5 s\nacc 0.5\n"),
        ("loss 0.25\nworker ready\nacc 0.5\n", "loss 0.25\nacc 0.5\nworker ready\n"),
        ("INFO:mlflow.x: a\nacc 0.5\n", "acc 0.5\nINFO:mlflow.x: b\n"),
    ],
)
def test_what_does_not_decide_on_stderr_does_not_decide_here(a: str, b: str) -> None:
    """Warnings, bars, durations, logs of libraries, and the order in which the lines of two streams came."""
    assert judged(a, b) is Level.BITWISE


@pytest.mark.parametrize("noise", ["", "x.py:3: UserWarning: old\n  f(1)\n"])
def test_another_figure_is_another_result(noise: str) -> None:
    """In lines with the same words."""
    found = compared(both(f"{noise}acc: 0.5\n"), both(f"acc: 0.75\n{noise}"))
    assert found.level is Level.DIVERGENT
    assert [i.label for i in found.items if i.level is Level.DIVERGENT] == ["acc"]


def test_other_words_leave_it_open() -> None:
    """They may be of a log, or of a result: neither the same nor another; figures with the same words still decide."""
    assert judged("label cat\n", "label dog\n") is Level.INCONCLUSIVE
    assert judged("acc: 0.5\nlabel cat\n", "acc: 0.5\nlabel dog\n") is Level.INCONCLUSIVE
    assert judged("acc: 0.5\nready a\n", "acc: 0.75\nready b\n") is Level.DIVERGENT
    assert compared(outputs(stdout="label cat\n"), outputs(stdout="label dog\n"), PLAIN).level is Level.DIVERGENT


def test_a_line_that_the_other_stream_cut_is_no_other_figure() -> None:
    """What is left of the number 0.5234 stands alone."""
    assert judged("loss 0.5note a\n234\n", "loss 0.52note a\n34\n") is Level.INCONCLUSIVE


def test_lines_that_were_paired_with_others_are_no_other_figures() -> None:
    """One of several lines of a log stands behind the rest of another line, and so the next one is in its place."""
    log = [f"took 1.5 s\nsaved {n}\n" for n in range(4)]
    joined = ["took 2.5 ssaved 1\n", *log[2:]]
    assert judged("".join(log), log[0] + "".join(joined)) is Level.INCONCLUSIVE
    assert judged("".join([*log, "acc: 0.5\n"]), "".join([log[0], *joined, "acc: 0.75\n"])) is Level.DIVERGENT


def test_strict_asks_for_the_same_bytes_and_leaves_others_open() -> None:
    """Other bytes may be of a warning; another figure is another one."""
    assert judged("acc 0.5\n", "acc 0.5\n", STRICT) is Level.BITWISE
    assert judged("took 1 s\nacc 0.5\n", "took 2 s\nacc 0.5\n", STRICT) is Level.INCONCLUSIVE
    assert judged("acc: 0.5\n", "acc: 0.75\n", STRICT) is Level.DIVERGENT
    beside = compared(both("took 1 s\n", {"m": 1.0}), both("took 2 s\n", {"m": 1.0}), STRICT)
    assert beside.level is Level.METRICS_BITWISE


def test_beside_metrics_it_is_shown() -> None:
    """As all printed text."""
    found = compared(both("acc 0.5\n", {"m": 1.0}), both("acc 0.75\n", {"m": 1.0}), PLAIN)
    assert found.level is Level.BITWISE


def test_a_part_that_is_not_known() -> None:
    """Cut output and output whose end nobody saw are never the same."""
    cut = [replace(both("a 1\nb\n"), stdout_rest=PrintedRest(9, d)) for d in "xy"]
    assert compared(cut[0], cut[1], PLAIN).level is Level.INCONCLUSIVE
    assert compared(cut[0], cut[0], PLAIN).level is Level.BITWISE
    killed = replace(both("acc 0.5\nb\n"), incomplete=(OutputPart.PRINTED,))
    found = compared(killed, both("acc 0.5\nb\nc\n"), PLAIN)
    assert StatementCode.PART_SAME in {s.code for i in found.items for s in i.statements}


def test_fresh_replays_test_its_numbers() -> None:
    """Those of warnings are none of it."""
    text = "x.py:3: UserWarning: 5 columns\n  f(1)\nacc {}\n"
    assert [c.name for c in printed_curves(both(text.format(0.5)))] == ["printed: acc"]
    found = judge(both(text.format(9.0)), fresh(*(both(text.format(0.5 + k / 100)) for k in range(30))), PLAIN)
    assert found.level is Level.DIVERGENT
