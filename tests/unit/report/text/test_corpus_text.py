"""The statistics of a corpus in the terminal."""

from __future__ import annotations

from pathlib import Path

import pytest

from bis.model.corpus_summary import CorpusSummary
from bis.report.text.corpus_text import corpus_text, print_corpus
from tests.unit.report.audits import HOSTILE
from tests.unit.report.html.test_corpus_page import EMPTY, summary


def shown(statistics: CorpusSummary, out: Path | None = None) -> str:
    """The text at the width of a wide terminal."""
    return corpus_text(statistics, out, 160, False)


def test_shares_with_their_intervals() -> None:
    """What each share is out of; rules that found something; the two figures; where the rest is."""
    text = shown(summary(), Path("results"))
    for words in (
        "10 projects", "1 copy is counted once", "Not audited: 1 p", "37.5%", "10.0% - 70.0%", "via = p", "BIS101",
        "37.5% by the audit (3 of 8)", "They disagree on 1 project:", "results: open index.html",
    ):  # fmt: skip
        assert words in text, words
    assert "BIS201" not in text


def test_trackers_beside_each_other() -> None:
    """Those that a project uses, with the shares of its projects; where nothing is known, the cell is empty."""
    lines = shown(summary(), Path("results")).splitlines()
    at = next(i for i, line in enumerate(lines) if line.startswith("tracker "))
    assert lines[at].split()[:4] == ["tracker", "projects", "param", "metric"]
    assert lines[at + 1].split() == ["p", "2", "50%", "0%"]
    assert "unused" not in "".join(lines)
    assert any("trackers.csv has the intervals" in line for line in lines)


@pytest.mark.parametrize("failed", [{}, {"timeout": 2, "missing": 1}])
def test_no_project(failed: dict[str, int]) -> None:
    """What happened to those that were tried is told."""
    text = shown(CorpusSummary(0, failed=failed))
    assert "No project could be audited." in text
    assert ("Not audited: 1 missing, 2 timeout." in text) is bool(failed)


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("colour", [False, True])
def test_names_of_strangers_do_not_steer_the_terminal(name: str, colour: bool) -> None:
    """No escape sequence of theirs, no control character, no markup that is obeyed."""
    text = corpus_text(summary(name), None, 160, colour)
    own = corpus_text(summary(), None, 160, colour)
    assert not set(text) & set("\x00\x07\x08\r\x9b\u202e\udc80")
    assert text.count("\x1b") == own.count("\x1b")
    if name.startswith("[bold]"):
        assert "[bold]x[/bold] :smile:" in text


def test_printing(capsys: pytest.CaptureFixture[str]) -> None:
    """On stdout."""
    print_corpus(EMPTY)
    assert capsys.readouterr().out.startswith("No project could be audited.")
