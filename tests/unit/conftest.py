"""Unit tests stay within their bounds: no process, no store of MLflow, no socket."""

from __future__ import annotations

import platform
from typing import TYPE_CHECKING

import pytest

from tests.bounds import watched

if TYPE_CHECKING:
    from collections.abc import Generator

platform.processor()  # starts a process, once: libraries ask for it when they are loaded, whichever test that is


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup(item: pytest.Item) -> Generator[None, object, object]:
    """Watch the fixtures of a test."""
    return (yield from _within_bounds(item))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """Watch the test."""
    return (yield from _within_bounds(item))


def _within_bounds(item: pytest.Item) -> Generator[None, object, object]:
    """Fail a test that does what belongs into tests/integration, whatever its assertions say."""
    with watched() as seen:
        result = yield
    if seen:
        pytest.fail(f"{item.name} belongs into tests/integration: {seen[0]}", pytrace=False)
    return result
