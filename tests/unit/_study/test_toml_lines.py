"""Lines of tables and keys of a TOML file."""

from __future__ import annotations

import pytest

from bis._study.toml_lines import TomlLines

TEXT = '''title = "x"  # [[experiment]]
text = """
[[experiment]]
name = "no"
"""

[[experiment]]
name = "a"
published = [
    { table = "t.csv" },
]
[experiment.earlier]
as-of = 2024-01-31
[[ experiment ]]
"name" = "b"
'''


@pytest.mark.parametrize(
    ("table", "key", "line"),
    [
        ("", "title", 1),
        ("experiment[0]", "", 7),
        ("experiment[0]", "name", 8),
        ("experiment[0]", "published", 9),
        ("experiment[0].published", "table", 9),
        ("experiment[0].earlier", "as-of", 13),
        ("experiment[0]", "earlier", 12),
        ("experiment[1]", "name", 15),
        ("experiment[1]", "missing", 14),
        ("", "missing", 1),
    ],
)
def test_lines(table: str, key: str, line: int) -> None:
    """Of a key, of its table where it has none, and never one within a text over several lines."""
    assert TomlLines(TEXT).line_of(table, key) == line
