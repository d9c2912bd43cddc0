"""What the files of a project declare, in pip's words: one list for each file, with the files that it refers to."""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from bis._audit.files.brought_distributions import brought_by
from bis._audit.files.manifests import Unreadable, load_toml, read_manifest, reader_of
from bis._audit.files.requirements import Declared, Sheet, logical_lines
from bis._try.conda_names import on_the_index
from bis._try.version_words import as_specifier

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from bis._try.candidates import ProjectFiles

# What a new environment has without being asked.
_BROUGHT = frozenset({"pip", "python", "setuptools", "wheel"})
_MOST_INCLUDED = 20
# An environment of conda with so many packages was exported: most are what others need, for one machine.
_EXPORTED = 60
# What libraries load by name, so that no program imports it.
_LOADED_BY_NAME = re.compile(
    r"pyarrow|fastparquet|openpyxl|xlrd|tables|h5py|lxml|s3fs|gcsfs|psycopg2(?:-binary)?|pymysql|kaleido|tabulate|hydra-.+"
)
_NAME = re.compile(r"[A-Za-z0-9][\w.-]*")
_PIP_LIST = re.compile(r"(?i)[\w.-]*pip[-_]?(?:list|freeze)[\w.-]*\.txt")
_LISTED = re.compile(r"(?P<name>[A-Za-z0-9][\w.-]*)(?:\s+|==)(?P<version>\d[\w.+!-]*)(?:\s.*)?")
_OF_PIP = re.compile(r"(?P<indent>\s*)-\s*['\"]?pip['\"]?\s*:\s*(?:#.*)?")


@dataclass(slots=True)
class DeclaredList:
    """What a file declares: `lines` in pip's words, `left_out` as it stands there.

    `files` are the file and those that it refers to, `conda` the names of what was declared for conda.
    """

    files: list[str] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    conda: list[str] = field(default_factory=list)


def is_pip_list(path: str) -> bool:
    """Whether a file has the name of what ``pip list`` or ``pip freeze`` prints."""
    return bool(_PIP_LIST.fullmatch(posixpath.basename(path)))


def declared_list(path: str, files: ProjectFiles) -> DeclaredList:
    """What a file declares, with the files that it refers to."""
    found = DeclaredList()
    if is_pip_list(path):
        matches = (_LISTED.fullmatch(line.strip()) for line in files.text(path).splitlines())
        found.files.append(path)
        found.lines += [f"{match['name']}=={match['version']}" for match in matches if match]
    else:
        _take(path, files, found)
    return found


def name_of(line: str) -> str:
    """The normalised name of the package that a line of pip asks for; empty where it names none."""
    match = _NAME.match(line)
    return str(canonicalize_name(match[0])) if match else ""


def lacking(lines: Iterable[str], imports: Iterable[tuple[str, ...]]) -> tuple[tuple[str, ...], ...]:
    """Of the imports of a program, each with the distributions that give it, those that no line gives.

    What a declared library is known to bring along counts as declared.
    """
    named = {name_of(line) for line in lines}
    named |= {one for name in tuple(named) for one in brought_by(name)}
    return tuple(choices for choices in imports if not _gives(named, choices))


def _gives(named: Collection[str], choices: Sequence[str]) -> bool:
    exact = {one for one in choices if not one.endswith("*")}
    prefixes = tuple(one.rstrip("*") for one in choices if one.endswith("*"))
    return any(name in exact or (prefixes and name.startswith(prefixes)) for name in named)


def lines_giving(lines: Iterable[str], choices: tuple[str, ...]) -> tuple[str, ...]:
    """Those lines that ask for what gives an import."""
    return tuple(line for line in lines if _gives({name_of(line)}, choices))


def without_what_is_not_imported(found: DeclaredList, imports: Iterable[tuple[str, ...]]) -> DeclaredList:
    """Of an exported environment of conda what the program imports, and what pip had installed in it.

    The rest is what these need, in the names and builds of conda for one machine: it is left out, by name.
    """
    if len(found.conda) < _EXPORTED:
        return found
    wanted, of_conda = tuple(imports), frozenset(found.conda)
    kept = [line for line in found.lines if name_of(line) not in of_conda or _is_wanted(name_of(line), wanted)]
    dropped = [line for line in found.lines if line not in kept]
    names = [name for name in found.conda if any(name == name_of(line) for line in kept)]
    return DeclaredList(found.files, kept, [*found.left_out, *dropped], names)


def _is_wanted(name: str, imports: Iterable[tuple[str, ...]]) -> bool:
    return bool(_LOADED_BY_NAME.fullmatch(name)) or any(_gives({name}, choices) for choices in imports)


def lines_of_extras(path: str, files: ProjectFiles) -> tuple[str, ...]:
    """What the optional parts and groups of a pyproject.toml declare; empty for other files."""
    if posixpath.basename(path).lower() != "pyproject.toml":
        return ()
    try:
        content = load_toml(files.text(path))
    except Unreadable:
        return ()
    project = content.get("project")
    tables = [
        project.get("optional-dependencies") if isinstance(project, dict) else None,
        content.get("dependency-groups"),
    ]
    listed = [v for table in tables if isinstance(table, dict) for v in table.values() if isinstance(v, list)]
    return tuple(str(one) for values in listed for one in values if isinstance(one, str))


def _take(path: str, files: ProjectFiles, found: DeclaredList) -> None:
    """Take in what a file declares, and the files that it refers to."""
    if path in found.files or len(found.files) >= _MOST_INCLUDED or not files.has(path):
        return
    text, name = files.text(path), posixpath.basename(path).lower()
    found.files.append(path)
    if name == "pyproject.toml":
        lines = _of_pyproject(text)
        if lines is not None:
            found.lines += lines
            return
    if name.endswith((".txt", ".in")):
        _of_requirements(path, text, files, found)
        return
    is_yaml = name.endswith((".yml", ".yaml"))
    # An MLproject may give the file of its environment any name.
    known = (
        path if reader_of(path) is not None or not is_yaml else posixpath.join(posixpath.dirname(path), "conda.yaml")
    )
    sheet = read_manifest(known, text)
    conda = is_yaml and not name.startswith("python_env")
    of_pip = _lines_of_pip(text) if conda else frozenset()
    own = {canonicalize_name(one) for one in sheet.own}
    for one in sheet.declared:
        line = requirement_line(one, conda=conda)
        if line and one.name not in own:
            found.lines.append(line)
            if conda and one.place.line not in of_pip:
                found.conda.append(name_of(line))
        elif one.name not in own | _BROUGHT:
            found.left_out.append(f"{one.name}{one.spec}")
    for include in sheet.includes:
        _take(include, files, found)


def _lines_of_pip(text: str) -> frozenset[int]:
    """The numbers of the lines of a conda environment that pip installs, from 1."""
    found: set[int] = set()
    inside: int | None = None
    for number, line in enumerate(text.splitlines(), start=1):
        indent = len(line) - len(line.lstrip())
        if match := _OF_PIP.fullmatch(line):
            inside = len(match["indent"])
        elif inside is not None and line.strip() and (indent > inside or line.lstrip().startswith("#")):
            found.add(number)
        elif line.strip():
            inside = None
    return frozenset(found)


def _of_requirements(path: str, text: str, files: ProjectFiles, found: DeclaredList) -> None:
    """Lines of pip, as they are where pip understands them, markers included; the rest as the audit reads it."""
    for _number, line in logical_lines(text.lstrip("\ufeff").replace("\0", "")):
        bare = re.split(r"\s--(?:hash|config-settings?)\b", line)[0].strip()
        bare = bare[1:-1] if bare[:1] in {"'", '"'} and bare[-1:] == bare[:1] else bare
        try:
            requirement = Requirement(bare)
        except (InvalidRequirement, RecursionError):
            sheet = Sheet(path)
            _read_line(sheet, line)
            for include in sheet.includes:
                _take(include, files, found)
            read = [made for one in sheet.declared if (made := requirement_line(one, conda=False))]
            found.lines += read
            if line and not read and not sheet.includes:
                found.left_out.append(line)
            continue
        if requirement.url and requirement.url.startswith("file:"):  # where somebody's conda built it
            found.lines.append(requirement.name)
            found.left_out.append(bare)
        else:
            found.lines.append(bare)


def _read_line(sheet: Sheet, line: str) -> None:
    reader = reader_of("requirements.txt")
    assert reader is not None
    reader(sheet, line)


def _of_pyproject(text: str) -> list[str] | None:
    """The dependencies of [project], without its extras and groups; None where it has no such table."""
    try:
        project = load_toml(text).get("project")
    except Unreadable:
        return None
    listed = project.get("dependencies") if isinstance(project, dict) else None
    return [str(one) for one in listed if isinstance(one, str)] if isinstance(listed, list) else None


def requirement_line(one: Declared, *, conda: bool) -> str:
    """A declared package in pip's words; empty where no index of Python packages has it."""
    name = on_the_index(one.name) if conda else one.name
    if not name:
        return ""
    extras = f"[{','.join(sorted(one.extras))}]" if one.extras else ""
    if "://" in one.spec or one.spec.startswith("git+"):
        return f"{name}{extras} @ {_address(one.spec)}"
    if one.spec.endswith((".whl", ".tar.gz", ".zip")):
        return f"{name}{extras}"
    return f"{name}{extras}{as_specifier(one.spec, conda=conda)}"


def _address(spec: str) -> str:
    """An address as pip takes it: a repository with the tool that reads it."""
    bare = spec.partition("#")[0].strip()
    is_repository = bare.startswith(("git+", "http")) and not bare.endswith((".whl", ".tar.gz", ".zip"))
    return bare if bare.startswith("git+") or not is_repository else f"git+{bare}"
