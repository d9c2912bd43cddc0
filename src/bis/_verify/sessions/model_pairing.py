"""Models of a replay under the names of the original's: a name that a server made up is another one each time."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bis.model.run_identity import is_generated

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bis.model.facets import ModelWeights


def paired_models(
    originals: Sequence[ModelWeights], replayed: Sequence[ModelWeights], *, for_agreement: bool
) -> tuple[ModelWeights, ...]:
    """The replay's counterparts of the original's models, renamed to them; the others are left out.

    Models are paired by the names that the program gave. Those without one are paired by their framework: first those
    with the same weights (where `for_agreement` is true), then in the order in which they were logged.
    """
    left = list(replayed)
    found: dict[int, ModelWeights] = {}
    for fits in (_same_name_and_weights, _same_name, _same_weights, _same_framework):
        if fits in _BY_WEIGHTS and not for_agreement:
            continue
        for place, model in enumerate(originals):
            partner = next((m for m in left if place not in found and fits(model, m)), None)
            if partner is not None:
                left.remove(partner)
                found[place] = partner
    return tuple(replace(model, name=originals[place].name) for place, model in sorted(found.items()))


def _same_name_and_weights(a: ModelWeights, b: ModelWeights) -> bool:
    return _same_name(a, b) and a.digest == b.digest


def _same_name(a: ModelWeights, b: ModelWeights) -> bool:
    return _is_named(a) and a.name == b.name


def _same_weights(a: ModelWeights, b: ModelWeights) -> bool:
    return _same_framework(a, b) and a.digest == b.digest


def _same_framework(a: ModelWeights, b: ModelWeights) -> bool:
    return not _is_named(a) and not _is_named(b) and a.framework == b.framework


def _is_named(model: ModelWeights) -> bool:
    """Whether the program gave the name; by its looks, where that was not recorded."""
    return not is_generated(model.name) if model.named is None else model.named


_BY_WEIGHTS = (_same_name_and_weights, _same_weights)
