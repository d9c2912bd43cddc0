"""The program uv, as bis calls it."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

from bis._replay.package_index import certificate_variables

if TYPE_CHECKING:
    from collections.abc import Callable

_NO_PROGRESS = ("Using ", "+ ", "- ", "~ ")  # where it installs, and the list of what it has installed


def run_uv(*arguments: str, timeout_s: float | None = None) -> subprocess.CompletedProcess[str]:
    """Run uv and keep what it says.

    Raises
    ------
    subprocess.TimeoutExpired
        It took longer than `timeout_s` seconds, and was ended.
    """
    return subprocess.run(
        _command(arguments),
        capture_output=True,
        text=True,
        check=False,
        env=_environment(),
        stdin=subprocess.DEVNULL,
        timeout=timeout_s,
    )


def follow_uv(*arguments: str, on_line: Callable[[str], None]) -> subprocess.CompletedProcess[str]:
    """Run uv, and pass on each line that it says of its progress; the result has all of them in `stderr`."""
    said = []
    with subprocess.Popen(
        _command(arguments),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
        env=_environment(),
        stdin=subprocess.DEVNULL,
    ) as process:
        assert process.stderr is not None
        try:
            for line in process.stderr:
                said.append(line)
                if line.strip() and not line.lstrip().startswith(_NO_PROGRESS):
                    on_line(line.strip())
        except BaseException:
            process.kill()
            raise
    return subprocess.CompletedProcess(process.args, process.returncode, "", "".join(said))


def _command(arguments: tuple[str, ...]) -> list[str]:
    from uv import find_uv_bin  # late: it looks through the folders of the installation

    return [os.fsdecode(find_uv_bin()), *arguments, "--no-python-downloads"]


def _environment() -> dict[str, str]:
    environment = {**os.environ, **certificate_variables(os.environ), "UV_NO_COLOR": "1", "NO_COLOR": "1"}
    environment.pop("VIRTUAL_ENV", None)
    environment.pop("PYTHONPATH", None)
    return environment
