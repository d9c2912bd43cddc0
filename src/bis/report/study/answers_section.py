"""The answers to the questions of a study, each with the figures that it follows from and their evidence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bis.model.study_result import StudyFigure, Unit
from bis.model.tried_project import FunnelPlace
from bis.model.verdict import Level
from bis.report.languages.terms import term
from bis.report.study.blocks import Inline, Line, Link, ListBlock, Paragraph, ReportSection
from bis.report.study.study_words import answer_text, place_text, question_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bis.model.study_result import StudyAnswer, StudyResult
    from bis.report.languages.language import Language

_MOST = 40
# The facts that the answer on real projects names; all are in the section of the corpus.
_NAMED_FACTS = ("uses_mlflow", "logs_params", "logs_metrics", "autolog", "logs_model", "logs_dataset", "deps_declared",
                "seeds_set", "readme_tracking")  # fmt: skip
_RULES_OF_STORES = ("hardcoded-tracking-uri", "hardcoded-run-id", "absolute-path")


def answers_section(result: StudyResult, language: Language) -> ReportSection:
    """The summary: each question, its answer, and the figures."""
    sections = tuple(_answer(one, result, language) for one in result.answers)
    return ReportSection("answers", language.text("The five questions"), (), sections)


def _answer(one: StudyAnswer, result: StudyResult, language: Language) -> ReportSection:
    figures = [f for f in result.figures if f.name in one.figures]
    titles = {e.name: (e.title or e.name, f"#{e.name}") for e in result.experiments}
    titles |= {c.name: (c.title or c.name, f"#corpus-{c.name}") for c in result.corpora}
    rows = []
    for part, (title, place) in titles.items():
        said = _phrases([f for f in figures if f.name.startswith(f"{part}.")], part, language)
        if said:
            rows.append((Link(title, place), ": ", *said))
    blocks = (Paragraph((answer_text(one.code, language),), "answer"), *((ListBlock(tuple(rows)),) if rows else ()))
    title = f"{one.question.value}. {question_text(one.question, language)}"
    return ReportSection(one.question.value.lower(), title, blocks)


def _phrases(figures: Sequence[StudyFigure], part: str, language: Language) -> Line:
    """The figures of one experiment or corpus as phrases, each with a link to what it is read off."""
    found: list[Inline] = []
    for figure in figures[:_MOST]:
        said = figure_text(figure, figure.name.removeprefix(f"{part}."), language)
        if said is None:
            continue
        where: list[Inline] = [" [", Link(language.text("evidence"), figure.evidence), "]"]
        found += ["; "] if found else []
        found += [said, *(where if "/" in figure.evidence else [])]
    return tuple(found)


def figure_text(figure: StudyFigure, what: str, language: Language) -> str | None:
    """A figure in a phrase; None for those that are in the sections only. `what` is its name without the first part."""
    _ = language.text
    found = _of_experiment(figure, what, language) or _of_corpus(figure, what, language)
    return found or None


def _of_experiment(f: StudyFigure, what: str, language: Language) -> str:
    _, n = language.text, language.integer
    if f.unit is Unit.LEVEL:
        return _level(f, what, language)
    if what in {"exact.same", "fresh.same", "exact.ended"} or what == "facets":
        words = {
            "facets": _("{count} of {n} facets recorded completely"),
            "exact.same": _("{count} of {n} exact replays have the same bits in every metric"),
            "fresh.same": _("{count} of {n} replays with new randomness have the same bits in every metric"),
            "exact.ended": _("{count} of {n} replays ran to their end"),
        }
        return words[what].format(count=n(f.count or 0), n=n(f.n or 0))
    if what == "evidence":
        return _(
            "{files} files of evidence with the run, {size}", files=n(f.count or 0), size=language.size(int(f.value))
        )
    if what in {"runs", "seeds", "draws", "uncontrolled"} and isinstance(f.value, int):
        return _counts(what, f.value, language)
    if what in {"share", "scheduling"}:
        return _shares(f, what, language)
    return ""


def _counts(what: str, count: int, language: Language) -> str:
    if what == "runs":
        return language.counted("{count} run in the store", "{count} runs in the store", count)
    if what in {"seeds", "uncontrolled"} and not count:  # a seed may have been given to a library, which sets none
        return ""
    if what == "seeds":
        return language.counted("{count} seed is set by the program", "{count} seeds are set by the program", count)
    if what == "draws":
        return language.counted("{count} draw of entropy was recorded", "{count} draws of entropy were recorded", count)
    return language.counted(
        "{count} source of randomness cannot be replayed", "{count} sources of randomness cannot be replayed", count
    )


def _level(f: StudyFigure, what: str, language: Language) -> str:
    _ = language.text
    words = {
        "exact.level": _("exact replays are {level}"),
        "fresh.level": _("replays with new randomness are {level}"),
        "published.level": _("beside the published figures ({subject}): {level}"),
        "saved.level": _("beside the saved outputs: {level}"),
        "earlier.level": _("with the packages of then, beside today: {level}"),
        "earlier.published.level": _("with the packages of then, beside the published figures ({subject}): {level}"),
        "try.level": _("tried as a stranger's project: {level}"),
    }
    if what not in words:
        return ""
    return words[what].format(level=term(Level(str(f.value)), language), subject=f.subject)


def _shares(f: StudyFigure, what: str, language: Language) -> str:
    if not isinstance(f.value, float):
        return ""
    around = ""
    if f.low is not None and f.high is not None:
        low, high = (language.percent(min(1.0, max(0.0, v))) for v in (f.low, f.high))
        around = f" ({low} … {high})"
    share = language.percent(min(1.0, max(0.0, f.value)))
    if what == "scheduling":
        return language.text("{target}: scheduling has {share} of the variance", target=f.subject, share=share) + around
    target, _, cause = f.subject.rpartition(": ")
    said = language.text("{target}: {cause} has {share} of the variance", target=target, cause=cause, share=share)
    return f"{said}{around}"


def _of_corpus(f: StudyFigure, what: str, language: Language) -> str:
    _, n = language.text, language.integer
    if what == "projects" and isinstance(f.value, int):
        return language.counted("{count} project was audited", "{count} projects were audited", f.value)
    if what == "original":
        share = language.percent(float(f.value), 1)
        return _("as published, by a search for three words: {share} of {n}", share=share, n=n(f.n or 0))
    if what == "tried.place" and isinstance(f.value, int) and f.value:
        return f"{place_text(FunnelPlace(f.subject), language)}: {n(f.value)}"
    words = {
        "traces": _("trace parameters or metrics, by the audit: {share}"),
        "search": _("contain log_param, autolog or log_metric, by the search: {share}"),
        "tried.ran": _("ran to their end: {share}"),
    }
    if what == "fact" and f.subject in _NAMED_FACTS:
        return f"{f.subject}: {_percent(f, language)}"
    return words[what].format(share=_percent(f, language)) if what in words else ""


def _percent(f: StudyFigure, language: Language) -> str:
    n = language.integer
    share = language.percent(float(f.value)) if f.n else "0"
    around = ""
    if f.low is not None and f.high is not None:
        around = f", {language.percent(f.low)} … {language.percent(f.high)}"
    return f"{share} ({n(f.count or 0)}/{n(f.n or 0)}{around})"
