"""The first thing that happens in a recorded interpreter, before any of the user's imports."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from bis.evidence.spool import read_session
from bis.instrument.entropy.entropy_plan import EntropyPlan
from bis.instrument.entropy.installation import install
from bis.instrument.recorder import Recorder, SpoolObserver

_ACTIVE: list[Recorder] = []


def active() -> Recorder | None:
    """The recorder of this process, once there is one."""
    return _ACTIVE[0] if _ACTIVE else None


def adopt(recorder: Recorder) -> None:
    """Make `recorder` the one of this process."""
    _ACTIVE[:] = [recorder]


def start() -> None:
    """Start recording as the session in ``BIS_SPOOL`` says; called by the injected ``sitecustomize``."""
    if _ACTIVE:
        return
    spool = Path(os.environ["BIS_SPOOL"])
    session = read_session(spool)
    recorder = Recorder(session)
    recorder.open_spool(spool)
    adopt(recorder)
    recorder.fence.run("data", recorder.start)
    recorder.fence.run("randomness", start_entropy, recorder)
    if session.quarantine is not None:
        confine(recorder)


def start_entropy(recorder: Recorder) -> None:
    """Install the entropy hooks, or only watch, as the session says."""
    session = recorder.session
    plan = EntropyPlan.from_environment(os.environ, sys.orig_argv) or EntropyPlan(
        bytes.fromhex(session.root), serve=session.serve
    )
    recorder.entropy = install(plan, SpoolObserver(recorder))


def confine(recorder: Recorder) -> None:
    """Refuse to write outside the replay's own folders; a replay without this does not start."""
    from importlib import import_module

    quarantine = recorder.session.quarantine
    assert quarantine is not None
    # Recording is below replaying, so the name stands here and not an import (see docs/architecture.md).
    confinement = import_module("bis.instrument.confinement")
    confinement.confine(
        (recorder.session.project_root, quarantine.folder, recorder.session.spool, *quarantine.writable),
        lambda what, path: recorder.note("wrote-outside", what=what, path=path),
    )
