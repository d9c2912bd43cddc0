"""What the module ``random`` draws when the user's code calls it: its functions, and methods of its generators."""

from __future__ import annotations

_SHUFFLING = ("shuffle",)
_SPLITTING = ("sample",)
_SAMPLING = [
    "betavariate",
    "binomialvariate",
    "choice",
    "choices",
    "expovariate",
    "gammavariate",
    "gauss",
    "getrandbits",
    "lognormvariate",
    "normalvariate",
    "paretovariate",
    "randbytes",
    "randint",
    "random",
    "randrange",
    "triangular",
    "uniform",
    "vonmisesvariate",
    "weibullvariate",
]
DIRECT = (*_SHUFFLING, *_SPLITTING, *_SAMPLING)


def role_of_direct(name: str) -> str:
    """The role for which a function draws that the user's code calls."""
    if name in _SHUFFLING:
        return "shuffle"
    return "split" if name in _SPLITTING else "sampling"
