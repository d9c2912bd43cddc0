"""What the study's first script says of a project: a search for three texts in all Python files and notebooks.

It searched everything that is there: comments, strings, saved outputs, committed environments. The figure is reproduced
as it was, and where the audit says otherwise, why.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from bis._audit.parsing.source import SUBSTRINGS, load
from bis.model.project_audit import Place, Substrings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from bis._audit.parsing.ir import Module
    from bis._audit.program.project import Project

_WORDS = tuple(word.encode() for word in SUBSTRINGS)
_MOST_PLACES = 20
_MOST_FILES = 50_000


def search(project: Project, root: Path, left_out: dict[str, str], *, traces: bool) -> Substrings:
    """Search a project's text.

    Parameters
    ----------
    project : Project
    root : Path
        The folder. Files that are left out otherwise are searched where no file of the project has the texts.
    left_out : dict of str to str
        Folders that are not the project's own, with the reason.
    traces : bool
        What the audit says.
    """
    own = tuple(Place(m.file, cell, line) for m in project.modules for cell, line in m.mentions)
    if own:
        return Substrings(traces=True, places=own[:_MOST_PLACES], reason="" if traces else _why(project))
    for folder, why in left_out.items():
        for file in _files(root, folder):
            content = load(root, file)
            if isinstance(content, bytes) and any(word in content for word in _WORDS):
                reason = "" if traces else f"the texts occur in files that are not its own ({why})"
                return Substrings(traces=True, places=(Place(file),), reason=reason)
    return Substrings(reason="an integration logs for it: none of the texts occurs in its files" if traces else "")


def _why(project: Project) -> str:
    """Why a project whose own files have the texts traces nothing."""
    mentioning = [m for m in project.modules if m.mentions]
    broken = {"syntax", "python-2", "too-deep", "nul"}
    unread = [m for m in mentioning if any(kind in broken for kind, *_rest in m.problems)]
    called = [m for m in mentioning if _calls_alike(m)]
    if called:
        return "a function of that name is called that is not MLflow's, or that traces nothing"
    if unread:
        return f"{unread[0].file} has the texts and could not be read wholly"
    return "the texts occur in comments, strings, Markdown or saved outputs only"


def _calls_alike(module: Module) -> bool:
    return any(word in call.path for call in module.calls for word in SUBSTRINGS)


def _files(root: Path, folder: str) -> Iterator[str]:
    """Python files and notebooks below a folder that is left out, or the file itself."""
    pending, seen = [folder], 0
    while pending:
        inner = pending.pop()
        try:
            with os.scandir(root / inner) as found:
                entries = sorted(found, key=lambda e: e.name)
        except OSError:
            if inner == folder and inner.endswith((".py", ".ipynb")):
                yield inner
            continue
        for entry in entries:
            path = f"{inner}/{entry.name}"
            seen += 1
            if seen > _MOST_FILES:
                return
            if entry.is_dir(follow_symlinks=False):
                pending.append(path)
            elif entry.name.endswith((".py", ".ipynb")) and entry.is_file(follow_symlinks=False):
                yield path
