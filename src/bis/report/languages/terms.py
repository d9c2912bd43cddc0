"""Words of the program's own vocabulary in the language of a page: levels, kinds, facets, states."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bis.model.facets import EntryKind, Status
from bis.model.record import FACETS
from bis.model.record_difference import Likeness
from bis.model.verdict import ItemKind, Level, ReplayKind

if TYPE_CHECKING:
    from enum import Enum

    from bis.report.languages.language import Language

# All words that `term` may be asked for: catalogues have them, although no template contains them.
TERMS: tuple[str, ...] = (
    *(level.value for level in Level),
    *(kind.value for kind in ItemKind),
    *(kind.value for kind in ReplayKind),
    *(status.value for status in Status),
    *(likeness.value for likeness in Likeness),
    *(kind.value for kind in EntryKind),
    *FACETS,
)


def term(word: Enum | str, language: Language) -> str:
    """A word of our own in this language; one that is not ours as it is."""
    return language.text(word if isinstance(word, str) and not hasattr(word, "value") else str(word.value))
