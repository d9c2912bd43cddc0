"""The versions of a project's packages as an index had them on a day, by uv."""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING

from packaging.utils import canonicalize_name

from bis._replay.environment import uv_gist
from bis._replay.package_index import index_options
from bis._replay.uv_client import run_uv
from bis._try.declared_lists import name_of
from bis.model.facets import Environment, Package, Status
from bis.model.tried_project import EvidenceKind, FunnelPlace, TryEvidence

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

# Libraries with much code that is not Python: building one from its source takes compilers, and more time than a try
# has; without a wheel for this Python they are not installable here.
COMPILED = (
    "numpy", "scipy", "pandas", "scikit-learn", "matplotlib", "pyarrow", "tensorflow", "torch", "torchvision",
    "xgboost", "lightgbm", "catboost", "pillow", "grpcio", "h5py", "statsmodels", "numba", "llvmlite", "opencv-python",
    "pyzmq", "lxml", "cryptography", "polars", "duckdb", "shap", "spacy", "tokenizers", "pydantic-core",
    "sqlalchemy", "greenlet", "aiohttp", "fastparquet", "jaxlib", "scikit-image", "hdbscan", "onnx", "onnxruntime",
)  # fmt: skip
_PINNED = re.compile(r"(?m)^(?P<name>[A-Za-z0-9][A-Za-z0-9._-]*)(?:\[[^\]]*\])?==(?P<version>[^\s;#\\]+)")
_AT = re.compile(r"(?m)^(?P<name>[A-Za-z0-9][A-Za-z0-9._-]*)(?:\[[^\]]*\])? @ (?P<url>\S+)")
_UNDATED = re.compile(r"`(\S+)` is missing an upload date")
_NO_WHEEL = re.compile(
    r"(?:has no (?:usable )?wheels|no wheels with a matching|building (?:from )?source(?: distributions)? is disabled"
    r"|only has wheels|has no (?:compatible|matching) wheels|no source distribution)"
)
_UNKNOWN = re.compile(r"was not found in the (?:package registry|provided package locations)")
_NO_VERSION = re.compile(r"there (?:is|are) no versions? of|versions? of \S+ (?:is|are) available")
_BUILD = re.compile(
    r"Failed to build|Failed to download and build|build backend (?:returned|failed)|Call to `\S+` failed"
)
_NETWORK = re.compile(
    r"dns error|Could not connect|failed to lookup address|Failed to fetch|error sending request|Connection refused"
    r"|Git operation failed|failed to clone|failed to fetch|unable to access|timed out"
)


_MOST_GIVEN_UP = 60  # each takes another answer of the index


@dataclass(frozen=True, slots=True)
class Lock:
    """What was resolved: the environment to build; `undated` counts files whose age the index does not say.

    `left_out` are requirements that the index does not have, `loosened` those of which it lacks the version: they were
    declared for conda.
    """

    environment: Environment
    undated: int = 0
    left_out: tuple[str, ...] = ()
    loosened: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Unresolved:
    """Why it could not be: the place in the funnel, and what uv says. `other_python` may help.

    `unknown` says that the index has no such package, `no_version` that it lacks the version, `any_python` that what is
    asked for contradicts itself, or does not exist, whichever Python it is for.
    """

    place: FunnelPlace
    evidence: TryEvidence
    other_python: bool = False
    unknown: bool = False
    no_version: bool = False
    any_python: bool = False


def resolve_declared(
    requirements: Sequence[str],
    *,
    conda: Collection[str],
    imported: Collection[str],
    resolve: Callable[[Sequence[str]], Lock | Unresolved],
) -> Lock | Unresolved:
    """Resolve requirements of which some were declared for conda, and may be on no index of Python packages.

    Parameters
    ----------
    requirements : sequence of str
        In pip's words.
    conda, imported : collection of str
        Normalised names: of what was declared for conda, and of what gives the imports of the program. What is in the
        first and not in the second is left out where the index does not have it; of what is in the first any version is
        taken where the index lacks the one that is asked for.
    resolve : callable
        Asks the index.
    """
    lines, left_out, loosened = list(requirements), list[str](), list[str]()
    while True:
        found = resolve(lines)
        if isinstance(found, Lock):
            return replace(found, left_out=tuple(left_out), loosened=tuple(loosened))
        culprit = str(canonicalize_name(found.evidence.name)) if found.evidence.name else ""
        at = next((i for i, line in enumerate(lines) if culprit and name_of(line) == culprit), None)
        if at is None or culprit not in conda or len(left_out) + len(loosened) >= _MOST_GIVEN_UP:
            return found
        if found.unknown and culprit not in imported:
            left_out.append(lines.pop(at))
        elif found.no_version and lines[at] != culprit:
            loosened.append(lines[at])
            lines[at] = culprit
        else:
            return found


def resolve_packages(
    requirements: Sequence[str], *, python: str, version: str, as_of_unix_s: float | None, timeout_s: float
) -> Lock | Unresolved:
    """Ask uv for versions that fit together and were there at a time.

    Parameters
    ----------
    requirements : sequence of str
        In pip's words.
    python, version : str
        The interpreter, and its version.
    as_of_unix_s : float, optional
        What was uploaded later is not used; None: all is.
    timeout_s : float
        In seconds.
    """
    if not requirements:
        return Lock(_environment((), version))
    options = ["--no-header", "--no-annotate", "--python", python, *index_options(os.environ)]
    if as_of_unix_s is not None:
        moment = datetime.fromtimestamp(as_of_unix_s, timezone.utc).isoformat().replace("+00:00", "Z")
        options += ["--exclude-newer", moment]
    for name in COMPILED:
        options += ["--only-binary", name]
    with tempfile.TemporaryDirectory(prefix="bis-try-") as folder:
        wanted = Path(folder) / "requirements.in"
        wanted.write_text("".join(f"{line}\n" for line in requirements), encoding="utf-8")
        try:
            answer = run_uv("pip", "compile", *options, str(wanted), timeout_s=timeout_s)
        except subprocess.TimeoutExpired:
            late = TryEvidence(EvidenceKind.CLOCK, "", "resolve", number=timeout_s)
            return Unresolved(FunnelPlace.UNRESOLVABLE, late)
    said = re.sub(rf"{re.escape(folder)}/?", "", answer.stderr)
    if answer.returncode != 0:
        return unresolved(said)
    return Lock(_environment(_packages(answer.stdout), version), len(set(_UNDATED.findall(said))))


def unresolved(said: str) -> Unresolved:
    """What uv's refusal means: no versions fit together, one cannot be built here, or what it asks is not reachable."""
    kept = "\n".join(line for line in said.splitlines() if "is missing an upload date" not in line)
    flat = " ".join(kept.split())
    evidence = TryEvidence(EvidenceKind.UV, uv_gist(kept), _culprit(flat))
    if _BUILD.search(flat) or _NO_WHEEL.search(flat):
        return Unresolved(FunnelPlace.NOT_INSTALLABLE, evidence, other_python=True)
    return Unresolved(
        FunnelPlace.UNRESOLVABLE,
        evidence,
        other_python="Python" in flat or not _NETWORK.search(flat),
        unknown=bool(_UNKNOWN.search(flat)),
        no_version=bool(_NO_VERSION.search(flat)),
        any_python="Python" not in flat and not _NETWORK.search(flat),
    )


def _culprit(said: str) -> str:
    if match := re.search(r"Failed to (?:download and )?build `?([A-Za-z0-9][\w.-]*?)(?:==|`|\s)", said):
        return match[1]
    before = r"ecause (?:there (?:is|are) no versions? of |only |all of: |all versions of )?"
    if match := re.search(rf"{before}`?([A-Za-z0-9][\w.-]*)", said):
        return match[1]
    return ""


def _packages(text: str) -> tuple[Package, ...]:
    found = [Package(str(canonicalize_name(m["name"])), m["version"]) for m in _PINNED.finditer(text)]
    found += [Package(str(canonicalize_name(m["name"])), "0", m["url"]) for m in _AT.finditer(text)]
    return tuple(sorted(found, key=lambda p: p.name))


def _environment(packages: tuple[Package, ...], version: str) -> Environment:
    return Environment(Status.RECORDED, python=version, implementation="cpython", packages=packages)
