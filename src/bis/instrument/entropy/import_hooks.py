"""Acting right after a module was loaded, without ever causing or hurting an import.

A finder in front of all others lets these find the module as usual, and gives the loader that they return an
`exec_module` of its own (on that one instance, taken away again before it is used). The specification, the loader
and its class stay what they are, so that code that inspects them sees the same as without bis.
"""

from __future__ import annotations

import sys
from _thread import get_ident

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from importlib.machinery import ModuleSpec
    from types import ModuleType
    from typing import Any

    from bis.instrument.entropy.reports import Reports

    Hook = Callable[[ModuleType], None]


class PostImport:
    """A finder for ``sys.meta_path`` that calls hooks with the modules they wait for.

    Parameters
    ----------
    hooks : mapping of str to callable, or pairs of them
        By the full name of a module, what to do with it. Called once for each time that the module is executed; of
        several for one module in this order. A hook that has a method `before` is told so when the module is about to
        be executed.
    reports : Reports
        Receives the failures of hooks; the import itself succeeds.
    """

    def __init__(self, hooks: Mapping[str, Hook] | Iterable[tuple[str, Hook]], reports: Reports) -> None:
        self._hooks: dict[str, list[Hook]] = {}
        for name, hook in hooks.items() if hasattr(hooks, "items") else hooks:
            self._hooks.setdefault(name, []).append(hook)
        self._reports = reports
        self._searching: set[tuple[int, str]] = set()

    def install(self) -> None:
        """Take the place in front of all finders, and serve the modules that are loaded already."""
        sys.meta_path.insert(0, self)
        for name in self._hooks:
            module = sys.modules.get(name)
            if module is None:
                continue
            if getattr(getattr(module, "__spec__", None), "_initializing", False):
                self._reports.uncontrolled(name, "it was being imported when the recorder was installed")
            else:
                self._fire(name, module)

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """What the other finders find, with the hook run after the module's execution; None for all other modules."""
        if name not in self._hooks:
            return None
        search = (get_ident(), name)
        if search in self._searching:  # another finder asks all finders in turn
            return None
        self._searching.add(search)
        try:
            spec = _found(self, name, path, target)
            if spec is not None and spec.loader is not None:
                self._attach(name, spec.loader)
        except Exception as error:  # noqa: BLE001 - the import goes on without the hook
            self._reports.failed(f"import of {name}", error)
            return None
        else:
            return spec
        finally:
            self._searching.discard(search)

    def _attach(self, name: str, loader: Any) -> None:
        instance = getattr(loader, "__dict__", None)
        if isinstance(loader, type) or not isinstance(instance, dict):
            raise TypeError(f"cannot act after the import of {name}: its loader is {loader!r}")
        if "exec_module" in instance and getattr(instance["exec_module"], "bis", False):
            return
        original = loader.exec_module
        replaced = instance.get("exec_module")

        def exec_module(module: ModuleType) -> None:
            if replaced is None:
                instance.pop("exec_module", None)
            else:
                instance["exec_module"] = replaced
            for hook in self._hooks[name]:
                before = getattr(hook, "before", None)
                if before is not None:
                    self._reports.attempt(f"hook of {name}", before)
            original(module)
            self._fire(name, module)

        exec_module.bis = True  # type: ignore[attr-defined]  # a mark by which bis recognises its own wrapper
        instance["exec_module"] = exec_module

    def _fire(self, name: str, module: ModuleType) -> None:
        for hook in self._hooks[name]:
            self._reports.attempt(f"hook of {name}", lambda hook=hook: hook(module))  # type: ignore[misc]  # bound now


def _found(this: PostImport, name: str, path: Sequence[str] | None, target: ModuleType | None) -> ModuleSpec | None:
    """What the finders other than `this` find."""
    for finder in sys.meta_path:
        find = None if finder is this else getattr(finder, "find_spec", None)
        if find is None:
            continue
        spec: ModuleSpec | None = find(name, path, target)
        if spec is not None:
            return spec
    return None
