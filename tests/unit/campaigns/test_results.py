"""What several calls of the campaign leave in its folder."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from campaigns.results import counted_once, keep, kept
from campaigns.trials import Tally, Trial

if TYPE_CHECKING:
    from pathlib import Path


def tally(kind: str, first: int, last: int, count: int = 5) -> Tally:
    """A tally of trials in these groups, all of which held."""
    made = Tally(kind, "2026-01-02")
    made.add(Trial(kind, f"{kind}:{first}:0", count=count))
    made.add(Trial(kind, f"{kind}:{last}:0", count=count))
    return made


def test_other_seeds_are_kept_beside_each_other(tmp_path: Path) -> None:
    """And the same seed in place of what was there."""
    folder = tmp_path / "out"
    keep(folder, tally("fuzz", 0, 3), 0)
    keep(folder, tally("fuzz", 100, 103), 100)
    keep(folder, tally("storing", 0, 3), 0)
    keep(folder, tally("fuzz", 0, 5, count=7), 0)
    found = kept(folder)
    assert [(t.first, t.last, t.tried) for t in found["fuzz"]] == [(0, 5, 14), (100, 103, 10)]
    assert [(t.first, t.last, t.tried) for t in found["storing"]] == [(0, 3, 10)]
    assert [p.suffix for p in folder.iterdir()] == [".json"] * 3


def test_no_group_counts_twice(tmp_path: Path) -> None:
    """Where two calls may have tried the same groups, the later one counts."""
    for seed, last in ((0, 10), (5, 7)):
        keep(tmp_path, tally("fuzz", seed, last), seed)
        os.utime(tmp_path / f"fuzz-{seed}.json", (1_000_000 + seed, 1_000_000 + seed))
    assert [(t.first, t.last) for t in kept(tmp_path)["fuzz"]] == [(5, 7)]
    os.utime(tmp_path / "fuzz-0.json", (2_000_000, 2_000_000))
    assert [(t.first, t.last) for t in kept(tmp_path)["fuzz"]] == [(0, 10)]


def test_what_was_skipped_stays_where_nothing_else_is() -> None:
    """It says why nothing was tried."""
    skipped = Tally("atheris", "2026-01-02", skipped="not installed")
    assert counted_once([skipped])["atheris"] == [skipped]
    assert [t.tried for t in counted_once([tally("atheris", 1, 2), skipped])["atheris"]] == [10]
