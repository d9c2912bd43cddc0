"""The recorded environment, built again with uv and kept for the next replay.

Environments are named by the digest of what is in them. Each is built in a folder of another name, under a lock, and
renamed when it is whole: any number of replays may ask for it at once, and a build that was killed leaves nothing
that could be taken for an environment.

One that differs in a few packages from another one is built upon that: it has those packages only, and finds the rest
in the other, so that nothing else can be different.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from bis._replay.package_index import index_options
from bis._replay.package_names import check_packages
from bis._replay.uv_client import follow_uv, run_uv
from bis.errors import EnvironmentBuildError, StorageError, WrongPython
from bis.launch.liveness import is_locked
from bis.model.facets import Environment
from bis.model.jsonable import json_value
from bis.model.lock import lock_text
from bis.model.progress import SILENT, Observer, Step, Task
from bis.model.verdict import Deviation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bis.model.facets import Package

DESCRIPTION = "bis-environment.json"
_DIGEST_CHARACTERS = 24
_BUILDING = ".building-"
_FULL = ("No space left on device", "Disk quota exceeded", "os error 28")


@dataclass(frozen=True, slots=True)
class BuiltEnvironment:
    """An environment that can be used now.

    `created` is False where it was there already; `seconds` is what it took; `deviations` is where it is not what was
    recorded.
    """

    python_executable: Path
    created: bool
    seconds: float
    deviations: tuple[Deviation, ...] = ()

    @property
    def name(self) -> str:
        """Of its folder: the digest of what is in it."""
        return self.python_executable.parents[1].name


@dataclass(frozen=True, slots=True)
class BaseEnvironment:
    """An environment that is there, to build another one upon: its interpreter, and what is installed in it."""

    python: str
    environment: Environment

    def carries(self, environment: Environment) -> bool:
        """Whether another one can be built upon it: it has the same Python, and all packages that are here."""
        ours, names = self.environment, {p.name for p in environment.packages}
        same = (ours.python, ours.implementation) == (environment.python, environment.implementation)
        return same and all(p.name in names for p in ours.packages)


@dataclass(frozen=True, slots=True)
class Interpreter:
    """A Python of this machine."""

    version: str
    path: str
    implementation: str = "cpython"


def ensure_environment(
    environment: Environment,
    *,
    cache_dir: Path,
    python: str | None = None,
    base: BaseEnvironment | None = None,
    compiled: bool = True,
    observer: Observer = SILENT,
) -> BuiltEnvironment:
    """Build the environment, or find it built.

    Parameters
    ----------
    environment : Environment
        As recorded.
    cache_dir : Path
        Where environments are kept.
    python : str, optional
        The version to build it with, ``X.Y.Z`` or ``X.Y``; the recorded one by default.
    base : BaseEnvironment, optional
        One to build it upon, which carries it.
    compiled : bool
        Whether all modules are compiled as they are installed: that takes longer than the rest, and pays where programs
        are run more than once or twice.
    observer : Observer
        Receives the task where something is built.

    Raises
    ------
    WrongPython
        There is no interpreter of this minor version.
    EnvironmentBuildError
        A package cannot be installed; the message names it.
    StorageError
        There is no room or no permission in `cache_dir`.
    """
    started = time.monotonic()
    check_packages(environment)
    if base is None:
        interpreter, deviations = choose_interpreter(python or environment.python, environment.implementation)
        packages = installable(environment)
        folder = environment_folder(environment, interpreter, cache_dir)
    else:
        interpreter, deviations = _interpreter_of(base), ()
        packages = _upon(base, environment)
        folder = cache_dir / _name(interpreter, packages, base)
    try:
        cache_dir.mkdir(parents=True, exist_ok=True)
        with _lock(_lock_file(folder)):
            created = not (folder / DESCRIPTION).exists()
            if created:
                observer.started(Task.ENVIRONMENT, len(packages))
                _build(folder, interpreter, packages, observer, base, compiled=compiled)
                observer.finished(Task.ENVIRONMENT)
    except OSError as error:
        raise StorageError(
            f"the environment cannot be kept in {cache_dir}: {error.strerror or error}",
            hint="Free some space, or set BIS_HOME to another place.",
        ) from error
    described = json_value((folder / DESCRIPTION).read_text(encoding="utf-8"))
    return BuiltEnvironment(
        python_executable=python_of(folder),
        created=created,
        seconds=time.monotonic() - started,
        deviations=(*deviations, *(Deviation(**d) for d in described["deviations"])),
    )


def installable(environment: Environment) -> tuple[Package, ...]:
    """Those of its packages that are installed in a rebuilt environment."""
    return tuple(p for p in environment.packages if requirement(p) and p.name.lower() != "bis")


def environment_folder(environment: Environment, interpreter: Interpreter, cache_dir: Path) -> Path:
    """Where an environment is kept once it is built."""
    return cache_dir / _name(interpreter, installable(environment))


def built_environment(cache_dir: Path, name: str) -> Path | None:
    """The interpreter of an environment that was built before; None where it is not there."""
    folder = cache_dir / name
    return python_of(folder) if name and (folder / DESCRIPTION).is_file() else None


def note_use(folder: Path) -> None:
    """Keep when an environment was last used: the time of its description."""
    with contextlib.suppress(OSError):
        os.utime(folder / DESCRIPTION)


def is_being_built(folder: Path) -> bool:
    """Whether a process builds this environment, or the one that a half-made folder was to become."""
    name = folder.name.removeprefix(".").partition(_BUILDING)[0]
    return is_locked(_lock_file(folder.with_name(name)))


def requirement(package: Package) -> str:
    """The line that installs a package; empty for one whose source is a folder, which no index has."""
    url = package.url or ""
    if package.editable or (url.startswith("file:") and not _is_archive(url)):
        return ""
    if url and not (url.startswith("file:") and not Path(url[len("file://") :].split("#")[0]).exists()):
        return f"{package.name} @ {url}"
    return f"{package.name}=={package.version}"


def python_of(folder: Path) -> Path:
    """The interpreter of a virtual environment."""
    return folder / "Scripts" / "python.exe" if sys.platform == "win32" else folder / "bin" / "python"


def interpreters() -> tuple[Interpreter, ...]:
    """Every Python that uv or pyenv knows on this machine, the running one first."""
    here = Interpreter(platform.python_version(), sys.executable, sys.implementation.name)
    answer = run_uv("python", "list", "--only-installed", "--no-project", "--output-format", "json")
    listed = json_value(answer.stdout) if answer.returncode == 0 and answer.stdout.strip() else []
    found = [Interpreter(e["version"], e["path"], e["implementation"]) for e in listed if e.get("path")]
    pyenv = Path(os.environ.get("PYENV_ROOT") or "~/.pyenv").expanduser() / "versions"
    for executable in sorted(pyenv.glob("*/bin/python3")):
        version = executable.parent.parent.name
        if re.fullmatch(r"3(\.\d+){2}", version):
            found.append(Interpreter(version, str(executable)))
    unique = {i.version + i.implementation: i for i in reversed([here, *found])}
    return (here, *sorted((i for i in unique.values() if i != here), key=lambda i: _numbers(i.version), reverse=True))


def choose_interpreter(version: str, implementation: str) -> tuple[Interpreter, tuple[Deviation, ...]]:
    """The interpreter of this version, or the nearest patch release of the same minor version and what that means.

    Raises
    ------
    WrongPython
        There is none.
    """
    kind = (implementation or "cpython").lower()
    running = Interpreter(platform.python_version(), sys.executable, sys.implementation.name)
    if running.version == version and running.implementation == kind:
        return running, ()
    known = [i for i in interpreters() if i.implementation == kind]
    exact = next((i for i in known if i.version == version), None)
    if exact is not None:
        return exact, ()
    wanted = _numbers(version)
    near = [i for i in known if _numbers(i.version)[:2] == wanted[:2]]
    if not near:
        there = ", ".join(i.version for i in known) or "none"
        raise WrongPython(
            f"the run was recorded with {kind} {version}; this machine has {there}",
            hint=f"Install it, for instance with `uv python install {version}`, or replay with --env current.",
        )
    chosen = min(near, key=lambda i: abs((_numbers(i.version)[2:] or [0])[0] - (wanted[2:] or [0])[0]))
    if len(wanted) < 3:
        return chosen, ()
    why = "this patch release is not on this machine"
    return chosen, (Deviation(what="Python", recorded=version, replayed=chosen.version, why=why),)


def _numbers(version: str) -> list[int]:
    return [int(n) for n in re.findall(r"\d+", version)[:3]]


def _is_archive(url: str) -> bool:
    return url.split("#", maxsplit=1)[0].endswith((".whl", ".tar.gz", ".zip"))


def _interpreter_of(base: BaseEnvironment) -> Interpreter:
    return Interpreter(base.environment.python, base.python, base.environment.implementation)


def _upon(base: BaseEnvironment, environment: Environment) -> tuple[Package, ...]:
    """What another environment has that its base has not."""
    there = set(base.environment.packages)
    return tuple(p for p in installable(environment) if p not in there)


def _name(interpreter: Interpreter, packages: tuple[Package, ...], base: BaseEnvironment | None = None) -> str:
    lines = [interpreter.implementation, interpreter.version, sys.platform, platform.machine()]
    lines += sorted(requirement(p) for p in packages)
    if base is not None:
        lines += ["upon", base.python, lock_text(base.environment)]
    digest = hashlib.sha256("\n".join(lines).encode()).hexdigest()
    return f"py{interpreter.version}-{digest[:_DIGEST_CHARACTERS]}"


def _lock_file(folder: Path) -> Path:
    return folder.with_name(f".{folder.name}.lock")


@contextlib.contextmanager
def _lock(path: Path) -> Iterator[None]:
    """Hold a lock between processes. Where locks are not supported, two may build, and the first one counts."""
    try:
        import fcntl
    except ImportError:
        yield
        return
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _build(
    folder: Path,
    interpreter: Interpreter,
    packages: tuple[Package, ...],
    observer: Observer,
    base: BaseEnvironment | None,
    *,
    compiled: bool,
) -> None:
    for left in folder.parent.glob(f".{folder.name}{_BUILDING}*"):  # of a build that was killed
        shutil.rmtree(left, ignore_errors=True)
    building = Path(tempfile.mkdtemp(prefix=f".{folder.name}{_BUILDING}", dir=folder.parent))
    try:
        made = run_uv("venv", "--no-project", "--relocatable", "--clear", "--python", interpreter.path, str(building))
        if made.returncode != 0:
            raise _build_error(f"no virtual environment of Python {interpreter.version} could be made", made.stderr)
        deviations = _install(python_of(building), packages, observer, compiled=compiled)
        if base is not None:
            _look_in(building, _package_folders(base))
        description = {
            "python": interpreter.version,
            "packages": [requirement(p) for p in packages],
            "deviations": [
                {"what": d.what, "recorded": d.recorded, "replayed": d.replayed, "why": d.why} for d in deviations
            ],
        }
        (building / DESCRIPTION).write_text(json.dumps(description, indent=1), encoding="utf-8")
        building.chmod(0o755)
        shutil.rmtree(folder, ignore_errors=True)  # not whole, or we would not be here
        building.rename(folder)
    finally:
        shutil.rmtree(building, ignore_errors=True)


def _package_folders(base: BaseEnvironment) -> tuple[str, ...]:
    """Where an interpreter finds its packages."""
    code = (
        "import json, site; "
        "print(json.dumps(site.getsitepackages() + [site.getusersitepackages()] * bool(site.ENABLE_USER_SITE)))"
    )
    environ = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON")}
    answer = subprocess.run(
        [base.python, "-c", code], capture_output=True, text=True, check=False, env=environ, stdin=subprocess.DEVNULL
    )
    if answer.returncode != 0:
        raise _build_error(f"{base.python} does not say where its packages are", answer.stderr)
    return tuple(json_value(answer.stdout))


def _look_in(folder: Path, others: tuple[str, ...]) -> None:
    """Let a virtual environment find what it lacks in other folders of packages, as if these were its own."""
    for packages in (folder / "Lib" / "site-packages", *sorted(folder.glob("lib/python*/site-packages"))):
        if packages.is_dir():
            lines = [f"import site; site.addsitedir({other!r})\n" for other in others]
            (packages / "bis-base.pth").write_text("".join(lines), encoding="utf-8")


def _install(
    python: Path, packages: tuple[Package, ...], observer: Observer, *, compiled: bool
) -> tuple[Deviation, ...]:
    """Install, with local version labels as they are, then without where no index has them."""
    answer = _pip_install(python, packages, observer, compiled=compiled)
    labelled = [p for p in packages if "+" in p.version and not p.url]
    deviations: tuple[Deviation, ...] = ()
    if answer.returncode != 0 and labelled and not _is_full(answer.stderr):
        named = [p for p in labelled if f"{p.name}=={p.version}".lower() in answer.stderr.lower()] or labelled
        plain = {p.name: replace(p, version=p.version.split("+")[0]) for p in named}
        packages = tuple(plain.get(p.name, p) for p in packages)
        why = "no index offers the build with this label"
        deviations = tuple(Deviation(f"package {p.name}", p.version, plain[p.name].version, why) for p in named)
        answer = _pip_install(python, packages, observer, compiled=compiled)
    if answer.returncode != 0:
        raise _install_error(packages, answer.stderr)
    return deviations


def _pip_install(
    python: Path, packages: tuple[Package, ...], observer: Observer, *, compiled: bool
) -> subprocess.CompletedProcess[str]:
    lines = "\n".join(requirement(p) for p in packages) + "\n"
    if not packages:
        return subprocess.CompletedProcess([], 0, "", "")
    with tempfile.TemporaryDirectory() as folder:
        lock = Path(folder) / "requirements.txt"
        lock.write_text(lines, encoding="utf-8")
        options = ("--no-deps", *(("--compile-bytecode",) if compiled else ()), *index_options(os.environ))
        return follow_uv(
            *("pip", "install", "--python", str(python), *options, "--requirement", str(lock)),
            on_line=lambda line: observer.advanced(Task.ENVIRONMENT, Step(line)),
        )


def _is_full(text: str) -> bool:
    return any(mark in text for mark in _FULL)


def _build_error(message: str, said: str) -> EnvironmentBuildError | StorageError:
    if _is_full(said):
        return StorageError(f"{message}: the disk is full", hint="Free some space, or set BIS_HOME to another place.")
    return EnvironmentBuildError(f"{message}: {uv_gist(said)}", uv=said.strip()[-4000:])


def _install_error(packages: tuple[Package, ...], said: str) -> EnvironmentBuildError | StorageError:
    if _is_full(said):
        return _build_error("the recorded packages could not be installed", said)
    culprit = _culprit(packages, said)
    what = f"{culprit.name} {culprit.version}" if culprit else f"one of the {len(packages)} recorded packages"
    return EnvironmentBuildError(
        f"{what} cannot be installed: {uv_gist(said)}",
        hint="Add the index that has it to pip's or uv's settings, or replay with --env current.",
        package=culprit.name if culprit else None,
        version=culprit.version if culprit else None,
        uv=said.strip()[-4000:],
    )


def _culprit(packages: tuple[Package, ...], said: str) -> Package | None:
    """The package that uv complains about: by name and version, else by name."""
    text = re.sub(r"[-_.]+", "-", said.lower())

    def mentioned(pattern: str) -> Package | None:
        places = [(m.start(), p) for p in packages if (m := re.search(pattern % _escaped(p), text))]
        return min(places, key=lambda place: place[0])[1] if places else None

    return mentioned(r"(?<![\w-])%s(==|-?@| @ |v)") or mentioned(r"(?<![\w-])%s(?![\w-])")


def _escaped(package: Package) -> str:
    return re.escape(re.sub(r"[-_.]+", "-", package.name.lower()))


def uv_gist(said: str) -> str:
    """What uv says of a failure, in one line."""
    lines = [line.strip(" \t\u00d7╰─▶│├") for line in said.splitlines() if line.strip()]
    relevant = [line for line in lines if not line.lower().startswith(("using python", "resolved", "warning", "hint"))]
    return " ".join(relevant)[:400] or "uv gave no reason"
