"""The order in which calls run."""

from __future__ import annotations

import pytest

from bis._audit.questions.traces import TraceStep, saved_trace, traces
from tests.unit._audit.small_projects import analysed, notebook


def said(steps: list[TraceStep]) -> list[str]:
    """Calls by their path as written, ends of with blocks as ``/name``."""
    return [s.call.path if s.call is not None else f"/{s.closes.name if s.closes else ''}" for s in steps]


def runs(text: str, *, cells: bool = False) -> list[list[str]]:
    """The runs through one file."""
    one = analysed({"a.ipynb": notebook(*text.split("\n---\n"))} if cells else {"a.py": text})
    return [said(trace) for trace in traces(one, one.project.modules[0])]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a()\nb()", [["a", "b"]]),
        ("def f():\n    a()\nb()\nf()\nc()", [["b", "a", "f", "c"]]),
        ("def f():\n    a()\nb()", [["b"], ["a"]]),
        ("def f():\n    g()\ndef g():\n    a()\nif __name__ == '__main__':\n    f()", [["a", "g", "f"]]),
        (
            "class A:\n    def __init__(self):\n        a()\n    def go(self):\n        b()\nA().go()",
            [["a", "A", "b", ".go"]],
        ),
        ("def f():\n    a()\n    f()\nf()", [["a", "f", "f"]]),
        ("def f():\n    g()\ndef g():\n    f()\nf()", [["f", "g", "f"]]),
        ("if x:\n    a()\nelse:\n    b()", [["a", "b"]]),
        ("with a() as r:\n    b()\nc()", [["a", "b", "/r", "c"]]),
        ("with a() as r:\n    b()", [["a", "b", "/r"]]),
        ("with a() as r:\n    b()\nwith c() as s:\n    d()", [["a", "b", "/r", "c", "d", "/s"]]),
        ("with a() as r, b() as s:\n    c()\nd()", [["a", "b", "c", "/s", "/r", "d"]]),
        ("with a() as r:\n    with b() as s:\n        c()\n    d()\ne()", [["a", "b", "c", "/s", "d", "/r", "e"]]),
        ("def f():\n    with a() as r:\n        b()\nf()\nc()", [["a", "b", "/r", "f", "c"]]),
        ("with a() as r:\n    pass\nb()", [["a", "/r", "b"]]),
        ("with a() as r:\n    i = r.id\nwith b() as s:\n    c()", [["a", "/r", "b", "c", "/s"]]),
        ("with a() as r, b() as s:\n    pass\nc()", [["a", "b", "/s", "/r", "c"]]),
        ("with a() as r:\n    with b() as s:\n        pass\n    c()", [["a", "b", "/s", "c", "/r"]]),
    ],
)
def test_scripts_as_they_run(text: str, expected: list[list[str]]) -> None:
    """From the top, into functions where they are called, recursion once; what nobody calls, by itself."""
    assert runs(text) == expected


def test_functions_of_other_files_are_followed() -> None:
    """Where they are called, with the file in which each step stands."""
    one = analysed({"a.py": "from b import f\nx()\nf()\ny()", "b.py": "def f():\n    z()"})
    steps = traces(one, one.project.modules[0])[0]
    assert [(s.module.file, s.depth) for s in steps] == [("a.py", 0), ("b.py", 1), ("a.py", 0), ("a.py", 0)]
    assert said(steps) == ["x", "z", "f", "y"]


def test_notebooks_in_the_order_of_the_document() -> None:
    """Functions of one cell that another calls, too."""
    assert runs("def f():\n    a()\n---\n#md b()\n---\nc()\nf()", cells=True) == [["c", "a", "f"]]


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ((1, 2, 3), None),
        ((None, None, None), None),
        ((2, 1, 3), ["b", "a", "c"]),
        ((5, None, 3), ["c", "a"]),
        ((None, 1, 2), None),
    ],
)
def test_notebooks_in_the_order_of_their_execution(counts: tuple[int | None, ...], expected: list[str] | None) -> None:
    """Only where the saved counts say another order; cells without one were not executed."""
    one = analysed({"n.ipynb": notebook("a()", "b()", "c()", counts=counts)})
    steps = saved_trace(one, one.project.modules[0])
    assert (said(steps) if steps is not None else None) == expected


def test_scripts_have_no_other_order() -> None:
    """Saved counts are a notebook's."""
    one = analysed({"a.py": "a()"})
    assert saved_trace(one, one.project.modules[0]) is None


def test_a_trace_of_code_in_which_every_way_branches_ends() -> None:
    """Thirty functions that call each other, thirty times each."""
    text = "".join(f"def f{i}():\n" + "".join(f"    f{j}()\n" for j in range(30)) for i in range(30)) + "f0()\n"
    assert 1000 < sum(len(trace) for trace in runs(text)) < 100_000
