"""Tests of the form of trackers' tables."""

from __future__ import annotations

from bis._audit.trackers.table import Tracker

TRACKER = Tracker(
    name="one",
    roots=("one",),
    calls={"one.Run.log": "metric", "one.*.save": "model", "one.init": "param tag", "one.log": "metric"},
    aliases={"one.sdk.Run": "one.Run", "old": "one", "one.runs": "one.Run"},
    makes={"one.init": "one.Run", "one.get.run": "one.Run"},
    keywords={"one.*.save": {"name": "register"}},
    assigned={"one.config": "param", "one.Run": "metric"},
    decorators={"one.Run.watched": "param"},
)


def test_canonical_other_name_is_replaced() -> None:
    """A name that begins with another name of the same thing is told under the listed one."""
    assert TRACKER.canonical("one.sdk.Run.log") == "one.Run.log"


def test_canonical_several_steps_are_followed() -> None:
    """An old name of a function that makes an object leads to the methods of the object."""
    assert TRACKER.canonical("old.get.run.log") == "one.Run.log"


def test_canonical_maker_itself_keeps_its_name() -> None:
    """A function that makes an object is not the object."""
    assert TRACKER.canonical("one.get.run") == "one.get.run"


def test_canonical_unknown_name_is_kept() -> None:
    """What is not listed stays as it is, also where a listed name is only its beginning by letters."""
    assert TRACKER.canonical("oneness.log") == "oneness.log"


def test_kinds_several_are_told_in_order() -> None:
    """A call may trace several kinds of things."""
    assert TRACKER.kinds("one.init") == ("param", "tag")


def test_kinds_star_stands_for_one_part() -> None:
    """A star stands for exactly one part of a name."""
    assert TRACKER.kinds("one.sklearn.save") == ("model",)
    assert TRACKER.kinds("one.a.b.save") == ()
    assert TRACKER.kinds("one.save") == ()


def test_kinds_method_of_a_made_object_is_found() -> None:
    """Methods of what a function returns are found by the function's name."""
    assert TRACKER.kinds("one.init.log") == ("metric",)


def test_kinds_unlisted_method_traces_nothing() -> None:
    """A method that is not listed traces nothing."""
    assert TRACKER.kinds("one.Run.finish") == ()


def test_kinds_with_keyword_adds() -> None:
    """An argument can make a call trace more."""
    assert TRACKER.kinds_with("one.sklearn.save", "name") == ("register",)
    assert TRACKER.kinds_with("one.sklearn.save", "path") == ()


def test_kinds_assigned_members_and_elements_count() -> None:
    """What is assigned to a listed thing, or to a part of it, is traced."""
    assert TRACKER.kinds_assigned("one.config.lr") == ("param",)
    assert TRACKER.kinds_assigned("one.init") == ()
    assert TRACKER.kinds_assigned("one.other") == ()


def test_kinds_decorated_names_the_decorator() -> None:
    """A decorator can trace what it decorates."""
    assert TRACKER.kinds_decorated("one.sdk.Run.watched") == ("param",)
