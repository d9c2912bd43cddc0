"""What a program imports, with the modules of its project that it imports, as distributions of an index."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from bis._audit.files.distributions import distributions_of, is_known, needs_no_declaration
from bis._audit.parsing.reading import read_module

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bis._audit.parsing.ir import Module
    from bis._try.candidates import ProjectFiles
    from bis.model.tried_project import Candidate

_MOST_FILES = 300


def imports_of(candidate: Candidate, files: ProjectFiles) -> tuple[str, ...] | None:
    """Distributions that give what a program imports; None where its code cannot be read.

    Imports that may fail (in a ``try`` or an ``if``) are left out. Where several distributions give an import, the
    usual one is meant.
    """
    found = import_choices(candidate, files)
    if found is None:
        return None
    return tuple(sorted({one for choices in found for one in choices[:1] if not one.endswith("*")}))


def import_choices(
    candidate: Candidate, files: ProjectFiles, *, whole_package: bool = False
) -> tuple[tuple[str, ...], ...] | None:
    """For each import of a program, all distributions that give it, the usual one first; None as in `imports_of`.

    With `whole_package` all modules of the package that the program is in are read: frameworks load some of them by
    their names.
    """
    start = program_file(candidate, files)
    if not start:
        return None
    found: dict[tuple[str, ...], None] = {}
    pending, seen = [start], {start}
    if whole_package:
        inside = posixpath.join(posixpath.dirname(start), "")
        pending += [n for n in files.names if inside and n.startswith(inside) and n.endswith(".py") and n != start]
        seen.update(pending)
    while pending and len(seen) < _MOST_FILES:
        path = pending.pop(0)
        module = _read(path, files)
        if path == start and module.problems and not module.imports:
            return None
        for one in module.imports:
            inner = list(_own_files(one.target, path, candidate, files))
            pending += [name for name in inner if name not in seen]
            seen.update(inner)
            if not inner and not one.guarded and not one.target.startswith(".") and not _is_own(one.target, files):
                choices = _distributions(one.target)
                found |= {choices: None} if choices else {}
    return tuple(found)


def further_roots(candidate: Candidate, files: ProjectFiles) -> tuple[str, ...]:
    """Folders of the project (relative to it) that its own imports are found in, and Python would not look into.

    Python looks into the folder of a script, or into the working directory. Who works on a project has the others on
    the path by an editor, by PYTHONPATH, or by an installation for development. None for a program that sets its path
    itself.
    """
    start = program_file(candidate, files)
    if not start or "sys.path" in files.text(start):
        return ()
    as_script = not candidate.module and not start.endswith(".ipynb")
    first = posixpath.dirname(start) if as_script else posixpath.normpath(candidate.cwd)
    others = (candidate.cwd, "", "src", posixpath.join(candidate.cwd, "src"))
    found: dict[str, None] = {}
    pending, seen = [start], {start}
    while pending and len(seen) < _MOST_FILES:
        path = pending.pop(0)
        for one in _read(path, files).imports:
            inner = [name for name in _own_files(one.target, path, candidate, files) if name not in seen]
            pending += inner
            seen.update(inner)
            name = one.target.partition(".")[0]
            if not name or one.guarded or needs_no_declaration(name) or is_known(name):
                continue
            if not _is_in(first, name, files):
                root = next((base for base in others if _is_in(base, name, files)), None)
                found |= {} if root is None else {posixpath.normpath(root): None}
    return tuple(found)


def _is_in(folder: str, name: str, files: ProjectFiles) -> bool:
    """Whether a folder has a module or a package of this name."""
    path = posixpath.normpath(posixpath.join(folder, name))
    return files.has(f"{path}.py") or any(n.startswith(f"{path}/") and n.endswith(".py") for n in files.names)


def installs_of(candidate: Candidate, files: ProjectFiles) -> tuple[str, ...]:
    """The lines of a notebook that install packages."""
    path = program_file(candidate, files)
    if not path.endswith(".ipynb"):
        return ()
    return tuple(text for _cell, _line, text in _read(path, files).installs)


def program_file(candidate: Candidate, files: ProjectFiles) -> str:
    """The file of a candidate's program; empty where it is none of the project's."""
    if not candidate.module:
        path = posixpath.normpath(posixpath.join(candidate.cwd, candidate.target))
        return path if files.has(path) else ""
    parts = candidate.target.replace(".", "/")
    bases = (candidate.cwd, posixpath.join(candidate.cwd, "src"), "", "src")
    places = (posixpath.normpath(posixpath.join(b, parts + e)) for b in bases for e in _ENDINGS)
    return next((path for path in places if files.has(path)), "")


_ENDINGS = (".py", "/__main__.py", "/__init__.py")


def _read(path: str, files: ProjectFiles) -> Module:
    return read_module(files.text(path).encode("utf-8", "replace"), is_notebook=path.endswith(".ipynb"), file=path)


def _own_files(target: str, importer: str, candidate: Candidate, files: ProjectFiles) -> Iterator[str]:
    """The project's files that an import loads: the module itself, and the packages that it is in."""
    folder = posixpath.dirname(importer)
    dots = len(target) - len(target.lstrip("."))
    bases = [folder, candidate.cwd, "", "src", posixpath.join(candidate.cwd, "src")]
    if dots:
        for _ in range(dots - 1):
            folder = posixpath.dirname(folder)
        bases = [folder]
    parts = [part for part in target.lstrip(".").split(".") if part and part != "*"]
    for end in range(len(parts), 0, -1):
        inner = "/".join(parts[:end])
        for base in bases:
            for ending in (".py", "/__init__.py"):
                path = posixpath.normpath(posixpath.join(base, inner + ending))
                if files.has(path):
                    yield path
                    break


def _is_own(target: str, files: ProjectFiles) -> bool:
    """Whether an import has the name of a folder of code at the project's top: a package without ``__init__``."""
    name = target.partition(".")[0]
    return any(n.startswith((f"{name}/", f"src/{name}/")) and n.endswith(".py") for n in files.names)


def _distributions(target: str) -> tuple[str, ...]:
    return () if needs_no_declaration(target) else distributions_of(target)
