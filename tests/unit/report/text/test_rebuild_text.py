"""An environment that is built for a replay, in words."""

from __future__ import annotations

import pytest

from bis.model.plan import Fetch, PackageChange, Rebuild
from bis.report.text.rebuild_text import change_text, fetch_text, rebuild_rows


@pytest.mark.parametrize(
    ("fetch", "text"),
    [
        (Fetch(0, 0), "nothing: uv has all packages in its cache"),
        (Fetch(1, 2048), "1 package: 2.0 KiB packed"),
        (Fetch(12, 1 << 32, 2), "12 packages: 4.0 GiB packed, and 2 whose size is not known"),
        (Fetch(2, 0, 2), "2 packages, how much is not known"),
        (Fetch(3, None, problem="no such option"), "3 packages, how much is not known (no such option)"),
        (Fetch(problem="the index is away"), "how much is not known (the index is away)"),
    ],
)
def test_what_is_fetched_is_said_or_not_known(fetch: Fetch, text: str) -> None:
    """Never a figure that was not found out."""
    assert fetch_text(fetch) == text


def test_changes_have_both_versions() -> None:
    """Or say on which side the package is not."""
    assert change_text(PackageChange("a", "1", "2")) == "a 1 (here 2)"
    assert change_text(PackageChange("a", "1", "")) == "a 1 (not here)"
    assert change_text(PackageChange("a", "", "2")) == "a was not there (here 2)"


def test_hundreds_of_changes_are_counted() -> None:
    """Twelve are listed, all of them with --full."""
    rebuild = Rebuild(tuple(PackageChange(f"p{i}", "1", "2") for i in range(200)), 200, built=True)
    rows = rebuild_rows(rebuild)
    assert len(rows) == 14
    assert rows[-2:] == [("", "and 188 more (--full)"), ("to download", "nothing: it is built already")]
    assert len(rebuild_rows(rebuild, full=True)) == 201


def test_what_is_only_here_is_counted() -> None:
    """It is no part of the environment that is built; --full lists it."""
    rebuild = Rebuild((PackageChange("a", "1", "2"), PackageChange("b", "", "3")), 1, built=True)
    assert [text for _, text in rebuild_rows(rebuild)[:2]] == ["a 1 (here 2)", "1 package here was not there"]
    assert [text for _, text in rebuild_rows(rebuild, full=True)[:2]] == ["a 1 (here 2)", "b was not there (here 3)"]
