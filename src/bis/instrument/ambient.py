"""Ambient mode: a process that imported MLflow without ``bis run`` is recorded from that moment on.

No entropy is served, and nothing is written until a run starts. What happened before bis was loaded is recorded as
unknown.
"""

from __future__ import annotations

import atexit
import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bis._version import __version__
from bis.config import home
from bis.instrument import bootstrap
from bis.instrument.entropy.entropy_plan import EntropyPlan
from bis.instrument.recorder import Recorder
from bis.instrument.session_view import AMBIENT, VERSION, SessionView
from bis.launch.project_root import find_project_root

if TYPE_CHECKING:
    from collections.abc import Sequence

# Programs that manage the runs of others, or only look at them; runs are recorded by the programs that do the work.
_TOOLS = {"bis", "gunicorn", "huey_consumer.py", "mlflow", "uvicorn"}
# Loaded before MLflow only where bis itself is at work.
_BIS_ITSELF = ("bis.api", "bis.cli", "bis.record.storing")


def start() -> None:
    """Start observing this process, unless it does not run an experiment (the commands of MLflow and bis)."""
    if any(name in sys.modules for name in _BIS_ITSELF) or _is_a_tool():
        return
    session = _session()
    recorder = Recorder(session)
    bootstrap.adopt(recorder)
    recorder.fence.run("data", recorder.start)
    plan = EntropyPlan(bytes.fromhex(session.root), serve=False)
    recorder.fence.run("randomness", bootstrap.start_entropy, recorder, plan)
    # Registered after the recorder's own end, so it would run before it: the order is made explicit instead.
    atexit.unregister(recorder.end)
    atexit.register(_at_exit, recorder)


def on_attach(run_id: str) -> None:
    """Called when a run starts: make the spool, record code and packages, and store what is known so far."""
    recorder = bootstrap.active()
    if recorder is None or recorder.session.mode != AMBIENT or recorder.spooling:
        return
    from bis.record import self_recording  # not needed before a run starts

    del run_id
    with recorder.unwatched():
        session = self_recording.create(recorder.session.fields())
        recorder.open_spool(session.spool)
        recorder.fence.run("code", self_recording.describe, session)


def on_end(run_id: str) -> None:
    """Called when a run ends: store it now if the process is interactive, since that may live for days."""
    recorder = bootstrap.active()
    if recorder is None or recorder.session.mode != AMBIENT or not interactive():
        return
    del run_id
    recorder.fence.run("outputs", note_cells, recorder)
    recorder.end()
    recorder.fence.run("storing", _store, recorder, at_exit=False)


def note_cells(recorder: Recorder) -> None:
    """Note the cells that IPython has executed so far, in their order."""
    shell = _shell()
    if shell is not None:
        recorder.note("cells", sources=list(shell.user_ns.get("In", ()))[1:])


def interactive() -> bool:
    """Whether this process is IPython (a notebook's kernel among them)."""
    return _shell() is not None


def _shell() -> Any:
    module = sys.modules.get("IPython")
    get = getattr(module, "get_ipython", None)
    return get() if get is not None else None


def _at_exit(recorder: Recorder) -> None:
    if not recorder.runs or os.getpid() != recorder.pid:  # a forked copy leaves this to the original process
        return
    if interactive():
        recorder.fence.run("outputs", note_cells, recorder)
    recorder.end()
    recorder.fence.run("storing", _store, recorder, at_exit=True)


def _store(recorder: Recorder, *, at_exit: bool) -> None:
    from bis.record import self_recording  # not needed before a run has ended

    with recorder.unwatched():
        self_recording.store(Path(recorder.session.spool), at_exit=at_exit)


def _session() -> SessionView:
    now = time.time()
    name = time.strftime("%Y%m%d-%H%M%S-", time.gmtime(now)) + os.urandom(6).hex()
    cwd = Path.cwd()
    kind, target = _entry()
    folder = (cwd / target).parent if kind == "script" else cwd
    hash_seed = os.environ.get("PYTHONHASHSEED")
    return SessionView(
        {
            "version": VERSION,
            "session": name,
            "mode": AMBIENT,
            "started_unix_s": now,
            "bis_version": __version__,
            "kind": kind,
            "target": target,
            "argv": [] if kind == "interactive" else sys.argv[1:],  # a kernel's are those of its server
            "interpreter_options": [],
            "cwd": str(cwd),
            "project_root": str(find_project_root(folder)),
            "root": os.urandom(32).hex(),
            "serve": False,
            "hash_seed": hash_seed if hash_seed != "random" else None,
            "spool": str(home() / "sessions" / name),
            "tracking_uri": os.environ.get("MLFLOW_TRACKING_URI"),
            "tracking_variable": os.environ.get("MLFLOW_TRACKING_URI"),
        }
    )


def _entry() -> tuple[str, str]:
    """Kind and target of the program, in the words of `bis.model.facets.EntryKind`."""
    if _shell() is not None:
        return "interactive", ""
    module = module_argument(sys.orig_argv)
    if module:
        return "module", module
    path = getattr(sys.modules.get("__main__"), "__file__", None) or (sys.argv[0] if sys.argv else "")
    return ("script", str(path)) if path and path not in {"-c", "-"} else ("unknown", "")


def module_argument(command: Sequence[str]) -> str:
    """The module of ``python -m module …``; empty for other commands.

    The command line is read, since a package is imported before Python knows its ``__main__``.
    """
    words = iter(command[1:])
    for word in words:
        if word == "-m":
            return next(words, "")
        if word.startswith("-m"):
            return word[2:]
        if word in {"-W", "-X", "--check-hash-based-pycs"}:
            next(words, None)
        elif not word.startswith("-") or word in {"-c", "-"}:
            return ""
    return ""


def _is_a_tool() -> bool:
    """Whether the program is the mlflow or bis command itself, whose children do the work."""
    program = Path(sys.argv[0]).name if sys.argv and sys.argv[0] else ""
    module = module_argument(sys.orig_argv).partition(".")[0]
    return bool({program, module} & _TOOLS)
