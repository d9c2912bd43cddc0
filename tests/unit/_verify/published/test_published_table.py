"""Tables of published figures."""

from __future__ import annotations

from pathlib import Path

import pytest

from bis._verify.published.published_table import parse_table, read_table
from bis.errors import NotFound, UsageError

PUBLISHED = Path(__file__).parents[4] / "study" / "published"


def test_the_tables_of_the_study_are_read() -> None:
    """All published tables of the study parse, with their digits as printed."""
    assert read_table(PUBLISHED / "basic_test.csv").columns["mse"] == ("2900.19362849348",)
    assert read_table(PUBLISHED / "complex.csv").runs == 3
    assert "run" not in read_table(PUBLISHED / "complex.csv").columns


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("metric,value\n", "holds no figures"),
        ("a,b\n1\n", "line 2: expected 2 fields"),
        ("metric,value\nm,1\r2\n", "not a table of comma-separated values"),
        ("a\rb,c\n1,2\n", "not a table of comma-separated values"),
        (f"metric,value\nm,{'1' * 200_000}\n", "not a table of comma-separated values"),
        ("metric,value\nm,many\n", "cannot read 'many' as a printed figure"),
    ],
)
def test_tables_that_are_none(text: str, message: str) -> None:
    """The message says what is wrong and where."""
    with pytest.raises(UsageError, match=message):
        parse_table(text)


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    """A missing file and bytes that are no text."""
    with pytest.raises(NotFound):
        read_table(tmp_path / "none.csv")
    (tmp_path / "t.csv").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(UsageError):
        read_table(tmp_path / "t.csv")
