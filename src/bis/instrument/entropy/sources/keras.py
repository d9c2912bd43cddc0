"""Keras: the order of batches in `fit` on arrays with the TensorFlow backend, and `set_random_seed`.

Initialisers and dropout draw their seeds from the module `random`, which is served. With TensorFlow `fit` shuffles in
a graph that TensorFlow seeds itself. Setting TensorFlow's seed would make that replayable and change the experiment:
every epoch would have the same order. Permutations by a NumPy generator are replayable and fresh in every epoch.
"""

from __future__ import annotations

import sys
from _thread import RLock, get_ident

from bis.instrument.entropy.sources.tensorflow import unseeded
from bis.instrument.entropy.wrapping import disguise, first, is_ours, observe

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType
    from typing import Any

    from bis.instrument.entropy.service import EntropyService

_swapping = RLock()  # two threads that swap at once would restore each other's function


def attach_seed(module: ModuleType, recorder: EntropyService) -> None:
    """Attach to ``keras.src.utils.rng_utils``."""

    def report(args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        recorder.reports.seed("keras.utils.set_random_seed", first(args, kwargs, "seed"))

    observe(module, "set_random_seed", report)


def attach_adapter(module: ModuleType, recorder: EntropyService) -> None:
    """Attach to ``keras.src.trainers.data_adapters.array_data_adapter``."""
    adapter: Any = module.ArrayDataAdapter
    original = adapter.get_tf_dataset
    if is_ours(original) or not recorder.serving:
        return

    def get_tf_dataset(self: Any, *args: Any, **kwargs: Any) -> Any:
        shuffle = None
        if getattr(self, "_shuffle", False):
            shuffle = recorder.reports.attempt("keras shuffle", lambda: _permuting(recorder))
        if shuffle is None:
            return original(self, *args, **kwargs)
        random: Any = sys.modules["tensorflow"].random
        with _swapping:
            before = random.shuffle
            random.shuffle = shuffle
            try:
                return original(self, *args, **kwargs)
            finally:
                random.shuffle = before

    adapter.get_tf_dataset = disguise(get_tf_dataset, original)


def _permuting(recorder: EntropyService) -> Any:
    """A `tf.random.shuffle` for this thread that is replayable; None where the program is seeded."""
    if not unseeded(recorder):
        return None
    tensorflow: Any = sys.modules["tensorflow"]
    numpy: Any = sys.modules["numpy"]
    before = tensorflow.random.shuffle
    owner = get_ident()

    def shuffle(value: Any, seed: Any = None, name: Any = None) -> Any:
        if get_ident() != owner or seed is not None:
            return before(value, seed=seed, name=name)
        permuted = recorder.reports.attempt("keras shuffle", lambda: permute(value))
        return before(value, seed=seed, name=name) if permuted is None else permuted

    def permute(value: Any) -> Any:
        generator = numpy.random.Generator(numpy.random.PCG64(recorder.streams.integer("keras.shuffle", 128)))
        permuted = tensorflow.numpy_function(generator.permutation, [value], value.dtype)
        permuted.set_shape(value.shape)
        return permuted

    return tensorflow.autograph.experimental.do_not_convert(shuffle)


_ATTACHED = {
    "keras.src.utils.rng_utils": attach_seed,
    "keras.src.trainers.data_adapters.array_data_adapter": attach_adapter,
}


def attach(module: ModuleType, recorder: EntropyService) -> None:
    """Attach to one of Keras' modules."""
    _ATTACHED[module.__name__](module, recorder)
