"""Sign flips: whether paired differences are centred at zero, exactly, for every symmetric distribution."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from bis.stats.arrays import as_batch

if TYPE_CHECKING:
    from bis.stats.arrays import FloatArray

_LARGEST_EXACT = 16  # 32,768 patterns of signs, each of which stands for two
_ROUNDING = 1e-12


@dataclass(frozen=True, slots=True)
class SignFlipTest:
    """A sign-flip test.

    Parameters
    ----------
    n : int
        Number of differences.
    p_value : float
        Two-sided, in (0, 1].
    exact : bool
        Whether all patterns of signs were counted, instead of a random sample of them.
    smallest : float
        Smallest attainable p-value.
    """

    n: int
    p_value: float
    exact: bool
    smallest: float


def sign_flip_test(
    differences: npt.ArrayLike, *, rng: np.random.Generator | None = None, resamples: int = 99_999
) -> SignFlipTest:
    """Test whether paired differences are as likely as with their signs exchanged.

    Parameters
    ----------
    differences : array_like, shape (n,) or (n, d)
        One a pair, in any unit; finite, n >= 1. The components of a vector keep their relation: the whole vector is
        flipped.
    rng : numpy.random.Generator, optional
        Needed only above 16 pairs; the only source of randomness.
    resamples : int
        Number of random patterns of signs then.

    Returns
    -------
    SignFlipTest
        By the (Euclidean) size of the mean difference.

    Raises
    ------
    ValueError
        The shape does not fit, a value is not finite, or `rng` is needed and missing.

    Notes
    -----
    Exact where the two members of each pair can be exchanged under the null hypothesis: no shape of the distribution
    is assumed. Ties count against rejection. The smallest p-value is ``2 / 2**n``: nothing can be rejected at .05
    below 6 pairs.

    References
    ----------
    Fisher (1935), The Design of Experiments, section 21. Phipson and Smyth (2010), doi:10.2202/1544-6115.1585, for
    random patterns.

    Examples
    --------
    >>> sign_flip_test([1.0, 2.0, 3.0, 1.0, 2.0, 1.0]).p_value
    0.03125
    """
    rows = as_batch(differences, name="differences")
    rows = rows[:, np.newaxis] if rows.ndim == 1 else rows
    if rows.ndim != 2 or not rows.size:
        raise ValueError(f"differences must have shape (n,) or (n, d) with n >= 1; got {np.shape(differences)}")
    n = len(rows)
    largest = float(np.abs(rows).max())
    if largest == 0.0:
        return SignFlipTest(n, 1.0, exact=True, smallest=min(1.0, 2.0 ** (1 - n)))
    rows = rows / largest
    # Of the sum over all pairs only the products of two differences matter, however long the vectors are.
    products = rows @ rows.T
    bar = float(products.sum()) - _ROUNDING * float(np.abs(products).sum())
    if n <= _LARGEST_EXACT:
        # A pattern and its opposite have the same size: the first sign is +.
        signs = np.array(list(itertools.product((1.0, -1.0), repeat=n - 1)), dtype=np.float64).reshape(2 ** (n - 1), -1)
        signs = np.column_stack([np.ones(len(signs)), signs])
        share = float((_sizes(signs, products) >= bar).mean())
        return SignFlipTest(n, share, exact=True, smallest=min(1.0, 2.0 ** (1 - n)))
    if rng is None:
        raise ValueError(f"there are 2**{n} patterns of {n} signs: pass rng to sample them")
    signs = rng.choice((1.0, -1.0), size=(resamples, n))
    extreme = int((_sizes(signs, products) >= bar).sum())
    return SignFlipTest(n, (extreme + 1) / (resamples + 1), exact=False, smallest=1.0 / (resamples + 1))


def _sizes(signs: FloatArray, products: FloatArray) -> FloatArray:
    """Squared length of the signed sum, for each pattern."""
    return np.asarray(((signs @ products) * signs).sum(axis=1), dtype=np.float64)
