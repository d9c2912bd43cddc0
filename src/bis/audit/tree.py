"""The files of a project that are its own: what is left out is named, what cannot be read is a problem, no link is followed."""

# Paths are strings here: this runs over hundreds of thousands of entries.

from __future__ import annotations

import os
import re
import stat
from dataclasses import dataclass, field
from fnmatch import fnmatch
from typing import TYPE_CHECKING

from bis.model.audit import Problem

if TYPE_CHECKING:
    from pathlib import Path

_DEEPEST = 60
_MOST_ENTRIES = 500_000
_MOST_COUNTED = 200_000

_HIDDEN = frozenset({".git", ".hg", ".svn", ".bzr"})
_BY_NAME = {
    "site-packages": "site-packages",
    "dist-packages": "site-packages",
    "node_modules": "vendored",
    "vendor": "vendored",
    "_vendor": "vendored",
    "vendored": "vendored",
    "third_party": "vendored",
    "thirdparty": "vendored",
    "extern": "vendored",
    "externals": "vendored",
    "__pycache__": "cache",
    ".tox": "cache",
    ".nox": "cache",
    ".mypy_cache": "cache",
    ".ruff_cache": "cache",
    ".pytest_cache": "cache",
    ".ipynb_checkpoints": "cache",
    ".eggs": "build output",
    "__pypackages__": "site-packages",
    "mlartifacts": "tracking store",
}
_BUILDERS = frozenset({"setup.py", "pyproject.toml", "setup.cfg"})
# Distributions that projects commit whole, by the name of their package.
_DISTRIBUTIONS = frozenset(
    {
        "mlflow", "sklearn", "numpy", "pandas", "scipy", "torch", "torchvision", "tensorflow", "keras", "transformers",
        "xgboost", "lightgbm", "catboost", "matplotlib", "seaborn", "requests", "flask", "fastapi", "pip", "setuptools",
        "wandb", "optuna", "hydra", "click", "yaml", "PIL", "six", "urllib3",
    }
)  # fmt: skip
_MANY_OF_A_DISTRIBUTION = 10  # a copied package has more modules than a project's own folder of that name
_SOURCES = (".py", ".ipynb")
_OTHERS = re.compile(
    r"(?i)(readme.*|.*\.(md|rst|txt|toml|cfg|ya?ml|in|sh|lock)|pipfile(\.lock)?|mlproject|makefile|dockerfile.*|dvc\.lock)"
)


@dataclass(frozen=True, slots=True)
class Tree:
    """What there is in a project's folder; paths are relative, with forward slashes, in order.

    `sources` are its own Python files and notebooks, `others` its own files of which the name matters, `left_out` folders
    with the reason, `left_out_files` the number of Python files and notebooks in them.
    """

    sources: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    left_out: dict[str, str] = field(default_factory=dict)
    left_out_files: int = 0
    problems: tuple[Problem, ...] = ()


def walk(root: Path, *, exclude: tuple[str, ...] = (), max_file_mib: float = 20.0) -> Tree:
    """List a project's own files.

    Parameters
    ----------
    root : Path
        The project's folder.
    exclude : tuple of str
        Globs of paths relative to `root`; of a folder, all below it.
    max_file_mib : float
        Larger files are a problem of kind ``large`` and are not listed.

    Returns
    -------
    Tree
    """
    return _Walk(str(root), exclude, int(max_file_mib * 1024 * 1024)).run()


class _Walk:
    def __init__(self, root: str, exclude: tuple[str, ...], most_bytes: int) -> None:
        self._root = root
        self._exclude = tuple(pattern.rstrip("/") for pattern in exclude)
        self._most_bytes = most_bytes
        self._sources: list[str] = []
        self._others: list[str] = []
        self._left_out: dict[str, str] = {}
        self._problems: list[Problem] = []
        self._entries = 0
        self._counted = 0

    def run(self) -> Tree:
        pending = [""]
        while pending:
            folder = pending.pop()
            entries = self._list(folder)
            if folder:
                why = self._why_not(folder, entries)
                if why:
                    self._left_out[folder] = why
                    continue
            self._entries += len(entries)
            if self._entries > _MOST_ENTRIES:
                self._problem(folder or ".", "large", f"more than {_MOST_ENTRIES:,} files: the rest was not looked at")
                break
            pending += self._sorted(folder, entries)
        left_out_files = sum(self._count(folder) for folder in self._left_out)
        return Tree(
            tuple(sorted(self._sources)), tuple(sorted(self._others)), dict(sorted(self._left_out.items())),
            left_out_files, tuple(self._problems),
        )  # fmt: skip

    def _list(self, folder: str) -> list[os.DirEntry[str]]:
        try:
            with os.scandir(os.path.join(self._root, folder)) as found:  # noqa: PTH118
                return sorted(found, key=lambda e: e.name)
        except OSError as error:
            self._problem(folder or ".", "unreadable", f"the folder cannot be listed: {error.strerror}")
            return []

    def _sorted(self, folder: str, entries: list[os.DirEntry[str]]) -> list[str]:
        """Take in the files of a folder; returns the folders to go on with."""
        inner = []
        for entry in entries:
            path = f"{folder}/{entry.name}" if folder else entry.name
            if any(fnmatch(path, pattern) for pattern in self._exclude):
                self._left_out[path] = "excluded"
            elif entry.is_symlink():
                if entry.name.endswith(_SOURCES) or _is_folder_link(entry):
                    self._problem(path, "symlink", "a symbolic link: not followed")
            elif entry.is_dir(follow_symlinks=False):
                if entry.name in _HIDDEN:
                    continue
                if path.count("/") >= _DEEPEST:
                    self._problem(path, "deep", f"folders nested more than {_DEEPEST} deep: not looked at")
                else:
                    inner.append(path)
            else:
                self._file(entry, path)
        return inner[::-1]

    def _file(self, entry: os.DirEntry[str], path: str) -> None:
        source = entry.name.endswith(_SOURCES)
        if not source and not _OTHERS.fullmatch(entry.name):
            return
        try:
            status = entry.stat(follow_symlinks=False)
        except OSError as error:
            self._problem(path, "unreadable", f"{error.strerror}")
            return
        if not stat.S_ISREG(status.st_mode):
            self._problem(path, "special", "a named pipe, socket or device: not opened")
        elif not source:
            self._others.append(path)
        elif status.st_size > self._most_bytes:
            self._problem(path, "large", f"{status.st_size / 2**20:.0f} MiB: larger than {self._most_bytes / 2**20:g} MiB")
        else:
            self._sources.append(path)

    def _why_not(self, folder: str, entries: list[os.DirEntry[str]]) -> str:
        """Why a folder is none of the project's own; empty where it is."""
        name = folder.rpartition("/")[2]
        names = {entry.name for entry in entries}
        if name in _BY_NAME:
            return _BY_NAME[name]
        if name.endswith((".egg-info", ".dist-info")):
            return "build output"
        if _is_environment(self._root, folder, names):
            return "virtual environment"
        if name in {"build", "dist"} and ("lib" in names or names & {"bdist.linux-x86_64"} or self._beside(folder)):
            return "build output"
        if name == "mlruns" and any(n.isdigit() or n in {".trash", "models"} for n in names):
            return "tracking store"
        if name == "wandb" and any(n.startswith(("run-", "offline-run-", "latest-run")) for n in names):
            return "tracking store"
        if name == "lightning_logs" and any(n.startswith("version_") for n in names):
            return "tracking store"
        copied = name in _DISTRIBUTIONS and "__init__.py" in names
        if copied and (len(names) > _MANY_OF_A_DISTRIBUTION or self._has_metadata(folder, name)):
            return "vendored"
        return ""

    def _beside(self, folder: str) -> bool:
        above = os.path.join(self._root, folder.rpartition("/")[0])  # noqa: PTH118
        return any(os.path.isfile(os.path.join(above, name)) for name in _BUILDERS)  # noqa: PTH113, PTH118

    def _has_metadata(self, folder: str, name: str) -> bool:
        above = os.path.join(self._root, folder.rpartition("/")[0])  # noqa: PTH118
        try:
            return any(n.lower().startswith(f"{name.lower()}-") and n.endswith("-info") for n in os.listdir(above))  # noqa: PTH208
        except OSError:
            return False

    def _count(self, folder: str) -> int:
        """Python files and notebooks below a folder that is left out."""
        pending, found = [os.path.join(self._root, folder)], 0  # noqa: PTH118
        while pending and self._counted < _MOST_COUNTED:
            try:
                with os.scandir(pending.pop()) as entries:
                    for entry in entries:
                        self._counted += 1
                        if entry.is_dir(follow_symlinks=False):
                            pending.append(entry.path)
                        elif entry.name.endswith(_SOURCES):
                            found += 1
            except OSError:  # not listed, not counted: it is left out anyway
                continue
        return found

    def _problem(self, path: str, kind: str, detail: str) -> None:
        self._problems.append(Problem(printable(path), kind, detail))


def printable(path: str) -> str:
    """A path with what cannot be written as UTF-8, and control characters, as escapes."""
    text = path.encode("utf-8", "backslashreplace").decode("utf-8")
    return "".join(c if c.isprintable() else f"\\x{ord(c):02x}" for c in text)


def _is_folder_link(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a loop
        return True


def _is_environment(root: str, folder: str, names: set[str]) -> bool:
    """Whether a folder is a Python environment, whole or half committed, whatever it is called."""
    if "pyvenv.cfg" in names or "conda-meta" in names:
        return True
    for library in ("lib", "Lib", "lib64"):
        if library not in names:
            continue
        inside = os.path.join(root, folder, library)  # noqa: PTH118
        if os.path.islink(inside):  # noqa: PTH114
            continue
        try:
            inner = os.listdir(inside)  # noqa: PTH208
        except OSError:
            continue
        if "site-packages" in inner:
            return True
        for name in inner:
            if name.startswith("python3") and os.path.isdir(os.path.join(inside, name, "site-packages")):  # noqa: PTH112, PTH118
                return True
    return bool({"Scripts", "bin"} & names) and "Include" in names and "Lib" in names
