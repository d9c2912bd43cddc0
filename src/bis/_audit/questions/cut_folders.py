"""Data sets that Keras makes of folders in another order each time, and that a program cuts into parts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bis._audit.frameworks.naming import canonical
from bis._audit.parsing.ir import CONSTANT, NAME

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bis._audit.parsing.ir import Call, Module

_FOLDERS = frozenset({"image_dataset_from_directory", "text_dataset_from_directory", "audio_dataset_from_directory"})
_CUTS = frozenset({"take", "skip"})


def cut_folders(module: Module) -> Iterator[Call]:
    """The data sets that Keras makes of folders in a random order, without a seed, and of which parts are taken.

    ``data = image_dataset_from_directory(folder)``, then ``data.take(n)`` and ``data.skip(n)``, also in a function of
    the file that is given `data`. The order is drawn with NumPy.
    """
    if not module.roots & {"keras", "tensorflow", "tf_keras"}:
        return
    for call in module.calls:
        if call.method not in _FOLDERS or not canonical(call.api).startswith("keras."):
            continue
        seed, shuffle = call.keywords.get("seed"), call.keywords.get("shuffle")
        seeded = seed is not None and not seed.is_none
        ordered = shuffle is not None and not (shuffle.kind == CONSTANT and shuffle.data)
        # With `validation_split` Keras demands a seed.
        if seeded or ordered or call.starred or "validation_split" in call.keywords:
            continue
        if any(_is_cut(module, call.scope, name, call.index) for name in call.targets):
            yield call


def _is_cut(module: Module, scope: int, name: str, after: int) -> bool:
    """Whether both parts of a data set are taken: in its own scope, or in a function that it is given to."""
    owners = {(scope, name)}
    numbers = {one.name: index for index, one in enumerate(module.scopes) if one.kind == "function"}
    for call in module.calls[after + 1 :]:
        index = numbers.get(call.api.removeprefix("@")) if call.api.startswith("@") else None
        if index is None or call.scope != scope:
            continue
        parameters = module.scopes[index].parameters
        given = [*zip(parameters, call.args, strict=False), *call.keywords.items()]
        owners.update((index, parameter) for parameter, value in given if value.kind == NAME and value.data == name)
    cut = {(call.scope, call.owner, call.method) for call in module.calls if call.method in _CUTS}
    return any({(*owner, "take"), (*owner, "skip")} <= cut for owner in owners)
