"""The first thing that happens in a recorded interpreter, before any of the user's imports.

This module and all that it imports know the standard library only, and of that what is loaded anyway or cheap:
`typing`, `re`, `json`, `contextlib`, `threading`, `pathlib` and `dataclasses` each cost several times what this
module costs, in each Python process of the run (``make bench-startup`` measures it).
"""

from __future__ import annotations

import os
import sys

from bis.instrument.entropy.entropy_plan import EntropyPlan
from bis.instrument.entropy.installation import install
from bis.instrument.path_events import NATIVE_LIBRARIES
from bis.instrument.recorder import Recorder, SpoolObserver
from bis.instrument.session_view import read_view

TYPE_CHECKING = False  # typing is not loaded at start-up
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

    Hooks = dict[str, Callable[[ModuleType], None]]

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
    spool = os.environ["BIS_SPOOL"]
    session = read_view(spool)
    recorder = Recorder(session)
    recorder.open_spool(spool)
    adopt(recorder)
    recorder.fence.run("data", recorder.start)
    further = _confine(recorder, session.quarantine) if session.quarantine is not None else {}
    recorder.fence.run("randomness", _serve_entropy, recorder, further)


def _serve_entropy(recorder: Recorder, further: Hooks) -> None:
    start_entropy(recorder, EntropyPlan.of_process(recorder.session, os.environ, sys.orig_argv), further)


def start_entropy(recorder: Recorder, plan: EntropyPlan, further: Hooks | None = None) -> None:
    """Install the entropy hooks (whether they serve or only watch is in the plan) and those of native readers."""
    recorder.entropy = install(plan, SpoolObserver(recorder), {**_native(recorder), **(further or {})})


def _native(recorder: Recorder) -> Hooks:
    """What is to be done after the import of libraries that open files without Python."""

    def watch(module: ModuleType) -> None:
        from bis.instrument.native_files import attach  # with the library

        recorder.fence.run("data", attach, module, recorder)

    return dict.fromkeys(NATIVE_LIBRARIES, watch)


def _confine(recorder: Recorder, quarantine: dict[str, object]) -> Hooks:
    """Refuse to write outside the replay's own folders; a replay without this does not start.

    Returns what is to be done after the import of which module.
    """
    from bis.instrument import confined_databases  # needed in replays only
    from bis.instrument.confinement import confine  # needed in replays only

    writable: list[str] = list(quarantine.get("writable") or ())  # type: ignore[call-overload]  # JSON
    later: list[str] = list(quarantine.get("later") or ())  # type: ignore[call-overload]  # JSON
    confinement = confine(
        (recorder.session.project_root, str(quarantine["folder"]), recorder.session.spool, *writable),
        lambda what, path: recorder.note("wrote-outside", what=what, path=path),
        later,
    )
    return confined_databases.hooks(confinement)
