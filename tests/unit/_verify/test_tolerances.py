"""What counts as equal."""

from __future__ import annotations

import pytest

from bis._verify.tolerances import FLOAT32_RTOL, FLOAT64_RTOL, Tolerances
from bis.config import Settings, Tolerance
from bis.errors import UsageError
from bis.model.verdict import AppliedTolerance, ToleranceOrigin


def test_names_win_over_patterns() -> None:
    """The exact name, then the longest pattern."""
    declared = {"*": Tolerance(atol=1.0), "val_*": Tolerance(atol=2.0), "val_loss": Tolerance(atol=3.0)}
    found = Tolerances(declared)
    assert [found.apply(n, []).atol for n in ("val_loss", "val_acc", "x")] == [3.0, 2.0, 1.0]
    assert (found.names("val_acc"), found.names("x")) == (True, False)


def test_defaults_follow_the_precision_of_the_values() -> None:
    """Whole numbers must agree exactly; float32 and float64 values to their own rounding."""
    none = Tolerances()
    assert none.apply("m", [3.0, 4.0]).rtol == 0.0
    assert none.apply("m", [0.1, 0.5]).rtol == FLOAT64_RTOL
    assert none.apply("m", [1.1000000238418579, 3.0]).rtol == FLOAT32_RTOL
    assert not none.apply("epochs", [3.0, 4.0]).holds(4.0, 3.0)


def test_a_margin_alone_leaves_the_default() -> None:
    """Declaring a quantum or a margin is not declaring exactness."""
    applied = Tolerances({"m": Tolerance(margin=0.1)}).apply("m", [0.1])
    assert (applied.rtol, applied.margin, applied.declared) == (FLOAT64_RTOL, 0.1, False)


def test_special_values() -> None:
    """NaN is within tolerance of NaN, an infinity of itself, and of nothing else."""
    applied = Tolerances({"m": Tolerance(atol=1.0)}).apply("m", [])
    assert applied.holds(float("nan"), float("nan"))
    assert applied.holds(float("inf"), float("inf"))
    assert not applied.holds(float("inf"), 1.0)


def test_text_states_the_tolerance() -> None:
    """Both parts, and where they come from."""
    assert Tolerances({"m": Tolerance(atol=1.0, rtol=0.5)}).apply("m", []).used == AppliedTolerance(
        ToleranceOrigin.DECLARED, 1.0, 0.5
    )


def test_settings_and_options() -> None:
    """The command line wins over [tool.bis]."""
    settings = Settings(tolerances={"m": Tolerance(atol=1.0)}, alpha=0.01, primary_metric="m")
    found = Tolerances.from_settings(settings, declared={"m": Tolerance(atol=2.0)}, selected_from=3)
    assert (found.apply("m", []).atol, found.alpha, found.primary, found.selected_from) == (2.0, 0.01, "m", 3)


@pytest.mark.parametrize("make", [lambda: Tolerances(alpha=0.0), lambda: Tolerances(selected_from=0)])
def test_nonsense_is_refused(make: type[Tolerances]) -> None:
    """With a message that says what is expected."""
    with pytest.raises(UsageError):
        make()
