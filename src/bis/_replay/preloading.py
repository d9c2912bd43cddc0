"""What a warm parent imports: what a cold replay has loaded from installed packages, in its order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bis.model.facets import EntryKind
from bis.model.start import Preload
from bis.record.probes.machine import VARIABLES

if TYPE_CHECKING:
    from bis.record.observed_session import ObservedSession

_EXACT = frozenset(v for v in VARIABLES if not v.endswith("*"))
_PREFIXES = tuple(v[:-1] for v in VARIABLES if v.endswith("*"))


def preload_of(seen: ObservedSession) -> Preload | None:
    """What the warm parent of a program imports, by what one replay of it did; None where that is not known.

    Whatever is of the program itself is left out, with all else of the same top-level name.
    """
    found = seen.main("modules")
    if not found:
        return None
    own = {name.partition(".")[0] for name in found[-1]["files"]}
    if seen.session.kind is EntryKind.MODULE:
        own.add(seen.session.target.partition(".")[0])
    modules = tuple(name for name in found[-1]["loaded"] if name.partition(".")[0] not in own)
    names = {e["name"] for e in seen.main("variable") if e["how"] == "set"}
    return Preload(modules, tuple(sorted(n for n in names if n in _EXACT or n.startswith(_PREFIXES))))
