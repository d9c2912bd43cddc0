"""The run that a reference means, where a program created several."""

from __future__ import annotations

from bis.evidence.lead_run import lead_of, parent_in_session
from tests.doubles.memory_store import MemoryStore


def made(store: MemoryStore, session: str, parent: str = "", *, at: float) -> str:
    """A run of a session."""
    tags = {"bis.session": session, **({"mlflow.parentRunId": parent} if parent else {})}
    return store.create("Default", "run", tags, started_unix_s=at)


def test_the_lead_is_a_run_at_the_top() -> None:
    """Whichever run of the session it is looked for from."""
    store = MemoryStore()
    top = made(store, "s", at=1.0)
    middle = made(store, "s", top, at=2.0)
    leaf = made(store, "s", middle, at=3.0)
    assert lead_of(store, store.find("last")) == top
    assert lead_of(store, leaf) == top
    assert parent_in_session(store, leaf) == middle


def test_parents_elsewhere_are_none() -> None:
    """Of another session, deleted, or in a circle."""
    store = MemoryStore()
    other = made(store, "before", at=1.0)
    later = made(store, "s", other, at=2.0)
    assert lead_of(store, store.find("last")) == later
    lost = made(store, "s", "f" * 32, at=3.0)
    assert lead_of(store, store.find("last")) == lost
    a = made(store, "s", at=4.0)
    b = made(store, "s", a, at=5.0)
    store.kept[a].tags["mlflow.parentRunId"] = b
    assert lead_of(store, store.find("last")) in {a, b}
