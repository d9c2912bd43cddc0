"""What leads out of a quarantine. The stores themselves are tested in tests/functional/test_quarantine.py."""

from __future__ import annotations

import pytest

from bis.instrument.quarantine import active_stores, names_made_by_client


@pytest.mark.parametrize(
    ("scheme", "client"), [("", True), ("file", True), ("mysql+pymysql", True), ("https", False), ("uc", False)]
)
def test_names_made_by_client(scheme: str, client: bool) -> None:
    """Files and databases name runs in the program, servers do not."""
    assert names_made_by_client(scheme) is client


def test_no_quarantine_without_a_replay() -> None:
    """A process that is not a replay has no quarantine: it gets an error and not a store."""
    with pytest.raises(LookupError, match="not a replay"):
        active_stores()
