"""Progress as data."""

from __future__ import annotations

from bis.model.progress import DONE, SILENT, Note, Observer, Silent, Step, Task


def test_nothing_is_reported_by_default() -> None:
    """Who is not interested in progress need not pass anything."""
    observer: Observer = SILENT
    observer.started(Task.REPLAYS, 3)
    observer.advanced(Task.REPLAYS, Step("1"))
    observer.noted(Note("rate-limited", {"wait_s": 1.0}))
    observer.finished(Task.REPLAYS)


def test_an_observer_overrides_what_it_wants() -> None:
    """Derived from the silent one, it needs no method for the rest."""

    class Failures(Silent):
        """Counts failures."""

        count = 0

        def advanced(self, task: Task, step: Step) -> None:
            """Count."""
            self.count += step.code != DONE

    observer = Failures()
    observer.started(Task.AUDITS)
    observer.advanced(Task.AUDITS, Step("a"))
    observer.advanced(Task.AUDITS, Step("b", "timeout"))
    assert observer.count == 1
