"""Projects of a few lines for the tests of this folder, in memory and on disk."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from bis._audit.files.dependencies import read_dependencies
from bis._audit.files.project_documents import read_documents
from bis._audit.parsing.reading import read_module
from bis._audit.program.linking import link
from bis._audit.program.project import Project
from bis._audit.questions.analysis import Analysis, analyse

if TYPE_CHECKING:
    from pathlib import Path

    from bis._audit.parsing.ir import Call, Module


def notebook(*cells: str, counts: tuple[int | None, ...] = ()) -> str:
    """A notebook of code cells with their saved execution counts; a cell that begins with ``#md`` is Markdown."""
    listed: list[dict[str, Any]] = []
    for position, source in enumerate(cells):
        cell: dict[str, Any] = {"cell_type": "markdown", "metadata": {}, "source": source}
        if not source.startswith("#md"):
            count = counts[position] if position < len(counts) else None
            cell |= {"cell_type": "code", "outputs": [], "execution_count": count}
        listed.append(cell)
    return json.dumps({"cells": listed, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}, indent=1)


def script(text: str) -> Module:
    """A script as rules see it."""
    return read_module(text.encode(), is_notebook=False)


def project(files: dict[str, str]) -> Project:
    """A project of files by name."""
    modules = [
        read_module(text.encode(), is_notebook=file.endswith(".ipynb"), file=file) for file, text in files.items()
    ]
    return Project("small", link(modules), read_dependencies({}, []), read_documents({}))


def analysed(files: dict[str, str]) -> Analysis:
    """What rules ask of a project of files by name."""
    return analyse(project(files))


def write(root: Path, files: dict[str, str]) -> Path:
    """A project of files by name, on disk; returns its folder."""
    for file, text in files.items():
        path = root / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return root


def last_call(module: Module) -> Call:
    """The call that is evaluated last."""
    return module.calls[-1]
