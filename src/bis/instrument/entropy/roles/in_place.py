"""Wrapping a function without replacing it: its code is exchanged, so that all names for it are served.

A function that a module imported from another one by name, before the recorder was there, is reached as well. What a
function is called, its documentation and its signature stay.
"""

from __future__ import annotations

import warnings
from contextlib import suppress
from inspect import signature
from types import FunctionType

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import CodeType
    from typing import Any

    Handler = Callable[[tuple[Any, ...], dict[str, Any]], Any]

_MARK = "bis_exchanged"
_codes: dict[int, CodeType] = {}


def exchange(function: FunctionType, handler: Callable[[FunctionType], Handler]) -> bool:
    """Let `handler` answer all calls of `function`.

    Parameters
    ----------
    function : function
        A function that is written in Python.
    handler : callable
        Gets a function that does what `function` did, and gives what is called with the arguments, as a tuple and a
        dictionary.

    Returns
    -------
    bool
        False where it was exchanged before.
    """
    if getattr(function, _MARK, False):
        return False
    original = FunctionType(
        function.__code__, function.__globals__, function.__name__, function.__defaults__, function.__closure__
    )
    original.__kwdefaults__ = function.__kwdefaults__
    original.__dict__.update(function.__dict__)
    original.__qualname__ = function.__qualname__
    original.__doc__ = function.__doc__
    original.__annotations__ = function.__annotations__
    original.__module__ = function.__module__
    answer = handler(original)
    template = _template(len(function.__closure__ or ()))
    function.__code__ = template.replace(
        co_consts=tuple(answer if constant == _HANDLER else constant for constant in template.co_consts),
        co_name=function.__code__.co_name,
    )
    if not hasattr(function, "__wrapped__"):
        setattr(function, "__wrapped__", original)  # noqa: B010 - for `inspect`, which unwraps
    with suppress(ValueError, TypeError):  # of annotations that do not evaluate
        setattr(function, "__signature__", signature(original))  # noqa: B010 - for what does not unwrap
    setattr(function, _MARK, True)
    return True


_HANDLER = "the handler takes the place of this text"


def _template(cells: int) -> CodeType:
    """The code of a function that passes on its arguments, with so many variables of enclosing functions."""
    code = _codes.get(cells)
    if code is None:
        names = [f"c{i}" for i in range(cells)]
        unused = f"  if False: {'; '.join(names)}\n" if names else ""
        source = (
            f"def make({', '.join(names)}):\n"
            " def passing(*args, **kwargs):\n"
            f"{unused}  return {_HANDLER!r}(args, kwargs)\n return passing"
        )
        made: dict[str, Any] = {}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that a text is not callable
            exec(compile(source, __file__, "exec"), made)  # noqa: S102 - the text above
        code = _codes[cells] = made["make"](*names).__code__
    return code
