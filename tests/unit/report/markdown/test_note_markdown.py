"""What the note of a run says."""

from __future__ import annotations

from bis.model.stored_runs import StoredVerdict
from bis.report.languages.language import language
from bis.report.markdown.note_markdown import escaped, note_markdown
from tests.unit.report.values import statistical

STORED = StoredVerdict(statistical(), 1.7e9, "0.1")


def test_level_headline_and_replays() -> None:
    """And where all of it is."""
    note = note_markdown(STORED)
    assert note.startswith("**bis: statistical** 1 of 1 metric of the original consistent with 5 fresh replays")
    assert "- replays (fresh): 5, statistical" in note
    assert "`bis/report.html`" in note
    assert "rejeux (nouvel aléa)" in note_markdown(STORED, language("fr"))


def test_names_mark_up_nothing() -> None:
    """Metrics may be called anything."""
    assert escaped("a*b_c <script> [x](y)\n# `k`") == r"a\*b\_c &lt;script&gt; \[x\]\(y\) \# \`k\`"
