"""Counting what a generator gave between two states, against the real generators."""

from __future__ import annotations

import random

import numpy as np
import pytest

from bis.instrument.entropy.roles.python_roles import words_between
from bis.instrument.entropy.roles.twister_steps import blocks_between, pcg_steps


@pytest.mark.parametrize("number", [0, 1, 623, 624, 625, 5000, 700_000])
def test_words_of_the_twister(number: int) -> None:
    """Within a block and over several, each word is counted."""
    generator = random.Random(3)
    generator.random()
    before = generator.getstate()
    for _ in range(number):
        generator.getrandbits(32)
    assert words_between(before, generator.getstate()) == number


@pytest.mark.parametrize("number", [0, 1, 2, 1000, 123_457])
def test_steps_of_pcg64(number: int) -> None:
    """The steps between two states of PCG64 are found without going through them."""
    bits = np.random.PCG64(5)
    before = bits.state["state"]
    bits.random_raw(number, output=False)
    now = bits.state["state"]
    assert pcg_steps(before["state"], now["state"], before["inc"]) == number


def test_words_are_counted_from_any_place_in_a_block() -> None:
    """From a state that was just seeded, and from one whose next word is the first of its block."""
    generator = random.Random(3)
    seeded = generator.getstate()
    generator.setstate((3, (*seeded[1][:-1], 0), None))
    first = generator.getstate()
    generator.getrandbits(32 * 2000)
    assert words_between(first, generator.getstate()) == 2000
    assert words_between(seeded, generator.getstate()) == 2000 - 624


def test_unrelated_states_are_not_counted() -> None:
    """Where the later state does not come within the limit, nothing is claimed."""
    assert blocks_between(b"x", b"a", iter([b"b"] * 500_000).__next__) is None
