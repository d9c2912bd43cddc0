"""Shapley values of a set function: what each player adds, averaged over all orders of joining."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from bis.stats.arrays import FloatArray


def shapley_weights(k: int) -> FloatArray:
    """The linear map from the values of all subsets to the Shapley values.

    Parameters
    ----------
    k : int
        Number of players; at least 1.

    Returns
    -------
    ndarray, shape (k, 2**k)
        Column S belongs to the subset whose members are the bits of S. Row i has ``|S|! (k - |S| - 1)! / k!`` at
        S + i and its negative at S, for all S without i.

    Raises
    ------
    ValueError
        `k` is below 1.

    References
    ----------
    Shapley (1953), A value for n-person games. doi:10.1515/9781400881970-018

    Examples
    --------
    >>> shapley_weights(2)
    array([[-0.5,  0.5, -0.5,  0.5],
           [-0.5, -0.5,  0.5,  0.5]])
    """
    if k < 1:
        raise ValueError(f"k must be at least 1; got {k}")
    weights = np.zeros((k, 1 << k))
    for subset in range(1 << k):
        size = subset.bit_count()
        for player in range(k):
            if not subset >> player & 1:
                weight = math.factorial(size) * math.factorial(k - size - 1) / math.factorial(k)
                weights[player, subset | 1 << player] += weight
                weights[player, subset] -= weight
    return weights


def shapley_values(values: npt.ArrayLike) -> FloatArray:
    """Shapley values of a set function.

    Parameters
    ----------
    values : array_like, shape (..., 2**k)
        Value of each subset along the last axis, the members of subset S being its bits; any unit.

    Returns
    -------
    ndarray, shape (..., k)
        In the same unit; they add up to ``values[..., -1] - values[..., 0]``.

    Raises
    ------
    ValueError
        The last axis is no power of two, or below 2.

    References
    ----------
    Shapley (1953), doi:10.1515/9781400881970-018. For the variance of an output: Owen (2014), Sobol' indices and
    Shapley value, doi:10.1137/130936233.

    Examples
    --------
    >>> shapley_values([0.0, 1.0, 2.0, 5.0])
    array([2., 3.])
    """
    table = np.asarray(values, dtype=np.float64)
    size = table.shape[-1] if table.ndim else 0
    if size < 2 or size & size - 1:
        raise ValueError(f"values must hold 2**k subsets along the last axis; got shape {table.shape}")
    return np.asarray(table @ shapley_weights(size.bit_length() - 1).T, dtype=np.float64)
