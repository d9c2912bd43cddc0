"""NumPy: its legacy global generator and the seeds that are given to it and to `default_rng`.

`SeedSequence(None)`, and with it `default_rng()`, `RandomState()` and the global generator at import, ask `secrets`,
which is served. Classes such as `RandomState` are left alone: a wrapper would break `isinstance` and pickles.
"""

from __future__ import annotations

from bis.instrument.entropy.states import NUMPY, settle
from bis.instrument.entropy.wrapping import first, observe

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType
    from typing import Any

    from bis.instrument.entropy.service import EntropyService

_WORDS = 8


def attach(module: ModuleType, recorder: EntropyService) -> None:
    """Attach to ``numpy.random``, which may have seeded itself before the system was served."""
    random: Any = module
    if recorder.serving and recorder.numpy_was_loaded:
        random.seed([recorder.streams.integer("numpy.random", 32) for _ in range(_WORDS)])

    def seeded(api: str) -> Any:
        def report(args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
            value = first(args, kwargs, "seed")
            if value is not None and not hasattr(value, "bit_generator") and not hasattr(value, "generate_state"):
                recorder.reports.seed(api, value)

        return report

    observe(module, "seed", seeded("numpy.random.seed"))
    observe(module, "default_rng", seeded("numpy.random.default_rng"))
    settle(recorder, NUMPY, module)
