"""What the calls of a function give for its parameters."""

from __future__ import annotations

import pytest

from bis._audit.questions.function_callers import given_by_callers
from tests.unit._audit.small_projects import analysed


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"a.py": "def f(x, seed=None): ...\nf(1, 42)\nf(1, seed=43)\n"}, [42, 43]),
        ({"a.py": "def f(x, seed=7): ...\nf(1)\n"}, [7]),
        ({"a.py": "def f(x, seed): ...\nf(1)\n"}, ["unseen"]),
        ({"a.py": "def f(x, seed=7): ...\nf(*x)\n"}, ["unseen"]),
        ({"a.py": "def f(x, seed): ...\n", "b.py": "from a import f\nf(1, 42)\n"}, [42]),
        ({"a.py": "class C:\n    def __init__(self, x, seed): ...\nC(1, 42)\n"}, [42]),
        ({"a.py": "def f(x, seed): ...\n"}, []),
    ],
)
def test_what_is_given(files: dict[str, str], expected: list[object]) -> None:
    """By position, by keyword, by default, also of another file; an unpacked list is not seen."""
    analysis = analysed(files)
    module = next(one for one in analysis.project.modules if one.file == "a.py")
    index = next(i for i, scope in enumerate(module.scopes) if "seed" in scope.parameters)
    given = given_by_callers(analysis, module, index, "seed")
    assert ["unseen" if one is None else one[1].data for one in given] == expected
