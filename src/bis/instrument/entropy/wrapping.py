"""Wrappers that replace functions of other modules."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType
    from typing import Any


def disguise(wrapper: Any, original: Any, *, module: str | None = None) -> Any:
    """Give `wrapper` the name, the documentation and the attributes of `original`.

    Parameters
    ----------
    wrapper, original : callable
        The new function, and the function that it replaces.
    module : str, optional
        The module in which the wrapper can be found under its name, so that it can still be pickled by reference;
        by default that of `original`.
    """
    for name in ("__name__", "__qualname__", "__doc__"):
        value = getattr(original, name, None)
        if value is not None:
            setattr(wrapper, name, value)
    wrapper.__module__ = module or getattr(original, "__module__", None)
    wrapper.__dict__.update(getattr(original, "__dict__", {}))
    wrapper.__wrapped__ = original
    wrapper.bis = True
    return wrapper


def is_ours(function: object) -> bool:
    """Whether `function` is a wrapper of bis already (a module may be executed twice)."""
    return getattr(function, "bis", False) is True


def observe(module: ModuleType, name: str, report: Callable[[tuple[Any, ...], dict[str, Any]], None]) -> None:
    """Call `report` with the arguments of every call of a module's function, before the call."""
    original = getattr(module, name)
    if is_ours(original):
        return

    def wrapper(*args: Any, **kwargs: Any) -> Any:
        report(args, kwargs)
        return original(*args, **kwargs)

    setattr(module, name, disguise(wrapper, original, module=module.__name__))


def first(args: tuple[Any, ...], kwargs: dict[str, Any], name: str) -> Any:
    """The argument that is the first by position, or has this name; None if there is none."""
    return args[0] if args else kwargs.get(name)
