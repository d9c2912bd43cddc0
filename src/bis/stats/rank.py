"""Exact rank (conformal) p-values: valid for every distribution, with a smallest attainable value."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bis.stats.arrays import FloatArray, as_batch, as_number, as_sample


@dataclass(frozen=True, slots=True)
class RankTest:
    """The rank of one original among n fresh replays, by its distance from the common median.

    Parameters
    ----------
    n : int
        Number of replays.
    p_value : float
        In [1 / (n + 1), 1].
    smallest : float
        Smallest attainable p-value, 1 / (n + 1): no rejection at a level below it, whatever the original.
    """

    n: int
    p_value: float
    smallest: float


def conformal_p_values(scores: npt.ArrayLike, *, slack: npt.ArrayLike = 0.0) -> FloatArray:
    """Share of runs whose score is at least that of the first.

    Parameters
    ----------
    scores : array_like, shape (..., n + 1)
        Nonconformity of the original (first) and of n replays; each computed by one rule that treats all n + 1 runs
        alike. Not NaN.
    slack : array_like, shape (...)
        Scores that are lower by no more than this count as ties; for rounding errors.

    Returns
    -------
    ndarray, shape (...)
        ``#{i: s_i >= s_0} / (n + 1)`` with i = 0 counted, in [1 / (n + 1), 1].

    Raises
    ------
    ValueError
        A score is NaN, or there is none.

    Notes
    -----
    Exchangeability of the n + 1 runs suffices: P(p <= a) <= a. Ties count against rejection.

    References
    ----------
    Vovk, Gammerman and Shafer (2005), Algorithmic Learning in a Random World. doi:10.1007/b106715

    Examples
    --------
    >>> conformal_p_values([3.0, 1.0, 2.0, 3.0])
    array(0.5)
    """
    array = np.asarray(scores, dtype=np.float64)
    if array.ndim == 0 or array.shape[-1] < 1 or np.isnan(array).any():
        raise ValueError(f"scores must have an axis, hold at least one value and no NaN; got shape {array.shape}")
    bar = array[..., 0] - np.asarray(slack, dtype=np.float64)
    at_least = array >= bar[..., np.newaxis]
    at_least[..., 0] = True
    return np.asarray(at_least.mean(axis=-1), dtype=np.float64)


def rank_p_values(originals: npt.ArrayLike, replays: npt.ArrayLike) -> FloatArray:
    """Two-sided rank p-values of many originals, each against its own replays.

    Parameters
    ----------
    originals : array_like, shape (...)
        In the metric's unit; finite.
    replays : array_like, shape (..., n)
        In the same unit; finite, n >= 1.

    Returns
    -------
    ndarray, shape (...)
        In [1 / (n + 1), 1].

    Raises
    ------
    ValueError
        A value is not finite, or the shapes do not fit.

    Notes
    -----
    The score is |y_i - median(y_0 .. y_n)|: the median is over all n + 1 values, so that the score treats them alike.

    References
    ----------
    Vovk, Gammerman and Shafer (2005). doi:10.1007/b106715

    Examples
    --------
    >>> rank_p_values([9.0], [list(range(19))])
    array([1.])
    """
    values = as_batch(replays, name="replays")
    first = np.broadcast_to(np.asarray(originals, dtype=np.float64), values.shape[:-1])[..., np.newaxis]
    runs = as_batch(np.concatenate([first, values], axis=-1), name="original and replays")
    scores = np.abs(runs - np.median(runs, axis=-1, keepdims=True))
    slack = 2.0 * np.finfo(np.float64).eps * np.abs(runs).max(axis=-1)
    return conformal_p_values(scores, slack=slack)


def rank_test(original: float, replays: npt.ArrayLike) -> RankTest:
    """Rank one original among n fresh replays.

    Parameters
    ----------
    original : float
        In the metric's unit; finite.
    replays : array_like, shape (n,)
        Independent fresh replays, in the same unit; finite, n >= 1.

    Returns
    -------
    RankTest
        p-value and the smallest that n replays can give.

    Raises
    ------
    ValueError
        A value is not finite.

    Notes
    -----
    At the 5 % level nothing can be rejected below n = 19. See `rank_p_values`.

    References
    ----------
    Vovk, Gammerman and Shafer (2005). doi:10.1007/b106715

    Examples
    --------
    >>> rank_test(99.0, range(19)).p_value
    0.05
    """
    values = as_sample(replays, name="replays")
    p_value = float(rank_p_values(as_number(original, name="original"), values))
    return RankTest(n=values.size, p_value=p_value, smallest=1.0 / (values.size + 1))


def replays_for_rank(alpha: float, *, two_tailed: bool = False) -> int:
    """Smallest number of replays at which a rank test can reject at all.

    Parameters
    ----------
    alpha : float
        Level, in (0, 1).
    two_tailed : bool
        For an interval that ends at order statistics on either side, instead of an absolute score.

    Returns
    -------
    int
        19 at .05; 39 for a two-tailed interval.

    Raises
    ------
    ValueError
        `alpha` is not in (0, 1).

    Examples
    --------
    >>> replays_for_rank(0.05), replays_for_rank(0.05, two_tailed=True)
    (19, 39)
    """
    if not 0.0 < alpha < 1.0:
        raise ValueError(f"alpha must lie strictly between 0 and 1; got {alpha}")
    return math.ceil((2.0 if two_tailed else 1.0) / alpha - 1.0 - 1e-9)
