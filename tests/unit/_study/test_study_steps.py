"""The steps of a study, and what decides over each."""

from __future__ import annotations

from dataclasses import replace

from bis._study.study_steps import StepKey, steps_of
from bis.model.study import Study, StudyExperiment
from bis.model.study_result import StepKind
from tests.unit._study.studies import NET, STUDY


def test_each_step_comes_after_those_it_needs() -> None:
    """And each has a name of its own."""
    steps = steps_of(STUDY)
    names = [s.name for s in steps]
    assert len(names) == len(set(names))
    assert all(names.index(n) < i for i, s in enumerate(steps) for n in (*s.needs, *s.after))
    assert {s.kind for s in steps} == set(StepKind) - {StepKind.TRY}


def test_what_is_not_asked_for_is_no_step() -> None:
    """A run of before is neither read nor explained; a repository is tried."""
    kinds = [s.kind for s in steps_of(Study("T", experiments=(StudyExperiment("a", run="r", exact=0),)))]
    assert kinds == [StepKind.RECORD]
    theirs = StudyExperiment("a", repository="u", commit="c", entry="e")
    assert [s.kind for s in steps_of(Study("T", experiments=(theirs,)))] == [StepKind.TRY]


def test_keys_follow_from_what_decides() -> None:
    """Another number of replays, result before, version or file gives another key."""
    first = next(s for s in steps_of(STUDY) if s.kind is StepKind.EXACT)
    more = next(s for s in steps_of(replace(STUDY, experiments=(replace(NET, exact=9),))) if s.kind is StepKind.EXACT)
    keys = [
        StepKey(first), StepKey(more), StepKey(first, {"net/record": "x"}), StepKey(first, surroundings="2"),
        StepKey(first, inputs="y"),
    ]  # fmt: skip
    assert len({k.digest for k in keys}) == len(keys)
    assert StepKey(first).digest == StepKey(first).digest
