"""Runs that exist are grouped by what they logged; those that cannot be are counted."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from bis._explain.comparison.run_groups import group_values, run_key, usable_runs, values_by_group
from bis.errors import UsageError
from bis.model.stored_runs import RunSummary


def run(
    run_id: str = "r", *, status: str = "FINISHED", acc: float | None = 0.5, tag: str = "t", **params: str
) -> RunSummary:
    """A run with these params, and a tag ``team``."""
    metrics = {} if acc is None else {"acc": acc}
    return RunSummary(run_id, "0", "Default", "n", status, 1.0, tags={"team": tag}, metrics=metrics, params=params)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("params.model", "svm"),
        ("param.model", "svm"),
        ("model", "svm"),
        ("team", "t"),
        ("tags.team", "t"),
        ("tags.`team`", "t"),
        ("metrics.acc", "0.5"),
        ("attributes.experiment_name", "Default"),
        ("attributes.run_name", "n"),
        ("params.team", None),
        ("a.b", "dotted"),
    ],
)
def test_keys_are_named_as_mlflow_names_them(text: str, value: str | None) -> None:
    """With a place or without one; names may have dots."""
    assert run_key(text).of(replace(run(), params={"model": "svm", "a.b": "dotted"})) == value


@pytest.mark.parametrize("text", ["", "params.", "attributes.artifact_uri"])
def test_what_is_no_key_is_refused(text: str) -> None:
    """With what could be given."""
    with pytest.raises(UsageError, match="nothing that runs can be grouped by") as raised:
        run_key(text)
    assert "params.KEY" in (raised.value.hint or "")


def test_runs_that_cannot_be_used_are_counted_by_the_reason() -> None:
    """Failed, not ended, without a group, without a repeat."""
    runs = [
        run(model="a", seed="1"),
        run(model="a", seed="1", status="FAILED"),
        run(model="a", seed="1", status="KILLED"),
        run(model="a", seed="1", status="RUNNING"),
        run(seed="1"),
        run(model="a"),
    ]
    kept, left_out = usable_runs(runs, [run_key("params.model")], run_key("seed"))
    assert kept == runs[:1]
    assert left_out == {"failed": 2, "unfinished": 1, "no-group": 1, "no-repeat": 1}


def test_values_have_their_group_and_repeat() -> None:
    """Of several keys the values in their order; runs without a finite value are counted."""
    keys = [run_key("params.model"), run_key("tags.team")]
    runs = [run(model="b", seed="2", acc=1.0), run(model="a", seed="1"), run(model="a", seed="2", acc=None)]
    runs.append(run(model="a", seed="3", acc=math.nan))
    found, left_out = values_by_group(runs, keys, run_key("seed"), "acc")
    assert [(group_values(r.group), r.seed, r.value) for r in found] == [(("a", "t"), "1", 0.5), (("b", "t"), "2", 1.0)]
    assert left_out == {"no-metric": 1, "not-finite": 1}
    assert values_by_group(runs[:1], keys, None, "acc")[0][0].seed is None
