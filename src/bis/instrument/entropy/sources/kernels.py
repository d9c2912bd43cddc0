"""Seeds for TensorFlow's eager random operations, one pair for a kernel and not for a call.

TensorFlow keeps every kernel that it makes, and makes one for each pair of seeds: a new pair for each call costs 35 KiB
and most of a millisecond a call, for ever (as it does in programs that set TensorFlow's seed). Without seeds there is
one kernel for an operation, which goes on drawing. With bis there is one for each place that calls an operation.

Two kernels with the same pair would draw the same numbers, and a kernel that is made again with its pair would repeat
them. So the key of a pair holds whatever distinguishes kernels, and the place of the call; pairs are given up
when TensorFlow clears its kernels, and after `MOST_USES` in any case.
"""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Hashable
    from types import FrameType
    from typing import Any

    from bis.instrument.entropy.service import EntropyService

MOST_USES = 1000
_OPERATIONS = "tensorflow.python.ops.random_ops"  # others, such as datasets, start anew from the seeds they are given


class KernelSeeds:
    """The pairs of seeds in use.

    Parameters
    ----------
    recorder : EntropyService
        Where new pairs are drawn.
    """

    def __init__(self, recorder: EntropyService) -> None:
        self._recorder = recorder
        self._pairs: dict[Hashable, tuple[int, int]] = {}
        self._uses: dict[Hashable, int] = {}

    def clear(self) -> None:
        """Forget all pairs, since TensorFlow forgot its kernels."""
        self._pairs.clear()
        self._uses.clear()

    def pair(self, frame: FrameType | None) -> tuple[int, int]:
        """The seeds for the operation in the frame that asked for them."""
        while frame is not None and frame.f_globals.get("__name__") == __package__ + ".tensorflow":
            frame = frame.f_back
        if frame is None or frame.f_globals.get("__name__") != _OPERATIONS:
            return self._new()
        key = _kernel(frame)
        uses = self._uses[key] = self._uses.get(key, 0) + 1
        if uses % MOST_USES == 1:
            self._pairs[key] = self._new()
        return self._pairs[key]

    def _new(self) -> tuple[int, int]:
        streams = self._recorder.streams
        # Not (0, 0), which the kernels take for none.
        return (1 + streams.integer("tensorflow", 64) % (2**31 - 2), streams.integer("tensorflow", 24))


def _kernel(frame: FrameType) -> Hashable:
    """What distinguishes kernels: operation, types, device; and the place outside TensorFlow that called it."""
    context: Any = sys.modules["tensorflow.python.eager.context"]
    key: list[Hashable] = [context.context().device_name]
    for name, value in frame.f_locals.items():
        kind = value if name == "dtype" else getattr(value, "dtype", None)
        if kind is not None:
            key.append((name, str(kind)))
    outer: FrameType | None = frame
    while outer is not None:
        key.append((outer.f_code, outer.f_lasti))
        if not str(outer.f_globals.get("__name__")).startswith("tensorflow."):
            break
        outer = outer.f_back
    return tuple(key)
