"""What a project imports from elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bis._audit.files.distributions import needs_no_declaration
from bis.model.project_audit import Place

if TYPE_CHECKING:
    from bis._audit.questions.analysis import Analysis


def third_party(analysis: Analysis) -> dict[str, Place]:
    """First parts of imports that are neither the standard library's nor the project's own, with their first places.

    Imports that may fail (in a ``try``) or are under a condition (``if``) are not needed.
    """
    own = analysis.project.links.own_names | _folders(analysis)
    found: dict[str, Place] = {}
    for module in analysis.project.modules:
        for one in module.imports:
            name = one.target.partition(".")[0]
            if one.guarded or not name or name in own or needs_no_declaration(one.target):
                continue
            found.setdefault(name, Place(module.file, one.cell, one.line))
    return found


def _folders(analysis: Analysis) -> set[str]:
    """Names of folders with code: a package without ``__init__`` is imported by its folder's name."""
    return {part for module in analysis.project.modules for part in module.file.split("/")[:-1]}
