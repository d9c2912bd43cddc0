"""Rules go from the host to the stage as a document."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bis.launch.sandbox.rules import SandboxRules, read_rules
from tests.unit.launch.sandbox.places import rules

if TYPE_CHECKING:
    from pathlib import Path


def test_rules_are_read_as_they_were_written(tmp_path: Path) -> None:
    """All fields arrive."""
    path = tmp_path / "rules.json"
    path.write_text(rules().text())
    assert read_rules(str(path)).fields() == rules().fields()


def test_a_field_that_lacks_is_an_error() -> None:
    """A sandbox is not made of half of its rules."""
    fields = rules().fields()
    del fields["network"]
    with pytest.raises(KeyError):
        SandboxRules(fields)
