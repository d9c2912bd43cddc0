"""What an audit is asked for, and its version."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bis._audit.audit_options import Options, version_of

if TYPE_CHECKING:
    from pathlib import Path


def test_what_the_version_of_an_entry_is_made_of(tmp_path: Path) -> None:
    """Everything that is asked for, and not where the cache is."""
    assert version_of(Options()) == version_of(Options(cache=tmp_path))
    versions = [
        version_of(o) for o in (Options(), Options(select=("A",)), Options(ignore=("A",)), Options(exclude=("A",)))
    ]
    assert len(set(versions)) == 4
