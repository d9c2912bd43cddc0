"""The report of a study as blocks: what is said, the same in both forms, each claim with its evidence."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from bis._study.study_run import run_study
from bis.model.study_result import AnswerCode, StepKind
from bis.model.tried_project import FunnelPlace
from bis.report.languages.language import ENGLISH, language
from bis.report.markdown.study_markdown import escaped, study_markdown
from bis.report.study.blocks import DrawnBlock, Grid, Line, Link, ListBlock, Paragraph, ReportSection
from bis.report.study.corpus_section import funnel_stages
from bis.report.study.study_page import study_page
from bis.report.study.study_report import study_report
from bis.report.study.study_text import study_text
from bis.report.study.study_words import answer_text, place_text, step_name
from tests.unit._study.studies import STUDY, VERSIONS, PretendedWork

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from bis.model.study_result import StudyResult
    from bis.report.study.blocks import Block

HOSTILE = "<script>alert(1)</script>|*a*_b_\x1b[31m"


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> StudyResult:
    """All that a study can give, of work that is only pretended."""
    return run_study(STUDY, tmp_path_factory.mktemp("study"), PretendedWork(), versions=VERSIONS)


def sections(found: tuple[ReportSection, ...]) -> Iterator[ReportSection]:
    """All sections, those within others too."""
    for one in found:
        yield one
        yield from sections(one.sections)


def lines_of(block: Block) -> Iterator[Line]:
    """The lines of a block."""
    if isinstance(block, Paragraph):
        yield block.line
    elif isinstance(block, ListBlock):
        yield from block.lines
    elif isinstance(block, Grid):
        yield from (cell for row in block.rows for cell in row)


def test_the_report_has_all_parts(result: StudyResult) -> None:
    """Answers, then the experiment with everything that was asked for, the corpus, methods, limits, versions."""
    report = study_report(result, ENGLISH)
    assert [s.anchor for s in report.sections] == ["answers", "net", "corpus-some", "methods", "limits", "versions"]
    parts = [s.anchor for s in report.sections[1].sections]
    assert parts == [
        f"net-{p}"
        for p in ("provenance", "exact", "fresh", "metrics", "published", "saved", "earlier", "explanation", "repairs")
    ]
    assert [s.anchor for s in report.sections[2].sections] == [
        f"corpus-some-{p}" for p in ("use", "search", "rules", "funnel")
    ]
    anchors = [s.anchor for s in sections(report.sections)]
    names = [b.figure.name for s in sections(report.sections) for b in s.blocks if isinstance(b, DrawnBlock)]
    assert len({*anchors, *names}) == len(anchors) + len(names)


def test_each_answer_leads_to_its_evidence(result: StudyResult) -> None:
    """Each question has its answer, and each experiment in it a link to a file beside the report."""
    answers = study_report(result, ENGLISH).sections[0].sections
    assert len(answers) == 5
    for section in answers:
        links = [p for b in section.blocks for one in lines_of(b) for p in one if isinstance(p, Link)]
        assert [p for p in links if p.href.startswith("#")], section.title
        assert [p for p in links if p.href.startswith(("results/", "audits/", "tries/"))], section.title


def test_the_original_figure_stands_beside_ours(result: StudyResult) -> None:
    """90.9 % of 111 as published, the same search here, and the audit."""
    text = study_markdown(result)
    assert "90.9" in text
    assert "no whole number of 111 projects gives that share" in text
    assert "| the search, here | 75.0 % | 20 % … 90 % | 3 | 4 |".replace(" %", "\u00a0%") in text
    assert "| the audit, here | 50.0 % |".replace(" %", "\u00a0%") in text


def test_then_and_today(result: StudyResult) -> None:
    """The replay with the packages of then has its values beside today's, and the distance in ULPs."""
    text = study_markdown(result)
    assert "| loss | 0.5000000000000001 | 0.5 | 2 |" in text
    assert "| auc | 0.75 | 0.75 | 0 |" in text
    assert "Python 3.10 is not on this machine: the nearest was taken" in text


@pytest.mark.parametrize("code", ["en", "fr"])
def test_both_forms_say_the_same(result: StudyResult, code: str) -> None:
    """Each title of a section, and each caption of a table, stands in the page and in its Markdown twin."""
    given = replace(result, language=code)
    report = study_report(given, language(code))
    page, text = study_page(given), study_markdown(given)
    for section in sections(report.sections):
        assert escaped(section.title) in text
        assert f'id="{section.anchor}"' in page
        assert f'<a id="{section.anchor}"></a>' in text
    assert f'<html lang="{code}">' in page


def test_a_study_that_gave_nothing(tmp_path: Path) -> None:
    """Its problems are told at the top, with what they keep from being done."""
    failed = run_study(STUDY, tmp_path, PretendedWork(fail="record net"), versions=VERSIONS)
    text = study_markdown(failed)
    assert "7 steps gave no result:" in text
    assert "recording: the data is gone" in text
    assert "not done, since it needs what gave no result" in text
    assert "net, recording: the data is gone" in study_text(failed, tmp_path, 100, False)


def test_texts_of_strangers_are_escaped(result: StudyResult) -> None:
    """In the page, and in Markdown."""
    experiment = replace(result.experiments[0], title=HOSTILE, program=HOSTILE)
    given = replace(result, title=HOSTILE, experiments=(experiment,))
    assert "<script>alert" not in study_page(given)
    text = study_markdown(given)
    assert "\x1b" not in text
    assert "\\<script\\>" in text


def test_the_terminal_has_the_answers(result: StudyResult, tmp_path: Path) -> None:
    """And the verdicts of each experiment, and where the report is."""
    text = study_text(result, tmp_path, 200, False)
    assert "Q5. Can a past experiment be started again" in text
    assert "net: exact bitwise, fresh statistical, published numerical" in text
    assert "some: 2 of 4 projects trace parameters or metrics" in text
    assert "index.html" in text


def test_every_code_has_words() -> None:
    """In both languages, and not the same."""
    french = language("fr")
    assert all(answer_text(code, ENGLISH) != answer_text(code, french) for code in AnswerCode)
    assert all(step_name(kind, ENGLISH) != step_name(kind, french) for kind in StepKind)
    assert all(place_text(place, ENGLISH) != place_text(place, french) for place in FunnelPlace)


def test_stages_of_the_funnel(result: StudyResult) -> None:
    """Each stage says how many reach it and how many end there; what could not be tried is left out."""
    tried = result.corpora[0].tried
    assert tried is not None
    stages = [(s.label, s.reached, s.ended) for s in funnel_stages(tried.funnel, ENGLISH)]
    assert stages == [
        ("ended with an exception", 2, 1),
        ("ran, and tracked nothing", 1, 0),
        ("ran, and tracked its run", 1, 0),
    ]
