"""Explanations of a program whose threads add in any order: the noise of that has a line of its own."""

from __future__ import annotations

import json
import sys
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.functional.scene import Project

PROGRAM = "adds_by_threads.py"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.long,
    pytest.mark.torch,
    pytest.mark.skipif(find_spec("torch") is None, reason="torch is not installed"),
]


def explained(project: Project, threads: int) -> tuple[dict[str, Any], dict[str, Any]]:
    """What is explained of a run with so many threads, and of what its net predicts."""
    probe = project.folder / "probe.npy"
    np.save(probe, np.eye(3, 64))
    run_id = project.record(PROGRAM, str(threads))
    asked = ("explain", run_id, "--blocks", "2", "--causes", "init+sampling", "--probe", str(probe))
    done = project.bis(*asked, "--json", timeout=900)
    assert done.code == 0, done.err + done.out[:20000]
    document: dict[str, Any] = json.loads(done.out)
    [target] = [t for t in document["targets"] if t["name"] == "net"]
    assert target["problem"] is None
    assert sum(s["shapley"]["value"] for s in target["shares"]) + target["scheduling"]["value"] == pytest.approx(1.0)
    return document, target


def said(document: dict[str, Any]) -> list[str]:
    """The codes of what is said."""
    return [s["code"] for s in document["statements"]]


def test_scheduling_has_a_share_with_two_threads_and_none_with_one(new_project: Callable[..., Project]) -> None:
    """With two the same seeds give other bits, which is said, and no replay is forked; with one they are the same.

    Two blocks show whether it is nothing or something; how well its share is estimated is shown on values.
    """
    project = new_project("noise")
    project.add(PROGRAM)
    document, target = explained(project, 2)
    assert 0 < target["scheduling"]["value"] < 0.5
    assert "bits-differ" in said(document)
    assert not document["warm"]
    document, target = explained(project, 1)
    assert target["scheduling"]["value"] == 0.0
    assert document["warm"] is (sys.platform == "linux")
    assert "bits-differ" not in said(document)
