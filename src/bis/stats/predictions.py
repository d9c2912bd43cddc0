"""Predictions on a fixed probe set: disagreement of runs, and the scatter of accuracy that seeds alone explain."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from bis.stats.arrays import FloatArray, as_sample
from bis.stats.rank import RankTest, conformal_p_values


def churn(a: npt.ArrayLike, b: npt.ArrayLike) -> float:
    """Share of probe items on which two runs predict different classes.

    Parameters
    ----------
    a, b : array_like of labels, shape (m,)
        Predicted classes on the same items in the same order; m >= 1.

    Returns
    -------
    float
        In [0, 1].

    Raises
    ------
    ValueError
        The shapes differ or there are no items.

    References
    ----------
    Milani Fard et al. (2016), Launch and iterate: reducing prediction churn.
    https://proceedings.neurips.cc/paper/2016/hash/dc5c768b5dc76a084531934b34601977-Abstract.html

    Examples
    --------
    >>> churn([0, 1, 2, 2], [0, 1, 1, 2])
    0.25
    """
    left, right = np.asarray(a), np.asarray(b)
    if left.shape != right.shape or left.ndim != 1 or left.size == 0:
        raise ValueError(f"labels must have one common shape (m,) with m >= 1; got {left.shape} and {right.shape}")
    return float((left != right).mean())


def churn_matrix(labels: npt.ArrayLike) -> FloatArray:
    """Churn of every pair of runs.

    Parameters
    ----------
    labels : array_like of labels, shape (n + 1, m)
        Predicted classes, a row per run.

    Returns
    -------
    ndarray, shape (n + 1, n + 1)
        Symmetric, zero diagonal, in [0, 1].

    Raises
    ------
    ValueError
        The shape is not (n + 1, m), or there are no runs or items.

    Examples
    --------
    >>> churn_matrix([[0, 1], [0, 0]])
    array([[0. , 0.5],
           [0.5, 0. ]])
    """
    array = np.asarray(labels)
    if array.ndim != 2 or array.size == 0:
        raise ValueError(f"labels must have shape (n + 1, m) and not be empty; got {array.shape}")
    return np.asarray([(array != row).mean(axis=-1) for row in array], dtype=np.float64)


def churn_test(labels: npt.ArrayLike) -> RankTest:
    """Test whether the original's predictions disagree more with the replays than these do among themselves.

    Parameters
    ----------
    labels : array_like of labels, shape (n + 1, m)
        Predicted classes on the probe set, the original's row first; n >= 1.

    Returns
    -------
    RankTest
        Rank p-value of the mean churn against all other runs.

    Raises
    ------
    ValueError
        The shape is not (n + 1, m) with n >= 1 and m >= 1.

    Notes
    -----
    The mean is over all n + 1 runs, which treats them alike: exact for exchangeable runs.

    References
    ----------
    Vovk, Gammerman and Shafer (2005). doi:10.1007/b106715

    Examples
    --------
    >>> churn_test([[1, 1, 1], [0, 0, 1], [0, 0, 1], [0, 0, 1]]).p_value
    0.25
    """
    matrix = churn_matrix(labels)
    runs = matrix.shape[0]
    if runs < 2:
        raise ValueError("a churn test needs the original and at least one replay")
    # Sums of counts over m, off by rounding only.
    p_value = float(conformal_p_values(matrix.mean(axis=-1), slack=1e-12))
    return RankTest(n=runs - 1, p_value=p_value, smallest=1.0 / runs)


def error_rates(labels: npt.ArrayLike, truth: npt.ArrayLike) -> FloatArray:
    """Share of runs that get each probe item wrong.

    Parameters
    ----------
    labels : array_like of labels, shape (n, m)
        Predicted classes, a row per run; n >= 1.
    truth : array_like of labels, shape (m,)
        True classes.

    Returns
    -------
    ndarray, shape (m,)
        In [0, 1].

    Raises
    ------
    ValueError
        The shapes do not fit.

    Examples
    --------
    >>> error_rates([[0, 1], [1, 1]], [0, 1])
    array([0.5, 0. ])
    """
    array, right = np.asarray(labels), np.asarray(truth)
    if array.ndim != 2 or array.shape[0] < 1 or right.shape != array.shape[1:]:
        raise ValueError(f"labels (n, m) and truth (m,) must fit; got {array.shape} and {right.shape}")
    return np.asarray((array != right).mean(axis=0), dtype=np.float64)


def expected_accuracy_sd(rates: npt.ArrayLike, *, runs: int | None = None) -> float:
    """Standard deviation of accuracy that independent errors of the items alone would give.

    Parameters
    ----------
    rates : array_like, shape (m,)
        Error rate of each probe item over seeds, in [0, 1].
    runs : int, optional
        Number of runs from which the rates were estimated, at least 2; corrects the bias of
        ``rate * (1 - rate)`` by ``runs / (runs - 1)``.

    Returns
    -------
    float
        ``sqrt(sum_i rate_i (1 - rate_i)) / m``, as a share.

    Raises
    ------
    ValueError
        A rate is not in [0, 1] or `runs` is below 2.

    Notes
    -----
    A yardstick, no test: an accuracy that scatters by this much over seeds is what a well-converged net shows.

    References
    ----------
    Jordan (2024), On the variance of neural network training with respect to test sets and distributions.
    arXiv:2304.01910

    Examples
    --------
    >>> expected_accuracy_sd([0.5, 0.5, 0.0, 1.0])
    0.1767766952966369
    """
    eps = as_sample(rates, name="rates")
    if not bool(((eps >= 0.0) & (eps <= 1.0)).all()):
        raise ValueError("rates must lie in [0, 1]")
    if runs is not None and runs < 2:
        raise ValueError(f"runs must be at least 2; got {runs}")
    correction = 1.0 if runs is None else runs / (runs - 1)
    return math.sqrt(correction * float((eps * (1.0 - eps)).sum())) / eps.size


def binary_accuracy_sd(error: float, m: int) -> float:
    """Standard deviation of accuracy of a calibrated binary classifier over seeds.

    Parameters
    ----------
    error : float
        Mean error rate, in [0, 1].
    m : int
        Number of test items, at least 1.

    Returns
    -------
    float
        ``sqrt(error / (2 m))``, as a share.

    Raises
    ------
    ValueError
        `error` is not in [0, 1] or `m` is below 1.

    References
    ----------
    Jordan (2024), arXiv:2304.01910

    Examples
    --------
    >>> round(binary_accuracy_sd(0.05, 10_000), 5)
    0.00158
    """
    if not 0.0 <= error <= 1.0 or m < 1:
        raise ValueError(f"need an error in [0, 1] and m >= 1; got {error} and {m}")
    return math.sqrt(error / (2 * m))
