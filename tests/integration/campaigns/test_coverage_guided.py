"""Inputs that are guided by coverage, where Atheris is installed."""

from __future__ import annotations

import os
from importlib.util import find_spec
from typing import TYPE_CHECKING

import pytest

from campaigns.coverage_guided import KIND, trials, why_not_here
from campaigns.readers import READERS
from campaigns.scenes import Scene

if TYPE_CHECKING:
    from pathlib import Path

GROUP = next(i for i, r in enumerate(READERS) if r.name == "digests of an export")


def test_where_it_is_not_installed_that_is_said() -> None:
    """And how it would be."""
    assert bool(why_not_here()) == (find_spec("atheris") is None) or "cannot be loaded" in why_not_here()


@pytest.mark.skipif(bool(why_not_here()), reason="needs Atheris")
def test_inputs_are_counted_and_one_is_repeated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """All of a group hold; the last of them alone is tried after those before it."""
    monkeypatch.setenv("BIS_HOME", str(tmp_path / "home"))
    scene = Scene(tmp_path.resolve())
    found = list(trials(scene, GROUP, per_group=120))
    assert [t.breaches for t in found if t.breaches] == []
    assert sum(t.count for t in found) == 120
    assert {t.kind for t in found} == {KIND}
    [last] = trials(scene, GROUP, only=119)
    assert last.seed == found[-1].seed == f"{KIND}:{GROUP}:119"
    assert os.listdir(tmp_path / "corpus")  # noqa: PTH208 - the examples from which it began
