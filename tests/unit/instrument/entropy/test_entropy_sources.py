"""The sources of entropy: which modules are waited for."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from bis.instrument.entropy.entropy_plan import EntropyPlan
from bis.instrument.entropy.entropy_sources import SOURCES, hooks_of_sources
from bis.instrument.entropy.service import EntropyService
from bis.instrument.entropy.states import GENERATORS

if TYPE_CHECKING:
    from tests.unit.instrument.entropy.conftest import Told


def hooked(told: Told, *, serve: bool) -> set[str]:
    """The modules that a process waits for."""
    return set(hooks_of_sources(EntropyService(EntropyPlan(bytes(32), serve=serve), told)))


def test_each_module_is_of_one_source() -> None:
    """Else one would take the place of another."""
    assert [m for m, number in Counter(m for s in SOURCES for m in s.modules).items() if number > 1] == []


def test_what_only_serving_needs_is_left_out_of_passive_processes(told: Told) -> None:
    """Those that start processes, and what is drawn at import; generators that a program shares are seen in both."""
    served, passive = hooked(told, serve=True), hooked(told, serve=False)
    assert served - passive >= {"subprocess", "rich.style", "joblib.externals.loky.process_executor"}
    assert passive < served
    assert {generator.module for generator in GENERATORS.values()} <= passive
