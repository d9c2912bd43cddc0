"""What stands between a program and the machine."""

from __future__ import annotations

import os
import resource
from pathlib import Path

import pytest

from bis._try import guards
from bis._try.guards import MIB, TryLimits, guarded, sandbox_request
from bis.errors import UsageError
from bis.model.sandbox import SandboxKind, SandboxRequest
from bis.model.tried_project import MissingGuard

_PYTHON = Path("/environment/bin/python")
_WITHOUT = SandboxRequest("none", own_home=True)


def test_secrets_are_out_of_reach_meanwhile(monkeypatch: pytest.MonkeyPatch) -> None:
    """And the environment is what it was afterwards, with the program's interpreter first on the path meanwhile."""
    monkeypatch.setenv("SOME_API_TOKEN", "abc")
    before = dict(os.environ)
    with guarded(TryLimits(), _PYTHON, _WITHOUT):
        assert "SOME_API_TOKEN" not in os.environ
        assert os.environ["PATH"].startswith("/environment/bin")
        assert os.environ["VIRTUAL_ENV"] == "/environment"
    assert dict(os.environ) == before


def test_limits_hold_meanwhile() -> None:
    """Those that are asked for; the others are named as missing, and so is the sandbox where none is asked for."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    with guarded(TryLimits(disk_mib=7), _PYTHON, _WITHOUT) as found:
        assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] == 7 * MIB
        assert set(found.missing) == {MissingGuard.MEMORY_LIMIT, MissingGuard.SANDBOX, MissingGuard.NETWORK_OPEN}
        assert found.excess is None
    assert resource.getrlimit(resource.RLIMIT_FSIZE) == before


def test_a_sandbox_has_no_network_unless_that_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """What it does not keep in is named."""
    monkeypatch.setattr(guards, "chosen_sandbox", lambda _asked: SandboxKind.LANDLOCK)
    limits = TryLimits(memory_mib=10_000)
    with guarded(limits, _PYTHON, sandbox_request("auto", network=False)) as closed:
        assert closed.missing == ()
    with guarded(limits, _PYTHON, sandbox_request("auto", network=True)) as opened:
        assert opened.missing == (MissingGuard.NETWORK_OPEN,)


def test_without_a_sandbox_nothing_is_run_unasked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where none works, `auto` is refused, and `none` is what the user said."""
    monkeypatch.setattr(guards, "chosen_sandbox", lambda _asked: SandboxKind.NONE)
    with pytest.raises(UsageError, match="no sandbox works") as refused:
        sandbox_request("auto", network=False)
    assert "--sandbox none" in (refused.value.hint or "")
    assert sandbox_request("none", network=False).own_home
