"""Samples: how numbers enter the statistics, checked once at the border."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import numpy.typing as npt

FloatArray: TypeAlias = npt.NDArray[np.float64]
BoolArray: TypeAlias = npt.NDArray[np.bool_]


def as_batch(values: npt.ArrayLike, *, name: str, at_least: int = 1) -> FloatArray:
    """One or many samples as float64, checked.

    Parameters
    ----------
    values : array_like, shape (..., n)
        Samples along the last axis; finite.
    name : str
        What to call them in a message.
    at_least : int
        Smallest allowed n.

    Returns
    -------
    ndarray, shape (..., n)
        The same values.

    Raises
    ------
    ValueError
        There is no axis, n is below `at_least`, or a value is NaN or infinite.

    Examples
    --------
    >>> as_batch([1, 2, 3], name="replays")
    array([1., 2., 3.])
    """
    array = np.asarray(values, dtype=np.float64)
    if array.ndim == 0:
        raise ValueError(f"{name} must have at least one axis; got the scalar {array!r}")
    if array.shape[-1] < at_least:
        raise ValueError(f"{name} must hold at least {at_least} values; got {array.shape[-1]}")
    if not np.isfinite(array).all():
        raise ValueError(f"{name} must be finite: NaN, infinities and crashes are categories, judged by categories.py")
    return array


def as_sample(values: npt.ArrayLike, *, name: str, at_least: int = 1) -> FloatArray:
    """One sample as float64, checked.

    Parameters
    ----------
    values : array_like, shape (n,)
        Finite values.
    name : str
        What to call them in a message.
    at_least : int
        Smallest allowed n.

    Returns
    -------
    ndarray, shape (n,)
        The same values.

    Raises
    ------
    ValueError
        The shape is not (n,), n is below `at_least`, or a value is NaN or infinite.

    Examples
    --------
    >>> as_sample([[1.0]], name="replays")
    Traceback (most recent call last):
    ValueError: replays must have exactly one axis; got shape (1, 1)
    """
    array = as_batch(values, name=name, at_least=at_least)
    if array.ndim != 1:
        raise ValueError(f"{name} must have exactly one axis; got shape {array.shape}")
    return array


def as_number(value: float, *, name: str) -> float:
    """One finite number.

    Parameters
    ----------
    value : float
        Any real number.
    name : str
        What to call it in a message.

    Returns
    -------
    float
        The same value.

    Raises
    ------
    ValueError
        It is NaN or infinite.

    Examples
    --------
    >>> as_number(1, name="original")
    1.0
    """
    number = float(value)
    if not np.isfinite(number):
        raise ValueError(f"{name} must be finite; got {number}")
    return number


def as_fraction(value: float, *, name: str) -> float:
    """A number strictly between 0 and 1: a level, a power, a confidence.

    Parameters
    ----------
    value : float
        The number.
    name : str
        What to call it in a message.

    Returns
    -------
    float
        The same value.

    Raises
    ------
    ValueError
        It is not in (0, 1).

    Examples
    --------
    >>> as_fraction(0.05, name="alpha")
    0.05
    """
    if not 0.0 < value < 1.0:
        raise ValueError(f"{name} must lie strictly between 0 and 1; got {value}")
    return float(value)
