"""Binomial bounds: what r replays out of r say about the next one."""

from __future__ import annotations

import scipy

from bis.stats.arrays import as_fraction
from bis.stats.interval import Interval


def identical_lower_bound(r: int, *, confidence: float = 0.95) -> float:
    """Lower confidence bound of the probability that a replay is identical, after r of r were.

    Parameters
    ----------
    r : int
        Number of independent exact replays, all identical; at least 0.
    confidence : float
        In (0, 1).

    Returns
    -------
    float
        ``(1 - confidence)**(1 / r)``, in [0, 1); 0 for r = 0.

    Raises
    ------
    ValueError
        `r` is negative or `confidence` is not in (0, 1).

    Notes
    -----
    One-sided Clopper-Pearson bound: the smallest P(identical) under which r of r is not rarer than 1 - confidence.

    References
    ----------
    Clopper and Pearson (1934), The use of confidence or fiducial limits. doi:10.1093/biomet/26.4.404

    Examples
    --------
    >>> [round(identical_lower_bound(r), 3) for r in (1, 3, 10, 29, 59)]
    [0.05, 0.368, 0.741, 0.902, 0.95]
    """
    if r < 0:
        raise ValueError(f"r must not be negative; got {r}")
    miss = 1.0 - as_fraction(confidence, name="confidence")
    return 0.0 if r == 0 else float(miss ** (1.0 / r))


def clopper_pearson(successes: int, n: int, *, confidence: float = 0.95) -> Interval:
    """Exact two-sided confidence interval of a probability.

    Parameters
    ----------
    successes : int
        In 0..n.
    n : int
        Number of independent trials; at least 1.
    confidence : float
        In (0, 1).

    Returns
    -------
    Interval
        Bounds in [0, 1]; covers with at least `confidence`.

    Raises
    ------
    ValueError
        The counts make no sense, or `confidence` is not in (0, 1).

    References
    ----------
    Clopper and Pearson (1934). doi:10.1093/biomet/26.4.404

    Examples
    --------
    >>> bounds = clopper_pearson(0, 10)
    >>> round(bounds.low, 3), round(bounds.high, 3)
    (0.0, 0.308)
    """
    if n < 1 or not 0 <= successes <= n:
        raise ValueError(f"need 0 <= successes <= n and n >= 1; got {successes} of {n}")
    tail = (1.0 - as_fraction(confidence, name="confidence")) / 2.0
    low = 0.0 if successes == 0 else float(scipy.stats.beta.ppf(tail, successes, n - successes + 1))
    high = 1.0 if successes == n else float(scipy.stats.beta.ppf(1.0 - tail, successes + 1, n - successes))
    return Interval(low, high, confidence)
