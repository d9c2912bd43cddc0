"""The tree of errors."""

from __future__ import annotations

from bis.errors import BisError, DataMissing, UsageError


def test_message_hint_and_context() -> None:
    """An error says what happened, what to do, and the facts by name."""
    error = DataMissing("x.csv is gone", hint="Put it back.", files=["x.csv"])
    assert (str(error), error.hint, error.context) == ("x.csv is gone", "Put it back.", {"files": ["x.csv"]})
    assert (error.code, error.exit_code) == ("data-missing", 3)
    assert UsageError.exit_code == 2


def test_every_class_has_a_code_of_its_own() -> None:
    """Programs distinguish errors by their code."""
    classes = [BisError]
    for found in classes:
        classes += found.__subclasses__()
    codes = [c.code for c in classes]
    assert len(set(codes)) == len(codes)
