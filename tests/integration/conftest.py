"""What tests share that use real stores, programs and processes."""

from __future__ import annotations

import pytest

from bis.record import storing
from tests.storing_here import store_here


@pytest.fixture(autouse=True)
def storing_in_this_process(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Sessions are stored in the process of the test, but where storing itself is tested."""
    if "record/test_storing" not in request.node.nodeid:
        monkeypatch.setattr(storing, "store_in_own_process", store_here)
