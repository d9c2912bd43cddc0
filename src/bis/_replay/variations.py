"""The variations of the usual replays: exact ones repeat the recorded randomness, fresh ones have all of it new."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from bis.model.variation import ROOT_BYTES, Variation, recorded_variation

if TYPE_CHECKING:
    from collections.abc import Callable

    from bis.model.facets import Randomness

_HASH_SEEDS = 2**32 - 1  # PYTHONHASHSEED from 1; 0 would switch randomisation off


def exact_variations(randomness: Randomness, times: int) -> tuple[Variation, ...]:
    """The recorded variation, `times` times."""
    return (recorded_variation(randomness),) * times


def fresh_variations(times: int, *, source: Callable[[int], bytes] = secrets.token_bytes) -> tuple[Variation, ...]:
    """`times` variations with a new root and a new hash seed each.

    Parameters
    ----------
    times : int
        How many.
    source : callable
        Gives so many random bytes; the operating system's by default. ``random.Random(7).randbytes`` makes the
        roots, and so the replays, the same each time.

    Examples
    --------
    >>> import random
    >>> made = fresh_variations(2, source=random.Random(7).randbytes)
    >>> made == fresh_variations(2, source=random.Random(7).randbytes), len({v.root for v in made})
    (True, 2)
    """
    return tuple(
        Variation(source(ROOT_BYTES).hex(), str(int.from_bytes(source(16), "big") % _HASH_SEEDS + 1))
        for _ in range(times)
    )
