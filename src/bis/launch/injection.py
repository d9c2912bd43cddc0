"""How the recorder gets into any interpreter that a program starts, whether bis is installed there or not.

`injection_path` gives a folder for ``PYTHONPATH``. It contains only a ``sitecustomize`` that starts the recorder
where ``BIS_SPOOL`` says so, and then makes way for the one that would have been loaded. A folder beside it holds a
copy of bis with the metadata by which MLflow finds its plug-ins; it goes to the end of ``sys.path``, and only where
no bis with such metadata is installed, so that no import of the program is ever answered from there but that of bis.

Standard library only.
"""

from __future__ import annotations

import hashlib
import os
import py_compile
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from bis._version import __version__
from bis.errors import StorageError

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

SITE = "site"
PACKAGES = "packages"
_DIGEST_CHARACTERS = 16

_SITECUSTOMIZE = '''\
"""Starts the recorder of bis, then loads the sitecustomize that this one hides."""

import os
import sys


try:  # what importlib offers too, which takes some milliseconds to load
    from _frozen_importlib import module_from_spec
    from _frozen_importlib_external import PathFinder
except ImportError:
    from importlib.machinery import PathFinder
    from importlib.util import module_from_spec


def _begin(warm):
    here = os.path.dirname(os.path.abspath(__file__))
    sys.path[:] = [p for p in sys.path if os.path.abspath(p or ".") != here]
    serve = None
    if os.environ.get("BIS_SPOOL"):
        installed = _installed()
        packages = os.path.join(os.path.dirname(here), "packages")
        before = list(sys.modules)
        sys.path.insert(0, packages)
        try:
            if warm:
                from bis.instrument.warm_parent import hold

                serve = hold()
            else:
                from bis.instrument.bootstrap import start

                start()
            from bis.instrument.bootstrap import free_names

            free_names(before)
        finally:
            sys.path.remove(packages)
            if not installed:
                sys.path.append(packages)
    if warm:
        serve()  # returns in the forks of this process, each of which is a replay


def _installed():
    """Whether bis is there with the metadata by which MLflow finds plug-ins; a copy of its source has none."""
    if PathFinder.find_spec("bis", sys.path) is None:
        return False
    for folder in sys.path:
        try:
            names = os.listdir(folder or ".")
        except OSError:
            continue
        if any(n.startswith("bis-") and n.endswith((".dist-info", ".egg-info")) for n in names):
            return True
    return False


def _go_on():
    spec = PathFinder.find_spec("sitecustomize", sys.path)
    if spec is None or spec.loader is None:
        return
    module = module_from_spec(spec)
    sys.modules["sitecustomize"] = module
    spec.loader.exec_module(module)


def _is_replay():
    import json

    try:
        with open(os.path.join(os.environ["BIS_SPOOL"], "session.json"), encoding="utf-8") as document:
            return json.load(document).get("quarantine") is not None
    except (OSError, ValueError):
        return False


_warm = bool(os.environ.get("BIS_WARM"))
try:
    _begin(_warm)
except Exception as error:  # a recorder must not break a program
    replayed = _warm or _is_replay()  # which must not run without its confinement
    what = "a replay does not start without its recorder" if replayed else "your program goes on"
    if sys.stderr is not None:
        sys.stderr.write("bis: recording could not start (%s: %s); %s\\n" % (type(error).__name__, error, what))
        sys.stderr.flush()
    if replayed:
        os._exit(86)
_go_on()
'''


def injection_path(cache_dir: Path) -> Path:
    """The folder to put first on ``PYTHONPATH``; made on the first call for this version and state of bis.

    Parameters
    ----------
    cache_dir : Path
        Where such folders are kept; created if missing.

    Raises
    ------
    StorageError
        The folder cannot be written.
    """
    source = Path(__file__).resolve().parents[1]
    target = cache_dir / f"injection-{__version__}-{_state(source)}"
    if not (target / SITE).is_dir():
        try:
            _build(source, target)
        except OSError as error:
            raise StorageError(
                f"the recorder cannot be put into {target}: {_reason(error)}",
                hint="Set BIS_HOME to a folder that you may write to.",
            ) from error
    return target / SITE


def _reason(error: OSError) -> str:
    """Why; of a copied tree (`shutil.Error`, a list of every file that failed) the first reason."""
    if isinstance(error, shutil.Error) and error.args and isinstance(error.args[0], list) and error.args[0]:
        return str(error.args[0][0][2])
    return error.strerror or str(error)


def python_path(injection: Path, existing: str | None) -> str:
    """The value of ``PYTHONPATH`` with the injection in front of what is there."""
    return os.pathsep.join([str(injection), existing] if existing else [str(injection)])


def _state(source: Path) -> str:
    """A digest of names, sizes and times of bis's files: another for each edit of an editable install."""
    digest = hashlib.sha256(_SITECUSTOMIZE.encode())
    for folder, folders, names in os.walk(source):
        folders[:] = sorted(f for f in folders if f != "__pycache__")
        for name in sorted(names):
            facts = os.stat(os.path.join(folder, name))  # noqa: PTH116, PTH118 (this delays each `bis run`)
            digest.update(f"{folder}\0{name}\0{facts.st_size}\0{facts.st_mtime_ns}\n".encode())
    return digest.hexdigest()[:_DIGEST_CHARACTERS]


def _build(source: Path, target: Path) -> None:
    """Make the whole folder under another name, then rename it: no process ever sees half of it."""
    target.parent.mkdir(parents=True, exist_ok=True)
    building = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    try:
        (building / SITE).mkdir()
        (building / SITE / "sitecustomize.py").write_text(_SITECUSTOMIZE, encoding="utf-8")
        packages = building / PACKAGES
        shutil.copytree(source, packages / "bis", ignore=shutil.ignore_patterns("__pycache__"))
        _compile(building, target)
        _write_metadata(packages)
        building.chmod(0o755)
        building.rename(target)
    except OSError:
        if not (target / SITE).is_dir():  # else another process was first, and its folder is as good
            raise
    finally:
        shutil.rmtree(building, ignore_errors=True)


def _compile(building: Path, target: Path) -> None:
    """Compile what each recorded process loads, for the Python that runs now.

    Where PYTHONDONTWRITEBYTECODE is set, as in many containers, each process would compile it anew.
    """
    bis = building / PACKAGES / "bis"
    started = [bis / "__init__.py", bis / "_version.py", *(bis / "instrument").rglob("*.py")]
    for path in (building / SITE / "sitecustomize.py", *started):
        shown = str(target / path.relative_to(building))
        py_compile.compile(
            str(path), dfile=shown, doraise=False, quiet=2, invalidation_mode=py_compile.PycInvalidationMode.TIMESTAMP
        )


def _write_metadata(packages: Path) -> None:
    info = packages / f"bis-{__version__}.dist-info"
    info.mkdir()
    text = f"Metadata-Version: 2.1\nName: bis\nVersion: {__version__}\n"
    (info / "METADATA").write_text(text, encoding="utf-8")
    (info / "INSTALLER").write_text("bis\n", encoding="utf-8")
    groups: dict[str, list[str]] = {}
    for point in _entry_points():
        groups.setdefault(point.group, []).append(f"{point.name} = {point.value}")
    lines = [line for group, points in sorted(groups.items()) for line in (f"[{group}]", *sorted(points), "")]
    (info / "entry_points.txt").write_text("\n".join(lines), encoding="utf-8")


def _entry_points() -> list[EntryPoint]:
    """The plug-ins by which MLflow finds bis, as this installation of bis declares them."""
    from importlib import metadata  # needed once for each version of bis, and not for each `bis run`

    try:
        points = metadata.distribution("bis").entry_points
    except metadata.PackageNotFoundError:
        return []
    return [p for p in points if p.group.startswith("mlflow.")]
