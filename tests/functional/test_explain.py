"""Explanations from the command on, of a real program in replays that are real."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from bis.evidence.attributions import ARTIFACT, PAGE, PICTURE
from bis.evidence.store import EvidenceStore

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.functional.scene import Done, Project

PROGRAM = "fits_digits.py"


@pytest.fixture(scope="module")
def explained(new_project: Callable[..., Project]) -> tuple[Project, str, Done]:
    """A program that is recorded once and explained once, with two causes in two blocks."""
    project = new_project("explained")
    project.add(PROGRAM)
    run_id = project.record(PROGRAM)
    done = project.bis(
        "explain", run_id, "--blocks", "2", "--causes", "split,init", "--svg", "shares.svg", "--json", timeout=900
    )
    return project, run_id, done


def document_of(done: Done) -> dict[str, Any]:
    """What the command printed."""
    assert done.code == 0, done.err
    document: dict[str, Any] = json.loads(done.out)
    return document


def test_the_net_is_explained(explained: tuple[Project, str, Done]) -> None:
    """Its predictions are divided between split and init; the split leads to its line and the audit's finding."""
    project, run_id, done = explained
    document = document_of(done)
    target = document["targets"][0]
    assert (target["kind"], target["problem"]) == ("predictions", None)
    shares = {s["cause"]: s["shapley"]["value"] for s in target["shares"]}
    assert set(shares) == {"split", "init"}
    assert sum(shares.values()) + target["scheduling"]["value"] == pytest.approx(1.0)
    assert target["scheduling"]["value"] == 0.0
    causes = {c["name"]: c for c in document["causes"]}
    assert [(p["file"], p["line"]) for p in causes["split"]["places"]] == [(PROGRAM, 8)]
    assert [(f["code"], f["line"]) for f in causes["split"]["findings"]] == [("BIS301", 8)]
    assert document["failed"] == 0
    assert document["other_share"] < 0.05
    assert "replays (2 blocks)" in done.err
    assert (project.folder / "shares.svg").read_text(encoding="utf-8").startswith("<svg")
    assert document["run_id"] == run_id


def test_the_seed_of_the_net_is_drawn_anew_and_said_so(explained: tuple[Project, str, Done]) -> None:
    """The net has random_state=7: it varies in the replays of the explanation only."""
    _, _, done = explained
    document = document_of(done)
    assert document["reseeded"]
    assert [d["what"] for d in document["deviations"] if d["what"].startswith("seeds for ")]
    assert not next(c["seeded"] for c in document["causes"] if c["name"] == "split")


def test_an_exact_replay_afterwards_is_bitwise(explained: tuple[Project, str, Done]) -> None:
    """What the explanation does with seeds stays in its replays."""
    project, run_id, _ = explained
    done = project.bis("replay", run_id, "-n", "1")
    assert done.code == 0, done.err
    assert "bitwise" in done.out.splitlines()[0]


def test_it_is_stored_and_shown(explained: tuple[Project, str, Done]) -> None:
    """With its page and picture; no replay of it is a child run."""
    project, run_id, _ = explained
    store = EvidenceStore(project.uri)
    assert json.loads(store.text(run_id, ARTIFACT))["format"] == "bis.stored-attribution"
    assert "<svg" in store.text(run_id, PAGE)
    assert store.text(run_id, PICTURE).startswith("<svg")
    shown = project.bis("show", run_id)
    assert "explanation" in shown.out
    assert "split" in shown.out


def test_the_same_command_makes_no_replay_again(explained: tuple[Project, str, Done]) -> None:
    """What was made is kept until it is removed."""
    project, run_id, done = explained
    again = document_of(project.bis("explain", run_id, "--blocks", "2", "--causes", "split,init", "--json"))
    first = document_of(done)
    assert again["targets"] == first["targets"]
    assert again["continued"] == first["replays"]
    assert "explanation" in project.bis("cache").out


def test_what_cannot_be_varied_is_a_clear_error(explained: tuple[Project, str, Done]) -> None:
    """A metric that is not logged; contradicting numbers of blocks; no such cause."""
    project, run_id, _ = explained
    done = project.bis("explain", run_id, "--causes", "split,init", "--metric", "f1")
    assert done.code == 2
    done.explains("'f1'")
    done = project.bis("explain", run_id, "--quick", "--precise")
    assert done.code == 2
    done.explains("contradict")
