"""States of generators go into text and back."""

from __future__ import annotations

import random
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bis.instrument.entropy.states import numpy_state, packed, python_state, restore_numpy, restore_python, unpacked


@given(st.binary(max_size=3000))
def test_packing_is_reversible(state: bytes) -> None:
    """Bytes survive being packed, as ASCII."""
    assert unpacked(packed(state)) == state
    assert packed(state).isascii()


@pytest.mark.parametrize("gauss", [False, True])
def test_python_generator_is_restored(gauss: bool) -> None:
    """A restored generator goes on as the original does, also with half a Gaussian pair in store."""
    one, other = random.Random(1), random.Random(2)
    if gauss:
        one.gauss(0, 1)
    restore_python(other, python_state(one))
    assert [other.gauss(0, 1) for _ in range(3)] == [one.gauss(0, 1) for _ in range(3)]


@pytest.mark.parametrize("gauss", [False, True])
def test_numpy_generator_is_restored(gauss: bool) -> None:
    """The same for NumPy's legacy generator."""
    one, other = np.random.RandomState(1), np.random.RandomState(2)
    if gauss:
        one.randn()
    restore_numpy(other, numpy_state(one))
    assert other.randn(700).tolist() == one.randn(700).tolist()


def test_numpy_generator_of_another_kind_is_refused() -> None:
    """A global generator that is not a Mersenne Twister is not recorded as if it were one."""
    other = SimpleNamespace(get_state=lambda: ("PCG64", np.zeros(4), 0, 0, 0.0))
    with pytest.raises(TypeError, match="PCG64"):
        numpy_state(other)
