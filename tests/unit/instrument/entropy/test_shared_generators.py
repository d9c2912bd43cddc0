"""Whether a generator that a whole program shares was used."""

from __future__ import annotations

import random

from bis.instrument.entropy.shared_generators import SharedGenerators
from bis.instrument.entropy.states import python_state


def watched() -> tuple[random.Random, SharedGenerators]:
    """A generator, and what watches it."""
    generator, shared = random.Random(1), SharedGenerators()
    shared.began("python.random", lambda: python_state(generator), python_state(generator))
    return generator, shared


def test_a_draw_is_seen() -> None:
    """Looking consumes nothing; a draw moves the state."""
    generator, shared = watched()
    assert shared.untouched() == ["python.random"]
    assert generator.random() == random.Random(1).random()
    assert shared.untouched() == []


def test_draws_of_others_do_not_count() -> None:
    """MLflow names a run: a generator that nobody used before is unused after it, one that was used is not."""
    generator, shared = watched()
    with shared:
        generator.random()
    assert shared.untouched() == ["python.random"]
    generator.random()
    with shared:
        generator.random()
    assert shared.untouched() == []


def test_a_child_begins_again() -> None:
    """After a fork, from the state that it got."""
    generator, shared = watched()
    generator.seed(2)
    shared.begin_again()
    assert shared.untouched() == ["python.random"]


def test_a_generator_that_cannot_be_read_counts_as_used() -> None:
    """A program may put another one in its place, at any time, and notices nothing."""

    def gone() -> bytes:
        raise TypeError

    shared = SharedGenerators()
    shared.began("numpy.random", gone, b"")
    with shared:
        pass
    assert shared.untouched() == []
    shared.begin_again()
    assert shared.untouched() == []
