"""What NumPy draws when the user's code calls it: functions of ``numpy.random``, methods of generators."""

from __future__ import annotations

_SHUFFLING = ("permutation", "permuted", "shuffle")
_SAMPLING = [
    "beta",
    "binomial",
    "bytes",
    "chisquare",
    "choice",
    "dirichlet",
    "exponential",
    "f",
    "gamma",
    "geometric",
    "gumbel",
    "hypergeometric",
    "integers",
    "laplace",
    "logistic",
    "lognormal",
    "logseries",
    "multinomial",
    "multivariate_hypergeometric",
    "multivariate_normal",
    "negative_binomial",
    "noncentral_chisquare",
    "noncentral_f",
    "normal",
    "pareto",
    "poisson",
    "power",
    "rand",
    "randint",
    "randn",
    "random",
    "random_integers",
    "random_sample",
    "ranf",
    "rayleigh",
    "sample",
    "standard_cauchy",
    "standard_exponential",
    "standard_gamma",
    "standard_normal",
    "standard_t",
    "tomaxint",
    "triangular",
    "uniform",
    "vonmises",
    "wald",
    "weibull",
    "zipf",
]
DIRECT = (*_SHUFFLING, *_SAMPLING)


def role_of_direct(name: str) -> str:
    """The role for which a function draws that the user's code calls."""
    return "shuffle" if name in _SHUFFLING else "sampling"
