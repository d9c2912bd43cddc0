"""Hooks after imports never hurt an import."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from typing import TYPE_CHECKING, Any

import pytest

from bis.instrument.entropy.import_hooks import PostImport
from bis.instrument.entropy.reports import Reports

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from types import ModuleType


NAME = "bis_test_imported"


@pytest.fixture
def hooked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, told: Any) -> Iterator[Any]:
    """A function that writes a module and hooks it, for an observer whose facts are those of `told`."""
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(sys, "meta_path", list(sys.meta_path))
    monkeypatch.setattr(sys, "dont_write_bytecode", True)

    def hook(source: str, *actions: Callable[[ModuleType], None]) -> Any:
        (tmp_path / f"{NAME}.py").write_text(source)
        importlib.invalidate_caches()
        PostImport([(NAME, action) for action in actions], Reports(told)).install()
        return told

    yield hook
    sys.modules.pop(NAME, None)


def test_hook_sees_the_complete_module_before_its_importer(hooked: Any) -> None:
    """The hook runs after the last line of the module, once, and what it changes the importer sees."""
    seen: list[int] = []

    def action(module: ModuleType) -> None:
        seen.append(module.value)
        module.value = 2  # type: ignore[attr-defined]  # the module is written by the test

    told = hooked("value = 1", action)
    assert importlib.import_module(NAME).value == 2
    importlib.import_module(NAME)
    assert (seen, told.facts) == ([1], [])


def test_failing_hook_is_reported_and_the_import_succeeds(hooked: Any) -> None:
    """An error of a hook is reported to the observer, not to the program."""
    told = hooked("value = 1", lambda module: module.missing)
    assert importlib.import_module(NAME).value == 1
    assert [fact[:2] for fact in told.facts] == [("failed", f"hook of {NAME}")]


def test_failing_import_fails_as_ever(hooked: Any) -> None:
    """An error of the module itself reaches the importer, and the hook does not run."""
    ran: list[ModuleType] = []
    told = hooked("raise RuntimeError('its own')", ran.append)
    with pytest.raises(RuntimeError, match="its own"):
        importlib.import_module(NAME)
    assert (ran, told.facts, NAME in sys.modules) == ([], [], False)


def test_specification_and_loader_are_the_original_ones(hooked: Any) -> None:
    """After the import nothing of bis is left on the module's loader, so resources and reloads work as ever."""
    hooked("value = 1", lambda _: None)
    module = importlib.import_module(NAME)
    assert type(module.__loader__).__name__ == "SourceFileLoader"
    assert "exec_module" not in vars(module.__loader__)
    assert module.__spec__ is not None
    assert module.__spec__.loader is module.__loader__


def test_reload_and_lazy_loading_run_the_hook(hooked: Any) -> None:
    """A module that is executed again, or only when it is first used, is hooked each time that it is executed."""
    runs: list[str] = []
    hooked("value = 1", lambda module: runs.append(module.__name__))
    importlib.reload(importlib.import_module(NAME))
    del sys.modules[NAME]
    spec = importlib.util.find_spec(NAME)
    assert spec is not None
    assert spec.loader is not None
    spec.loader = importlib.util.LazyLoader(spec.loader)
    module = importlib.util.module_from_spec(spec)
    sys.modules[NAME] = module
    spec.loader.exec_module(module)
    assert runs == [NAME] * 2
    assert module.value == 1
    assert runs == [NAME] * 3


def test_looking_for_a_module_runs_nothing(hooked: Any) -> None:
    """Programs that ask whether a framework is there do not load it by that."""
    ran: list[ModuleType] = []
    hooked("value = 1", ran.append)
    assert importlib.util.find_spec(NAME) is not None
    assert (ran, NAME in sys.modules) == ([], False)


def test_finder_that_asks_all_finders_is_no_endless_loop(hooked: Any) -> None:
    """Other tools' post-import hooks look a module up through all finders, that of bis among them; both then act."""
    ran: list[str] = []
    hooked("value = 1", lambda _: ran.append("ours"))

    class Other:
        busy = False

        def find_spec(self, name: str, path: object = None, target: object = None) -> Any:
            if name != NAME or self.busy:
                return None
            self.busy = True
            try:
                return importlib.util.find_spec(name)
            finally:
                self.busy = False

    sys.meta_path.insert(0, Other())
    importlib.import_module(NAME)
    assert ran == ["ours"]
    del sys.modules[NAME]
    sys.meta_path.insert(2, Other())
    importlib.import_module(NAME)
    assert ran == ["ours"] * 2


def test_loaded_module_is_hooked_at_once(hooked: Any) -> None:
    """A module that is there before the recorder is hooked when the recorder comes."""
    ran: list[str] = []
    hooked("value = 1", lambda _: None)
    importlib.import_module(NAME)
    hooked("value = 1", lambda module: ran.append(module.__name__))
    assert ran == [NAME]


class Around:
    """A hook that notes what the module has before and after it is executed."""

    def __init__(self) -> None:
        self.seen: list[str] = []

    def before(self) -> None:
        """The module is about to be executed."""
        self.seen.append(f"before: {NAME in sys.modules and hasattr(sys.modules[NAME], 'value')}")

    def __call__(self, module: ModuleType) -> None:
        """It was."""
        self.seen.append(f"after: {hasattr(module, 'value')}")


def test_several_hooks_wait_for_one_module(hooked: Any) -> None:
    """Each is called, in their order, also where one before it fails; one that asks for it also before the module."""
    around, later = Around(), Around()
    told = hooked("value = 1", around, lambda module: module.missing, later)
    importlib.import_module(NAME)
    assert around.seen == later.seen == ["before: False", "after: True"]
    assert [fact[:2] for fact in told.facts] == [("failed", f"hook of {NAME}")]
