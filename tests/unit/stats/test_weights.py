"""Distance of weights."""

from __future__ import annotations

import math

import numpy as np
import pytest

from bis.stats.weights import relative_l2


def test_distance_over_all_arrays() -> None:
    """One norm over all arrays, in units of the reference's."""
    w0 = {"a": np.array([[3.0, 0.0]]), "b": np.array([4.0])}
    w = {"b": np.array([4.0]), "a": np.array([[3.0, 1.0]])}
    assert relative_l2(w, w0) == pytest.approx(1 / 5)
    assert relative_l2(w0, w0) == 0.0


def test_independent_weights_are_root_two_apart() -> None:
    """Two draws of one initialisation."""
    rng = np.random.default_rng(0)
    w, w0 = ({"w": rng.standard_normal(20_000).astype(np.float32)} for _ in range(2))
    assert relative_l2(w, w0) == pytest.approx(math.sqrt(2), rel=0.02)


def test_zero_reference_and_nan() -> None:
    """Nothing to divide by, and nothing to hide."""
    zero = {"w": [0.0, 0.0]}
    assert relative_l2(zero, zero) == 0.0
    assert relative_l2({"w": [1.0, 0.0]}, zero) == math.inf
    assert math.isnan(relative_l2({"w": [math.nan, 0.0]}, {"w": [1.0, 0.0]}))


@pytest.mark.parametrize(("other", "message"), [({"v": [1.0]}, r"names.*\['v', 'w'\]"), ({"w": [1.0, 2.0]}, "shapes")])
def test_other_models_are_refused(other: dict[str, list[float]], message: str) -> None:
    """Names and shapes must agree."""
    with pytest.raises(ValueError, match=message):
        relative_l2(other, {"w": [1.0]})
