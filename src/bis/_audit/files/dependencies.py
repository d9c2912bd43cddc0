"""What a project declares that it needs, in all its files together, and what it imports without declaring it."""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from packaging.utils import canonicalize_name

from bis._audit.files.base_images import brought_by_image, images_of
from bis._audit.files.brought_distributions import OF_CONDA, brought_by, common, is_opaque, version_of
from bis._audit.files.distributions import distributions_of, is_known, needs_no_declaration
from bis._audit.files.entry_points import is_mlproject
from bis._audit.files.installs import read_install
from bis._audit.files.manifests import OF_REQUIREMENTS, is_dockerfile, is_environment, read_manifest, reader_of
from bis._audit.files.requirements import Declared, Sheet, is_aside_file
from bis.model.project_audit import Place, Problem

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

# Files that a tool wrote with what it resolved, and the files beside them from which it did; empty: they need none.
_LOCKS: dict[str, tuple[str, ...]] = {
    "poetry.lock": ("pyproject.toml",),
    "uv.lock": ("pyproject.toml",),
    "pdm.lock": ("pyproject.toml",),
    "pipfile.lock": ("pipfile",),
    "pixi.lock": ("pixi.toml", "pyproject.toml"),
    "conda-lock.yml": (),
    "conda-lock.yaml": (),
    "pylock.toml": (),
}
_LOCK_NAME = re.compile(
    r"(?i)pylock\.[\w-]+\.toml|[\w.-]*conda-lock[\w.-]*\.ya?ml|(?:[\w.-]*conda|environment|env)[\w.-]*\.lock(?:\.ya?ml)?"
    r"|(?:linux|osx|win)-[\w-]+\.lock|(?:environment|env|conda)[-_.]lock\.ya?ml"
)
_LOCKED = re.compile(
    r'(?m)^name = "(?P<toml>[\w.-]+)"|^ {8}"(?P<json>[\w.-]+)": \{|^\s{0,4}(?:- )?name: (?P<yaml>[\w.-]+)$'
    r"|^[^#\n]{0,40}?https?://\S{1,300}/(?P<address>[A-Za-z0-9_][\w.-]*?)-\d[\w.!+]*-[\w.]+\.(?:conda|tar\.bz2|whl)"
    r"|^(?P<pip>[A-Za-z0-9][\w.-]*)(?:\[[\w,-]*\])?==\d"
)
_NAMES_OTHER = re.compile(r"(?m)^\s*(?:-r|--requirement)[\s=]*([^\s#]+)")
# Lists that commands name, and the environment of an MLproject file.
_NAMED_IN_COMMAND = re.compile(
    r"(?:\binstall\b[^\n]{0,300}?\s(?:-r|--requirement)[\s=]{0,3}|\b(?:conda|mamba)\b[^\n]{0,200}?\s(?:-f|--file)[\s=]{1,3}"
    r"|\b(?:conda|python)_(?:env|file)\s*[:=]\s*)[\"']?(?P<path>[\w./-]{1,200}\.(?:txt|in|pip|lock|ya?ml))\b"
)
_RECORDS = re.compile(r"(?i)(?:.*/)?(?:(?:pip|conda)[-_]?)?(?:freeze|list)\.(?:txt|ya?ml)")
_MOST_LOCK = 8 * 2**20
# Folders that MLflow writes: what is declared in them is a saved model's, not the project's.
_STORES = frozenset({"mlruns", "mlartifacts", ".trash"})
_SAVED_MODEL = frozenset({"conda.yaml", "python_env.yaml", "requirements.txt"})
_SAVED_NAME = re.compile(r"(?m)^name:\s*mlflow-env\s*$")
_MAKES_LISTS = re.compile(
    r"\b(?:export|pip-compile|freeze|pip\s+compile|pipreqs|git\s+clone|wget|curl|ADD\s+https?:)\b|COPY\s+--from|>\s*\S*requirements"
    # Written in the file itself, out of an archive, asked for before it is read, or given by images made from this one.
    r"|(?:COPY|ADD)\s+<<|\bunzip\b|\btar\s+-?[a-z]*x|\[\s*-[ef]\s|\btest\s+-[ef]\s|\|\|\s*true\b|\bONBUILD\b"
)
# What installs other packages is not what the project computes with, nor are conda's certificates and markers, nor what
# the standard library has by now.
_INSTALLERS = frozenset(
    {
        "pip", "setuptools", "wheel", "uv", "pip-tools", "pipenv", "poetry", "conda", "mamba", "micromamba",
        "virtualenv", "virtualenvwrapper", "pipx", "pdm", "hatch", "hatchling", "flit", "poetry-core", "setuptools-scm",
        "conda-lock", "conda-pack", "pipdeptree", "pip-audit", "pigar", "pipreqs", "build", "twine",
        "poetry-plugin-export", "poetry-dynamic-versioning", "pyenv", "pixi", "rye",
        "nodefaults", "ca-certificates", "-libgcc-mutex", "-openmp-mutex", "ld-impl-linux-64", "python-abi",
        "argparse", "pathlib", "typing", "dataclasses", "asyncio", "enum34", "futures", "configparser", "uuid",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Dependencies:
    """All that is declared.

    `manifests` are the files that declare, `locks` those among the project's files that a tool resolved, `locked` the
    names in the latter. `resolved` are the folders in which such a lock belongs to a manifest. `missing` are files
    that a list or an image takes packages from, and that are not there, with the places that name them.
    `images` are those from which the project's own images start. `unread` are manifests of which the content is not
    known, `unclear` the words of those of their lines that are not understood, `beside` what images install with the
    manager of the system, and what packages are built with.
    """

    declared: tuple[Declared, ...] = ()
    locks: tuple[str, ...] = ()
    manifests: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()
    locked: frozenset[str] = frozenset()
    resolved: tuple[str, ...] = ()
    missing: tuple[tuple[str, Place], ...] = ()
    images: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()
    unclear: frozenset[str] = frozenset()
    beside: frozenset[str] = frozenset()

    @property
    def names(self) -> frozenset[str]:
        """Normalised names of all declared packages."""
        return frozenset(one.name for one in self.declared)

    @property
    def computing(self) -> tuple[Declared, ...]:
        """What a run is made with: without what installs other packages, tests, documents or develops.

        Where everything is for development, it is that. What somebody once had installed, as ``pip freeze`` told it, is
        looked at where nothing else is declared: no run is made with it.
        """
        found = tuple(one for one in self.declared if one.name not in _INSTALLERS)
        found = tuple(one for one in found if not one.aside) or found
        return tuple(one for one in found if not _RECORDS.fullmatch(one.place.file)) or found

    @property
    def unpinned(self) -> tuple[Declared, ...]:
        """What is declared without a version, where no manifest beside it names one.

        What an image or a notebook installs says nothing of other environments, nor does a manifest in another folder.
        """
        pinned = self._pinned()
        return tuple(
            one
            for one in self.computing
            if not one.pinned
            and not any(
                file == one.place.file or (_surroundings(file) == _surroundings(one.place.file) and not _installs(file))
                for file in pinned.get(_same(one.name), ())
            )
        )

    @property
    def pins(self) -> str:
        """``lock``, ``all``, ``some`` or ``none`` of the declared packages; empty where nothing is declared.

        ``lock`` where a tool resolved what the outermost manifest asks for. Of several files that name a package, one
        that names its version is enough.
        """
        names = {_same(one.name) for one in self.computing}
        depths = [_depth(_folder(file)) for file in self.manifests]
        if self.resolved and min(_depth(folder) for folder in self.resolved) <= min(depths, default=0):
            return "lock"
        if not names:
            return "lock" if self.locks else ""
        missing = len(names - self._pinned().keys())
        if not missing:
            return "lock" if self.locks else "all"
        return "some" if missing < len(names) else "none"

    def _pinned(self) -> dict[str, set[str]]:
        """Packages of which a file names one version, with those files."""
        found: dict[str, set[str]] = {}
        for one in self.computing:
            if one.pinned or _folder(one.place.file) in self.resolved:
                found.setdefault(_same(one.name), set()).add(one.place.file)
        return found


def _same(name: str) -> str:
    """One name for a distribution that pip and conda call otherwise."""
    return OF_CONDA.get(name, name)


@dataclass(frozen=True, slots=True)
class Undeclared:
    """An import that no manifest declares; `through` are declared packages (or a lock) that bring it along."""

    name: str
    place: Place
    through: tuple[str, ...] = ()

    @property
    def indirectly(self) -> bool:
        """Whether it is there all the same, as long as another package needs it."""
        return bool(self.through)


def is_lock(path: str) -> bool:
    """Whether a tool wrote a file with all that it resolved, by its name; its size is of no concern."""
    name = path.rpartition("/")[2].lower()
    return name in _LOCKS or bool(_LOCK_NAME.fullmatch(name))


def named_lists(texts: Mapping[str, str], others: Iterable[str]) -> set[str]:
    """The files that lists of requirements, scripts, images and MLproject files take packages from.

    Parameters
    ----------
    texts : mapping of str to str
        Text of files by path.
    others : iterable of str
        Names of the project's files: where a script is run from is not known, so that a list may be in any folder.
    """
    found, named = set(), set()
    for path, text in texts.items():
        if path.endswith((".txt", ".in", ".pip")):
            for name in _NAMES_OTHER.findall(text):
                found.add(posixpath.normpath(posixpath.join(_folder(path), name)))
        elif "install" in text or "conda" in text or "_env" in text:
            found |= {path} if path.endswith((".yml", ".yaml")) and is_environment(text) else set()
            named |= {PurePosixPath(match["path"]).name for match in _NAMED_IN_COMMAND.finditer(text)}
    return {path for path in others if path in found or path.rpartition("/")[2] in named}


def is_manifest(path: str) -> bool:
    """Whether a file declares dependencies, by its name and folder; locks are among them."""
    if not _STORES.isdisjoint(path.split("/")[:-1]):
        return False
    return is_lock(path) or reader_of(path) is not None


def read_dependencies(
    files: Mapping[str, str],
    installs: Iterable[tuple[str, int, int, str]] = (),
    others: Iterable[str] = (),
    named: Collection[str] = (),
) -> Dependencies:
    """Read what a project declares.

    Parameters
    ----------
    files : mapping of str to str
        Text of each manifest by its path relative to the project. Of locks the text may be left empty.
    installs : iterable of (file, cell, line, text)
        Lines of notebooks and scripts that install packages: they declare them, too.
    others : iterable of str
        Names of the project's other files.
    named : collection of str
        Those of the files that others name (`named_lists`).

    Returns
    -------
    Dependencies
        Manifests that cannot be read, or not wholly, are its `problems`.
    """
    others = tuple(others)
    files = {path: text for path, text in sorted(files.items()) if not _is_saved_model(path, files, others, named)}
    sheets = {path: read_manifest(path, text) for path, text in files.items() if not is_lock(path)}
    missing = _missing(files, sheets, others)
    constraints = {path for sheet in sheets.values() for path in sheet.constraints}
    constraints |= {path for path in sheets if PurePosixPath(path).name.lower().startswith("constraint")}
    included = {path for sheet in sheets.values() for path in sheet.includes}
    constraints -= included
    for file, cell, line, text in installs:
        read_install(sheets.setdefault(f"{file}\0", Sheet(file)), text, Place(file, cell, line))
    own = {canonicalize_name(name) for sheet in sheets.values() for name in sheet.own}
    declaring = [sheet for path, sheet in sheets.items() if path not in constraints]
    fixed = {one.name for path in constraints if path in sheets for one in sheets[path].declared if one.pinned}
    declared = [
        replace(one, pinned=True) if one.name in fixed and not one.pinned else one
        for sheet in declaring
        for one in sheet.declared
        if one.name not in own
    ]
    locks = [path for path in files if is_lock(path)]
    by_tool = [path for path, sheet in sheets.items() if sheet.is_lock]
    manifests = sorted({sheet.path for path, sheet in sheets.items() if sheet.declares and "\0" not in path})
    return Dependencies(
        tuple(declared),
        tuple(sorted([*locks, *by_tool])),
        tuple(manifests),
        tuple(problem for sheet in sheets.values() for problem in sheet.problems),
        _locked(files, locks),
        tuple(sorted({_folder(path) for path in locks if _belongs(path, files)})),
        missing,
        tuple(sorted({image for path, text in files.items() if is_dockerfile(path) for image in images_of(text)})),
        tuple(sheet.path for sheet in sheets.values() if sheet.is_unread),
        frozenset().union(*(sheet.unclear for sheet in sheets.values())),
        frozenset().union(*(sheet.beside for sheet in sheets.values())),
    )


def _missing(
    files: Mapping[str, str], sheets: Mapping[str, Sheet], others: Iterable[str]
) -> tuple[tuple[str, Place], ...]:
    """Files that are named and are not there, under any folder: an image is built from a folder that is not known.

    One that the same file makes, or takes from elsewhere, is not missing.
    """
    there = {PurePosixPath(path).name for path in (*files, *others)}
    return tuple(
        sorted(
            (name, place)
            for path, sheet in sheets.items()
            if sheet.named and not _MAKES_LISTS.search(files[path])
            for name, place in sheet.named.items()
            if not is_aside_file(name)
            if PurePosixPath(name).name not in there and not re.search(r"[$*{}<>%]", name)
        )
    )


def imports_undeclared(
    imports: Mapping[str, Place], own: Collection[str], dependencies: Dependencies, also: Collection[str] = ()
) -> list[Undeclared]:
    """Imported packages that no manifest declares by a distribution of their own.

    Parameters
    ----------
    imports : mapping of str to Place
        Imported names, with a place of each; the first part is enough, but not of ``google.cloud.storage``.
    own : set of str
        Names of the project's own modules.
    dependencies : Dependencies
    also : set of str
        Distributions that are there without being declared.

    Returns
    -------
    list of Undeclared
        In the order of names. Modules of the standard library, those that only a platform gives, and those that the
        images have from which the project's own start, are left out. None where a list is missing or cannot be read, or
        where what an image has is not known: anything may be there.
    """
    images = [brought_by_image(image) for image in dependencies.images]
    if dependencies.missing or dependencies.unread or None in images:
        return []
    of_images = frozenset().union(*(image for image in images if image))
    names = dependencies.names.union(of_images, also, dependencies.unclear, dependencies.beside)
    if "*" in names:
        return []
    brought: dict[str, frozenset[str]] | None = None  # most projects declare all, and need no table
    found: dict[str, Undeclared] = {}
    for name, place in sorted(imports.items()):
        root = name.partition(".")[0]
        if not root or root in own or needs_no_declaration(name):
            continue
        candidates = distributions_of(name)
        if _is_among(candidates, names) or root.lower() in dependencies.beside:
            continue
        if brought is None:
            brought = _brought(dependencies)
            names = names.union(*map(brought_by, of_images))
        if _is_among(candidates, names) or (not is_known(name) and _is_a_word_of(root, dependencies.names)):
            continue
        through = tuple(one for one, brings in sorted(brought.items()) if _is_among(candidates, brings))
        if not through and _is_among(candidates, dependencies.locked):
            through = dependencies.locks[:1]
        if not through and not common().isdisjoint(candidates) and _uses_opaque(imports, dependencies):
            continue
        found.setdefault(root, Undeclared(root, place, through))
    return list(found.values())


def _is_a_word_of(root: str, names: Collection[str]) -> bool:
    """Whether an import of which nothing is known may be of a declared distribution: flash of lightning-flash.

    Its words are those of the other, of which some may be left out (adafruit_vl53l0x of adafruit-circuitpython-vl53l0x)
    or joined; or it is textspan of pytextspan, of which nothing is known either.
    """
    words = canonicalize_name(root)
    joined = words.replace("-", "")
    return any(
        _are_among(words.split("-"), name.split("-"))
        or name.replace("-", "") == joined
        or (name == f"py{words}" and not is_known(name))
        for name in names
    )


def _are_among(words: Iterable[str], others: Iterable[str]) -> bool:
    """Whether words are among others, in the same order."""
    rest = iter(others)
    return all(word in rest for word in words)


def _uses_opaque(imports: Iterable[str], dependencies: Dependencies) -> bool:
    """Whether the project imports a declared package of which it is not known what that one brings."""
    opaque = {one.name for one in dependencies.declared if is_opaque(one.name)}
    return bool(opaque) and any(not opaque.isdisjoint(distributions_of(name)) for name in imports)


def _brought(dependencies: Dependencies) -> dict[str, frozenset[str]]:
    """What each declared package brings, with what its extras add."""
    found: dict[str, frozenset[str]] = {}
    for one in dependencies.declared:
        parts = (one.name, *(f"{one.name}[{extra}]" for extra in one.extras))
        brings = frozenset().union(*(brought_by(part, version_of(one.spec)) for part in parts))
        found[one.name] = found.get(one.name, frozenset()) | brings
    return found


def _is_among(candidates: tuple[str, ...], names: frozenset[str]) -> bool:
    """Whether one of them is there; a star at the end matches anything."""
    return any(
        one in names if not one.endswith("*") else any(name.startswith(one[:-1]) for name in names)
        for one in candidates
    )


def _is_saved_model(path: str, files: Mapping[str, str], others: tuple[str, ...], named: Collection[str]) -> bool:
    """Whether a file belongs to a model that MLflow saved: an MLmodel file is beside it, or was before it was left out.

    What an MLproject file names, or is beside, is the project's own, whatever it calls the environment.
    """
    folder, name = _folder(path), PurePosixPath(path).name
    if name not in _SAVED_MODEL:
        return False
    prefix = f"{folder}/" if folder else ""
    if any(is_mlproject(other) and _folder(other) == folder for other in others):
        return False
    if f"{prefix}MLmodel" in others:
        return True
    return (
        bool(folder)
        and f"{prefix}conda.yaml" not in named
        and bool(_SAVED_NAME.search(files.get(f"{prefix}conda.yaml", "")[:20_000]))
    )


def _belongs(lock: str, files: Mapping[str, str]) -> bool:
    """Whether a lock is beside a file from which it was resolved, or needs none."""
    sources = _LOCKS.get(PurePosixPath(lock).name.lower(), ())
    return not sources or any(_folder(p) == _folder(lock) and PurePosixPath(p).name.lower() in sources for p in files)


def _locked(files: Mapping[str, str], locks: list[str]) -> frozenset[str]:
    """Names of packages in locks, as far as these list them one a line."""
    return frozenset(
        canonicalize_name(next(name for name in match.groups() if name))
        for path in locks
        for match in _LOCKED.finditer(files[path][:_MOST_LOCK])
    )


def _folder(path: str) -> str:
    return path.rpartition("/")[0]


def _installs(file: str) -> bool:
    """Whether a file installs packages for itself only: an image or a notebook."""
    name = file.rpartition("/")[2].lower()
    return name != "setup.py" and (name.endswith((".ipynb", ".py")) or "dockerfile" in name)


def _surroundings(file: str) -> str:
    """The folder of a manifest; one of nothing but requirements belongs to that around it."""
    folder = _folder(file)
    return _folder(folder) if folder.rpartition("/")[2].lower() in OF_REQUIREMENTS else folder


def _depth(folder: str) -> int:
    return folder.count("/") + 1 if folder else 0
