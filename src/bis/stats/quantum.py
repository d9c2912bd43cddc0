"""Quantum: the distance of neighbouring values of a metric that counts."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from bis.stats.arrays import as_sample
from bis.stats.ulp import is_float32

_LARGEST_M = 100_000
_LARGEST_M_FLOAT32 = 10_000


def infer_quantum(values: npt.ArrayLike, *, n_test: int | None = None) -> float:
    """Guess the quantum of a metric: 1/m where every value is clearly a multiple of 1/m.

    Parameters
    ----------
    values : array_like, shape (n,)
        Original and replays, in the metric's unit; finite.
    n_test : int, optional
        Number of items on which a share was computed; then nothing is guessed.

    Returns
    -------
    float
        1 / n_test if that was given; else 1 / m for the smallest m up to 100,000 (10,000 for values computed in
        float32) that fits; else 0.0, which means "continuous, or not known".

    Raises
    ------
    ValueError
        `n_test` is below 1 or a value is not finite.

    Notes
    -----
    Conservative: with fewer than 3 distinct values nothing is concluded. 3 arbitrary float64 values fit some m by
    chance with probability below 1e-15, 3 float32 values with about 1e-5. Where all values happen to be multiples of
    a coarser grid, the quantum is too large, which widens intervals (fewer rejections) and never narrows them.
    Counts are multiples of 1.

    Examples
    --------
    >>> round(1 / infer_quantum([340 / 360, 347 / 360, 331 / 360]))
    360
    >>> infer_quantum([0.9731284, 0.9688213, 0.9704421])
    0.0
    """
    sample = np.unique(as_sample(values, name="values"))
    if n_test is not None:
        if n_test < 1:
            raise ValueError(f"n_test must be at least 1; got {n_test}")
        return 1.0 / n_test
    if sample.size < 3 or float(np.abs(sample).max()) > 2.0**31:
        return 0.0
    single = all(is_float32(float(x)) for x in sample)
    m = np.arange(1, (_LARGEST_M_FLOAT32 if single else _LARGEST_M) + 1, dtype=np.float64)
    # A share is k / m rounded once in its own format; the arithmetic of a mean may add a few more units.
    unit = 2.0**-24 if single else 2.0**-51
    fits = np.ones(m.shape, dtype=np.bool_)
    for x in sample:
        product = m * x
        fits &= np.abs(product - np.round(product)) <= unit * np.abs(product)
    # Beyond this the tolerance itself spans the grid, and everything would fit.
    fits &= unit * m * max(1.0, float(np.abs(sample).max())) < 1e-3
    return float(1.0 / m[int(np.argmax(fits))]) if fits.any() else 0.0
