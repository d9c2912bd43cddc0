"""Divergent operations in words."""

from __future__ import annotations

from bis.model.operations import OperationDivergence, Parting
from bis.report.text.operation_text import operation_text


def test_an_operation_is_named_with_its_line() -> None:
    """And with the step, and what is known of how."""
    text = operation_text(OperationDivergence(Parting.RESULT, "aten.sum.default", 3, "train.py", 17, 25))
    assert text.startswith(
        "The two replays part at aten.sum.default, train.py:17, in step 3 of the optimizer (from 0): "
    )
    assert text.endswith("25 operations before it are the same.")
    bare = operation_text(OperationDivergence(Parting.SEQUENCE, "aten.add.Tensor", -1))
    assert "no line of the project" in bare
    assert "without optimizer steps" in bare
