"""What each statement of a comparison reads as in English; see `bis.report.text.english_statements` for the form."""

from __future__ import annotations

from bis.model.statement import StatementCode

_C = StatementCode

COMPARISON: dict[StatementCode, str] = {
    _C.COMPARED_WITHOUT_CHANCE: (
        "no chance was seen in either program: the differences are exact for the programs as they are (with the seeds "
        "that they set, if any), and there is nothing to estimate"
    ),
    _C.COMPARED_COPIES: (
        "all replays of {run} are copies of one result, since its seeds fix what it draws: how it varies is not known"
    ),
    _C.METRICS_OF_ONE: "only {run} logs {metrics:list}",
    _C.COMPARED_FAILURES: (
        "{failed_a} of {total_a} replays of A and {failed_b} of {total_b} of B failed; they are left out, "
        "and with them what a failure is worth"
    ),
    _C.COMPARISON_CANNOT_DECIDE: (
        "so few replays cannot decide over {metrics:#metric}: the smallest corrected p that they allow is {p_value:p}. "
        "Make more, or name the metric that counts (--metric)"
    ),
    _C.EARLIER_LOOKED_AT: (
        "{earlier_a} replays of A and {earlier_b} of B were made before: who adds replays until a difference shows "
        "will find one, so decide on their number first"
    ),
}
