"""What a replay noted of the operations that it computed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bis.instrument.operation_log import OPERATIONS
from bis.model.jsonable import json_value
from bis.model.operations import OperationLog, TorchOperation

if TYPE_CHECKING:
    from bis.record.observed_session import ObservedSession


def operations_seen(seen: ObservedSession) -> OperationLog | None:
    """The operations of PyTorch; None where it was not asked for them, or the program did not load it."""
    path = seen.folder / OPERATIONS
    if not path.exists():
        return None
    found = json_value(path.read_text(encoding="utf-8"))
    operations = tuple(TorchOperation(*facts) for facts in found["operations"])
    return OperationLog(tuple(found["steps"]), operations, bool(found["cut"]))
