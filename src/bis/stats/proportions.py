"""Shares of many: how often something holds in a population of which a part was seen."""

from __future__ import annotations

import math
from statistics import NormalDist

from bis.stats.arrays import as_fraction
from bis.stats.interval import Interval


def wilson(successes: int, n: int, *, confidence: float = 0.95) -> Interval:
    """Score interval of a probability, for shares of many projects.

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
        Bounds in [0, 1]; covers with `confidence` on average over probabilities, not for each.

    Raises
    ------
    ValueError
        The counts make no sense, or `confidence` is not in (0, 1).

    References
    ----------
    Wilson (1927), Probable inference, the law of succession, and statistical inference. doi:10.2307/2276774

    Examples
    --------
    >>> bounds = wilson(81, 263)
    >>> round(bounds.low, 4), round(bounds.high, 4)
    (0.2553, 0.3662)
    """
    if n < 1 or not 0 <= successes <= n:
        raise ValueError(f"need 0 <= successes <= n and n >= 1; got {successes} of {n}")
    z = NormalDist().inv_cdf((1.0 + as_fraction(confidence, name="confidence")) / 2.0)
    share = successes / n
    scale = 1.0 + z * z / n
    centre = (share + z * z / (2.0 * n)) / scale
    half = z / scale * math.sqrt(share * (1.0 - share) / n + z * z / (4.0 * n * n))
    low = 0.0 if successes == 0 else max(0.0, centre - half)
    high = 1.0 if successes == n else min(1.0, centre + half)
    return Interval(low, high, confidence)
