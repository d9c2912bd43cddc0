"""The rank-sum test of two samples (Wilcoxon, Mann-Whitney), exact also where values are tied."""

from __future__ import annotations

from math import comb
from typing import TYPE_CHECKING

import numpy as np
from scipy.stats import rankdata

from bis.stats.arrays import as_sample

if TYPE_CHECKING:
    import numpy.typing as npt


def rank_sum_p_value(first: npt.ArrayLike, second: npt.ArrayLike) -> float:
    """Whether two samples may be from one distribution, by the sum of the ranks of one of them.

    Parameters
    ----------
    first, second : array_like, shape (n,) and (m,)
        Finite values, n + m at most about 100.

    Returns
    -------
    float
        Two-sided: twice the smaller tail, at most 1. Exact where all are exchangeable, whatever their distribution and
        their ties: the null distribution is that of all choices of n of the n + m (mid-)ranks.

    References
    ----------
    Mann and Whitney (1947). doi:10.1214/aoms/1177730491

    Examples
    --------
    >>> round(rank_sum_p_value([1.0, 2.0, 3.0], [4.0, 5.0, 6.0]), 3)
    0.1
    >>> rank_sum_p_value([1.0, 1.0], [1.0, 1.0])
    1.0
    """
    a, b = as_sample(first, name="first", at_least=1), as_sample(second, name="second", at_least=1)
    doubled = np.rint(2 * rankdata(np.concatenate([a, b]))).astype(int)  # mid-ranks are halves
    observed = int(doubled[: a.size].sum())
    # ways[k, s]: how many choices of k of the ranks so far have the sum s. Floats are exact to 2**53, beyond that a
    # tail is off by parts in 1e16.
    ways = np.zeros((a.size + 1, int(doubled.sum()) + 1))
    ways[0, 0] = 1
    for rank in doubled:
        ways[1:, rank:] += ways[:-1, : ways.shape[1] - rank].copy()
    chances = ways[a.size] / ways[a.size].sum()
    return float(min(1.0, 2 * min(chances[: observed + 1].sum(), chances[observed:].sum())))


def smallest_p_value(n: int, m: int) -> float:
    """What the test gives for two samples of these sizes that do not overlap.

    Examples
    --------
    >>> round(smallest_p_value(5, 5), 4)
    0.0079
    """
    return min(1.0, 2 / comb(n + m, n))
