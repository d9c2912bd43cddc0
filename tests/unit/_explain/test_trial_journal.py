"""Journals of explanations."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from bis._explain.design import BlockDesign
from bis._explain.trial import Trial
from bis._explain.trial_journal import journal_key, opened_journal
from bis.errors import StorageError, UsageError
from bis.model.facets import Failure
from bis.model.probe_prediction import ProbePrediction
from bis.model.role import DrawPlace, Role, RoleDraws
from bis.model.variation import Variation
from tests.unit._replay.prepared_runs import prepared_run

if TYPE_CHECKING:
    from pathlib import Path

DESIGN = BlockDesign("ab" * 32).extended(2)
TRIAL = Trial(
    0,
    1,
    metrics={"acc": (0.1).hex(), "loss": "nan"},
    predictions=(ProbePrediction("net", "values", "p", (1,), "AAAAAAAA8D8="),),
    draws=(RoleDraws(Role.SPLIT, 3, "d", (DrawPlace("train.py", 3, "site", 3),)),),
    bits="b",
    duration_s=1.5,
)


def test_what_was_written_is_read_back(tmp_path: Path) -> None:
    """Design and replays, without loss."""
    with opened_journal(tmp_path, "key") as journal:
        journal.begin(DESIGN)
        journal.add(TRIAL)
        journal.add(replace(TRIAL, corner=0))
    with opened_journal(tmp_path, "key") as journal:
        assert journal.design == DESIGN
        assert journal.trials == {(0, 1, 0): TRIAL, (0, 0, 0): replace(TRIAL, corner=0)}
        assert [t.corner for t in journal.of_block(0)] == [0, 1]


def test_beginning_anew_forgets_what_was_there(tmp_path: Path) -> None:
    """On the disk, too."""
    with opened_journal(tmp_path, "key") as journal:
        journal.begin(DESIGN)
        journal.add(TRIAL)
        journal.begin(DESIGN)
        assert journal.trials == {}
    with opened_journal(tmp_path, "key") as journal:
        assert journal.trials == {}


@pytest.mark.parametrize(("stage", "kept"), [("exception", True), ("killed", False), ("resource", False)])
def test_failures_for_want_of_memory_are_tried_again(tmp_path: Path, stage: str, kept: bool) -> None:
    """Those of the program are not: the same seeds would give the same."""
    with opened_journal(tmp_path, "key") as journal:
        journal.begin(DESIGN)
        journal.add(replace(TRIAL, failure=Failure(stage, "no")))
    with opened_journal(tmp_path, "key") as journal:
        assert bool(journal.trials) is kept


def test_a_design_that_cannot_be_read_is_none(tmp_path: Path) -> None:
    """What belongs to it is not gone on with."""
    with opened_journal(tmp_path, "key") as journal:
        journal.begin(DESIGN)
        journal.add(TRIAL)
    (tmp_path / "explanations" / "key" / "design.json").write_text("{", encoding="utf-8")
    with opened_journal(tmp_path, "key") as journal:
        assert (journal.design, journal.trials) == (None, {})


def test_without_its_probe_it_begins_anew(tmp_path: Path) -> None:
    """Further replays could not be compared: the examples may have been removed to free space."""
    probe = tmp_path / "sources" / "ab.probe"
    probe.parent.mkdir()
    probe.touch()
    with opened_journal(tmp_path, "key") as journal:
        journal.begin(replace(DESIGN, probe="ab"))
        journal.add(TRIAL)
    with opened_journal(tmp_path, "key") as journal:
        assert len(journal.trials) == 1
    probe.unlink()
    with opened_journal(tmp_path, "key") as journal:
        assert (journal.design, journal.trials) == (None, {})


def test_a_line_that_was_cut_off_is_taken_away(tmp_path: Path) -> None:
    """So that what is added next is a line of its own."""
    with opened_journal(tmp_path, "key") as journal:
        journal.begin(DESIGN)
        journal.add(TRIAL)
    path = tmp_path / "explanations" / "key" / "trials.jsonl"
    path.write_bytes(path.read_bytes() + b'{"block": 1, "cor')
    with opened_journal(tmp_path, "key") as journal:
        assert list(journal.trials) == [(0, 1, 0)]
        journal.add(replace(TRIAL, block=1))
    with opened_journal(tmp_path, "key") as journal:
        assert list(journal.trials) == [(0, 1, 0), (1, 1, 0)]


def test_one_process_at_a_time(tmp_path: Path) -> None:
    """The second one is told."""
    with (
        opened_journal(tmp_path, "key"),
        pytest.raises(UsageError, match="another `bis explain`"),
        opened_journal(tmp_path, "key"),
    ):
        pass


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    """It is named."""
    (tmp_path / "explanations").write_text("", encoding="utf-8")
    with pytest.raises(StorageError, match="explanations"), opened_journal(tmp_path, "key"):
        pass


def test_keys_depend_on_what_decides_over_results(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not on how many blocks there are to be, so that more can be added."""
    prepared = prepared_run(tmp_path, monkeypatch)
    key = journal_key(prepared, (), "find")
    assert key == journal_key(replace(prepared, recorded=Variation("ef" * 32)), (), "find")
    others = [
        journal_key(prepared, ("split",), "find"),
        journal_key(prepared, (), "digest"),
        journal_key(replace(prepared, inputs=replace(prepared.inputs, source="0" * 64)), (), "find"),
        journal_key(replace(prepared, inputs=replace(prepared.inputs, lock="0" * 64)), (), "find"),
        journal_key(replace(prepared, plan=replace(prepared.plan, argv=("--lr", "2"))), (), "find"),
        journal_key(replace(prepared, plan=replace(prepared.plan, variables={"OMP_NUM_THREADS": "3"})), (), "find"),
    ]
    assert len({key, *others}) == 7
