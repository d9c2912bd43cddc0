"""Functions that are wrapped in place."""

from __future__ import annotations

import functools
import inspect
import pickle
from typing import Any

from bis.instrument.entropy.roles.in_place import exchange


def plain(a: int, b: int = 2, *, c: int = 3) -> int:
    """Add."""
    return a + b + c


def watched(seen: list[Any]) -> Any:
    """A handler that keeps the arguments."""

    def handler(original: Any) -> Any:
        def answer(args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
            seen.append((args, kwargs))
            return original(*args, **kwargs)

        return answer

    return handler


def test_all_names_are_served_and_nothing_else_changes() -> None:
    """A name that was imported before is served; signature, documentation and pickling stay."""
    other_name, seen = plain, []  # type: ignore[var-annotated]  # a list of calls
    signature = inspect.signature(plain)
    assert exchange(plain, watched(seen)) is True  # type: ignore[arg-type]  # a function is one
    assert other_name(1, c=5) == 8
    assert seen == [((1,), {"c": 5})]
    assert inspect.signature(plain) == signature
    assert inspect.getfullargspec(plain).args == ["a", "b"]
    assert plain.__doc__ == "Add."
    assert pickle.loads(pickle.dumps(plain)) is plain  # noqa: S301 - our own
    assert exchange(plain, watched(seen)) is False  # as above


def test_closures_and_decorated_functions_work() -> None:
    """A function with variables of an enclosing one keeps them."""

    def twice(function: Any) -> Any:
        @functools.wraps(function)
        def wrapper(*args: Any) -> Any:
            return 2 * function(*args)

        return wrapper

    @twice
    def inner(a: int) -> int:
        return a + 1

    seen: list[Any] = []
    exchange(inner, watched(seen))
    assert inner(3) == 8
    assert len(seen) == 1


def test_exceptions_pass() -> None:
    """What a function raises, its callers get."""

    def failing() -> None:
        raise KeyError("x")

    exchange(failing, watched([]))  # type: ignore[arg-type]  # a function is one
    try:
        failing()
    except KeyError as error:
        assert error.args == ("x",)  # noqa: PT017 - what is looked at is the way through the handler
    else:
        raise AssertionError
