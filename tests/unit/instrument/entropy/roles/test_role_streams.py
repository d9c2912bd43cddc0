"""Streams of roles, and what they give once roles have other roots."""

from __future__ import annotations

from bis.instrument.entropy.roles.role_streams import RoleStreams

ROOT, NEW = bytes(range(32)), bytes(range(7, 39))


def streams(**roots: bytes) -> RoleStreams:
    """The streams of a process that is in no scope."""
    return RoleStreams(ROOT, "main", roots, lambda: "other")


def drawn(found: RoleStreams) -> list[int]:
    """A number for each of two roles."""
    return [found.for_role(role, "numpy.random/site", 32) for role in ("split", "init")]


def test_streams_that_take_roots_give_what_they_give_with_these_roots_from_the_begin_on() -> None:
    """Each goes on at the draw at which it is; roles that keep their root give what they gave."""
    late, early = streams(), streams(split=NEW)
    first = drawn(late)
    late.take({"split": NEW})
    assert drawn(early)[1] == first[1]
    assert drawn(late) == drawn(early)


def test_first_states_follow_the_root_of_other_places_only() -> None:
    """They are the same however often they are asked for, so that a generator can begin again."""
    found = streams(split=NEW)
    assert found.first("torch", 8) == found.first("torch", 8) == streams().first("torch", 8)
    found.take({"other": NEW})
    assert found.first("torch", 8) == streams(other=NEW).first("torch", 8) != streams().first("torch", 8)


def test_draws_that_depend_on_roles_are_named() -> None:
    """Of a process that has drawn for a role, no fork can get another root for it."""
    found = streams()
    found.draw("random", 32)
    assert found.drawn_for_roles() == []
    drawn(found)
    assert found.drawn_for_roles() == ["role:split/numpy.random/site", "role:init/numpy.random/site"]
