"""How runs ended."""

from __future__ import annotations

from dataclasses import replace

from bis._verify.ending import (
    ending_of,
    ending_of_original,
    group_failures,
    judge_exact_ending,
    judge_fresh_ending,
    nothing_ran,
    of_kind,
    same_end,
)
from bis.model.facets import Failure, Outputs
from bis.model.verdict import Level, ReplayKind
from bis.report.text.statement_text import statement_text

from .runs import CRASH, TIMEOUT, exact, fresh, outputs

GOOD = outputs()


def raised(message: str, exception: str) -> Outputs:
    """What a notebook left whose cell 3 raised."""
    return outputs(failure=Failure("exception", message, cell=3, exception=exception))


def test_exceptions_are_the_same_by_class_and_cell() -> None:
    """Messages may hold addresses and paths; the class and the cell must agree."""
    a = ending_of_original(
        outputs(failure=Failure("exception", "ValueError: at 0x7f00aa11", cell=3, exception="ValueError"))
    )
    b = ending_of_original(
        outputs(failure=Failure("exception", "ValueError: at 0x7f11bb22", cell=3, exception="ValueError"))
    )
    c = ending_of_original(raised("KeyError: 'x'", "KeyError"))
    assert same_end(a, b)
    assert not same_end(a, c)
    assert statement_text(a.said) == "ValueError in cell 3"


def test_exits_of_cells_are_the_same_by_their_status() -> None:
    """Two statuses are two ends; of records that do not have it, the cell must agree. A signal has no status."""

    def left(code: int | None, cell: int = 3) -> Outputs:
        return outputs(failure=Failure("exception", "", exit_code=code, cell=cell, exception="SystemExit"))

    three, four, unknown = (ending_of_original(left(code)) for code in (3, 4, None))
    assert same_end(three, ending_of_original(left(3)))
    assert not same_end(three, four)
    assert same_end(unknown, four)
    assert not same_end(unknown, ending_of_original(left(3, cell=5)))
    assert not same_end(unknown, ending_of_original(GOOD))
    assert statement_text(three.said) == "ended with exit code 3"
    killed = outputs(failure=Failure("killed", "", signal=9, cell=1))
    assert same_end(
        ending_of_original(replace(killed, exit_code=1)), ending_of_original(replace(killed, exit_code=None))
    )


def test_exit_codes_differ_only_where_both_are_known() -> None:
    """An exit code that was not seen is no difference."""
    unseen = ending_of_original(replace(GOOD, exit_code=None))
    three = ending_of_original(replace(GOOD, exit_code=3))
    assert same_end(unseen, three)
    assert not same_end(ending_of_original(GOOD), three)


def test_a_replay_without_outputs_failed() -> None:
    """No outputs and no reason is a failure to start."""
    lost = replace(exact(GOOD)[0], outputs=None)
    assert ending_of(lost).failed


def test_levels_of_exact_endings() -> None:
    """All failed, some by the place, some by themselves."""
    assert judge_exact_ending(GOOD, exact(GOOD, GOOD)).level is Level.BITWISE
    assert judge_exact_ending(GOOD, exact(CRASH, TIMEOUT)).level is Level.NOT_EXECUTABLE
    assert judge_exact_ending(GOOD, exact(GOOD, TIMEOUT)).level is Level.INCONCLUSIVE
    assert judge_exact_ending(GOOD, exact(GOOD, CRASH)).level is Level.DIVERGENT


def test_a_good_end_among_failures_is_refuted_from_nineteen() -> None:
    """All of 19 fail otherwise than the original: by rank, p = 1/20; at 8 it is just not executable."""
    failed = outputs(failure=CRASH)
    item = judge_fresh_ending(failed, fresh(*[GOOD] * 19), alpha=0.05)
    assert (item.level, item.evidence.p_value) == (Level.DIVERGENT, 0.05)
    assert judge_fresh_ending(failed, fresh(*[GOOD] * 8), alpha=0.05).level is Level.INCONCLUSIVE
    assert judge_fresh_ending(GOOD, fresh(*[CRASH] * 8), alpha=0.05).level is Level.NOT_EXECUTABLE


def test_counting() -> None:
    """Kinds are told apart, in order of index; failures are counted against the original's end."""
    both = [*reversed(exact(GOOD, CRASH)), *fresh(CRASH)]
    assert [o.index for o in of_kind(both, ReplayKind.EXACT)] == [0, 1]
    assert group_failures(GOOD, both) == 2
    assert not nothing_ran(GOOD, both)
    assert nothing_ran(GOOD, fresh(CRASH))
    assert not nothing_ran(GOOD, [])
