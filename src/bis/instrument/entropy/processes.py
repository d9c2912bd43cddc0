"""Children: every process of a run gets a key of its own, the same in every replay.

Without that, a forked child would go on with a copy of its parent's counters, and two children would draw the same
numbers: the recorder would have correlated what was independent.
"""

from __future__ import annotations

import os
from _thread import _local

from bis.instrument.entropy.entropy_plan import CHILD_KEY_VARIABLE
from bis.instrument.entropy.wrapping import disguise, is_ours

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType
    from typing import Any

    from bis.instrument.entropy.service import EntropyService

_PREPARATION = "bis_entropy_key"  # among the data that multiprocessing hands to a spawned process
_ENVIRONMENT_POSITION = 10  # of `env` among the positional arguments of Popen


def follow_forks(recorder: EntropyService) -> None:
    """Give each forked child the key of its place among the forks of the package that forked."""
    pending = _local()  # the thread that forks is the one that goes on in the child

    def before() -> None:
        if recorder.forks_go_on:
            return
        pending.key = recorder.reports.attempt("fork", lambda: recorder.child_key("fork"))

    def in_child() -> None:
        if recorder.forks_go_on:
            return
        key = getattr(pending, "key", None)
        # os.getpid only where counting failed: rather not replayable than correlated with a sibling.
        recorder.rekey(f"{recorder.key}/fork?{os.getpid()}" if key is None else key)
        recorder.reports.attempt("fork", lambda: offer(recorder))

    os.register_at_fork(before=before, after_in_child=in_child)


def offer(recorder: EntropyService) -> None:
    """Put a key into the environment, for children that are started in ways that the hooks do not see.

    The variable is there from the start. The C library replaces it in place, without moving the others: threads may
    read the environment meanwhile.
    """
    os.environ[CHILD_KEY_VARIABLE] = f"{recorder.key}/start"


def attach_subprocess(module: ModuleType, recorder: EntropyService) -> None:
    """Attach to ``subprocess``: its children find a fresh key, also in an environment that the program passes."""
    popen: Any = module.Popen
    original = popen.__init__
    if is_ours(original):
        return

    def __init__(self: Any, *args: Any, **kwargs: Any) -> None:  # noqa: N807 - it takes the place of one
        changed = recorder.reports.attempt("subprocess", lambda: _with_key(recorder, args, kwargs))
        if changed is not None:
            args, kwargs = changed
        original(self, *args, **kwargs)

    popen.__init__ = disguise(__init__, original)


def _with_key(
    recorder: EntropyService, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """The arguments of Popen, with a fresh key for the child in a copy of its environment."""
    key = recorder.child_key("process")
    positional = len(args) > _ENVIRONMENT_POSITION
    given = args[_ENVIRONMENT_POSITION] if positional else kwargs.get("env")
    if given is None:
        # A copy, not a change of this process's environment: another thread may be starting a process now.
        given = os.environ
    elif CHILD_KEY_VARIABLE not in given:  # a clean environment: the child will not be recorded
        return args, kwargs
    changed = {**given, CHILD_KEY_VARIABLE: key}
    if positional:
        return (*args[:_ENVIRONMENT_POSITION], changed, *args[_ENVIRONMENT_POSITION + 1 :]), kwargs
    return args, {**kwargs, "env": changed}


def attach_system(recorder: EntropyService) -> None:
    """Let the children of `os.system` and `os.posix_spawn` find a fresh key."""
    system = os.system
    if not is_ours(system):

        def with_key(command: Any) -> int:
            key = recorder.reports.attempt("os.system", lambda: recorder.child_key("process"))
            if key is None:
                return system(command)
            os.environ[CHILD_KEY_VARIABLE] = key
            try:
                return system(command)
            finally:
                recorder.reports.attempt("os.system", lambda: offer(recorder))

        os.system = disguise(with_key, system, module="os")
    for name in ("posix_spawn", "posix_spawnp"):
        original = getattr(os, name, None)
        if original is not None and not is_ours(original):
            setattr(os, name, disguise(_spawning(recorder, original), original, module="os"))


def _spawning(recorder: EntropyService, original: Any) -> Any:
    def spawn(path: Any, argv: Any, env: Any, /, **options: Any) -> Any:
        def changed() -> Any:
            # Only where the key is there: subprocess, which may call this, has already put in a fresh one.
            if os.environ is not env and not (isinstance(env, dict) and CHILD_KEY_VARIABLE in env):
                return None
            return {**env, CHILD_KEY_VARIABLE: recorder.child_key("process")}

        fresh = recorder.reports.attempt("os.posix_spawn", changed)
        return original(path, argv, env if fresh is None else fresh, **options)

    return spawn


def attach_spawn(module: ModuleType, recorder: EntropyService) -> None:
    """Attach to ``multiprocessing.spawn``, or loky's: the parent hands the child its key among its other data."""
    spawn: Any = module
    hand, take = spawn.get_preparation_data, spawn.prepare
    if is_ours(hand):
        return

    def get_preparation_data(*args: Any, **kwargs: Any) -> Any:
        data = hand(*args, **kwargs)
        key = recorder.reports.attempt("spawn", lambda: recorder.child_key("spawn"))
        if key is not None and isinstance(data, dict):
            data[_PREPARATION] = key  # unknown to the standard library, which ignores it
        return data

    def prepare(data: Any, *args: Any, **kwargs: Any) -> Any:
        def become() -> None:
            key = data.get(_PREPARATION)
            if key is not None:
                recorder.rekey(key)
                offer(recorder)

        recorder.reports.attempt("spawn", become)
        return take(data, *args, **kwargs)

    spawn.get_preparation_data = disguise(get_preparation_data, hand)
    spawn.prepare = disguise(prepare, take)
