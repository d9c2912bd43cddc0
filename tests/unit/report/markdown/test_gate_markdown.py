"""What a gate found, as Markdown."""

from __future__ import annotations

from bis.report.markdown.gate_markdown import gate_markdown
from tests.unit.report.gate_values import BASE, RUN, moved, not_repeatable, passed


def test_programs_and_metrics_are_tables() -> None:
    """The answer, a row for each program, a row for each metric."""
    lines = gate_markdown(moved()).splitlines()
    assert lines[0] == "## bis: failed"
    assert "| train.py --lr 0.1 | bitwise | accuracy | - |" in lines
    assert f"Run `{RUN}`, base `{BASE}`." in lines
    (row,) = [line for line in lines if line.startswith("| accuracy ")]
    assert row == "| accuracy | 0.8 | 0.9 | +0.1 | 0.09 .. 0.11 | B is higher (p = 0.001) |"


def test_names_stay_text() -> None:
    """No name of a metric ends a cell, starts a line or becomes markup."""
    said = gate_markdown(moved("a|b\n# <img src=x> `[x](y)`"))
    (row,) = [line for line in said.splitlines() if line.startswith("| a\\|b ")]
    assert "a\\|b \\# \\<img src=x\\> \\`\\[x\\](y)\\`" in row
    assert not [line for line in said.splitlines() if line.startswith("# ")]


def test_without_a_comparison_there_is_no_second_table() -> None:
    """Only the programs, and what is suspected of them."""
    assert gate_markdown(passed()).count("\n|---") == 1
    assert "train.py, line 3: BIS301 no random\\_state" in gate_markdown(not_repeatable())
