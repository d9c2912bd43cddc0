"""Marking a thread in which bis works."""

from __future__ import annotations

import threading

from bis.instrument.own_work import OwnWork


def test_marks_may_be_nested_and_end_with_an_error() -> None:
    """The outermost ``with`` ends the work, whatever ends it."""
    work = OwnWork()
    try:
        with work, work:
            assert work.going_on
            raise KeyError  # noqa: TRY301 (ends both)
    except KeyError:
        assert not work.going_on
    with work:
        with work:
            pass
        assert work.going_on
    assert not work.going_on


def test_other_threads_and_other_marks_are_not_meant() -> None:
    """A mark is set for one thread and one purpose."""
    work, other = OwnWork(), OwnWork()
    seen = []
    with work:
        thread = threading.Thread(target=lambda: seen.append(work.going_on))
        thread.start()
        thread.join()
        assert (seen, other.going_on) == ([0], 0)
