"""Results of steps are kept whole, or not at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bis._study.step_journal import StepJournal, result_digest
from bis._study.study_steps import StepKey, StudyStep
from bis.errors import StorageError, UsageError
from bis.model.study_result import RecordedRun, StepKind

if TYPE_CHECKING:
    from pathlib import Path

KEY = StepKey(StudyStep(StepKind.RECORD, "net", asked={"program": "net.py"}))


def test_a_result_comes_back(tmp_path: Path) -> None:
    """As it was, for any later journal of the folder; under no other key."""
    run = RecordedRun("r1", params={"a": "\udc80"})
    with StepJournal(tmp_path / "j") as journal:
        assert journal.find(KEY, RecordedRun) is None
        journal.keep(KEY, run)
    with StepJournal(tmp_path / "j") as journal:
        found = journal.find(KEY, RecordedRun)
        assert found is not None
        assert found.run_id == "r1"
        assert journal.find(StepKey(KEY.step, surroundings="other"), RecordedRun) is None


def test_what_cannot_be_read_is_not_there(tmp_path: Path) -> None:
    """A result that was cut off, or of another version of bis."""
    with StepJournal(tmp_path) as journal:
        journal.keep(KEY, RecordedRun("r1"))
        path = tmp_path / f"{KEY.digest}.json"
        text = path.read_text(encoding="utf-8")
        for other in (text[:-20], text.replace('"version": 1', '"version": 9'), "[]", text.replace("run_id", "id")):
            path.write_text(other, encoding="utf-8")
            assert journal.find(KEY, RecordedRun) is None


def test_one_study_at_a_time(tmp_path: Path) -> None:
    """A second one is refused while the first is there."""
    with StepJournal(tmp_path / "j"), pytest.raises(UsageError, match="another study is writing"):
        StepJournal(tmp_path / "j")
    StepJournal(tmp_path / "j").__exit__()


def test_what_was_noted_first_stays(tmp_path: Path) -> None:
    """When a step is begun a second time, it is told how things were the first time."""
    with StepJournal(tmp_path) as journal:
        assert journal.begun(KEY, {"replays": 0}) == {"replays": 0}
        assert journal.begun(KEY, {"replays": 3}) == {"replays": 0}


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    """It is an error that says so."""
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(StorageError, match="cannot be written"):
        StepJournal(tmp_path / "file" / "j")


def test_digests() -> None:
    """Of a result: another value, another digest."""
    assert result_digest(RecordedRun("a")) != result_digest(RecordedRun("b"))
    assert result_digest(RecordedRun("a")) == result_digest(RecordedRun("a"))
