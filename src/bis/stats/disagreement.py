"""Disagreement: how much predictions of several runs on the same items differ, and what that makes of the accuracy."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt


def churn(labels: npt.ArrayLike) -> float:
    """Mean share of items on which two runs disagree.

    Parameters
    ----------
    labels : array_like, shape (n, items)
        Predicted classes of n runs on the same items, of any type that can be compared; n >= 2.

    Returns
    -------
    float
        Over all pairs of runs, in [0, 1].

    Raises
    ------
    ValueError
        The shape does not fit, or there are fewer than 2 runs.

    References
    ----------
    Milani Fard et al. (2016), Launch and iterate: reducing prediction churn. Summers and Dinneen (2021),
    Nondeterminism and instability in neural network optimization, arXiv:2103.04514

    Examples
    --------
    >>> round(churn([[0, 1, 2, 2], [0, 1, 2, 1], [0, 0, 2, 2]]), 3)
    0.333
    """
    predicted = np.asarray(labels)
    if predicted.ndim != 2 or predicted.shape[0] < 2 or not predicted.shape[1]:
        raise ValueError(f"labels must have shape (n, items) with n >= 2 runs; got {predicted.shape}")
    n = len(predicted)
    _, codes = np.unique(predicted, return_inverse=True)
    codes = codes.reshape(predicted.shape)
    counts = np.stack([(codes == code).sum(axis=0) for code in range(int(codes.max()) + 1)])
    # Of n (n - 1) ordered pairs, those that agree on an item have the same class there.
    agreeing = int((counts * (counts - 1)).sum())
    return 1.0 - agreeing / (n * (n - 1) * int(predicted.shape[1]))


def accuracy_sd_from_items(wrong: npt.ArrayLike) -> float:
    """Standard deviation of the accuracy on fixed items, if runs erred on each item independently of the others.

    Parameters
    ----------
    wrong : array_like of bool, shape (n, items)
        Whether each of n runs was wrong on each item; n >= 2.

    Returns
    -------
    float
        ``sqrt(sum e_i (1 - e_i)) / items`` with e_i the error rate on an item, free of the bias that few runs make. A
        yardstick: well-trained networks scatter as much, those that are still learning more.

    Raises
    ------
    ValueError
        The shape does not fit, or there are fewer than 2 runs.

    References
    ----------
    Jordan (2024), On the variance of neural network training with respect to test sets and distributions.
    arXiv:2304.01910

    Examples
    --------
    >>> round(accuracy_sd_from_items([[True, False], [False, False]]), 3)
    0.354
    """
    errors = np.asarray(wrong, dtype=np.bool_)
    if errors.ndim != 2 or errors.shape[0] < 2 or not errors.shape[1]:
        raise ValueError(f"wrong must have shape (n, items) with n >= 2 runs; got {errors.shape}")
    n, items = errors.shape
    rates = errors.mean(axis=0)
    return math.sqrt(float((rates * (1.0 - rates)).sum()) * n / (n - 1)) / int(items)
