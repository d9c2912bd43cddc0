"""joblib's processes (loky): they are served, each by its own key, but take tasks in no fixed order."""

from __future__ import annotations

from bis.instrument.entropy.service import TASKS_RACE
from bis.instrument.entropy.wrapping import disguise, is_ours

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType
    from typing import Any

    from bis.instrument.entropy.service import EntropyService


def attach_executor(module: ModuleType, recorder: EntropyService) -> None:
    """Attach to ``loky.process_executor``: an executor that is made is used; an import alone says nothing."""
    executor: Any = module.ProcessPoolExecutor
    original = executor.__init__
    if is_ours(original):
        return

    def __init__(self: Any, *args: Any, **kwargs: Any) -> None:  # noqa: N807 - it takes the place of one
        recorder.reports.uncontrolled("joblib.loky", TASKS_RACE)
        original(self, *args, **kwargs)

    executor.__init__ = disguise(__init__, original)
