"""`--set` on command lines."""

from __future__ import annotations

import pytest

from bis._replay.argument_overrides import override


@pytest.mark.parametrize(
    ("argv", "name", "value", "expected"),
    [
        (("--lr", "0.1", "data.csv"), "lr", "0.2", ("--lr", "0.2", "data.csv")),
        (("--lr=0.1",), "lr", "0.2", ("--lr=0.2",)),
        (("--learning-rate", "0.1"), "learning_rate", "0.2", ("--learning-rate", "0.2")),
        (("-l", "-0.1"), "l", "3", ("-l", "3")),
        (("--lr", "1", "--lr", "2"), "lr", "3", ("--lr", "1", "--lr", "3")),
        (("--layers", "64", "32", "--x"), "layers", "8 4", ("--layers", "8", "4", "--x")),
        (("--fast", "--lr", "1"), "fast", "false", ("--lr", "1")),
        (("--fast",), "fast", "true", ("--fast",)),
        (("lr=0.1", "model=mlp"), "lr", "0.2", ("lr=0.2", "model=mlp")),
        (("+trainer.lr=0.1",), "trainer.lr", "0.2", ("+trainer.lr=0.2",)),
        (("model=mlp",), "seed", "1", ("model=mlp", "seed=1")),
        (("data.csv",), "seed", "1", ("data.csv", "--seed", "1")),
        ((), "n", "1", ("-n", "1")),
        (("lr", "0.1"), "lr", "0.2", ("lr", "0.1", "--lr", "0.2")),
    ],
)
def test_override(argv: tuple[str, ...], name: str, value: str, expected: tuple[str, ...]) -> None:
    """An argument is exchanged in the style in which it stands, and appended in that of the others."""
    assert expected == override(argv, name, value).argv


def test_before() -> None:
    """What stood there before is told, so that it can be named as a deviation."""
    assert [override(("--lr", "0.1"), n, "1").before for n in ("lr", "seed")] == ["0.1", ""]
