"""A gate as a document for programs: codes and figures, verdicts and comparisons as their own commands print them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from bis.model.gate import FORMAT, VERSION
from bis.report.json.comparison_json import comparison_document
from bis.report.json.envelope import to_document
from bis.report.json.verdict_json import verdict_document
from bis.report.text.gate_text import finding_reason, finding_words

if TYPE_CHECKING:
    from bis.model.gate import GateResult, ProgramGate


def gate_document(result: GateResult) -> dict[str, Any]:
    """A gate as strict JSON, with its exit code; each finding has its words under ``text``."""
    document = to_document(FORMAT, replace(result, programs=()), version=VERSION)
    return document | {
        "exit_code": result.exit_code,
        "programs": [_program(program) for program in result.programs],
    }


def _program(program: ProgramGate) -> dict[str, Any]:
    slim = replace(program, verdict=None, expected=None, comparison=None)
    document = {k: v for k, v in to_document("program", slim).items() if k not in {"format", "version"}}
    for finding, one in zip(document["findings"], program.findings, strict=True):
        reason = finding_reason(one, program)
        finding["text"] = finding_words(one) + (f": {reason}" if reason else "")
    return document | {
        "verdict": None if program.verdict is None else verdict_document(program.verdict),
        "expected": None if program.expected is None else verdict_document(program.expected),
        "comparison": None if program.comparison is None else comparison_document(program.comparison),
    }
