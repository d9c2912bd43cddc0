"""The five questions of the study, their answers, and what its figures are called, in the language of the report."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bis.model.study_result import AnswerCode, Question, StepKind
from bis.model.tried_project import FunnelPlace

if TYPE_CHECKING:
    from bis.model.study_result import StepProblem
    from bis.report.languages.language import Language


def question_text(question: Question, language: Language) -> str:
    """A question of the study."""
    _ = language.text
    return {
        Question.Q1: _(
            "Which principles and data does the traceability of experiments need, and do they suffice to reproduce "
            "them?"
        ),
        Question.Q2: _("Where and how is that data kept, so that several people can consult it?"),
        Question.Q3: _("Which principles of DevOps serve here, and which are new?"),
        Question.Q4: _("Do real projects use what MLflow offers for it?"),
        Question.Q5: _("Can a past experiment be started again, and does it then give the same result?"),
    }[question]


def answer_text(code: AnswerCode, language: Language) -> str:
    """What the figures say to a question, in a sentence."""
    _ = language.text
    return {
        AnswerCode.SUFFICES: _(
            "What was recorded suffices here: from it alone, every experiment gave the same result again."
        ),
        AnswerCode.SUFFICES_PARTLY: _(
            "What was recorded suffices for some of the experiments: they gave the same result again, others did not."
        ),
        AnswerCode.SUFFICES_NOT: _("What was recorded does not suffice: no experiment gave the same result again."),
        AnswerCode.KEPT_ON_SERVER: _(
            "With the runs on an MLflow server, as tags and artifacts: whoever may read it can consult and replay them."
        ),
        AnswerCode.KEPT_IN_FILES: _(
            "With the runs, as tags and artifacts, here in files of one machine: several people can consult them once "
            "they are on a server, which needs no other format."
        ),
        AnswerCode.VERSIONS_SUFFICE: _(
            "Versions of code and packages decide over these results, as DevOps has them: other random numbers change "
            "nothing."
        ),
        AnswerCode.ENTROPY_NEEDED: _(
            "Versions of code and packages are not enough, and this is new: the same bits come back only with the "
            "recorded randomness."
        ),
        AnswerCode.ENTROPY_SOMETIMES: _(
            "For some experiments versions of code and packages are enough, as in DevOps; for others the recorded "
            "randomness is needed, which is new."
        ),
        AnswerCode.USE_MEASURED: _("Some do, and to a different degree for each thing that can be traced."),
        AnswerCode.ALL_AGAIN: _("Yes, here: each was started again, and gave the same result or one like it."),
        AnswerCode.SOME_AGAIN: _("Some: the others could not be started again, or gave another result."),
        AnswerCode.NONE_AGAIN: _("No: none of those here could be started again with the same result."),
        AnswerCode.NOT_MEASURED: _("Nothing in this study bears on this question."),
    }[code]


def step_name(kind: StepKind, language: Language) -> str:
    """What a step does."""
    _ = language.text
    return {
        StepKind.RECORD: _("recording"),
        StepKind.FINDINGS: _("reading the program"),
        StepKind.EXACT: _("exact replays"),
        StepKind.FRESH: _("fresh replays"),
        StepKind.EXPLAIN: _("explanation"),
        StepKind.PUBLISHED: _("comparison with a published table"),
        StepKind.SAVED: _("comparison with the saved outputs"),
        StepKind.EARLIER: _("replay with the packages of then"),
        StepKind.TRY: _("trying a project"),
        StepKind.AUDIT: _("audit of the corpus"),
        StepKind.TRIES: _("trying projects of the corpus"),
    }[kind]


def problem_text(problem: StepProblem, language: Language) -> str:
    """Why a step gave no result."""
    parts = problem.step.split("/")
    what = step_name(StepKind(parts[1]), language)
    if problem.code == "needs":
        return language.text("{what}: not done, since it needs what gave no result", what=what)
    return f"{what}: {problem.message}"


def place_text(place: FunnelPlace, language: Language) -> str:
    """Where the way of a project ended."""
    _ = language.text
    return {
        FunnelPlace.NOT_TRIED: _("not tried"),
        FunnelPlace.NOT_CLONED: _("not cloned"),
        FunnelPlace.NO_ENTRY_POINT: _("nothing to run was found"),
        FunnelPlace.NO_DEPENDENCIES: _("no dependencies found"),
        FunnelPlace.UNRESOLVABLE: _("dependencies cannot be resolved"),
        FunnelPlace.NOT_INSTALLABLE: _("dependencies cannot be installed"),
        FunnelPlace.NEEDS: _("needs what is not there"),
        FunnelPlace.EXCEPTION: _("ended with an exception"),
        FunnelPlace.TIMEOUT: _("did not end in time"),
        FunnelPlace.RAN_UNTRACKED: _("ran, and tracked nothing"),
        FunnelPlace.RAN_TRACKED: _("ran, and tracked its run"),
    }[place]
