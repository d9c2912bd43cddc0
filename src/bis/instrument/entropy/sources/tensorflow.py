"""TensorFlow: operations that no seed was given for, which its C++ kernels seed from the system.

Nothing here initialises TensorFlow's runtime: programs may still configure threads and devices.
"""

from __future__ import annotations

import sys

from bis.instrument.entropy.sources.kernels import KernelSeeds
from bis.instrument.entropy.wrapping import disguise, first, is_ours, observe

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType
    from typing import Any

    from bis.instrument.entropy.service import EntropyService

_IN_GRAPH = "a random operation inside a graph function has no seed; TensorFlow's kernel seeds itself"


def attach_seeds(module: ModuleType, recorder: EntropyService) -> None:
    """Attach to ``tensorflow.python.framework.random_seed``.

    Every operation asks `get_seed` for its pair of seeds. It gets one from the streams only if neither it nor the
    program has a seed, and only in eager execution: a pair that is built into the function of a `Dataset.map` would
    give the same numbers in every epoch.
    """
    random_seed: Any = module
    original = random_seed.get_seed
    if is_ours(original):
        return
    pairs = KernelSeeds(recorder)
    recorder.on_kernels_cleared = pairs.clear

    def get_seed(op_seed: Any) -> Any:
        seeds = original(op_seed)
        if seeds == (None, None) and recorder.serving:
            if random_seed.context.executing_eagerly():
                frame = sys._getframe(1)  # noqa: SLF001 - the documented way to the caller
                served = recorder.reports.attempt("tensorflow seed", lambda: pairs.pair(frame))
                return seeds if served is None else served
            recorder.reports.uncontrolled("tensorflow graph", _IN_GRAPH)
        return seeds

    def report(args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        pairs.clear()  # setting a seed clears the kernels
        seed = first(args, kwargs, "seed")
        if seed is not None:
            recorder.reports.seed("tensorflow.random.set_seed", seed)

    random_seed.get_seed = disguise(get_seed, original)
    observe(module, "set_seed", report)


def attach_context(module: ModuleType, recorder: EntropyService) -> None:
    """Attach to ``tensorflow.python.eager.context``, to know when kernels are cleared."""
    context: Any = module.Context
    original = context.clear_kernel_cache
    if is_ours(original):
        return

    def clear_kernel_cache(self: Any) -> None:
        recorder.on_kernels_cleared()
        original(self)

    context.clear_kernel_cache = disguise(clear_kernel_cache, original)


def attach_generators(module: ModuleType, recorder: EntropyService) -> None:
    """Attach to ``tensorflow.python.ops.stateful_random_ops``, whose generators no global seed governs."""
    operations: Any = module
    original = operations.non_deterministic_ints
    if is_ours(original) or not recorder.serving:
        return

    def non_deterministic_ints(shape: Any, dtype: Any = operations.dtypes.int64) -> Any:
        numbers = recorder.reports.attempt("tensorflow generator", lambda: _numbers(recorder, shape, dtype))
        return original(shape, dtype) if numbers is None else numbers

    operations.non_deterministic_ints = disguise(non_deterministic_ints, original)


def _numbers(recorder: EntropyService, shape: Any, dtype: Any) -> Any:
    """A tensor of integers from the streams; None where the graph is being built or the shape is not a plain list."""
    tensorflow: Any = sys.modules["tensorflow"]
    if not tensorflow.executing_eagerly():
        recorder.reports.uncontrolled("tensorflow graph", _IN_GRAPH)
        return None
    dtype = tensorflow.as_dtype(dtype)
    size = int(dtype.size)
    count = 1
    for extent in shape:
        count *= int(extent)
    served = recorder.streams.draw("tensorflow.generator", count * size)
    return tensorflow.reshape(tensorflow.io.decode_raw(served, dtype), [int(extent) for extent in shape])


def unseeded(recorder: EntropyService) -> bool:
    """Whether the program runs eagerly, has set no global seed, and is not distributed over devices."""
    if not recorder.serving:
        return False
    context: Any = sys.modules["tensorflow.python.eager.context"]
    config: Any = sys.modules["tensorflow.python.framework.config"]
    tensorflow: Any = sys.modules["tensorflow"]
    return bool(
        context.executing_eagerly()
        and context.global_seed() is None
        and not tensorflow.distribute.has_strategy()
        and not config.is_op_determinism_enabled()  # shuffling without a seed is an error then
    )


_ATTACHED = {
    "tensorflow.python.framework.random_seed": attach_seeds,
    "tensorflow.python.eager.context": attach_context,
    "tensorflow.python.ops.stateful_random_ops": attach_generators,
}


def attach(module: ModuleType, recorder: EntropyService) -> None:
    """Attach to one of TensorFlow's modules."""
    _ATTACHED[module.__name__](module, recorder)
