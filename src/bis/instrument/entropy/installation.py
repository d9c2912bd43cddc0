"""Putting the recorder of randomness into a process, before the user's first import.

What is served: whatever the program would have drawn from the operating system because it set no seed. A generator
that the program seeded is left alone: none that the program sees is consumed, and the bits are those of a run without
bis.

Security: see `bis.instrument.entropy.streams`. While a process is served, the values of `secrets`, `uuid4` and keys
made through `os.urandom` can be derived from the recorded root.

Not replayable, and not always reported: `uuid1`, clocks, addresses (``id``), ``torch.Generator.seed``, entropy that
C libraries draw for themselves, and processes that are started with ``python -I`` or ``-E``.
"""

from __future__ import annotations

import sys

from bis.instrument.entropy import processes
from bis.instrument.entropy.import_hooks import PostImport
from bis.instrument.entropy.service import EntropyService
from bis.instrument.entropy.sha3 import sha3_256
from bis.instrument.entropy.sources import python

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from types import ModuleType

    from bis.instrument.entropy.entropy_observer import EntropyObserver
    from bis.instrument.entropy.entropy_plan import EntropyPlan
    from bis.instrument.entropy.shared_generators import SharedGenerators

_GENERATORS = {"python.random": "random", "numpy.random": "numpy.random", "torch.cpu": "torch"}
_TIPS = "IPython.core.tips"
_POOLS = (
    "concurrent.futures._base",
    "concurrent.futures.process",
    "concurrent.futures.thread",
    "multiprocessing.pool",
    "threading",
)
# Modules that use `random` for nothing but how long to wait, which port to try, and whether to report usage.
_WAITING = (
    "backoff._jitter",
    "botocore.retryhandler",
    "google.auth._exponential_backoff",
    "mlflow.store.tracking.sqlalchemy_store",
    "mlflow.telemetry.client",
    "mlflow.utils.request_utils",
    "mlflow.utils.rest_utils",
    "tenacity.wait",
    "tornado.ioloop",
    "urllib3.util.retry",
    "zmq.sugar.socket",
)
_installed: list[Handle] = []  # at most one: there is one os.urandom in a process


class Handle:
    """The recorder of randomness in this process, as `install` returns it.

    Parameters
    ----------
    recorder : EntropyService
        The recorder that was installed.
    hooks : mapping of str to callable
        What is done after the import of each module.
    """

    def __init__(self, recorder: EntropyService, hooks: Mapping[str, Callable[[ModuleType], None]]) -> None:
        self._recorder = recorder
        self._hooks = hooks

    @property
    def key(self) -> str:
        """The key of this process; another one in a child after a fork."""
        return self._recorder.key

    def trace(self) -> dict[str, object]:
        """The draws so far: per stream their number and a digest, and a digest over all streams.

        Equal traces mean that the same packages asked for the same numbers of bytes in the same order.
        """
        streams = self._recorder.streams.trace()
        over_all = sha3_256()
        for name, facts in streams.items():
            over_all.update(f"{name}\0{facts['digest']}\0".encode("utf-8", "surrogateescape"))
        return {
            "key": self.key,
            "served": self._recorder.serving,
            "streams": streams,
            "digest": over_all.hexdigest(),
            "unserved": self._recorder.unserved,
            "at_import": dict(self._recorder.at_import),
            "untouched": self._recorder.shared.untouched(),
            "seeds": self._recorder.reports.seeds,
            "seeds_dropped": self._recorder.reports.seeds_dropped,
            "failures": self._recorder.reports.failures,
        }

    @property
    def others(self) -> SharedGenerators:
        """A context for what draws from the shared generators and is not the program."""
        return self._recorder.shared

    def restore(self, states: Mapping[str, str]) -> None:
        """Set generators to states that a passive record holds: now if they are loaded, else when they are.

        Parameters
        ----------
        states : mapping of str to str
            By the name of the generator, the state as `EntropyObserver.state` was given it.

        Raises
        ------
        ValueError
            If this process is served: its generators got their states from the root.
        """
        if self._recorder.serving:
            raise ValueError("States are restored in passive processes only; this one is served from its root.")
        self._recorder.restored.update(states)
        for generator, name in _GENERATORS.items():
            module = sys.modules.get(name)
            if generator in states and module is not None:
                _attempt_hook(self._recorder, self._hooks[name], module)


def _attempt_hook(recorder: EntropyService, hook: Callable[[ModuleType], None], module: ModuleType) -> None:
    recorder.reports.attempt(f"restore in {module.__name__}", lambda: hook(module))


def install(
    plan: EntropyPlan, observer: EntropyObserver, further: Mapping[str, Callable[[ModuleType], None]] | None = None
) -> Handle:
    """Record, and unless the plan is passive serve, the randomness of this process. A second call changes nothing.

    Parameters
    ----------
    plan : EntropyPlan
        The root and the key of this process.
    observer : EntropyObserver
        Receives what is seen.
    further : mapping of str to callable, optional
        What else is to be done after the import of which module.
    """
    if _installed:
        return _installed[0]
    recorder = EntropyService(plan, observer)
    hooks = _hooks(recorder)
    handle = Handle(recorder, hooks)
    _installed.append(handle)
    attempt = recorder.reports.attempt
    if plan.serve:
        attempt("os.urandom", lambda: python.serve_system(recorder))
        attempt("fork", lambda: processes.follow_forks(recorder))
        attempt("environment", lambda: processes.offer(recorder))
        attempt("os.system", lambda: processes.attach_system(recorder))
    all_hooks = {**(further or {}), **hooks}
    attempt("import hooks", lambda: PostImport(all_hooks, recorder.reports).install())
    return handle


def _hooks(recorder: EntropyService) -> dict[str, Callable[[ModuleType], None]]:
    """What to do after the import of which module."""
    hooks: dict[str, Callable[[ModuleType], None]] = {
        "random": lambda module: python.attach_random(module, recorder),
        **_library_hooks(recorder),
        **_pool_hooks(recorder),
    }
    if recorder.serving:
        hooks["subprocess"] = lambda module: processes.attach_subprocess(module, recorder)
        for spawning in ("multiprocessing.spawn", "loky.backend.spawn", "joblib.externals.loky.backend.spawn"):
            hooks[spawning] = lambda module: processes.attach_spawn(module, recorder)
    return hooks


def _library_hooks(recorder: EntropyService) -> dict[str, Callable[[ModuleType], None]]:
    """The same for libraries. What is done for one is loaded with it: that of all takes a tenth of the whole start."""
    numpy_was_here = "numpy.random" in sys.modules

    def with_numpy(module: ModuleType) -> None:
        from bis.instrument.entropy.sources import numpy  # with the library

        numpy.attach_random(module, recorder, late=numpy_was_here)

    def with_torch(module: ModuleType) -> None:
        from bis.instrument.entropy.sources import torch  # with the library

        torch.attach(module, recorder)

    def with_tensorflow(module: ModuleType) -> None:
        from bis.instrument.entropy.sources import tensorflow  # with the library

        attach = {
            "tensorflow.python.framework.random_seed": tensorflow.attach_seeds,
            "tensorflow.python.eager.context": tensorflow.attach_context,
            "tensorflow.python.ops.stateful_random_ops": tensorflow.attach_generators,
        }
        attach[module.__name__](module, recorder)

    def with_keras(module: ModuleType) -> None:
        from bis.instrument.entropy.sources import keras  # with the library

        attach = keras.attach_seed if module.__name__ == "keras.src.utils.rng_utils" else keras.attach_adapter
        attach(module, recorder)

    def with_incidental(module: ModuleType) -> None:
        from bis.instrument.entropy.sources import incidental  # with the library

        if module.__name__ == _TIPS:
            incidental.attach_tips(module)
        else:
            incidental.attach(module)

    def with_loky(module: ModuleType) -> None:
        from bis.instrument.entropy.sources import joblib  # with the library

        joblib.attach_executor(module, recorder)

    hooks: dict[str, Callable[[ModuleType], None]] = {
        "numpy.random": with_numpy,
        "torch": with_torch,
        "tensorflow.python.framework.random_seed": with_tensorflow,
        "tensorflow.python.eager.context": with_tensorflow,
        "tensorflow.python.ops.stateful_random_ops": with_tensorflow,
        "keras.src.utils.rng_utils": with_keras,
        "keras.src.trainers.data_adapters.array_data_adapter": with_keras,
        **dict.fromkeys((*_WAITING, _TIPS), with_incidental),
    }
    if recorder.serving:
        hooks |= {"loky.process_executor": with_loky, "joblib.externals.loky.process_executor": with_loky}
    return hooks


def _pool_hooks(recorder: EntropyService) -> dict[str, Callable[[ModuleType], None]]:
    """The same for pools of processes and threads."""

    def with_pools(module: ModuleType) -> None:
        from bis.instrument.entropy.sources import pools  # with the library

        attach = {
            "concurrent.futures._base": pools.attach_futures,
            "concurrent.futures.process": pools.attach_process_workers,
            "concurrent.futures.thread": pools.attach_thread_workers,
            "multiprocessing.pool": pools.attach_pool,
            "threading": pools.attach_threads,
        }
        attach[module.__name__](module, recorder)

    return dict.fromkeys(_POOLS, with_pools)
