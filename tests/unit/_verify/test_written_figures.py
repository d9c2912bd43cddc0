"""Which numbers in files are results."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bis._verify.written_figures import counts_as_result, has_figures, is_passing, written_curves
from bis.model.written_content import ContentKind
from tests.unit._verify.contents import content, named
from tests.unit._verify.runs import outputs


@pytest.mark.parametrize("name", ["fit_time", "history.elapsed", "created", "run.id", "pid", "log_dir", "run_name"])
def test_times_ids_and_places_pass(name: str) -> None:
    """By the last word of the last key."""
    assert is_passing(name)


@pytest.mark.parametrize("name", ["accuracy", "valid", "timestep_loss", "array", "ratio", "mid", ""])
def test_others_do_not(name: str) -> None:
    """Words that only look like one of those."""
    assert not is_passing(name)


def test_a_moment_is_known_by_its_size() -> None:
    """Seconds since 1970 under any name, in all executions."""
    assert not counts_as_result(named("x", 1.79e9), [named("x", 1.8e9)])
    assert counts_as_result(named("x", 1.79e9), [named("x", 0.5)])


def test_what_holds_figures() -> None:
    """Numbers that are results, in values or in text."""
    for found, numbers in (
        (True, content("m.json", named("acc", 0.5))),
        (False, content("m.json", named("fit_time", 0.5))),
        (True, content("m.txt", kind=ContentKind.TEXT, texts={"": "acc 0.5"})),
        (False, content("m.txt", kind=ContentKind.TEXT, texts={"": "done"})),
    ):
        assert has_figures(replace(outputs(), contents=(numbers,))) is found


def test_fresh_replays_test_them_as_curves() -> None:
    """By file and name, without the passing part of the file's name; long series are data."""
    given = (
        content("m_1795940000.json", named("acc", 0.5), named("fit_time", 2.0), named("long", *([0.0] * 2000))),
        content("log.txt", kind=ContentKind.TEXT, texts={"": "loss: 1.0\nloss: 0.5\n"}),
    )
    curves = {c.name: [float.fromhex(v) for v in c.values] for c in written_curves(replace(outputs(), contents=given))}
    assert curves == {"m_□.json: acc": [0.5], "log.txt: loss": [1.0, 0.5]}
