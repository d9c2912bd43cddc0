"""Names of conda."""

from __future__ import annotations

import pytest

from bis._try.conda_names import on_the_index


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("pytorch", "torch"),
        ("numpy", "numpy"),
        ("psycopg2", "psycopg2-binary"),
        ("libgcc-ng", ""),
        ("mkl-service", ""),
        ("python", ""),
        ("tk", ""),
    ],
)
def test_names(name: str, expected: str) -> None:
    """Renamed, the same, or on no index of Python packages."""
    assert on_the_index(name) == expected
