"""Switches of libraries that a replay asks for, set right after the import of the library.

Only those that no environment variable sets. What the program sets later itself counts.
"""

from __future__ import annotations

import sys

TYPE_CHECKING = False  # typing is not loaded at start-up
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from types import ModuleType
    from typing import Any

    from bis.instrument.recorder import Recorder

DETERMINISTIC = "deterministic"
WITHOUT_ONEDNN = "without-onednn"
_TORCH = "torch.backends.mkldnn"  # one of the last that PyTorch imports for itself; its C library is there then


def switch_hooks(recorder: Recorder, switches: Sequence[str]) -> dict[str, Callable[[ModuleType], None]]:
    """What is to be done after the import of which module.

    Parameters
    ----------
    recorder : Recorder
        Is told of each switch that was set.
    switches : sequence of str
        As the session has them.
    """

    def with_torch(_module: ModuleType) -> None:
        library: Any = sys.modules["torch._C"]
        if DETERMINISTIC in switches:
            # Operations without a deterministic algorithm warn, and run: the rest is of interest, too.
            library._set_deterministic_algorithms(True, warn_only=True)  # noqa: FBT003, SLF001 - the public one is not there yet
            _note(recorder, "torch.use_deterministic_algorithms", "False", "True", "determinism=on")
        if WITHOUT_ONEDNN in switches:
            library._set_mkldnn_enabled(False)  # noqa: FBT003, SLF001 - as above
            _note(recorder, "torch.backends.mkldnn.enabled", "True", "False", "onednn=off")

    return {_TORCH: with_torch} if switches else {}


def _note(recorder: Recorder, what: str, recorded: str, replayed: str, why: str) -> None:
    recorder.note("deviation", what=what, recorded=recorded, replayed=replayed, why=why)
