"""The environment facet and its lock."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from typing import TYPE_CHECKING

from bis.model.facets import Environment, Package, Status
from bis.model.lock import lock_text
from bis.record.probes.packages import probe_environment

if TYPE_CHECKING:
    from pathlib import Path
_BACKEND = """
import os
def prepare_metadata_for_build_editable(folder, config_settings=None):
    os.mkdir(os.path.join(folder, "proj-1.dist-info"))
    with open(os.path.join(folder, "proj-1.dist-info", "METADATA"), "w") as file:
        file.write("Metadata-Version: 2.1\\nName: proj\\nVersion: 1\\n")
    return "proj-1.dist-info"
"""


def test_uv_accepts_the_lock(tmp_path: Path) -> None:
    """Uv reads pins, URLs and editable lines with their comments, and wants exactly what is not there yet."""
    project = tmp_path / "proj"
    project.mkdir()
    (project / "pyproject.toml").write_text(
        '[project]\nname="proj"\nversion="1"\n[build-system]\nrequires=[]\nbuild-backend="b"\nbackend-path=["."]\n'
    )
    (project / "b.py").write_text(_BACKEND)
    wheel = tmp_path / "wheeled-2-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as file:
        file.writestr("wheeled-2.dist-info/METADATA", "Metadata-Version: 2.1\nName: wheeled\nVersion: 2\n")
        file.writestr("wheeled-2.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        file.writestr("wheeled-2.dist-info/RECORD", "")
    installed = {p.name: p for p in probe_environment().packages}
    packages = (
        installed["numpy"],
        installed["pytest"],
        Package("proj", "1", project.as_uri(), editable=True),
        Package("wheeled", "2", wheel.as_uri()),
    )
    lock = lock_text(Environment(Status.RECORDED, python="3.11", packages=packages))
    (tmp_path / "lock.txt").write_text(lock)
    arguments = ["--offline", "--dry-run", "--no-deps", "-r", "lock.txt", "--python", sys.executable]
    done = subprocess.run(
        [sys.executable, "-m", "uv", "pip", "install", *arguments],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "Would install 2 packages" in done.stderr
    assert "Would uninstall" not in done.stderr
