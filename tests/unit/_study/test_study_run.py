"""Studies from their steps to their result: what is done, is not done again, whenever it was killed."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from bis._study.study_run import run_study
from bis.model.study_result import AnswerCode
from bis.report.text.progress_text import note_text
from tests.unit._study.studies import NET, STUDY, VERSIONS, Killed, PretendedWork

if TYPE_CHECKING:
    from pathlib import Path

    from bis.model.progress import Note, Step, Task
    from bis.model.study import Study
    from bis.model.study_result import StudyResult, StudyVersions

# A call for each step, and for each of the 2 and 3 replays.
CALLS = 13


def made(work: PretendedWork, out: Path, study: Study = STUDY) -> StudyResult:
    """The result of a study whose steps are only pretended."""
    return run_study(study, out, work, versions=VERSIONS)


def test_a_study_gives_all_that_was_asked_for(tmp_path: Path) -> None:
    """Each step once, in order, and nothing is a problem."""
    work = PretendedWork()
    result = made(work, tmp_path)
    assert len(work.calls) == CALLS == len(set(work.calls))
    assert (result.problems, result.exit_code) == ((), 0)
    (experiment,), (corpus,) = result.experiments, result.corpora
    assert experiment.exact is not None
    assert experiment.attribution is not None
    assert experiment.earlier is not None
    assert corpus.tried is not None
    assert [a.code for a in result.answers] == [
        AnswerCode.SUFFICES,
        AnswerCode.KEPT_IN_FILES,
        AnswerCode.ENTROPY_NEEDED,
        AnswerCode.USE_MEASURED,
        AnswerCode.SOME_AGAIN,
    ]


@pytest.mark.parametrize("point", range(1, CALLS + 1))
def test_killed_at_any_point_it_ends_with_the_same_report(point: int, tmp_path: Path) -> None:
    """Started again, it does what is left, repeats no finished replay, and gives the same result for the report."""
    whole = made(PretendedWork(), tmp_path / "whole")
    work = PretendedWork(kill_at=point)
    with pytest.raises(Killed):
        made(work, tmp_path / "killed")
    work.kill_at = 0
    again = made(work, tmp_path / "killed")
    finished = [call for i, call in enumerate(work.calls, 1) if i != point]
    assert sorted(finished) == sorted(set(finished))
    assert len(finished) == CALLS
    assert again == whole
    assert work.seen == [False, False]


def test_killed_twice(tmp_path: Path) -> None:
    """Between two replays of a step, and again between the next two: nobody has seen a verdict on those of before."""
    work = PretendedWork(kill_at=4)
    with pytest.raises(Killed):
        made(work, tmp_path)
    work.kill_at = 6
    with pytest.raises(Killed):
        made(work, tmp_path)
    work.kill_at = 0
    made(work, tmp_path)
    assert work.seen == [False, False]
    assert work.stored == {"r1 False": 2, "r1 True": 3}


def test_nothing_is_done_again(tmp_path: Path) -> None:
    """A second call does nothing, and gives the same result."""
    first = made(PretendedWork(), tmp_path)
    work = PretendedWork()
    assert made(work, tmp_path) == first
    assert work.calls == []


def test_only_what_changed_is_done_again(tmp_path: Path) -> None:
    """More replays: these alone, as ones on which a verdict was seen. Another table: its comparison. Back: nothing."""
    work = PretendedWork()
    made(work, tmp_path)
    work.calls.clear()
    more = replace(STUDY, experiments=(replace(NET, exact=4),))
    made(work, tmp_path, more)
    assert work.calls == ["replay exact 3", "replay exact 4"]
    assert work.seen[-1] is True
    work.calls.clear()
    work.content = {"net/published/1": "another"}
    made(work, tmp_path)
    assert work.calls == ["published"]
    work.calls.clear()
    work.content = {}
    made(work, tmp_path)
    assert work.calls == []


def test_other_packages_and_another_title(tmp_path: Path) -> None:
    """With another version of a package everything is done again; a title decides over nothing."""
    made(PretendedWork(), tmp_path)
    work = PretendedWork()
    run_study(STUDY, tmp_path, work, versions=replace(VERSIONS, packages={"mlflow": "3.18.0"}))
    assert len(work.calls) == CALLS
    work.calls.clear()
    result = made(work, tmp_path, replace(STUDY, title="Another", language="fr"))
    assert (work.calls, result.title) == ([], "Another")


def test_other_versions_are_told_before_the_first_step(tmp_path: Path) -> None:
    """That all is done again, and why; once: not of a study that is new, goes on, or goes back to what it had."""
    heard: list[str] = []

    class Listening:
        def started(self, task: Task, total: int | None = None) -> None: ...

        def finished(self, task: Task) -> None: ...

        def advanced(self, task: Task, step: Step) -> None:
            heard.append(step.what)

        def noted(self, note: Note) -> None:
            heard.append(note_text(note))

    others = replace(VERSIONS, packages={"mlflow": "3.18.0", "zstandard": "1"})

    def notes(work: PretendedWork, versions: StudyVersions) -> list[str]:
        heard.clear()
        with suppress(Killed):
            run_study(STUDY, tmp_path, work, versions=versions, observer=Listening())
        return heard[: heard.index("net/record")] if "net/record" in heard else heard

    assert notes(PretendedWork(kill_at=4), VERSIONS) == []
    assert notes(PretendedWork(), VERSIONS) == []
    said = notes(PretendedWork(kill_at=4), others)
    assert "all 10 steps are done again" in said[0]
    assert "2 versions differ" in said[0]
    assert said[1:] == ["  mlflow: 3.17.0 then, 3.18.0 now", "  zstandard: absent then, 1 now"]
    assert notes(PretendedWork(), others) == []
    assert notes(PretendedWork(), VERSIONS) == []
    many = replace(VERSIONS, packages={f"p{i}": "1" for i in range(9)})
    assert notes(PretendedWork(), many)[-1] == "  and 5 more"


def test_pages_in_another_language_are_written(tmp_path: Path) -> None:
    """Of a corpus, whose pages stand beside the report: its step is carried out, and no other."""
    made(PretendedWork(), tmp_path)
    work = PretendedWork(pages=False)
    made(work, tmp_path)
    assert work.calls == ["audit some"]


def test_a_program_that_changed_is_recorded_again(tmp_path: Path) -> None:
    """By the content of the files that it was seen to read, and all that follows from its run is made anew."""
    (tmp_path / "net.py").write_text("1", encoding="utf-8")

    class Reading(PretendedWork):
        def record(self, asked, subject):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202
            from bis._study.program_inputs import program_inputs

            run = super().record(asked, subject)
            return replace(run, run_id=f"r{len(self.calls)}", inputs=program_inputs(self.folder, "net.py", run))

    work = Reading(folder=tmp_path)
    made(work, tmp_path / "out")
    work.calls.clear()
    made(work, tmp_path / "out")
    assert work.calls == []
    (tmp_path / "net.py").write_text("2", encoding="utf-8")
    work.calls.append("before")
    made(work, tmp_path / "out")
    assert "record net" in work.calls
    assert "replay exact 1" in work.calls
    assert "audit some" not in work.calls


def test_a_step_that_fails_is_a_problem_and_tried_again(tmp_path: Path) -> None:
    """What needs it is not done, the rest is; the next call tries it again."""
    work = PretendedWork(fail="record net")
    result = made(work, tmp_path)
    assert result.exit_code == 3
    first, *others = result.problems
    assert (first.step, first.code, first.hint) == ("net/record", "replay-impossible", "Put it back.")
    assert {p.code for p in others} == {"needs"}
    assert result.corpora[0].audit is not None
    assert result.answers[-1].code is AnswerCode.SOME_AGAIN
    work.fail = ""
    work.calls.clear()
    assert made(work, tmp_path).exit_code == 0
    assert "audit some" not in work.calls
