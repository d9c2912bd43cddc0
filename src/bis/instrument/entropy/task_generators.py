"""The generators that a task of a pool may draw from: those that its own code names, and those that it is given.

What a task draws is seen by the states of generators before and after it; code that names no generator and no function
that draws is not looked at.
"""

from __future__ import annotations

from bis.instrument.entropy.callers import USER, kind_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from typing import Any

    Read = Callable[[], object]

# Functions of `random`, `numpy.random` and `torch` that draw of a shared generator.
_DRAWING = frozenset(
    {
        "betavariate",
        "bernoulli",
        "beta",
        "binomial",
        "choice",
        "choices",
        "dropout",
        "expovariate",
        "exponential",
        "gauss",
    }
    | {
        "getrandbits",
        "integers",
        "multinomial",
        "normal",
        "normal_",
        "permutation",
        "poisson",
        "rand",
        "rand_like",
        "randint",
    }
    | {
        "randn",
        "randn_like",
        "random",
        "random_sample",
        "randperm",
        "randrange",
        "sample",
        "shuffle",
        "standard_normal",
    }
    | {"triangular", "uniform", "uniform_"}
)
_OF_NUMPY = frozenset({"Generator", "RandomState"})
_LEVELS = 3
_MOST = 200


class _Any:
    def method(self) -> None:
        """Have a type."""


_FUNCTION = type(_Any.method)
_METHOD = type(_Any().method)


def generators_of(task: object, shared: Mapping[str, Read]) -> dict[object, Read]:
    """The generators that a task may draw from, by a key that is the same in all its threads: how to read their states.

    Parameters
    ----------
    task : object
        What is called, or a collection with what is called and its arguments.
    shared : mapping
        The shared generators of the process, by name.
    """
    functions: list[Any] = []
    found: dict[object, Read] = {}
    _look(task, functions, found, 0)
    names: set[str] = set()
    for function in functions[:_MOST]:  # grows while it is gone through
        for name, value in _named(function):
            names.add(name)
            _look(value, functions, found, 1)
    if names & _DRAWING:
        found.update(shared)
    return found


def _look(value: Any, functions: list[Any], found: dict[object, Read], level: int) -> None:
    """Note functions of the user and generators in a value and its parts.

    No attribute is asked of objects of unknown types: a proxy or a module that loads itself late would notice.
    """
    kind = type(value)
    read = _reader(value, kind)
    if read is not None:
        found[id(value)] = read
        return
    function = value.__func__ if kind is _METHOD else value
    if type(function) is _FUNCTION and kind_of(function.__code__.co_filename) == USER and function not in functions:
        functions.append(function)
    if level < _LEVELS:
        for part in _parts(value, kind):
            _look(part, functions, found, level + 1)


def _parts(value: Any, kind: type) -> list[object]:
    if kind is tuple or kind is list:
        return list(value[:_MOST])
    if kind is dict:
        return list(value.values())[:_MOST]
    if kind.__module__ == "functools" and kind.__name__ == "partial":
        return [value.func, value.args, value.keywords]
    if kind is _METHOD:
        try:
            return list(object.__getattribute__(value.__self__, "__dict__").values())[:_MOST]
        except AttributeError:  # an object without attributes of its own
            return []
    return []


def _named(function: Any) -> Iterator[tuple[str, object]]:
    """The names in a function's code, with what they mean where they are global or of an enclosing function."""
    code = function.__code__
    for name in code.co_names:
        yield name, function.__globals__.get(name)
    for name, cell in zip(code.co_freevars, function.__closure__ or (), strict=False):
        try:
            yield name, cell.cell_contents
        except ValueError:  # not yet set
            continue


def _reader(value: Any, kind: type) -> Read | None:
    module = kind.__module__
    if module == "random" and kind.__name__ in {"Random", "SystemRandom"}:
        return value.getstate if kind.__name__ == "Random" else None
    if str(module).startswith("numpy.random") and kind.__name__ in _OF_NUMPY:
        bits = value.bit_generator if kind.__name__ == "Generator" else value._bit_generator  # noqa: SLF001 (as it is named there)
        return lambda: repr(bits.state)
    return None
