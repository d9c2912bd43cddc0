"""What `make` runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bis.record.probes.makefile import recipe_lines, small_text

if TYPE_CHECKING:
    from pathlib import Path

TEXT = """\
# a comment
PYTHON ?= python
.PHONY: all
all: data
\t@$(PYTHON) train.py --alpha $(ALPHA)

data: raw.csv
\t-python child.py \\
\t  "$$HOME"

plot:
\tgnuplot x
"""


def test_recipes_of_the_target_and_of_what_it_needs(tmp_path: Path) -> None:
    """The first target by default; variables from the makefile and the command line; prefixes of lines are gone."""
    (tmp_path / "Makefile").write_text(TEXT)
    lines = recipe_lines(["ALPHA=1"], str(tmp_path)) or []
    assert [line.split() for line in lines] == [
        ["python", "train.py", "--alpha", "1"],
        ["python", "child.py", '"$HOME"'],
    ]
    assert recipe_lines(["-s", "plot"], str(tmp_path)) == ["gnuplot x"]


def test_what_is_not_plain_is_not_understood(tmp_path: Path) -> None:
    """No makefile, another one, and directives."""
    assert recipe_lines([], str(tmp_path)) is None
    (tmp_path / "Makefile").write_text("include other.mk\nall:\n\ttrue\n")
    assert recipe_lines([], str(tmp_path)) is None
    assert recipe_lines(["-C", "sub"], str(tmp_path)) is None


def test_texts_of_a_reasonable_size(tmp_path: Path) -> None:
    """A large file, a binary one, a missing one and one without a known folder have none."""
    (tmp_path / "a").write_text("x")
    (tmp_path / "large").write_text("x" * 70_000)
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00")
    cwd = str(tmp_path)
    assert [small_text(n, cwd) for n in ("a", "large", "binary", "missing")] == ["x", None, None, None]
    assert small_text("a", "") is None
