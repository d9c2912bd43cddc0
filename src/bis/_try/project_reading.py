"""A project's files for those who look for programs and dependencies in it: names, and texts of what they read."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from bis._audit.files.dependencies import is_manifest
from bis._audit.files.entry_points import is_entry_file
from bis._audit.files.project_documents import is_document
from bis._audit.files.tree import walk
from bis._try.candidates import ProjectFiles
from bis._try.declared_lists import is_pip_list

if TYPE_CHECKING:
    from pathlib import Path

_MOST_BYTES = 20 * 2**20  # of one file
_MOST_NAMES = 50_000
_HIDDEN = frozenset({".git", ".hg", ".svn", "__pycache__", "node_modules"})
_PLAIN = frozenset({"runtime.txt", ".python-version", "mlproject"})


def read_project(root: Path) -> ProjectFiles:
    """List a project's own files, copies of other projects left out, and read its code, manifests and documents."""
    tree = walk(root)
    names = _all_names(root, tree.left_out)
    texts = {}
    for name in sorted({*tree.sources, *names}):
        code = name in tree.sources
        plain = _base(name) in _PLAIN or is_pip_list(name)
        if code or plain or is_manifest(name) or is_document(name) or is_entry_file(name):
            text = _text(root / name)
            if text is not None:
                texts[name] = text
    return ProjectFiles(tuple(sorted({*tree.sources, *names})), texts)


def _base(name: str) -> str:
    return name.rpartition("/")[2].lower()


def _all_names(root: Path, left_out: dict[str, str]) -> list[str]:
    found: list[str] = []
    for folder, folders, files in os.walk(root):
        inner = os.path.relpath(folder, root).replace(os.sep, "/")
        prefix = "" if inner == "." else f"{inner}/"
        folders[:] = sorted(f for f in folders if f not in _HIDDEN and f"{prefix}{f}" not in left_out)
        found += [prefix + f for f in sorted(files)]
        if len(found) > _MOST_NAMES:
            break
    return found


def _text(path: Path) -> str | None:
    try:
        if path.is_symlink() or path.stat().st_size > _MOST_BYTES:
            return None
        content = path.read_bytes()
    except OSError:
        return None
    encoding = "utf-16" if content[:2] in {b"\xff\xfe", b"\xfe\xff"} else "utf-8"
    return content.decode(encoding, "replace").replace("\r\n", "\n")
