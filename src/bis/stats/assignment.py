"""Pairing the members of two groups so that the pairs fit best."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import scipy


def best_assignment(scores: npt.ArrayLike) -> list[tuple[int, int]]:
    """The pairs of rows and columns whose scores have the largest sum.

    Parameters
    ----------
    scores : array_like, shape (m, n)
        How well each row fits each column; finite, in any unit.

    Returns
    -------
    list of (int, int)
        ``min(m, n)`` pairs, in the order of the rows; each row and each column is in one of them at most.

    Raises
    ------
    ValueError
        It is not a table of finite numbers.

    References
    ----------
    Crouse (2016), On implementing 2D rectangular assignment algorithms. doi:10.1109/TAES.2016.140952

    Examples
    --------
    >>> best_assignment([[4.0, 3.0], [4.0, 1.0]])
    [(0, 1), (1, 0)]
    """
    table = np.asarray(scores, dtype=np.float64)
    if table.ndim != 2 or not bool(np.isfinite(table).all()):
        raise ValueError(f"scores must be a table of finite numbers; got shape {table.shape}")
    rows, columns = scipy.optimize.linear_sum_assignment(table, maximize=True)
    return [(int(row), int(column)) for row, column in zip(rows, columns, strict=True)]
