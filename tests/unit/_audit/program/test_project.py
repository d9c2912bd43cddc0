"""A project as rules see it: what each call traces, literals, and the order in which calls run."""

from __future__ import annotations

import pytest

from bis._audit.program.project import Project, Step
from tests.unit._audit.small_projects import notebook, project


def tracked(files: dict[str, str]) -> list[tuple[str, int, str, str]]:
    """File, line, kind and the wrapper of each call that traces something."""
    return [(c.place.file, c.place.line, c.kind, c.through) for c in project(files).tracking()]


def said(steps: list[Step]) -> list[str]:
    """Calls by their path as written, ends of with blocks as ``/name``."""
    return [s.call.path if s.call is not None else f"/{s.closes.name if s.closes else ''}" for s in steps]


def runs(text: str, *, cells: bool = False) -> list[list[str]]:
    """The runs through one file."""
    one = project({"a.ipynb": notebook(*text.split("\n---\n"))} if cells else {"a.py": text})
    return [said(trace) for trace in one.traces(one.modules[0])]


def test_calls_that_trace() -> None:
    """Each with its kind, its place, and its name whatever the code calls it."""
    one = project({"a.py": "import mlflow as m\nm.log_param('a', 1)\nprint(m.start_run())\nm.autolog()"})
    assert [(c.api, c.kind, c.tracker) for c in one.tracking()] == [
        ("mlflow.log_param", "param", "mlflow"),
        ("mlflow.autolog", "autolog", "mlflow"),
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("from lib import log_all\nlog_all({})", [("a.py", 2, "param", "log_all")]),
        ("import lib\nfor i in x:\n    lib.log_all({})", [("a.py", 3, "param", "lib.log_all")]),
        ("from lib import log_all\ndef twice(x):\n    log_all(x)\ntwice({})", [("a.py", 3, "param", "log_all")]),
        ("from lib import T\nT().go()", [("a.py", 2, "tag", ".go")]),
        ("from lib import nothing\nnothing()", []),
        ("from lib import outer\nouter()", []),
    ],
)
def test_wrappers_count_one_level_deep(text: str, expected: list[tuple[str, int, str, str]]) -> None:
    """A function whose own body traces something traces it where it is called; a wrapper of a wrapper does not."""
    lib = (
        "import mlflow\ndef log_all(x):\n    mlflow.log_params(x)\ndef nothing():\n    return 1\n"
        "class T:\n    def go(self):\n        mlflow.set_tag('a', 1)\n"
        "def outer():\n    def inner():\n        mlflow.log_params({})\n"
    )
    assert [one for one in tracked({"lib.py": lib, "a.py": text}) if one[0] == "a.py"] == expected


def test_kinds_through_wrappers() -> None:
    """`kinds` says what a call traces in all, `direct` only what it traces itself; of the asked tracker."""
    one = project(
        {"a.py": "import mlflow as m, wandb as w\ndef f():\n  m.log_param(1)\n  m.log_metric(1)\n  w.log({})\nf()"}
    )
    module = one.modules[0]
    call = module.calls[-1]
    assert one.kinds(module, call) == {"param", "metric"}
    assert one.kinds(module, call, "wandb") == {"metric"}
    assert one.direct(module, call) == ()
    assert one.direct(module, module.calls[0]) == ("param",)


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
    ],
)
def test_scripts_as_they_run(text: str, expected: list[list[str]]) -> None:
    """From the top, into functions where they are called, recursion once; what nobody calls, by itself."""
    assert runs(text) == expected


def test_functions_of_other_files_are_followed() -> None:
    """Where they are called, with the file in which each step stands."""
    one = project({"a.py": "from b import f\nx()\nf()\ny()", "b.py": "def f():\n    z()"})
    steps = one.traces(one.modules[0])[0]
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
    one = project({"n.ipynb": notebook("a()", "b()", "c()", counts=counts)})
    steps = one.saved_trace(one.modules[0])
    assert (said(steps) if steps is not None else None) == expected


def test_scripts_have_no_other_order() -> None:
    """Saved counts are a notebook's."""
    one = project({"a.py": "a()"})
    assert one.saved_trace(one.modules[0]) is None


def test_a_trace_of_code_in_which_every_way_branches_ends() -> None:
    """Thirty functions that call each other, thirty times each."""
    text = "".join(f"def f{i}():\n" + "".join(f"    f{j}()\n" for j in range(30)) for i in range(30)) + "f0()\n"
    assert 1000 < sum(len(trace) for trace in runs(text)) < 100_000


def test_literals() -> None:
    """Texts that reach a call or a name, with the keyword or name; not docstrings."""
    one = project({"a.py": "'''doc'''\nf('a', k='b')\nc = 'd'\ndef g(e='h'): pass\nx = f'{y}/i'\nl = ['m', ('n', 1)]"})
    found = [(text, call.path if call else "", name) for text, _value, call, name in one.literals(one.modules[0])]
    assert found == [
        ("a", "f", ""), ("b", "f", "k"), ("d", "", "c"), ("{}/i", "", "x"), ("m", "", "l"), ("n", "", "l"),
        ("h", "", "e"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("f(1)", 1),
        ("a = 1\nf(a)", 1),
        ("a = 1\nb = a\nf(b)", 1),
        ("a = 1\na = 2\nf(a)\na = 3", 2),
        ("a = g()\nf(a)", None),
        ("f(a)", None),
        ("f(args.a)", None),
        ("a = b\nb = a\nf(a)", None),
    ],
)
def test_constants(text: str, expected: object) -> None:
    """A name is followed to what was assigned to it before, as far as that is seen."""
    one = project({"a.py": text})
    call = next(c for c in one.modules[0].calls if c.path == "f")
    assert one.constant_of(one.modules[0], call.args[0], call.scope, call.index) == expected


def test_a_project_of_nothing() -> None:
    """No files, no roots, no calls."""
    one = project({})
    assert isinstance(one, Project)
    assert (one.roots, list(one.tracking())) == (frozenset(), [])


def test_roots_are_those_of_all_files() -> None:
    """First parts of imports; relative ones are no library."""
    assert project({"a.py": "import a.b\nfrom .c import d", "b.py": "from e.f import g"}).roots == {"a", "e"}
