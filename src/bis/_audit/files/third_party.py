"""Which folders of a project are not its own: environments, copied packages, build output, caches, tracking stores."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from pathlib import Path

from bis.config import ignores_itself

ENVIRONMENT, PACKAGES, VENDORED, BUILD, CACHE, STORE = (
    "virtual environment", "site-packages", "vendored", "build output", "cache", "tracking store",
)  # fmt: skip

_BY_NAME = {
    "site-packages": PACKAGES,
    "dist-packages": PACKAGES,
    "__pypackages__": PACKAGES,
    "venv": ENVIRONMENT,
    ".venv": ENVIRONMENT,
    "virtualenv": ENVIRONMENT,
    ".virtualenv": ENVIRONMENT,
    "node_modules": VENDORED,
    "bower_components": VENDORED,
    "vendor": VENDORED,
    "_vendor": VENDORED,
    "vendored": VENDORED,
    "third_party": VENDORED,
    "thirdparty": VENDORED,
    "third-party": VENDORED,
    "extern": VENDORED,
    "externals": VENDORED,
    "__pycache__": CACHE,
    ".tox": CACHE,
    ".nox": CACHE,
    ".mypy_cache": CACHE,
    ".ruff_cache": CACHE,
    ".pytest_cache": CACHE,
    ".hypothesis": CACHE,
    ".ipynb_checkpoints": CACHE,
    ".cache": CACHE,
    ".eggs": BUILD,
    ".dvc": STORE,
}
_BUILDERS = frozenset({"setup.py", "pyproject.toml", "setup.cfg"})
# The packages of distributions that projects commit whole.
_DISTRIBUTIONS = frozenset(
    {
        "mlflow", "sklearn", "numpy", "pandas", "scipy", "torch", "torchvision", "tensorflow", "keras", "transformers",
        "xgboost", "lightgbm", "catboost", "matplotlib", "seaborn", "requests", "flask", "fastapi", "pip", "setuptools",
        "wandb", "optuna", "hydra", "click", "yaml", "PIL", "six", "urllib3", "pkg_resources", "jinja2", "werkzeug",
    }
)  # fmt: skip
_MANY = 10  # a copied package has more modules than a project's own folder of that name
_STORES = {
    "mlruns": re.compile(r"\d+|\.trash|models|[0-9a-f]{32}"),
    "mlartifacts": re.compile(r"\d+|[0-9a-f]{32}"),
    "wandb": re.compile(r"(?:offline-)?run-.*|latest-run|offline-run.*|debug(?:-internal)?\.log"),
    "lightning_logs": re.compile(r"version_\d+"),
}
_BUILT = re.compile(r"lib|lib\..*|bdist\..*|temp\..*|.*\.(?:whl|egg)|.*\.tar\.gz")
_METADATA = re.compile(r"(?P<name>.+?)-\d[^-]*(?:-py\d+(?:\.\d+)?)?\.(?:dist|egg)-info")
_PYTHON_FOLDER = re.compile(r"(?i)(?:python|pypy)[23](?:\.\d+)?")
_MARKS = frozenset(
    {
        "pyvenv.cfg", "conda-meta", "__init__.py", "site-packages", "lib", "Lib", "lib64", "Scripts", "bin", "Include",
        ".gitignore", "activate", "activate.bat", "activate_this.py", "Activate.ps1", "encodings", "os.py", *_BUILDERS,
    }
)  # fmt: skip


@dataclass(slots=True)
class FolderListing:
    """What is kept of a folder's entries.

    `entries` are those that may be looked at, `marks` names that show what the folder is, `installed` the names of
    distributions whose metadata is in it, `number` counts all entries and `texts` those that are texts.
    """

    entries: list[os.DirEntry[str]] = field(default_factory=list)
    marks: set[str] = field(default_factory=set)
    installed: set[str] = field(default_factory=set)
    number: int = 0
    texts: int = 0

    def note(self, name: str) -> None:
        """Take an entry's name into account."""
        self.number += 1
        if name in _MARKS:
            self.marks.add(name)
        elif name.endswith("-info") and (match := _METADATA.fullmatch(name)):
            self.installed.add(_normal(match["name"]))


def why_left_out(root: str, folder: str, listing: FolderListing, above: FolderListing) -> str:
    """Why a folder is not one of the project's own; empty where it is.

    Parameters
    ----------
    root : str
        The project's folder, which is its own whatever it looks like.
    folder : str
        A path relative to it.
    listing, above : FolderListing
        The entries of the folder, and of the one that holds it.
    """
    name = folder.rpartition("/")[2]
    path = f"{root}/{folder}"
    if not folder or name in _BY_NAME:
        return _BY_NAME.get(name, "")
    if _is_environment(path, name, listing):
        return ENVIRONMENT
    if name.endswith((".egg-info", ".dist-info", ".egg")) or (
        name in {"build", "dist"} and _is_built(path, listing, above)
    ):
        return BUILD
    if ".gitignore" in listing.marks and ignores_itself(Path(path)):
        return CACHE
    if name in _STORES and _has(path, _STORES[name]):
        return STORE
    return VENDORED if _is_copied(name, listing, above) else ""


def _is_environment(path: str, name: str, listing: FolderListing) -> bool:
    """Whether a folder is a Python environment or a part of one, whole or half committed, whatever it is called."""
    marks = listing.marks
    if "pyvenv.cfg" in marks or "conda-meta" in marks:
        return True
    if name in {"bin", "Scripts"} and marks & {"activate", "activate.bat", "activate_this.py", "Activate.ps1"}:
        return True
    if _PYTHON_FOLDER.fullmatch(name) and ("site-packages" in marks or {"encodings", "os.py"} <= marks):
        return True
    if {"Lib", "Include"} <= marks and marks & {"Scripts", "bin"}:
        return True
    return any(_is_library(f"{path}/{library}") for library in ("lib", "Lib", "lib64") if library in marks)


def _is_library(path: str) -> bool:
    """Whether ``lib`` is that of an environment: it has ``site-packages``, or ``python3.x`` that has."""
    if Path(path).is_symlink():
        return False
    for name in _names(path):
        if name == "site-packages":
            return True
        if _PYTHON_FOLDER.fullmatch(name) and os.path.lexists(f"{path}/{name}/site-packages"):
            return True
    return False


def _is_built(path: str, listing: FolderListing, above: FolderListing) -> bool:
    return "__init__.py" not in listing.marks and (bool(above.marks & _BUILDERS) or _has(path, _BUILT))


def _is_copied(name: str, listing: FolderListing, above: FolderListing) -> bool:
    """Whether a folder is the package of a distribution published by others."""
    if _normal(name) in above.installed:
        return True
    if name not in _DISTRIBUTIONS or "__init__.py" not in listing.marks or above.marks & _BUILDERS:
        return False
    return listing.number > _MANY or bool(above.installed)


def _normal(name: str) -> str:
    return name.lower().replace("-", "_").replace(".", "_")


def _has(path: str, pattern: re.Pattern[str]) -> bool:
    return any(pattern.fullmatch(name) for name in _names(path))


def _names(path: str) -> list[str]:
    """Some of the names in a folder, enough to recognise it."""
    found: list[str] = []
    try:
        with os.scandir(path) as entries:
            for entry in entries:
                found.append(entry.name)
                if len(found) >= 1000:
                    break
    except OSError:  # it is reported where it is listed
        return found
    return found
