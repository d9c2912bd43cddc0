"""What tests share that use real stores, programs and processes."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from bis._audit.forked_process import can_fork
from bis.record import storing
from tests.storing_here import store_here

if TYPE_CHECKING:
    from pathlib import Path

_OUTCOMES = pytest.StashKey[dict[str, str]]()


@pytest.fixture(autouse=True)
def storing_in_this_process(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Sessions are stored in the process of the test, but where storing itself is tested."""
    if "record/test_storing" not in request.node.nodeid:
        monkeypatch.setattr(storing, "store_in_own_process", store_here)


@pytest.fixture
def forkable() -> None:
    """A test that needs a process with one thread: where others of this run have left some, it runs in one of its own.

    A file in which all tests ask for that gets one for all of them.
    """
    if sys.platform != "linux":
        pytest.skip("processes are forked on Linux only")


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Run a test that is `forkable` elsewhere if this process cannot be forked."""
    if "forkable" not in pyfuncitem.fixturenames or can_fork():
        return None
    file, _, name = pyfuncitem.nodeid.partition("::")
    target = file if hasattr(pyfuncitem.module, "pytestmark") else f"{file}::{name}"
    outcomes = pyfuncitem.config.stash.setdefault(_OUTCOMES, {})
    if target not in outcomes:
        outcomes[target] = _passed_alone(target, pyfuncitem.config.rootpath)
    assert outcomes[target] == ""
    return True


def _passed_alone(target: str, root: Path) -> str:
    """Run tests in a process of their own; what it says where one fails."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:xdist", "-p", "no:cacheprovider", target]
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "COV_"))}
    done = subprocess.run(command, cwd=root, env=environ, capture_output=True, text=True, check=False, timeout=300)
    return done.stdout + done.stderr if done.returncode else ""
