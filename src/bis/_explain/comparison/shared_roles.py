"""Which replays of two programs belong together: those that drew the same for some role."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from bis.model.role import Role
from bis.model.variation import ROOT_BYTES, Variation

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from bis.model.verdict import Outcome

_HASH_SEEDS = 2**32 - 1  # PYTHONHASHSEED from 1; 0 would switch randomisation off


def scoped_variations(
    times: int, *, reseeded: bool, source: Callable[[int], bytes] = secrets.token_bytes
) -> tuple[Variation, ...]:
    """`times` variations with a new root and hash seed each, from whose root each role draws by itself.

    Two programs that are replayed with the same one, and that split the same data, split it alike, whatever else they
    draw.

    Parameters
    ----------
    times : int
        How many.
    reseeded : bool
        Whether seeds that the program sets are drawn, too.
    source : callable
        Gives so many random bytes; the operating system's by default.

    Examples
    --------
    >>> import random
    >>> made = scoped_variations(2, reseeded=True, source=random.Random(7).randbytes)
    >>> [v.scoped and v.reseeded for v in made], len({v.root for v in made})
    ([True, True], 2)
    """
    return tuple(
        Variation(
            source(ROOT_BYTES).hex(),
            str(int.from_bytes(source(16), "big") % _HASH_SEEDS + 1),
            scoped=True,
            reseeded=reseeded,
        )
        for _ in range(times)
    )


def shared_roles(pairs: Sequence[tuple[Outcome, Outcome]]) -> tuple[Role, ...]:
    """The roles for which both replays of every pair drew the same numbers, and drew any.

    Draws of role `other` are not counted on: it is not known what they are for.
    """
    if not pairs:
        return ()
    found = set.intersection(*(_alike(a, b) for a, b in pairs))
    return tuple(role for role in Role if role in found)


def drew_the_same(outcomes: Sequence[Outcome], figures: Sequence[Mapping[str, float] | None]) -> bool:
    """Whether all replays that ended drew the same numbers and gave the same figures, in spite of other roots.

    They are then copies of one result, as where a program sets all its seeds. Of replays that do not say what they
    drew, equal figures are taken for that: a program with other draws has other ones, but for very coarse ones.

    Parameters
    ----------
    outcomes : sequence of Outcome
        The replays.
    figures : sequence of mapping or None
        What each gave that counts, by name; None for one that failed.
    """
    ended = [(o, f) for o, f in zip(outcomes, figures, strict=True) if f is not None]
    if len(ended) < 2 or not any(f for _o, f in ended):
        return False
    draws = {tuple((d.role, d.digest) for d in o.draws if d.draws) for o, _f in ended}
    values = {tuple((name, value.hex()) for name, value in sorted(f.items())) for _o, f in ended}
    return len(draws) == 1 and len(values) == 1


def drew_anything(outcomes: Iterable[Outcome]) -> bool:
    """Whether any replay drew for a role."""
    return any(draws.draws for outcome in outcomes for draws in outcome.draws)


def _alike(a: Outcome, b: Outcome) -> set[Role]:
    there = {draws.role: draws.digest for draws in b.draws if draws.draws}
    return {d.role for d in a.draws if d.draws and d.role is not Role.OTHER and there.get(d.role) == d.digest}
