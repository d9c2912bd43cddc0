"""Experiments whose shares are known, with entropy drawn by SHA-256: the same on every machine and with every NumPy."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import stats

from bis.stats.arrays import FloatArray
from bis.stats.double_star import corners

K = 5
ADDITIVE = (0.50, 0.25, 0.15, 0.07, 0.03)
MAIN_EFFECTS = (0.325, 0.15, 0.10, 0.05, 0.025)
PAIR_EFFECTS = {(0, 1): 0.15, (0, 2): 0.10, (0, 3): 0.05, (1, 2): 0.05}


def uniforms(shape: tuple[int, ...], *key: object) -> FloatArray:
    """Uniform draws from SHA-256 of the key and a counter, four for each digest."""
    count = math.prod(shape)
    prefix = repr(key).encode()
    data = b"".join(hashlib.sha256(prefix + b"%d" % i).digest() for i in range(-(-count // 4)))
    drawn: FloatArray = (np.frombuffer(data, dtype="<u8")[:count] + 0.5) / 2.0**64
    return drawn.reshape(shape)


def normals(shape: tuple[int, ...], *key: object) -> FloatArray:
    """Standard normal draws from `uniforms`."""
    return np.asarray(stats.norm.ppf(uniforms(shape, *key)), dtype=np.float64)


def factors(a: FloatArray, b: FloatArray, k: int = K) -> FloatArray:
    """Factors (n, runs, k) of the corners, from those of A and B (n, k)."""
    return np.where(np.array(corners(k)), b[:, np.newaxis], a[:, np.newaxis])


def additive(blocks: int, *key: object) -> FloatArray:
    """A sum of five factors: outputs (n, 12, 1)."""
    a, b = normals((2, blocks, K), "additive", *key)
    return (factors(a, b) @ np.sqrt(ADDITIVE))[..., np.newaxis]


def interacting(blocks: int, *key: object) -> FloatArray:
    """35 % of the variance are products of two factors: outputs (n, 12, 1)."""
    z = factors(*normals((2, blocks, K), "inter", *key))
    pairs = [math.sqrt(part) * z[..., i] * z[..., j] for (i, j), part in PAIR_EFFECTS.items()]
    return np.asarray(z @ np.sqrt(MAIN_EFFECTS) + sum(pairs), dtype=np.float64)[..., np.newaxis]


def chaotic(blocks: int, *key: object) -> FloatArray:
    """Every change of any factor gives an output that has nothing to do with the one before: outputs (n, 12, 1)."""
    return normals((blocks, len(corners(K)), 1), "chaos", *key)


def vector(blocks: int, *key: object) -> FloatArray:
    """The additive experiment with 20 independent components: outputs (n, 12, 20)."""
    a, b = normals((2, blocks, K, 20), "vector", *key)
    z = np.where(np.array(corners(K))[..., np.newaxis], b[:, np.newaxis], a[:, np.newaxis])
    return np.asarray(np.einsum("nrkd,k->nrd", z, np.sqrt(ADDITIVE)), dtype=np.float64)


@dataclass(frozen=True, slots=True)
class Synthetic:
    """An experiment and its truth, by factor."""

    outputs: Callable[..., FloatArray]
    shares: tuple[float, ...]
    first_order: tuple[float, ...]
    total: tuple[float, ...]

    @property
    def interaction(self) -> float:
        """What no factor explains alone."""
        return 1.0 - sum(self.first_order)


def _with_pairs(weight: float) -> tuple[float, ...]:
    return tuple(
        main + weight * sum(v for pair, v in PAIR_EFFECTS.items() if i in pair) for i, main in enumerate(MAIN_EFFECTS)
    )


SCALAR = {
    "additive": Synthetic(additive, ADDITIVE, ADDITIVE, ADDITIVE),
    "inter": Synthetic(interacting, _with_pairs(0.5), MAIN_EFFECTS, _with_pairs(1.0)),
    "chaos": Synthetic(chaotic, (0.2,) * 5, (0.0,) * 5, (1.0,) * 5),
}
VECTOR = Synthetic(vector, ADDITIVE, ADDITIVE, ADDITIVE)
