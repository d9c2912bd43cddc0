"""What a program of a project needs, in words that an index understands: declared near it, else imported."""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING

from bis._audit.files.installs import read_install
from bis._audit.files.requirements import Sheet
from bis._try.declared_lists import (
    DeclaredList,
    declared_list,
    is_pip_list,
    lacking,
    lines_giving,
    lines_of_extras,
    name_of,
    requirement_line,
    without_what_is_not_imported,
)
from bis._try.mlproject_commands import environment_named
from bis._try.program_imports import import_choices, imports_of, installs_of
from bis.model.project_audit import Place
from bis.model.tried_project import CandidateKind, DependencySource, TriedDependencies

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bis._try.candidates import ProjectFiles
    from bis.model.tried_project import Candidate

# What declares, in the order in which it is believed; of requirements the plainest name first.
_KINDS = (
    re.compile(r"requirements\.txt"),
    re.compile(r"pyproject\.toml"),
    re.compile(r"setup\.(?:py|cfg)"),
    re.compile(r"(?i)(?:environment|conda|conda_env|env)\.ya?ml"),
    re.compile(r"(?i)python_env\.ya?ml"),
    re.compile(r"(?i)pipfile"),
    re.compile(r"(?i)[\w.-]*requirements?[\w.-]*\.(?:txt|in)"),
    re.compile(r"(?i)[\w.-]*(?:environment|conda|env)[\w.-]*\.ya?ml"),
)
_FOLDERS = ("", "requirements")
_LATER = re.compile(r"(?i)dev|test|docs?|lint|ci\b|dagster|airflow|docker")
# What runs a notebook, beside what it needs itself.
KERNEL = "ipykernel"


def needed_packages(candidate: Candidate, files: ProjectFiles) -> TriedDependencies:
    """The requirements of a program.

    Looked for from its folder upwards: the nearest file that declares something is taken, with those that it refers
    to; an MLproject names its own. Another one that lies beside it or above it is taken instead where it declares more
    of what the program imports; what is still lacking then is taken from those of them that declare it, one by one. At
    last a file of any folder is taken that declares all that the program imports. Where there is none, what the program
    (with the modules of the project that it imports) imports is mapped to distributions, in whatever version the day
    had.
    """
    added = (KERNEL,) if candidate.target.endswith(".ipynb") else ()
    whole = candidate.kind is CandidateKind.SCRIPT
    imports = import_choices(candidate, files, whole_package=whole) or ()
    found = _declared(candidate, files, imports)
    if found is not None:
        lines = tuple(dict.fromkeys((*found.lines, *_installs(candidate, files))))
        return TriedDependencies(
            DependencySource.DECLARED, tuple(found.files), lines, tuple(found.left_out), added, tuple(found.conda)
        )
    imported = imports_of(candidate, files)
    if imported is None:
        return TriedDependencies(DependencySource.UNKNOWN, added=added)
    lines = tuple(dict.fromkeys((*imported, *_installs(candidate, files))))
    return TriedDependencies(DependencySource.IMPORTED if lines else DependencySource.NONE, (), lines, (), added)


def _declared(candidate: Candidate, files: ProjectFiles, imports: tuple[tuple[str, ...], ...]) -> DeclaredList | None:
    """The list of the project that is the program's; None where nothing is declared for it."""
    own = _of_mlproject(candidate, files)
    near = [declared_list(path, files) for path in dict.fromkeys((*own, *_near(candidate, files)))]
    near = [one for one in near if one.lines]
    if not near:
        elsewhere = (declared_list(path, files) for path in _elsewhere(candidate, files))
        imported = imports_of(candidate, files) or ()
        # One that lies elsewhere and does not declare all is that of another program.
        return next((one for one in elsewhere if one.lines and set(imported) <= {*map(name_of, one.lines)}), None)
    chosen = near[0]
    if chosen.files[0] not in own:
        # Of equal ones the first, which is the nearest; an environment of conda is no better list than pip's.
        rivals = [one for one in near if one is chosen or not one.conda]
        chosen = min(rivals, key=lambda one: len(lacking(one.lines, imports)))
    chosen = without_what_is_not_imported(chosen, imports)
    for choices in lacking(chosen.lines, imports):
        _supplement(chosen, choices, near, files, candidate)
    return chosen


def _supplement(
    chosen: DeclaredList, choices: tuple[str, ...], near: list[DeclaredList], files: ProjectFiles, candidate: Candidate
) -> None:
    """Add what gives an import from an optional part of the list itself, or from another one that declares it."""
    lists = [(chosen.files[0], lines_of_extras(chosen.files[0], files))]
    lists += [(one.files[0], tuple(one.lines)) for one in near]
    lists += [(one.files[0], lines_of_extras(one.files[0], files)) for one in near]
    lists += [(path, tuple(declared_list(path, files).lines)) for path in _pip_lists(candidate, files)]
    for path, lines in lists:
        giving = lines_giving(lines, choices)
        if giving:
            chosen.lines += [line for line in giving if line not in chosen.lines]
            chosen.files += [path] if path not in chosen.files else []
            return


def _installs(candidate: Candidate, files: ProjectFiles) -> tuple[str, ...]:
    """What the lines of a notebook install."""
    sheet = Sheet(candidate.target)
    for text in installs_of(candidate, files):
        read_install(sheet, text, Place(candidate.target))
    return tuple(line for one in sheet.declared if (line := requirement_line(one, conda=False)))


def _of_mlproject(candidate: Candidate, files: ProjectFiles) -> list[str]:
    """What an MLproject names as its environment."""
    if candidate.kind is not CandidateKind.MLPROJECT:
        return []
    named = environment_named(files.text(candidate.file))
    path = posixpath.normpath(posixpath.join(candidate.file.rpartition("/")[0], named)) if named else ""
    return [path] if files.has(path) else []


def _near(candidate: Candidate, files: ProjectFiles) -> Iterable[str]:
    """Files that declare in the program's folder and above it, the one to be believed first first."""
    if candidate.kind is CandidateKind.SCRIPT:  # what is installed with the command
        yield candidate.file
    for folder in _folders(candidate):
        yield from _in_folder(folder, files)


def _folders(candidate: Candidate) -> list[str]:
    """The program's folder and those above it, the project's own (empty) last."""
    start = posixpath.dirname(posixpath.normpath(posixpath.join(candidate.cwd, candidate.target)))
    folders = [start if not candidate.module else candidate.cwd]
    while folders[-1] not in {"", "."}:
        folders.append(posixpath.dirname(folders[-1]))
    return ["" if folder == "." else folder for folder in folders]


def _elsewhere(candidate: Candidate, files: ProjectFiles) -> Iterable[str]:
    """Files that declare in other folders, the upper ones first."""
    near = _folders(candidate)
    others = {posixpath.dirname(n) for n in files.names if _kind(n) < len(_KINDS)}
    seen = {path for folder in near for path in _in_folder(folder, files)}
    for folder in sorted(others, key=lambda f: (f.count("/"), f)):
        yield from (path for path in _in_folder(folder, files) if path not in seen)


def _pip_lists(candidate: Candidate, files: ProjectFiles) -> list[str]:
    folders = _folders(candidate)
    found = [n for n in files.names if is_pip_list(n) and posixpath.dirname(n) in folders]
    return sorted(found, key=lambda n: (folders.index(posixpath.dirname(n)), n))


def _in_folder(folder: str, files: ProjectFiles) -> list[str]:
    found = []
    for inner in _FOLDERS:
        place = posixpath.join(folder, inner).rstrip("/")
        found += [n for n in files.names if posixpath.dirname(n) == place and _kind(n) < len(_KINDS)]
    return sorted(found, key=lambda n: (_kind(n), bool(_LATER.search(posixpath.basename(n))), len(n), n))


def _kind(path: str) -> int:
    name = posixpath.basename(path)
    return next((i for i, pattern in enumerate(_KINDS) if pattern.fullmatch(name)), len(_KINDS))
