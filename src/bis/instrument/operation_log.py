"""Each operation of PyTorch in one step of a program: what it got, what it gave, and the user's line.

Noted by digests of bytes, and not by sums as PyTorch's own ``DebugMode`` does: a sum depends on the threads that are to
be compared. Only a few replays of a program do this, and for one step of its optimizer, since it takes much longer.
"""

from __future__ import annotations

import json
import os
import sys
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from types import ModuleType

    from bis.instrument.recorder import Recorder

OPERATIONS = "operations.json"  # in the spool
MOST_OPERATIONS = 20_000
MOST_STEPS = 200_000
# What these give was never computed: it is whatever was in memory.
_UNWRITTEN = ("empty", "new_empty", "resize_")


class OperationLogger:
    """Notes the weights after each step, and the operations of the one that the session asks for."""

    def __init__(self, recorder: Recorder) -> None:
        given: Any = recorder.session.operations
        self._recorder = recorder
        self._step: int | None = given["step"]
        self._steps: list[str] = []
        self._operations: list[tuple[str, str, int, str, str]] = []
        self._cut = False
        self._mode: Any = None
        self.is_attached = False

    def hooks(self) -> dict[str, Callable[[ModuleType], None]]:
        """What to do after the import of which module."""
        return {"torch": self._attach}

    def _attach(self, _torch: ModuleType) -> None:
        optimizers: Any = sys.modules["torch.optim.optimizer"]  # which its package does not give by this name
        optimizers.register_optimizer_step_post_hook(self._stepped)
        self.is_attached = True
        if self._step in {0, -1}:
            self._begin()

    def _stepped(self, optimizer: Any, _args: Any, _kwargs: Any) -> None:
        if self._mode is not None and self._step == len(self._steps):
            self._end()
        if len(self._steps) < MOST_STEPS:
            self._recorder.fence.run("operations", self._note_step, optimizer)
        if self._step is not None and self._step == len(self._steps) and self._step > 0:
            self._begin()

    def _note_step(self, optimizer: Any) -> None:
        weights = [p for group in optimizer.param_groups for p in group["params"]]
        self._steps.append(_digest(weights))

    def _begin(self) -> None:
        mode = sys.modules["torch.utils._python_dispatch"].TorchDispatchMode
        logger = self

        class Watching(mode):  # type: ignore[misc, valid-type]
            """Sees each operation before and after it is computed."""

            def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
                del types
                return logger.computed(func, args, kwargs or {})

        self._mode = Watching()
        self._mode.__enter__()

    def _end(self) -> None:
        mode, self._mode = self._mode, None
        mode.__exit__(None, None, None)

    def computed(self, func: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Compute an operation, and note it."""
        name = str(func)
        unwritten = name.partition(".")[2].startswith(_UNWRITTEN)
        if len(self._operations) >= MOST_OPERATIONS:
            self._cut = True
            return func(*args, **kwargs)
        got = self._recorder.fence.run("operations", _digest_of, (args, kwargs)) or ""
        result = func(*args, **kwargs)
        gave = "" if unwritten else self._recorder.fence.run("operations", _digest_of, (result, args, kwargs)) or ""
        file, line = self._line()
        self._operations.append((name, file, line, got, gave))
        return result

    def _line(self) -> tuple[str, int]:
        """The innermost line of the project that led here."""
        root = self._recorder.session.project_root.rstrip(os.sep) + os.sep
        frame: Any = sys._getframe(2)  # noqa: SLF001 (the documented way to the calling frames)
        while frame is not None:
            name = frame.f_code.co_filename
            if name.startswith(root):
                return name[len(root) :], frame.f_lineno
            frame = frame.f_back
        return "", 0

    def write(self) -> None:
        """Write down what was noted, at the end of the program."""
        if self._mode is not None:
            self._end()
        document = {"steps": self._steps, "operations": self._operations, "cut": self._cut}
        path = os.path.join(self._recorder.session.spool, OPERATIONS)  # noqa: PTH118 (as the recorder names files)
        with open(path, "w", encoding="utf-8") as file:  # noqa: PTH123 (same)
            json.dump(document, file)


def _digest_of(values: Any) -> str:
    flat = sys.modules["torch.utils._pytree"].tree_flatten(values)[0]
    tensor = sys.modules["torch"].Tensor
    return _digest([value for value in flat if isinstance(value, tensor)])


def _digest(tensors: Iterable[Any]) -> str:
    """A digest of the bytes of tensors, with their types and shapes; those without memory of their own are left out."""
    torch: Any = sys.modules["torch"]
    hasher = blake2b(digest_size=8)
    for tensor in tensors:
        if tensor.layout is not torch.strided or tensor.device.type == "meta":
            continue
        plain = tensor.detach().resolve_conj().resolve_neg().cpu().contiguous().reshape(-1)
        hasher.update(f"{tensor.dtype}{tuple(tensor.shape)}".encode())
        if plain.numel():
            hasher.update(plain.view(torch.uint8).numpy().tobytes())
    return hasher.hexdigest()
