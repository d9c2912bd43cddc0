"""What findings weigh."""

from __future__ import annotations

import pytest

from bis.model.gate import GateCode, GateFinding, GateResult, ProgramGate


@pytest.mark.parametrize(
    ("codes", "exit_code"),
    [
        ([], 0),
        ([GateCode.METRIC_BETTER, GateCode.METRIC_GONE], 0),
        ([GateCode.NOTHING_COMPARED], 4),
        ([GateCode.NOTHING_COMPARED, GateCode.METRIC_UNDECIDED], 5),
        ([GateCode.METRIC_UNDECIDED, GateCode.BASE_FAILED], 3),
        ([GateCode.PROGRAM_FAILED, GateCode.METRIC_MOVED], 1),
        ([GateCode.NOT_REPEATABLE], 1),
    ],
)
def test_the_heaviest_finding_decides(codes: list[GateCode], exit_code: int) -> None:
    """Failure over what could not run, that over what is open, that over nothing to compare."""
    programs = tuple(ProgramGate("p", "r", findings=(GateFinding(code),)) for code in codes)
    assert GateResult(programs).exit_code == exit_code
