"""A package index in a folder: tiny packages, each in several versions, as wheels that are written here."""

from __future__ import annotations

import base64
import hashlib
import subprocess
import sys
import zipfile
from typing import TYPE_CHECKING

from bis.model.facets import Environment, Package, Status
from bis.record.probes.packages import probe_environment

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

HERE = probe_environment()


def add_wheel(folder: Path, name: str, version: str, code: str, *, requires: Sequence[str] = ()) -> None:
    """Write a wheel with one module."""
    info = f"{name}-{version}.dist-info"
    lines = ["Metadata-Version: 2.1", f"Name: {name}", f"Version: {version}"]
    files = {
        f"{name}.py": code,
        f"{info}/METADATA": "\n".join([*lines, *(f"Requires-Dist: {r}" for r in requires)]) + "\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = []
    for path, text in files.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
        record.append(f"{path},sha256={digest},{len(text.encode())}")
    files[f"{info}/RECORD"] = "\n".join([*record, f"{info}/RECORD,,"]) + "\n"
    folder.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(folder / f"{name}-{version}-py3-none-any.whl", "w") as wheel:
        for path, text in files.items():
            wheel.writestr(path, text)


def environment(versions: dict[str, str]) -> Environment:
    """An environment of these packages, with this Python."""
    packages = tuple(Package(name, version) for name, version in sorted(versions.items()))
    return Environment(Status.RECORDED, python=HERE.python, implementation=HERE.implementation, packages=packages)


def install(target: Path, index: Path, versions: dict[str, str]) -> Path:
    """Make a virtual environment with these packages from the index; its interpreter."""
    from uv import find_uv_bin

    subprocess.run([find_uv_bin(), "venv", "-q", "--python", sys.executable, str(target)], check=True)
    python = target / "bin" / "python"
    wanted = [f"{name}=={version}" for name, version in versions.items()]
    subprocess.run(
        [find_uv_bin(), "pip", "install", "-q", "--no-deps", "--no-index", "--find-links", str(index), "--python",
         str(python), *wanted],
        check=True,
    )  # fmt: skip
    return python
