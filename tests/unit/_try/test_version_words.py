"""Versions in other words."""

from __future__ import annotations

import pytest

from bis._try.version_words import as_specifier


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("==1.2", "==1.2"),
        (">=1,<2", ">=1,<2"),
        ("^1.2.3", ">=1.2.3,<2"),
        ("^0.0.3", ">=0.0.3,<0.0.4"),
        ("~1.4", ">=1.4,<1.5"),
        ("~=1.4", "~=1.4"),
        ("1.4", "==1.4"),
        ("*", ""),
        ("", ""),
        ("git+https://x", ""),
    ],
)
def test_poetry_and_pip(text: str, expected: str) -> None:
    """Carets, tildes, stars; what cannot be translated asks for nothing."""
    assert as_specifier(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("=1.2", "==1.2.*"), ("=1.2.3", "==1.2.3"), ("=1.2=py38_1", "==1.2"), ("==1.2", "==1.2"), ("=3.8.*", "==3.8.*")],
)
def test_conda(text: str, expected: str) -> None:
    """One equals sign means all of a version, but where a build or three parts are named."""
    assert as_specifier(text, conda=True) == expected
