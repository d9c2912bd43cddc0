"""Categories of outcomes: a number, NaN, an infinity or a crash; and tests of them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from bis.stats.arrays import as_fraction
from bis.stats.binomial import clopper_pearson
from bis.stats.interval import Interval

if TYPE_CHECKING:
    from collections.abc import Sequence


class Category(str, Enum):
    """What kind of value a run gave for a metric."""

    OK = "ok"
    NAN = "nan"
    POSITIVE_INFINITY = "+inf"
    NEGATIVE_INFINITY = "-inf"
    CRASH = "crash"


@dataclass(frozen=True, slots=True)
class CategoryTest:
    """The original's category against those of n fresh replays.

    Parameters
    ----------
    category : Category
        Of the original.
    n : int
        Number of replays, failed ones included.
    same : int
        Replays in the original's category.
    failed : int
        Replays that are not OK.
    probability : Interval
        Clopper-Pearson interval of P(category of the original).
    failure_rate : Interval
        Clopper-Pearson interval of P(a run is not OK).
    p_value : float
        ``(same + 1) / (n + 1)``: rank p-value of the category, in (0, 1].
    consistent : bool
        For an original that is not OK: the category occurs among the replays. For one that is: the p-value is above
        the level.
    numeric : tuple of int
        Indices of the replays that are OK: numeric tests use these only.
    """

    category: Category
    n: int
    same: int
    failed: int
    probability: Interval
    failure_rate: Interval
    p_value: float
    consistent: bool
    numeric: tuple[int, ...]


def categorise(value: float | None) -> Category:
    """The category of one outcome.

    Parameters
    ----------
    value : float or None
        In the metric's unit; None where the run ended badly and did not log it.

    Returns
    -------
    Category
        CRASH for None.

    Examples
    --------
    >>> [categorise(x).value for x in (0.9, float("nan"), float("-inf"), None)]
    ['ok', 'nan', '-inf', 'crash']
    """
    if value is None:
        return Category.CRASH
    if math.isnan(value):
        return Category.NAN
    if math.isinf(value):
        return Category.POSITIVE_INFINITY if value > 0 else Category.NEGATIVE_INFINITY
    return Category.OK


def category_test(
    original: float | None, replays: Sequence[float | None], *, alpha: float = 0.05, confidence: float = 0.95
) -> CategoryTest:
    """Test whether the original's category is plausible among the replays.

    Parameters
    ----------
    original : float or None
        In the metric's unit; None for a crash.
    replays : sequence of float or None, length n
        Independent fresh replays, all of them; n >= 1.
    alpha : float
        Level for an original that is OK, in (0, 1).
    confidence : float
        Of the intervals, in (0, 1).

    Returns
    -------
    CategoryTest
        Counts, intervals, p-value and the indices for numeric tests.

    Raises
    ------
    ValueError
        There is no replay, or `alpha` or `confidence` is not in (0, 1).

    Notes
    -----
    The p-value is the share of all n + 1 runs, the original among them, in the original's category: exact for
    exchangeable runs, and at least 1 / (n + 1). An original that is OK among replays that all failed is therefore
    not refuted below n = 19; there is no number left to compare either.

    References
    ----------
    Clopper and Pearson (1934). doi:10.1093/biomet/26.4.404

    Examples
    --------
    >>> test = category_test(0.9, [0.91, None, 0.89, float("nan")])
    >>> test.failed, test.numeric, test.p_value
    (2, (0, 2), 0.6)
    """
    as_fraction(alpha, name="alpha")
    n = len(replays)
    if n < 1:
        raise ValueError("a category test needs at least one replay")
    category = categorise(original)
    found = [categorise(value) for value in replays]
    same = found.count(category)
    failed = n - found.count(Category.OK)
    p_value = (same + 1) / (n + 1)
    return CategoryTest(
        category=category,
        n=n,
        same=same,
        failed=failed,
        probability=clopper_pearson(same, n, confidence=confidence),
        failure_rate=clopper_pearson(failed, n, confidence=confidence),
        p_value=p_value,
        consistent=p_value > alpha if category is Category.OK else same > 0,
        numeric=tuple(i for i, one in enumerate(found) if one is Category.OK),
    )
