"""The words about environment settings."""

from __future__ import annotations

from bis.model.statement import StatementCode, statement
from bis.report.text.environment_statements import ENVIRONMENT
from bis.report.text.statement_text import statement_text

MADE = {
    StatementCode.SETTING_AS_RECORDED: statement(StatementCode.SETTING_AS_RECORDED, setting="threads", value="2"),
    StatementCode.VERSION_UNAVAILABLE: statement(
        StatementCode.VERSION_UNAVAILABLE,
        package="six",
        version="9",
        near=("1.16.0", "1.17.0"),
        message="no such version",
    ),
    StatementCode.ENVIRONMENT_NOT_BUILT: statement(StatementCode.ENVIRONMENT_NOT_BUILT, message="no room"),
    **{
        code: statement(code, failed=2, total=2, stage="exception", message="ValueError: x")
        for code in (StatementCode.RECORDED_REPLAYS_FAILED, StatementCode.CHANGED_REPLAYS_FAILED)
    },
    StatementCode.SETTING_NOT_TAKEN: statement(StatementCode.SETTING_NOT_TAKEN, libraries=("openblas", "torch")),
    StatementCode.SETTING_REACHES_NOTHING: statement(StatementCode.SETTING_REACHES_NOTHING, setting="threads"),
    StatementCode.SETTING_DOES_NOT_GOVERN: statement(
        StatementCode.SETTING_DOES_NOT_GOVERN, setting="threads", what=("n_jobs", "set-by-program")
    ),
    StatementCode.SAME_FOR_ALL_ROOTS: statement(StatementCode.SAME_FOR_ALL_ROOTS, pairs=2),
    StatementCode.PAIRS_LEFT_OUT: statement(StatementCode.PAIRS_LEFT_OUT, left_out=1, total=6),
    StatementCode.REQUIREMENT_NOT_MET: statement(
        StatementCode.REQUIREMENT_NOT_MET, package="pandas", requirement="numpy>=2", version="1.26.4"
    ),
    StatementCode.PACKAGES_STAY: statement(StatementCode.PACKAGES_STAY, packages=("six",)),
}


def test_each_can_be_told() -> None:
    """Without a figure that is missing, a brace or Python's own forms."""
    assert MADE.keys() == ENVIRONMENT.keys()
    for made in MADE.values():
        text = statement_text(made)
        assert text
        assert not [odd for odd in ("{", "}", "None", "(", "StatementCode") if odd in text.replace(" (", " ")], text


def test_an_unavailable_version_is_said_with_those_that_there_are() -> None:
    """So that the next attempt can name one."""
    text = statement_text(MADE[StatementCode.VERSION_UNAVAILABLE])
    assert text == "no index has six 9 for this environment; versions near it: 1.16.0, 1.17.0 (no such version)"


def test_what_threads_do_not_govern() -> None:
    """Workers of the program, and what it sets itself."""
    text = statement_text(MADE[StatementCode.SETTING_DOES_NOT_GOVERN])
    assert "n_jobs" in text
    assert "sets itself" in text
