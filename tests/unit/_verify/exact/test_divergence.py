"""Where a replay leaves its original, and how that reads."""

from __future__ import annotations

import pytest

from bis._verify.exact.divergence import Reading, read_divergence
from bis.model.verdict import DivergencePattern
from bis.report.text.statement_text import statements_text
from tests.unit._verify.runs import curve

Trace = dict[str, str]


def read(a: list[float], b: list[float], mine: Trace | None = None, theirs: Trace | None = None) -> Reading:
    """The reading of two curves that differ."""
    found = read_divergence(curve("m", a), curve("m", b), original_trace=mine or {}, replayed_trace=theirs or {})
    assert found is not None
    return found


def test_equal_curves_have_none() -> None:
    """Nothing differs, nothing is read."""
    assert read_divergence(curve("m", [1.0]), curve("m", [1.0]), original_trace={}, replayed_trace={}) is None


def test_a_tiny_growing_difference_is_floating_point() -> None:
    """It starts at rounding and grows: threads, instruction set or library; the slope is told."""
    found = read([1.0] * 4, [1.0, 1.0 + 1e-9, 1.0 + 1e-8, 1.0 + 1e-7])
    assert found.pattern is DivergencePattern.FLOATING_POINT
    assert found.divergence.step == 1
    assert found.divergence.growth == pytest.approx(1.0, abs=1e-3)


def test_a_late_jump_is_late_entropy() -> None:
    """Equal, equal, then a jump."""
    assert read([1.0, 0.5, 0.25], [1.0, 0.5, 0.35]).pattern is DivergencePattern.LATE_ENTROPY


@pytest.mark.parametrize(
    ("key", "pattern"),
    [
        ("data", DivergencePattern.DATA),
        ("init", DivergencePattern.INITIALISATION),
        ("shuffle:epoch0", DivergencePattern.SHUFFLING),
    ],
)
def test_traces_decide_before_figures(key: str, pattern: DivergencePattern) -> None:
    """A digest that differs names the class, however small the difference is."""
    assert read([1.0], [1.0 + 1e-12], {key: "a"}, {key: "b"}).pattern is pattern


def test_an_untraced_jump_at_once_is_undetermined() -> None:
    """What was not traced is not guessed; other roles are named."""
    assert read([1.0], [2.0]).pattern is DivergencePattern.NO_TRACE
    other = read([1.0], [2.0], {"dropout": "a"}, {"dropout": "b"})
    assert (other.pattern, other.draws) == (DivergencePattern.OTHER_DRAWS, ("dropout",))
    assert read([1.0], [2.0], {"x": "a"}, {"x": "a"}).pattern is DivergencePattern.SAME_DRAWS


def test_a_single_value_without_trace_is_not_read() -> None:
    """Only the distance is stated."""
    assert statements_text(read([1.0], [2.0]).said) == "by 1 relative"


def test_draws_of_bookkeeping_are_no_reason() -> None:
    """A run id drawn in another way explains no difference of results; a draw of the program's own does."""
    ours = {"mlflow": "a", "python.tempfile": "a", "__main__": "a"}
    assert read([1.0], [2.0], ours, {**ours, "mlflow": "b"}).draws == ()
    assert read([1.0], [2.0], ours, {**ours, "__main__": "b"}).draws == ("__main__",)
