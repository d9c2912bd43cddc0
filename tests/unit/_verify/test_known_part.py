"""Originals of which nobody saw the end: what is known of them is compared, and never taken for the whole."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bis._verify.judgement import judge
from bis._verify.known_part import first_lines, known_part, same_part, whole_lines
from bis._verify.tolerances import Tolerances
from bis.model.facets import OutputPart, Outputs
from bis.model.statement import StatementCode
from bis.model.verdict import Group, ItemKind, Level
from tests.unit._verify.contents import content, named, wrote
from tests.unit._verify.runs import CRASH, exact, fresh, outputs, words

PLAIN = Tolerances()
LINES = [f"epoch {i} loss {1 / (i + 3):.6f}\n" for i in range(50)]
NO_END = (OutputPart.END, OutputPart.PRINTED)
KILLED = (*NO_END, OutputPart.LOGGED, OutputPart.WRITTEN)


def unfinished(of: Outputs, parts: tuple[OutputPart, ...] = NO_END) -> Outputs:
    """The outputs of a program whose end nobody saw."""
    return replace(of, exit_code=None, incomplete=parts)


def codes(group: Group) -> set[StatementCode]:
    """All that is said of its items."""
    return {s.code for item in group.items for s in item.statements}


@pytest.mark.parametrize("known", ["".join(LINES[:2]), "".join(LINES[:2]) + LINES[2][:9], "".join(LINES), LINES[0][:5]])
def test_a_part_of_what_was_printed_is_neither_bitwise_nor_divergent(known: str) -> None:
    """Also where it ends in the middle of a line, where all lines are there, and where not even one is."""
    verdict = judge(unfinished(outputs(stdout=known)), exact(*[outputs(stdout="".join(LINES))] * 3), PLAIN)
    assert (verdict.level, verdict.needed) == (Level.INCONCLUSIVE, None), words(verdict)
    assert codes(verdict.groups[0]) & {StatementCode.PART_SAME, StatementCode.PART_KNOWN}
    assert StatementCode.SAME_TEXT not in codes(verdict.groups[0])
    said = verdict.statements[0]
    assert (said.code, said.figures) == (StatementCode.KNOWN_IN_PART, {"items": ("stdout",)})
    assert StatementCode.OUTPUTS_DIFFER not in {s.code for s in verdict.statements}


def test_a_known_part_that_differs_is_divergent() -> None:
    """What was printed first is another number."""
    other = "".join([LINES[0], "epoch 1 loss 9.500000\n", *LINES[2:]])
    verdict = judge(unfinished(outputs(stdout="".join(LINES[:3]))), exact(outputs(stdout=other)), PLAIN)
    assert verdict.groups[0].level is Level.DIVERGENT


def test_a_number_within_the_tolerance_is_no_more_than_open() -> None:
    """Not numerical: of the rest nothing is known."""
    verdict = judge(
        unfinished(outputs(stdout="loss 0.10000000000000000\n")),
        exact(outputs(stdout="loss 0.10000000000000001\nloss 0.05\n")),
        PLAIN,
    )
    assert verdict.level is Level.INCONCLUSIVE


def test_a_program_that_printed_nothing_yet_is_open() -> None:
    """A replay prints; that the original would not have is not known."""
    verdict = judge(unfinished(outputs(stdout="")), exact(outputs(stdout="acc 0.5\n")), PLAIN)
    assert verdict.level is Level.INCONCLUSIVE
    silent = judge(unfinished(outputs({"m": 0.5}, stdout="")), exact(outputs({"m": 0.5}, stdout="")), PLAIN)
    assert silent.level is Level.BITWISE


def test_standard_error_is_compared_in_part_too() -> None:
    """Its numbers count."""
    ours, theirs = replace(outputs(), stderr="loss 0.5\nlo"), replace(outputs(), stderr="loss 0.5\nloss 0.25\n")
    assert judge(unfinished(ours), exact(theirs), PLAIN).level is Level.INCONCLUSIVE


def test_metrics_are_whole_where_only_the_launcher_was_killed() -> None:
    """The verdict is theirs; how the program ended is said not to be known."""
    ours = outputs({"m": [0.5, 0.25]}, stdout=LINES[0])
    verdict = judge(unfinished(ours), exact(*[outputs({"m": [0.5, 0.25]}, stdout="".join(LINES))] * 3), PLAIN)
    assert verdict.level is Level.BITWISE
    end = next(i for i in verdict.groups[0].items if i.kind is ItemKind.EXIT)
    assert (end.level, end.counts, end.statements[0].code) == (Level.INCONCLUSIVE, False, StatementCode.END_NOT_KNOWN)


def test_a_curve_that_was_cut_off_goes_on_in_a_replay() -> None:
    """And so may metrics come that the original never logged."""
    ours = unfinished(outputs({"loss": [0.5, 0.25]}), KILLED)
    longer = outputs({"loss": [0.5, 0.25, 0.125], "acc": 0.75})
    verdict = judge(ours, exact(longer, longer), PLAIN)
    assert verdict.level is Level.INCONCLUSIVE
    assert {StatementCode.PART_SAME, StatementCode.PART_KNOWN} <= codes(verdict.groups[0])
    other = judge(ours, exact(outputs({"loss": [0.5, 0.75, 0.125]})), PLAIN)
    assert other.groups[0].level is Level.DIVERGENT
    near = judge(ours, exact(outputs({"loss": [0.5, 0.25 + 2**-54, 0.125]})), PLAIN)
    assert near.level is Level.INCONCLUSIVE


def test_replays_that_fail_say_nothing_of_an_unknown_end() -> None:
    """The original did not raise, as far as was seen."""
    assert judge(unfinished(outputs({"m": 0.5})), exact(outputs(failure=CRASH)), PLAIN).level is Level.NOT_EXECUTABLE


def test_files_of_a_killed_program_may_be_cut() -> None:
    """A table of two rows, where a replay writes three; the same bytes are the same."""
    a = wrote(content("m.csv", named("loss", 0.5, 0.25)))
    b = wrote(content("m.csv", named("loss", 0.5, 0.25, 0.125)))
    assert judge(a, exact(b), PLAIN).groups[0].level is Level.DIVERGENT
    assert judge(unfinished(a, KILLED), exact(b), PLAIN).level is Level.INCONCLUSIVE
    assert judge(unfinished(a), exact(b), PLAIN).groups[0].level is Level.DIVERGENT
    beside = unfinished(wrote(content("m.csv", named("loss", 0.5)), base=outputs({"m": 0.5})), KILLED)
    with_metric = wrote(content("m.csv", named("loss", 0.5, 0.25)), base=outputs({"m": 0.5}))
    assert judge(beside, exact(with_metric), PLAIN).level is Level.BITWISE


@pytest.mark.parametrize("what", ["printed", "logged"])
def test_fresh_replays_are_compared_in_the_known_part(what: str) -> None:
    """An ordinary beginning is no ordinary result; one that no replay has is none, either."""

    def run(first: float, last: float) -> Outputs:
        if what == "logged":
            return outputs({"loss": [first, last]})
        return outputs(stdout=f"loss {first}\nend {last}\n")

    def begun(first: float) -> Outputs:
        of = outputs({"loss": [first]}) if what == "logged" else outputs(stdout=f"loss {first}\nend 7")
        return unfinished(of, KILLED)

    replays = [run(0.5 + i / 1000, 100.0 + i) for i in range(12)]
    ordinary = judge(begun(0.5055), fresh(*replays), PLAIN)
    assert ordinary.level is Level.INCONCLUSIVE, words(ordinary)
    assert StatementCode.PART_KNOWN in codes(ordinary.groups[0])
    assert judge(begun(0.9), fresh(*replays), PLAIN).level is Level.DIVERGENT


def test_what_is_known_is_cut_alike_on_both_sides() -> None:
    """Lines, steps and files."""
    ours = unfinished(replace(outputs({"m": [1.0]}, stdout="a\nb"), contents=(content("f", named("n", 1.0)),)), KILLED)
    known = known_part(ours)
    assert (known.stdout, known.contents) == ("a\n", ())
    theirs = same_part(known, outputs({"m": [1.0, 2.0], "n": 1.0}, stdout="a\nb\nc\n"))
    assert (theirs.stdout, theirs.metrics) == ("a\n", ours.metrics)
    whole = outputs({"m": 1.0}, stdout="a")
    assert (known_part(whole), same_part(whole, ours)) == (whole, ours)
    assert (whole_lines("a\rb\n"), first_lines("a\rb\nc\n", "x\n")) == ("a\rb\n", "a\rb\n")
