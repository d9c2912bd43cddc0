"""PyTorch: its default generators, which the C++ library seeds from the system.

``torch.Generator.seed`` is a method of an immutable C type and cannot be replaced: programs that call it on a
generator of their own draw entropy that is not served.
"""

from __future__ import annotations

from bis.instrument.entropy.states import TORCH, settle
from bis.instrument.entropy.wrapping import disguise, first, is_ours, observe

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType
    from typing import Any

    from bis.instrument.entropy.service import EntropyService


def attach(module: ModuleType, recorder: EntropyService) -> None:
    """Seed the default generators from the streams, and see the seeds that the program sets.

    The seed reaches the generators of accelerators when these are first used, as `torch.manual_seed` always does.
    """
    torch: Any = module
    manual_seed = torch.random.manual_seed
    if not is_ours(manual_seed):
        _attach_seeds(torch, recorder, manual_seed)
    settle(recorder, TORCH, module)


def _attach_seeds(torch: Any, recorder: EntropyService, manual_seed: Any) -> None:
    if recorder.serving:
        manual_seed(recorder.streams.integer("torch", 64))
        torch.random.seed = torch.seed = disguise(_seed(recorder, manual_seed), torch.random.seed)

    def report(args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        recorder.reports.seed("torch.manual_seed", first(args, kwargs, "seed"))

    def report_cuda(args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        recorder.reports.seed("torch.cuda.manual_seed_all", first(args, kwargs, "seed"), ignore="torch")

    observe(torch.random, "manual_seed", report)
    torch.manual_seed = torch.random.manual_seed
    observe(torch.cuda, "manual_seed_all", report_cuda)


def _seed(recorder: EntropyService, manual_seed: Any) -> Any:
    def seed() -> int:
        number = recorder.streams.integer("torch", 64)
        manual_seed(number)
        return number

    return seed
