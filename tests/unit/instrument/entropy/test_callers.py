"""On whose behalf code runs."""

from __future__ import annotations

import contextlib
import sys
from types import ModuleType, SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np

from bis.instrument.entropy import callers, entropy_plan

if TYPE_CHECKING:
    from types import FrameType


def asking() -> FrameType:
    """The frame that asks."""
    return sys._getframe()


def in_module(name: str, filename: str) -> ModuleType:
    """A module of this name and file whose function `call` calls what it is given."""
    module = ModuleType(name)
    exec(compile("def call(f, *a):\n    return f(*a)", filename, "exec"), vars(module))  # noqa: S102 - a module by hand
    return module


SITE = "/venv/lib/python3.11/site-packages"
LIBRARY = in_module("tracker.client", f"{SITE}/tracker/client.py")
TEMPFILE = in_module("tempfile", contextlib.__file__)
FUNCTOOLS = in_module("functools", contextlib.__file__)


def test_kinds_of_files() -> None:
    """Own, standard library, installed and user's files are distinguished, wherever these are installed."""
    kinds = [
        (entropy_plan.__file__, callers.OWN),
        (contextlib.__file__, callers.STDLIB),
        ("<frozen importlib._bootstrap>", callers.STDLIB),
        (np.__file__, callers.LIBRARY),
        ("/usr/lib/python3/dist-packages/numpy/__init__.py", callers.LIBRARY),
        (__file__, callers.USER),
        ("<string>", callers.USER),
        ("/tmp/ipykernel_1/2.py", callers.USER),  # noqa: S108 - where notebooks' cells are said to be
    ]
    assert [callers.kind_of(file) for file, _ in kinds] == [kind for _, kind in kinds]


def test_package_of_the_nearest_caller_counts() -> None:
    """A library that draws counts as itself, the user's module as itself, each by its top-level name."""
    assert callers.caller(asking()).name == __name__.partition(".")[0]
    assert callers.caller(LIBRARY.call(LIBRARY.call, sys._getframe)).name == "tracker"


def test_standard_library_is_transparent_but_for_its_own_draws() -> None:
    """Through `functools` the caller is seen; draws for names of temporary files have no caller."""
    frame = FUNCTOOLS.call(sys._getframe)
    assert frame.f_globals["__name__"] == "functools"
    assert callers.caller(frame).name == __name__.partition(".")[0]
    assert callers.caller(TEMPFILE.call(sys._getframe)).name == "python.tempfile"
    assert callers.is_infrastructure(TEMPFILE.call(sys._getframe))
    assert not callers.is_infrastructure(frame)
    assert not callers.is_infrastructure(None)


def test_spawned_main_module_is_the_main_module() -> None:
    """The stream of the program's main module has one name in all processes."""
    assert callers.caller(in_module("__mp_main__", "train.py").call(sys._getframe)).name == "__main__"


def test_site_is_the_users_line_and_names_the_library() -> None:
    """The line of the user's code is reported, with the library that made the call for it."""
    direct = callers.site(asking())
    assert (direct.file, direct.package) == (__file__, None)
    here = sys._getframe()
    through, line = callers.site(LIBRARY.call(sys._getframe)), here.f_lineno
    assert (through.file, through.package, through.line) == (__file__, "tracker", line)


def test_site_of_a_library_at_its_import_is_the_library() -> None:
    """What a library does while it is imported is not laid at the door of the import statement."""
    importing = in_module("importlib._bootstrap", "<frozen importlib._bootstrap>")
    found = callers.site(importing.call(LIBRARY.call, sys._getframe))
    assert (found.file, found.package) == ("<tracker>", "tracker")


def importing(spec: object, call: Any) -> Any:
    """Call as the import of a module with this specification does."""
    module = ModuleType("importlib._bootstrap")
    source = "def _load_unlocked(spec, f, *a):\n    return f(*a)"
    exec(compile(source, "<frozen importlib._bootstrap>", "exec"), vars(module))  # noqa: S102 - a module by hand
    return vars(module)["_load_unlocked"](spec, call, sys._getframe)


def test_native_code_that_seeds_at_its_import_is_a_library() -> None:
    """A compiled module has no frame: the import says whose seed it is, and not the program's import statement."""
    found = callers.site(importing(SimpleNamespace(name="torch._C"), FUNCTOOLS.call))
    assert (found.file, found.package, found.line) == ("<torch>", "torch", 0)


def test_what_a_library_does_at_its_import() -> None:
    """Told from what it does when the program calls it, also within the import of a module of the program."""
    assert callers.at_import(importing(None, LIBRARY.call)) is True
    assert callers.at_import(LIBRARY.call(sys._getframe)) is False
    assert callers.at_import(None) is False


def test_the_function_that_the_program_called_is_known() -> None:
    """A helper that sets seeds is told by its name."""
    helper = in_module("lightning.fabric", f"{SITE}/lightning/fabric.py")
    exec(compile("def seed_everything(f, g):\n    return f(g)", f"{SITE}/lightning/fabric.py", "exec"), vars(helper))  # noqa: S102 - a module by hand
    found = callers.site(helper.seed_everything(LIBRARY.call, sys._getframe))
    assert (found.package, found.function) == ("tracker", "seed_everything")
