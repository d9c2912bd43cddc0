"""Values of a bisection."""

from __future__ import annotations

from bis.model.bisection import Bisection, BisectionOutcome, ChangeKind, SettingChange


def test_exit_codes() -> None:
    """1 where it differs and why is known, or is known not to be recorded; 5 where it is open, 0 where it does not."""
    codes = {outcome.value: Bisection("r", outcome).exit_code for outcome in BisectionOutcome}
    assert codes == {
        "found": 1,
        "found-in-part": 1,
        "nothing-changed": 4,
        "same-today": 0,
        "not-seen": 5,
        "recorded-differs": 1,
        "not-in-versions": 1,
        "recorded-fails": 3,
        "open": 5,
    }


def test_keys() -> None:
    """Tell a package from a variable of the same name."""
    kinds = (ChangeKind.PACKAGE, ChangeKind.VARIABLE)
    assert [SettingChange(k, "x", "1", "2").key for k in kinds] == ["package:x", "variable:x"]
