"""A study in the terminal: the answers, what gave no result, and where the report is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bis.report.languages.language import ENGLISH
from bis.report.study.study_words import answer_text, problem_text, question_text
from bis.report.text.terminal import bullet, print_text, text_of, visible

if TYPE_CHECKING:
    from pathlib import Path

    from bis.model.study_result import StepProblem, StudyResult


def study_text(result: StudyResult, out: Path, width: int, colour: bool) -> str:  # noqa: FBT001 (as all of its kind)
    """The answers in words, each experiment with its verdicts, and the files of the report."""
    parts: list[Any] = [result.title, ""]
    for answer in result.answers:
        parts += [f"{answer.question.value}. {question_text(answer.question, ENGLISH)}"]
        parts += [bullet(answer_text(answer.code, ENGLISH)), ""]
    for one in result.experiments:
        earlier = one.earlier.against_today if one.earlier else None
        levels = [
            ("exact", one.exact and one.exact.verdict.level),
            ("fresh", one.fresh and one.fresh.verdict.level),
            ("published", max((p.verdict.level for p in one.published), key=lambda x: x.rank, default=None)),
            ("saved outputs", one.saved and one.saved.level),
            ("with the packages of then", earlier and earlier.level),
        ]
        said = ", ".join(f"{name} {level.value}" for name, level in levels if level)
        parts.append(bullet(visible(f"{one.name}: {said or 'no verdict'}")))
    for corpus in result.corpora:
        if corpus.audit is not None and corpus.audit.summary.audit is not None:
            share = corpus.audit.summary.audit
            parts.append(bullet(f"{corpus.name}: {share.count} of {share.n} projects trace parameters or metrics"))
    if result.problems:
        parts += ["", "No result:"]
        parts += [bullet(visible(_problem(p))) for p in result.problems]
    parts += ["", f"The report is {out / 'index.html'}; every figure is in {out / 'figures.csv'}."]
    return text_of(parts, width=width, colour=colour)


def _problem(problem: StepProblem) -> str:
    """Why a step gave no result, and what to do."""
    said = f"{problem.step.split('/')[0]}, {problem_text(problem, ENGLISH)}"
    return f"{said} ({problem.hint})" if problem.hint else said


def print_study(result: StudyResult, out: Path) -> None:
    """Print it on stdout."""
    print_text(lambda width, colour: study_text(result, out, width, colour))
