"""A gate: may a change be merged? What was found of each program, and how much it weighs."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from bis.model.comparison import RunComparison
from bis.model.project_audit import Finding
from bis.model.verdict import NOTHING_TO_LOOK_AT, Level, Verdict

FORMAT = "bis.gate"
VERSION = 1
_FAILED, _COULD_NOT_RUN, _OPEN = Level.DIVERGENT.exit_code, Level.NOT_EXECUTABLE.exit_code, Level.INCONCLUSIVE.exit_code


class GateCode(str, Enum):
    """What was found."""

    NOT_REPEATABLE = "not-repeatable"
    NOT_AS_EXPECTED = "not-as-expected"  # it differs from the published table
    METRIC_MOVED = "metric-moved"  # beyond noise, and not for the better
    METRIC_NOT_FINITE = "metric-not-finite"  # in more replays of this run than of the base
    PROGRAM_FAILED = "program-failed"  # the recorded run itself
    NOT_REPLAYED = "not-replayed"  # no replay ended well
    REPLAYS_FAILED = "replays-failed"  # some of the replays with new randomness, all of which should have ended well
    BASE_FAILED = "base-failed"  # no replay of what it is compared with ended well, or it could not be recorded
    REPLAYS_UNDECIDED = "replays-undecided"
    EXPECTATION_UNDECIDED = "expectation-undecided"
    METRIC_UNDECIDED = "metric-undecided"  # so many replays could not have shown that it moved, or did not
    NOTHING_COMPARED = "nothing-compared"
    METRIC_GONE = "metric-gone"  # the base has it, this run has not
    METRIC_BETTER = "metric-better"  # beyond noise, for the better

    @property
    def exit_code(self) -> int:
        """Of a command that found this and nothing else."""
        return _EXIT_CODES.get(self, 0)


_EXIT_CODES = {
    GateCode.NOT_REPEATABLE: _FAILED,
    GateCode.NOT_AS_EXPECTED: _FAILED,
    GateCode.METRIC_MOVED: _FAILED,
    GateCode.METRIC_NOT_FINITE: _FAILED,
    GateCode.PROGRAM_FAILED: _COULD_NOT_RUN,
    GateCode.NOT_REPLAYED: _COULD_NOT_RUN,
    GateCode.REPLAYS_FAILED: _COULD_NOT_RUN,
    GateCode.BASE_FAILED: _COULD_NOT_RUN,
    GateCode.REPLAYS_UNDECIDED: _OPEN,
    GateCode.EXPECTATION_UNDECIDED: _OPEN,
    GateCode.METRIC_UNDECIDED: _OPEN,
    GateCode.NOTHING_COMPARED: NOTHING_TO_LOOK_AT,
}
_WEIGHT = (_FAILED, _COULD_NOT_RUN, _OPEN, NOTHING_TO_LOOK_AT)  # heaviest first


@dataclass(frozen=True, slots=True)
class GateFinding:
    """One finding about a program; `metric` is empty where it is about the program as a whole."""

    code: GateCode
    metric: str = ""


@dataclass(frozen=True, slots=True)
class ProgramGate:
    """What was found of one program.

    `program` is its command line, as it was given; `file` where it is, from the root of the repository, empty where
    that is not known; `run_id` the run that was judged. `verdict` is None where there were no replays, `expected` where
    no table was given, `comparison` where there was nothing to compare with; `base` is that run. `exit_code` is how the
    program ended where it failed. `suspects` are findings of the audit about randomness, where it is not repeatable.
    """

    program: str
    run_id: str
    file: str = ""
    verdict: Verdict | None = None
    expected: Verdict | None = None
    comparison: RunComparison | None = None
    base: str = ""
    findings: tuple[GateFinding, ...] = ()
    suspects: tuple[Finding, ...] = ()
    exit_code: int | None = None


@dataclass(frozen=True, slots=True)
class GateResult:
    """All programs. `against` is what they were compared with, as it was given; empty where nothing was."""

    programs: tuple[ProgramGate, ...]
    against: str = ""

    @property
    def exit_code(self) -> int:
        """0 where every program may pass; else that of the finding that weighs most.

        1: not repeatable, or a metric moved. 3: something could not be run. 5: more replays would decide. 4: there was
        nothing to compare.
        """
        found = {finding.code.exit_code for program in self.programs for finding in program.findings}
        return next((code for code in _WEIGHT if code in found), 0)
