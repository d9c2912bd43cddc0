"""What a warm parent imports."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from bis._replay.preloading import preload_of
from bis.model.facets import EntryKind
from bis.model.start import Preload
from bis.record.observed_session import ObservedSession
from tests.unit.sessions import described_session

FILES = {"__main__": "/p/train.py", "models.net": "/p/models/net.py"}
LOADED = ["sys", "mlflow", "numpy", "numpy.random", "models", "models.net", "app", "app.train", "__main__"]


def seen(variables: dict[str, str] | None = None, **changes: Any) -> ObservedSession:
    """A replay that loaded these modules; another process of it loaded one more."""
    events = {
        "process": [{"k": "process", "pid": 1, "main": True}, {"k": "process", "pid": 2, "main": False}],
        "modules": [
            {"k": "modules", "pid": 1, "files": FILES, "loaded": LOADED},
            {"k": "modules", "pid": 2, "files": {}, "loaded": ["torch"]},
        ],
        "variable": [{"k": "variable", "pid": 1, "name": n, "how": how} for n, how in (variables or {}).items()],
    }
    return ObservedSession(Path("/p"), described_session(Path("/p"), **changes), None, (), events)


def test_installed_packages_are_imported_in_their_order() -> None:
    """None of the program's own modules is among them, and none of what they belong to."""
    assert preload_of(seen()) == Preload(("sys", "mlflow", "numpy", "numpy.random", "app", "app.train"))


def test_the_package_that_is_run_as_a_module_is_the_programs() -> None:
    """Wherever it is installed."""
    found = preload_of(seen(kind=EntryKind.MODULE, target="app.train"))
    assert found == Preload(("sys", "mlflow", "numpy", "numpy.random"))


def test_variables_that_decide_at_import_are_noted_where_they_are_set() -> None:
    """Those that are only read, and those that nothing reads at import, are not."""
    found = preload_of(seen({"OMP_NUM_THREADS": "set", "MKL_NUM_THREADS": "read", "MLFLOW_TRACKING_URI": "set"}))
    assert found is not None
    assert found.variables == ("OMP_NUM_THREADS",)


def test_a_program_that_was_killed_tells_nothing() -> None:
    """Its modules are noted in the end only."""
    ended = seen()
    ended.events.pop("modules")
    assert preload_of(ended) is None
