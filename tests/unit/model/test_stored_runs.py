"""Runs as a listing has them."""

from __future__ import annotations

import pytest

from bis.model.stored_runs import RunFilter, RunSummary


@pytest.mark.parametrize(("text", "count"), [("12", 12), ("0", 0), ("many", None), ("-1", None), (None, None)])
def test_the_number_of_replays_is_a_tag(text: str | None, count: int | None) -> None:
    """None where there is no verdict, or somebody changed the tag."""
    tags = {} if text is None else {"bis.replays": text}
    assert RunSummary("r", "0", "Default", "n", "FINISHED", 1.0, tags=tags).replays == count


def test_replays_of_a_run_are_replays() -> None:
    """They are found by a tag, and are listed although replays are left out by default."""
    wanted = RunFilter(replay_of="r", tags={"bis.replay.kind": "exact"})
    assert wanted.with_replays
    assert wanted.required_tags == {"bis.replay.kind": "exact", "bis.replay.of": "r"}
    assert not RunFilter().with_replays
    assert RunFilter().required_tags == {}
