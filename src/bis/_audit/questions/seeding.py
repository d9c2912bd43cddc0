"""Seeds that a file declares, and the fix that passes them on."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bis._audit.parsing.ir import CONSTANT
from bis.model.project_audit import Edit, Place

if TYPE_CHECKING:
    from bis._audit.parsing.ir import Assign, Call, Module

_SEED = re.compile(r"(?i)^(?:global_|random_|rng_)?(?:seed|random_state)$")
_asked_last: list[tuple[Module, list[Assign]]] = []  # a rule asks for each call of a file, one file after another


def _seeds_of(module: Module) -> list[Assign]:
    """What is assigned to a seed at the top of a file."""
    if not _asked_last or _asked_last[0][0] is not module:
        found = [assign for assign in module.assigns if assign.scope == 0 and _SEED.match(assign.name)]
        _asked_last[:] = [(module, found)]
    return _asked_last[0][1]


def declared_seed(module: Module, call: Call) -> str:
    """The name of the one seed that a file declares at its top before a call; empty where there is none, or several."""
    found = _seeds_of(module)
    if len(found) != 1:
        return ""
    (seed,) = found
    known = seed.value.kind == CONSTANT and type(seed.value.data) is int and seed.column == 1  # under no condition
    return seed.name if known and seed.after <= call.index else ""


def add_seed(module: Module, call: Call, keyword: str) -> tuple[Edit, ...]:
    """``, random_state=SEED`` before a call's closing bracket, where the file declares a seed."""
    name = declared_seed(module, call)
    if not name or keyword != "random_state" or call.starred or keyword in call.keywords:
        return ()
    place = module.place_of(call)
    at = Place(place.file, place.cell, place.end_line, place.end_column - 1, place.end_line, place.end_column - 1)
    separator = ", " if call.args or call.keywords else ""
    return (Edit(at, f"{separator}{keyword}={name}"),)
