"""Places of the funnel."""

from __future__ import annotations

import pytest

from bis.model.tried_project import FunnelPlace, Need, PublishedOutputs, TriedProject, TriedReplays, funnel_of


def test_each_project_is_counted_in_one_place() -> None:
    """The counts add up, and those of needs to that of their place."""
    tries = [
        TriedProject("a", FunnelPlace.RAN_TRACKED, replays=TriedReplays("bitwise", 2)),
        TriedProject("b", FunnelPlace.NEEDS, need=Need.DATA),
        TriedProject("c", FunnelPlace.NEEDS, need=Need.NETWORK),
        TriedProject("d", FunnelPlace.RAN_UNTRACKED, published=PublishedOutputs("divergent", 3, 1)),
    ]
    funnel = funnel_of(tries)
    assert sum(one.projects for one in funnel.counts) == funnel.projects == 4
    assert next(one for one in funnel.counts if one.place is FunnelPlace.NEEDS).needs == {"data": 1, "network": 1}
    assert funnel.replays == {"bitwise": 1}
    assert (funnel.reproduced, funnel.not_reproduced) == (0, 1)
    assert [one.place for one in funnel.counts] == list(FunnelPlace)


@pytest.mark.parametrize(
    ("level", "compared", "answer"),
    [
        ("numerical", 2, True),
        ("divergent", 2, False),
        ("", 0, None),
        ("inconclusive", 0, None),
        ("inconclusive", 1, False),
    ],
)
def test_saved_outputs_are_reproduced_or_not_or_nothing_is_known(
    level: str, compared: int, answer: bool | None
) -> None:
    """Where nothing could be compared there is no answer."""
    assert PublishedOutputs(level, compared).reproduced is answer
