"""Tried projects in words."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bis.model.tried_project import (
    EvidenceKind,
    FunnelPlace,
    MissingGuard,
    Need,
    PublishedOutputs,
    TriedProject,
    TriedReplays,
    TryEvidence,
    funnel_of,
)
from bis.report.text.tried_text import NEEDS, PLACES, REMEDIES, funnel_text, headline, remedy_of, tried_text
from tests.unit.report.tried_values import TRIED


def test_place_evidence_and_what_it_would_take_come_first() -> None:
    """Then what was run, with which packages, and what was not as the project has it."""
    text = tried_text(TRIED, width=200)
    lines = text.splitlines()
    assert lines[0] == "o/p: it needs data, which is not there: data/wine.csv"
    assert "train.py:7: FileNotFoundError: =1+1" in lines[1]
    assert "bis try FOLDER" in text
    assert "train.py --alpha 0.5 (command in a document in README.md:3; uses MLflow)" in text
    assert "Python 3.10.13, 1 package as of 2022-08-15" in text
    assert "Python: ==3.8.*, here 3.10.13 (not on this machine)" in text
    assert "no sandbox" in text
    assert "notebooks" in text


def test_every_place_and_need_has_words_and_what_it_would_take() -> None:
    """But those of programs that ran."""
    assert set(PLACES) == set(FunnelPlace)
    assert set(NEEDS) == set(Need)
    for need in Need:
        assert remedy_of(replace(TRIED, need=need))
    for place in FunnelPlace:
        if not place.ran and place is not FunnelPlace.NEEDS:
            assert REMEDIES[place]
    assert set(TRIED.missing_guards) <= set(MissingGuard)


def test_what_ran_says_how_it_was_replayed() -> None:
    """The verdict, or why there is none; and a notebook's saved outputs."""
    ran = replace(TRIED, place=FunnelPlace.RAN_TRACKED, need=None, replays=TriedReplays("bitwise", 3))
    assert headline(ran) == "it ran, tracked with MLflow; 3 replays: bitwise"
    assert "could not be replayed: why" in headline(replace(ran, replays=TriedReplays(reason="why")))
    published = replace(ran, published=PublishedOutputs("divergent", 5, 1))
    assert "not reproduced: divergent, 5 results compared" in tried_text(published, width=200)


def test_a_corpus_has_its_funnel() -> None:
    """A line for each project, one for each place, and the shares."""
    tries = [TRIED, TriedProject("q", FunnelPlace.RAN_TRACKED, replays=TriedReplays("bitwise", 1))]
    text = funnel_text(funnel_of(tries), tries, "out", width=120)
    assert "2 projects tried" in text
    assert [" ".join(line.split()) for line in text.splitlines() if line.strip().startswith("needs")] == [
        "needs what is not there 1 50 %"
    ]
    assert "bitwise 1" in text
    assert "tries.csv" in text


def test_control_characters_of_programs_do_not_reach_the_terminal() -> None:
    """What a program raised may hold anything."""
    evil = replace(TRIED, evidence=(replace(TRIED.evidence[0], text="a\x1b[2Jb"),))
    assert "\x1b" not in tried_text(evil)


@pytest.mark.parametrize(
    ("evidence", "words"),
    [
        (TryEvidence(EvidenceKind.OBSERVED, "", "download", number=4321, limit=800), "more than the 800 of --disk"),
        (TryEvidence(EvidenceKind.OBSERVED, "", "memory", number=9000, limit=512), "9000 MiB of memory"),
        (TryEvidence(EvidenceKind.OBSERVED, "", "processes", number=80, limit=64), "more than the 64 of --processes"),
        (TryEvidence(EvidenceKind.OBSERVED, "", "disk", number=3000, limit=2000), "it wrote 3000 MiB"),
    ],
)
def test_what_was_too_much_is_said_with_its_limit(evidence: TryEvidence, words: str) -> None:
    """And the option that raises it."""
    text = tried_text(replace(TRIED, need=Need.RESOURCES, evidence=(evidence,)), width=200)
    assert words in text


def test_the_sandbox_is_named_and_the_network_that_it_lacks() -> None:
    """What would give it; not where the program had it."""
    closed = replace(TRIED, need=Need.NETWORK, sandbox="namespaces", missing_guards=())
    text = tried_text(closed, width=200)
    assert "it ran in a sandbox (namespaces), without the network" in text
    assert "--network gives it" in text
    opened = replace(closed, missing_guards=(MissingGuard.NETWORK_OPEN,))
    text = tried_text(opened, width=200)
    assert "(namespaces), with the network" in text
    assert "--network gives it" not in text
