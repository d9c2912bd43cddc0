"""A trial of a search that was located, and what its replays begin with."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bis._replay.one_trial import LocatedTrial
from bis.model.search_trial import NotAlone, SearchTrial
from bis.model.verdict import ReplayKind
from tests.unit._replay.prepared_runs import prepared_run

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

ALONE = LocatedTrial(6, "run", begun="ab" * 32)
NOT_ALONE = LocatedTrial(3, "run", why=NotAlone.OTHER_STATE)


def test_replays_of_a_trial_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """They begin with what there was; the generators go where they were in exact replays, and not in fresh ones."""
    prepared = prepared_run(tmp_path, monkeypatch)
    fresh = replace(prepared, plan=replace(prepared.plan, kind=ReplayKind.FRESH))
    taken = [ALONE.taken_by(one).inputs for one in (prepared, fresh)]
    assert [one.begun for one in taken] == ["ab" * 32] * 2
    assert [one.trial for one in taken] == [SearchTrial(6, alone=True, restores=r) for r in (True, False)]
    assert NOT_ALONE.taken_by(prepared) == prepared


def test_what_is_said_of_it() -> None:
    """Alone as it was, alone with new randomness, or with its program and why."""
    said = [ALONE.said(ReplayKind.EXACT), ALONE.said(ReplayKind.FRESH), NOT_ALONE.said(ReplayKind.EXACT)]
    assert [s.code.value for s in said] == ["trial-alone", "trial-alone-fresh", "trial-with-program"]
    assert said[2].figures == {"trial": 3, "reason": "other-state"}
