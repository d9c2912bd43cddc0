"""Tracebacks without our frames."""

from __future__ import annotations

import traceback

import pytest

from bis.instrument import own_frames
from bis.instrument.own_frames import hide_own_frames


def run(code: str, file: str, namespace: dict[str, object]) -> None:
    """Run code as that of a file."""
    exec(compile(code, file, "exec"), namespace)  # noqa: S102 (written here)


def raised(code: str) -> BaseException:
    """What code of the program raises that is called through ours."""
    namespace: dict[str, object] = {}
    ours = f"{own_frames._OWN}instrument/wrapping.py"
    run("def through(call):\n    return call()\n", ours, namespace)
    run(code, "program.py", namespace)
    with pytest.raises(Exception) as caught:  # noqa: PT011 (any)
        namespace["main"]()  # type: ignore[operator]  # a function
    return caught.value


@pytest.mark.parametrize(
    "code",
    [
        "def main(): through(lambda: 1 / 0)",
        "def main(): through(lambda: through(lambda: int('x')))",
        "def main():\n    try: through(lambda: {}['a'])\n    except KeyError as e: raise ValueError('b') from e",
        "def main():\n    try: through(lambda: {}['a'])\n    except KeyError: through(lambda: 1 / 0)",
    ],
)
def test_the_programs_frames_stay(code: str) -> None:
    """Of an exception, of its cause, and of what was being handled."""
    error = raised(code)
    before = "".join(traceback.format_exception(error))
    hide_own_frames(error)
    after = "".join(traceback.format_exception(error))
    assert own_frames._OWN in before
    assert own_frames._OWN not in after
    assert after.count("program.py") == before.count("program.py")


def test_an_error_of_our_own_keeps_its_place() -> None:
    """Else nothing would say where it happened."""
    namespace: dict[str, object] = {}
    run("def ours(): raise OSError('x')", f"{own_frames._OWN}x.py", namespace)
    with pytest.raises(OSError, match="x") as caught:
        namespace["ours"]()  # type: ignore[operator]  # a function
    error = caught.value
    error.__traceback__ = error.__traceback__ and error.__traceback__.tb_next  # the first is this test
    hide_own_frames(error)
    assert error.__traceback__ is not None


def test_a_circle_of_causes_ends() -> None:
    """An exception may be its own context, by way of another."""
    one, other = ValueError("a"), ValueError("b")
    one.__context__, other.__cause__ = other, one
    assert hide_own_frames(one) is None
