"""The answers to the five questions of the study, as codes that follow from its figures. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bis._study.study_figures import same_bits
from bis.model.study_result import AnswerCode, Question, StudyAnswer, StudyFigure
from bis.model.verdict import Level

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from bis.model.study_result import ExperimentResult, StudiedCorpus

_SAME = frozenset({Level.BITWISE, Level.METRICS_BITWISE, Level.NUMERICAL})
_ALIKE = _SAME | {Level.STATISTICAL}
# Which figures bear on a question, by the end of their names, or its part before the last point.
_FIGURES = {
    Question.Q1: (".facets", ".exact.level", ".exact.same", ".uncontrolled"),
    Question.Q2: (".evidence", ".runs", ".rule"),
    Question.Q3: (".exact.same", ".fresh.same", ".seeds", ".draws", ".share", ".scheduling"),
    Question.Q4: (".projects", ".traces", ".search", ".original", ".fact"),
    Question.Q5: (
        ".exact.ended", ".exact.level", ".fresh.level", ".published.level", ".saved.level", ".earlier.level",
        ".tried.ran", ".tried.place", ".try.place",
    ),
}  # fmt: skip


def answers_of(
    experiments: Sequence[ExperimentResult], corpora: Sequence[StudiedCorpus], figures: Sequence[StudyFigure]
) -> tuple[StudyAnswer, ...]:
    """An answer to each question, with the figures that it follows from."""
    ran = [e for e in experiments if e.run is not None]
    codes = {
        Question.Q1: _suffices(ran),
        Question.Q2: _kept(ran),
        Question.Q3: _principles(ran),
        Question.Q4: AnswerCode.USE_MEASURED if any(c.audit for c in corpora) else AnswerCode.NOT_MEASURED,
        Question.Q5: _again(experiments, corpora),
    }
    return tuple(StudyAnswer(q, codes[q], _names(figures, _FIGURES[q])) for q in Question)


def _names(figures: Sequence[StudyFigure], ends: Collection[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(f.name for f in figures if f.name.endswith(tuple(ends))))


def _suffices(ran: Sequence[ExperimentResult]) -> AnswerCode:
    """Whether what was recorded gives the experiments again: the judgement on exact replays."""
    judged = [e.exact.verdict.level for e in ran if e.exact is not None]
    return _of(judged, _SAME, AnswerCode.SUFFICES, AnswerCode.SUFFICES_PARTLY, AnswerCode.SUFFICES_NOT)


def _kept(ran: Sequence[ExperimentResult]) -> AnswerCode:
    schemes = {e.run.tracking_scheme for e in ran if e.run is not None}
    if not schemes:
        return AnswerCode.NOT_MEASURED
    local = {scheme for scheme in schemes if scheme in {"sqlite", "file", ""}}
    return AnswerCode.KEPT_IN_FILES if local else AnswerCode.KEPT_ON_SERVER


def _principles(ran: Sequence[ExperimentResult]) -> AnswerCode:
    """Whether code and packages decide over the results, or the entropy of the run does too."""
    needed = []
    for e in ran:
        if e.run is None or e.exact is None or e.fresh is None:
            continue
        (exact, made), (fresh, drawn) = same_bits(e.run, e.exact), same_bits(e.run, e.fresh)
        if made and drawn and exact == made:
            needed.append(fresh < drawn)
    if not needed:
        return AnswerCode.NOT_MEASURED
    if all(needed):
        return AnswerCode.ENTROPY_NEEDED
    return AnswerCode.ENTROPY_SOMETIMES if any(needed) else AnswerCode.VERSIONS_SUFFICE


def _again(experiments: Sequence[ExperimentResult], corpora: Sequence[StudiedCorpus]) -> AnswerCode:
    """Whether experiments could be started again with the same result; those that could not be run count as no."""
    levels = [level for e in experiments if (level := _level(e)) is not None]
    tried = [project for c in corpora if c.tried is not None for project in c.tried.projects]
    tried += [e.tried for e in experiments if e.tried is not None]
    counted = [one for one in tried if one.place.value != "not tried"]
    levels += [Level(one.replays.level) if one.replays.level else Level.NOT_EXECUTABLE for one in counted]
    return _of(levels, _ALIKE, AnswerCode.ALL_AGAIN, AnswerCode.SOME_AGAIN, AnswerCode.NONE_AGAIN)


def _level(e: ExperimentResult) -> Level | None:
    """The verdict on exact replays, else that on fresh ones."""
    judged = e.exact or e.fresh
    if judged is not None:
        return judged.verdict.level
    failed = any(p.step.endswith(("/record", "/exact", "/fresh")) for p in e.problems)
    return Level.NOT_EXECUTABLE if failed else None


def _of(
    levels: Sequence[Level], good: Collection[Level], every: AnswerCode, some: AnswerCode, none: AnswerCode
) -> AnswerCode:
    if not levels:
        return AnswerCode.NOT_MEASURED
    hits = sum(level in good for level in levels)
    return every if hits == len(levels) else some if hits else none
