"""Comments that silence findings, as they are read."""

from __future__ import annotations

import pytest

from bis._audit.parsing.suppression_comments import Ignores, read_comments


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("f()  # bis: ignore", {(-1, 1): ((), "")}),
        ("f()  # bis: ignore[BIS101]", {(-1, 1): (("BIS101",), "")}),
        ("f()  #bis:ignore[bis101 , BIS102]  because", {(-1, 1): (("BIS101", "BIS102"), "because")}),
        ("f()  # noqa: F401  # bis: ignore[BIS101]", {(-1, 1): (("BIS101",), "")}),
        ("x = 1\n# bis: ignore-file[BIS101] old code\n", {(-1, 0): (("BIS101",), "old code")}),
        ("# bis: ignore-file[BIS1]\n# bis: ignore-file[BIS2]\n", {(-1, 0): (("BIS1", "BIS2"), "")}),
        ("# bis: ignore-file", {(-1, 0): ((), "")}),
        ("x = '# bis: ignore'", {}),
        ("'''\n# bis: ignore\n'''", {}),
        ("# bis: ignored", {}),
        ("# bis: ignore-files", {}),
        ("f()  # this bis: ignore is prose", {}),
        ("f()  # bis: ignore[BIS101]\ndef g(:\n  '''", {(-1, 1): (("BIS101",), "")}),
    ],
)
def test_comments(text: str, expected: Ignores) -> None:
    """Codes and reasons by line, 0 for the file; strings that look alike are none; of broken code the beginning."""
    assert read_comments(text, -1) == expected
