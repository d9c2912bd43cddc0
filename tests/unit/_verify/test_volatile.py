"""What says nothing about the result."""

from __future__ import annotations

import pytest

from bis._verify.figures.volatile_token import VolatileToken
from bis._verify.volatile import without_volatile


@pytest.mark.parametrize(
    ("text", "left", "kind"),
    [
        ("at 0x7f0012ab34cd>", "at <memory-address>>", VolatileToken.ADDRESS),
        ("2024-01-02 03:04:05 INFO x", "<date> INFO x", VolatileToken.DATE),
        ("took 12.5s", "took <duration>", VolatileToken.DURATION),
        ("id 0123456789abcdef0123456789abcdef", "id <identifier>", VolatileToken.IDENTIFIER),
        ("saved /tmp/abc/x.png", "saved <temporary-path>/x.png", VolatileToken.TEMPORARY_PATH),
        ("speed 31.5it/s", "speed <rate>", VolatileToken.RATE),
    ],
)
def test_volatile_tokens_are_replaced_and_named(text: str, left: str, kind: VolatileToken) -> None:
    """Each kind has its placeholder."""
    assert without_volatile(text) == (left, (kind,))


def test_progress_bars_keep_their_last_state() -> None:
    """What was overwritten in place was never read."""
    cleaned, kinds = without_volatile(" 50%|█████     | 1/2\r100%|██████████| 2/2\ndone 0.5\n")
    assert VolatileToken.PROGRESS_BAR in kinds
    assert cleaned.endswith("\ndone 0.5\n")
    assert "1/2" not in cleaned


def test_results_are_left_alone() -> None:
    """Metrics with units of their own names stay."""
    text = "accuracy: 0.93, loss: 1.5e-3, 3 seeds, 5 epochs"
    assert without_volatile(text) == (text, ())
