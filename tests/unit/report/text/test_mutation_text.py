"""Whether tests noticed mutations, as text."""

from __future__ import annotations

from dataclasses import replace

from bis.model.mutation import Mutation, MutationFate, MutationKind, MutationReport, MutationResult
from bis.model.project_audit import Place
from bis.report.text.mutation_text import mutation_text

SEED = Mutation(MutationKind.SEED, Place("a.py", line=3), "42", "43")
PINS = Mutation(MutationKind.PACKAGES, Place("requirements.txt", line=1), "numpy==2.1\nscipy==1", "numpy\nscipy")
CELL = Mutation(MutationKind.STRATIFY, Place("b.ipynb", cell=2, line=1), "y\x1b[2J" + "z" * 90, "None")
REPORT = MutationReport(
    ("pytest", "-q", "a b"),
    2.0,
    (
        MutationResult(SEED, MutationFate.KILLED, 1, 2.0),
        MutationResult(PINS, MutationFate.SURVIVED, 0, 2.0),
        MutationResult(CELL, MutationFate.TIMED_OUT, None, 60.0),
    ),
    left_out=2,
)


def test_a_row_for_each_mutation() -> None:
    """With its place, what became what, and whether the tests noticed it."""
    lines = mutation_text(REPORT, width=200).splitlines()
    assert lines[:2] == ["not noticed: 2 of 3 mutations killed", "pytest -q 'a b', 2.0 s without a change"]
    rows = [" ".join(line.split()) for line in lines]
    assert "a.py:3 another seed 42 -> 43 killed" in rows
    assert "requirements.txt:1 packages not pinned numpy==2.1 -> numpy and 1 more line survived" in rows
    (cell,) = [row for row in rows if row.startswith("b.ipynb:cell 2:1 not stratified y\ufffd[2Jzz")]
    assert cell.endswith("… -> None killed (did not end)")
    assert any("2 more mutations not tried" in line for line in lines)


def test_headlines() -> None:
    """All killed; none there; tests that fail by themselves."""
    killed = replace(REPORT, results=REPORT.results[:1], left_out=0)
    assert mutation_text(killed).startswith("noticed: 1 of 1 mutation killed\n")
    assert mutation_text(replace(killed, results=())).startswith("nothing to mutate: ")
    flaky = mutation_text(replace(killed, flaky=True), width=200)
    assert flaky.startswith("undecided: 1 of 1 mutation killed by tests that fail without one, too\n")
