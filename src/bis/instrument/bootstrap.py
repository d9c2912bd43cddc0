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
from bis.instrument.user_names import OWN_IMPORTS, free, program_folders

TYPE_CHECKING = False  # typing is not loaded at start-up
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from types import ModuleType

    Hooks = dict[str, Callable[[ModuleType], None]]
    EveryHook = list[tuple[str, Callable[[ModuleType], None]]]

_OWN_NETWORKS = ("namespaces", "bwrap")  # the sandboxes that have one
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
    recorder = Recorder(read_view(spool))
    recorder.open_spool(spool)
    _begin(recorder, recorder.start)


def free_names(before: Iterable[str]) -> None:
    """Leave the program the names of modules that it would find without bis; `before` were taken without it."""
    recorder = active()
    if recorder is not None:
        session = recorder.session
        recorder.fence.run("names of modules", free, before, program_folders(session.project_root, session.target))


def hold() -> Recorder:
    """Begin as `start` does, and write nothing: for a process whose forks are the recorded ones."""
    recorder = Recorder(read_view(os.environ["BIS_SPOOL"]))
    _begin(recorder, recorder.watch)
    return recorder


def _begin(recorder: Recorder, first: Callable[[], None]) -> None:
    session = recorder.session
    adopt(recorder)
    sys.meta_path.insert(0, OWN_IMPORTS)
    recorder.fence.run("data", first)
    further: EveryHook = []  # several may wait for one module
    if session.quarantine is not None:
        further += _confine(recorder, session.quarantine).items()
    if session.switches:
        from bis.instrument.library_switches import switch_hooks  # needed in replays that vary them only

        further += switch_hooks(recorder, session.switches).items()
    if session.probe:
        further += (recorder.fence.run("predictions", _watch_models, recorder) or {}).items()
    if session.trial is not None:
        from bis.instrument.search_trials import SearchTrials  # in replays of one trial only

        further += SearchTrials(recorder).hooks().items()
    if session.operations is not None:
        from bis.instrument.operation_log import OperationLogger  # in replays that look for an operation only

        recorder.operations = OperationLogger(recorder)
        further += recorder.operations.hooks().items()
    recorder.fence.run("randomness", _serve_entropy, recorder, further)


def _serve_entropy(recorder: Recorder, further: EveryHook) -> None:
    start_entropy(recorder, EntropyPlan.of_process(recorder.session, os.environ, sys.orig_argv), further)


def start_entropy(recorder: Recorder, plan: EntropyPlan, further: EveryHook | None = None) -> None:
    """Install the entropy hooks (whether they serve or only watch is in the plan) and those of native readers."""
    recorder.entropy = install(plan, SpoolObserver(recorder), [*_native(recorder).items(), *(further or [])])


def _native(recorder: Recorder) -> Hooks:
    """What is to be done after the import of libraries that open files without Python."""

    def watch(module: ModuleType) -> None:
        from bis.instrument.native_files import attach  # with the library

        recorder.fence.run("data", attach, module, recorder)

    return dict.fromkeys(NATIVE_LIBRARIES, watch)


def _watch_models(recorder: Recorder) -> Hooks:
    """What is to be done after the import of libraries whose models are to predict at the end."""
    from bis.instrument.probe_hooks import hooks  # in replays with a probe only
    from bis.instrument.probe_sightings import ModelSightings  # as above

    recorder.sightings = ModelSightings(recorder.fence, keeps=recorder.session.probe == "find")
    return hooks(recorder.sightings, recorder.predict)


def _confine(recorder: Recorder, quarantine: dict[str, object]) -> Hooks:
    """Refuse to write outside the replay's own folders; a replay without this does not start.

    Returns what is to be done after the import of which module.
    """
    from bis.instrument.confined_databases import hooks  # needed in replays only
    from bis.instrument.confinement import confine  # needed in replays only
    from bis.instrument.network_attempts import NetworkAttempts  # needed in replays only
    from bis.instrument.unaudited_writes import watch_unaudited_writes  # needed in replays only

    writable: list[str] = list(quarantine.get("writable") or ())  # type: ignore[call-overload]  # JSON
    later: list[str] = list(quarantine.get("later") or ())  # type: ignore[call-overload]  # JSON
    confinement = confine(
        (recorder.session.project_root, str(quarantine["folder"]), recorder.session.spool, *writable),
        lambda what, path: recorder.note("wrote-outside", what=what, path=path),
        later,
    )
    watch_unaudited_writes(confinement)
    if quarantine.get("network") is False:
        recorder.network = NetworkAttempts(recorder, counts=quarantine.get("sandbox") in _OWN_NETWORKS)
        recorder.network.watch()
    return hooks(confinement)
