"""Weights: how far two trained models are apart."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from collections.abc import Mapping


def relative_l2(weights: Mapping[str, npt.ArrayLike], reference: Mapping[str, npt.ArrayLike]) -> float:
    """Euclidean distance of two sets of weights in units of the reference's norm.

    Parameters
    ----------
    weights, reference : mapping of str to array_like
        Arrays by name, with equal names and shapes; any real dtype.

    Returns
    -------
    float
        ``||w - w0|| / ||w0||``, dimensionless; NaN where a weight is NaN, infinite where the reference is zero and the
        weights are not.

    Raises
    ------
    ValueError
        Names or shapes differ.

    Notes
    -----
    Never conclude from this alone: two nets of equal accuracy from different seeds are about 1.4 apart, as are any two
    independent vectors of equal length.

    Examples
    --------
    >>> relative_l2({"w": [3.0, 4.5]}, {"w": [3.0, 4.0]})
    0.1
    """
    if set(weights) != set(reference):
        raise ValueError(f"names of weights differ: {sorted(set(weights) ^ set(reference))}")
    distance, norm = [], []
    for name in sorted(reference):
        w = np.asarray(weights[name], dtype=np.float64)
        w0 = np.asarray(reference[name], dtype=np.float64)
        if w.shape != w0.shape:
            raise ValueError(f"shapes of {name!r} differ: {w.shape} and {w0.shape}")
        distance.append(float(np.linalg.norm(w - w0)))
        norm.append(float(np.linalg.norm(w0)))
    size, base = math.hypot(*distance), math.hypot(*norm)
    if base == 0.0:
        return 0.0 if size == 0.0 else math.inf
    return size / base
