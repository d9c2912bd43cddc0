"""The sources of entropy: what is done for each after the import of which modules.

What is done for a library is loaded with it: that of all takes a tenth of the whole start.
"""

from __future__ import annotations

from bis.instrument.entropy import processes
from bis.instrument.entropy.import_draws import ImportDraws
from bis.instrument.entropy.sources import python

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

    from bis.instrument.entropy.service import EntropyService

    Hook = Callable[[ModuleType], None]


class EntropySource:
    """What draws entropy, is seeded, or decides who draws first.

    Parameters
    ----------
    name : str
        What it is.
    modules : tuple of str
        The modules that it is in.
    hook : callable
        Gives, for the recorder of randomness of a process, what is done after the import of each of the modules.
    served : bool
        Whether that is done only in a process whose entropy is served.
    """

    __slots__ = ("hook", "modules", "name", "served")

    def __init__(
        self, name: str, modules: tuple[str, ...], hook: Callable[[EntropyService], Hook], *, served: bool = False
    ) -> None:
        self.name = name
        self.modules = modules
        self.hook = hook
        self.served = served


def hooks_of_sources(recorder: EntropyService) -> dict[str, Hook]:
    """What to do after the import of which module."""
    sources = [source for source in SOURCES if recorder.serving or not source.served]
    return {module: source.hook(recorder) for source in sources for module in source.modules}


def _with(attach: Callable[[ModuleType, EntropyService], None]) -> Callable[[EntropyService], Hook]:
    """A hook that attaches to a module."""
    return lambda recorder: lambda module: attach(module, recorder)


def _numpy(module: ModuleType, recorder: EntropyService) -> None:
    from bis.instrument.entropy.sources.numpy import attach  # with the library

    attach(module, recorder)


def _torch(module: ModuleType, recorder: EntropyService) -> None:
    from bis.instrument.entropy.sources.torch import attach  # with the library

    attach(module, recorder)


def _tensorflow(module: ModuleType, recorder: EntropyService) -> None:
    from bis.instrument.entropy.sources.tensorflow import attach  # with the library

    attach(module, recorder)


def _keras(module: ModuleType, recorder: EntropyService) -> None:
    from bis.instrument.entropy.sources.keras import attach  # with the library

    attach(module, recorder)


def _loky(module: ModuleType, recorder: EntropyService) -> None:
    from bis.instrument.entropy.sources.joblib import attach_executor  # with the library

    attach_executor(module, recorder)


def _pools(module: ModuleType, recorder: EntropyService) -> None:
    from bis.instrument.entropy.sources.pools import attach  # with the library

    attach(module, recorder)


def _waiting(module: ModuleType, recorder: EntropyService) -> None:
    from bis.instrument.entropy.sources.incidental import attach  # with the library

    del recorder
    attach(module)


def _numbers(module: ModuleType, recorder: EntropyService) -> None:
    from bis.instrument.entropy.sources import incidental  # with the library

    del recorder
    incidental.attach_numbers(module)


def _tips(module: ModuleType, recorder: EntropyService) -> None:
    from bis.instrument.entropy.sources.incidental import attach_tips  # with the library

    del recorder
    attach_tips(module)


SOURCES = (
    EntropySource("the module random", ("random",), _with(python.attach_random)),
    EntropySource("NumPy", ("numpy.random",), _with(_numpy)),
    EntropySource("PyTorch", ("torch",), _with(_torch)),
    EntropySource(
        "TensorFlow",
        (
            "tensorflow.python.framework.random_seed",
            "tensorflow.python.eager.context",
            "tensorflow.python.ops.stateful_random_ops",
        ),
        _with(_tensorflow),
    ),
    EntropySource(
        "Keras", ("keras.src.utils.rng_utils", "keras.src.trainers.data_adapters.array_data_adapter"), _with(_keras)
    ),
    EntropySource(
        "pools and threads",
        (
            "concurrent.futures._base",
            "concurrent.futures.process",
            "concurrent.futures.thread",
            "multiprocessing.pool",
            "threading",
        ),
        _with(_pools),
    ),
    EntropySource("processes", ("subprocess",), _with(processes.attach_subprocess), served=True),
    EntropySource(
        "processes that import",
        ("multiprocessing.spawn", "loky.backend.spawn", "joblib.externals.loky.backend.spawn"),
        _with(processes.attach_spawn),
        served=True,
    ),
    EntropySource(
        "processes of joblib",
        ("loky.process_executor", "joblib.externals.loky.process_executor"),
        _with(_loky),
        served=True,
    ),
    EntropySource(
        "how long to wait, which port to try, and whether to report usage: all that these use random for",
        (
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
        ),
        _with(_waiting),
    ),
    EntropySource("numbers of experiments in a file store", ("mlflow.utils.name_utils",), _with(_numbers)),
    EntropySource("tips of a kernel", ("IPython.core.tips",), _with(_tips)),
    EntropySource("a number for links", ("rich.style",), lambda recorder: ImportDraws(recorder.reports), served=True),
)
