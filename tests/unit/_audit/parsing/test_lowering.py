"""From syntax trees to calls, assignments, loops and scopes."""

from __future__ import annotations

import ast
from typing import Any

import pytest

from bis._audit.parsing.ir import BINARY, CALL, CONSTANT, DICT, FORMATTED, LIST, NAME, OTHER, SUBSCRIPT, Module
from bis._audit.parsing.lowering import Lowering


def lowered(*cells: str) -> Module:
    """A module of one file, or of several cells."""
    lowering = Lowering()
    for number, text in enumerate(cells):
        lowering.read(ast.parse(text), number if len(cells) > 1 else -1)
    return lowering.module()


@pytest.mark.parametrize(
    ("text", "order"),
    [
        ("f(g(h()), i())", "h g i f"),
        ("a().b().c()", "a .b .c"),
        ("x = f()\ny = g()", "f g"),
        ("f()[g()] = h()", "h f g"),
        ("@d()\ndef f(a=e()):\n    g()\nh()", "e d g h"),
        ("for x in f():\n    g()\nelse:\n    h()", "f g h"),
        ("while f():\n    g()", "f g"),
        ("with f() as x, g():\n    h()", "f g h"),
        ("try:\n    f()\nexcept E:\n    g()\nelse:\n    h()\nfinally:\n    i()", "f g h i"),
        ("if f():\n    g()\nelif h():\n    i()\nelse:\n    j()", "f g h i j"),
        ("[f(x) for x in g() if h(x)]", "g h f"),
        ("match f():\n    case 1:\n        g()", "f g"),
        ("assert f(), g()", "f g"),
        ("x = lambda: f()", "f"),
        ("print(f'{f()} {g():>{h()}}')", "f g print"),
        ("'''f()'''\n# g()\nh()", "h"),
    ],
)
def test_calls_stand_in_the_order_of_evaluation(text: str, order: str) -> None:
    """As Python evaluates them; not what stands in strings and comments."""
    assert [call.path for call in lowered(text).calls] == order.split()


def test_a_call_in_full() -> None:
    """Positions count from 1; arguments, keywords, targets and what surrounds it are there."""
    module = lowered(
        "with run():\n    for i in x:\n        if i:\n            a = self.b = m.f(1, *z, k=i, **{'q': 2}, **o)"
    )
    call = module.calls[-1]
    assert (call.path, call.line, call.column, call.end_line, call.end_column) == ("m.f", 4, 26, 4, 58)
    assert (call.targets, call.loops, call.withs, call.conditional) == (("a", "self.b"), (0,), (0,), True)
    assert [v.data for v in call.args] == [1]
    assert {k: v.data for k, v in call.keywords.items()} == {"k": "i", "q": 2, "**o": "o"}
    assert call.starred
    assert module.withs[0].call == 0
    assert module.loops[0].targets == ("i",)


@pytest.mark.parametrize(
    ("text", "conditional"),
    [
        ("f()", False),
        ("if x:\n    f()", True),
        ("if x:\n    pass\nelse:\n    f()", True),
        ("if __name__ == '__main__':\n    f()", False),
        ("try:\n    f()\nexcept E:\n    pass", False),
        ("try:\n    pass\nexcept E:\n    f()", True),
        ("a = f() if x else 1", True),
        ("a = lambda: f()", True),
        ("if x:\n    def g():\n        f()", False),
        ("match x:\n    case 1:\n        f()", True),
    ],
)
def test_conditional_calls(text: str, conditional: bool) -> None:
    """Those that one may come past without; the main guard is no condition, and a function's body begins anew."""
    assert lowered(text).calls[-1].conditional is conditional


def test_the_main_guard_is_seen() -> None:
    """It says that a file is a program."""
    assert lowered("if __name__ == '__main__':\n    f()").has_main_guard
    assert not lowered("if name == '__main__':\n    f()").has_main_guard


@pytest.mark.parametrize(
    ("text", "kind", "data"),
    [
        ("1", CONSTANT, 1),
        ("-0.5", CONSTANT, -0.5),
        ("1024 * 8", CONSTANT, 8192),
        ("3 - 1", CONSTANT, 2),
        ("1 / 4", CONSTANT, 0.25),
        ("1 / 0", BINARY, "Div"),
        ("9 ** 999999", BINARY, "Pow"),
        ("'a' + 'b'", CONSTANT, "ab"),
        ("'ab' * 1000000000", BINARY, "Mult"),
        ("args.lr", NAME, "args.lr"),
        ("x / 255", BINARY, "Div"),
        ("f(1)", CALL, 0),
        ("{'a': 1}", DICT, None),
        ("(1, 2)", LIST, None),
        ("x['a']", SUBSCRIPT, None),
        ("f'runs:/{run_id}/m'", FORMATTED, "runs:/{}/m"),
        ("a or b", OTHER, "choice"),
        ("a if b else c", OTHER, "choice"),
        ("b'bytes'", CONSTANT, None),
        ("'" + "x" * 5000 + "'", CONSTANT, "x" * 2000),
    ],
)
def test_values(text: str, kind: str, data: Any) -> None:
    """Literals are computed as far as that costs nothing; long texts are cut."""
    value = lowered(f"x = {text}").assigns[0].value
    assert (value.kind, value.data) == (kind, data)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("a = 1", ["a"]),
        ("a = b = 1", ["a", "b"]),
        ("a, (b, *c) = f()", ["a", "b", "c"]),
        ("self.a = 1", ["self.a"]),
        ("a: int = 1", ["a"]),
        ("a: int", []),
        ("a += 1", ["a"]),
        ("f().a = 1", []),
        ("(a := 1)", ["a"]),
        ("with f() as a: pass", ["a"]),
        ("os.environ['S'] = '1'", ["os.environ[]"]),
    ],
)
def test_assignments(text: str, names: list[str]) -> None:
    """Every form that gives something a name."""
    assert [assign.name for assign in lowered(text).assigns] == names


def test_assignments_know_their_place_among_the_calls() -> None:
    """`after` counts the calls that have ended; the key of an element is kept; values of tuples are told apart."""
    module = lowered("f()\na, b = g(), 2\nh()\nos.environ['S'] = '1'")
    assert [(a.name, a.after, a.key) for a in module.assigns] == [("a", 2, ""), ("b", 2, ""), ("os.environ[]", 3, "S")]
    assert [a.value.kind for a in module.assigns[:2]] == [CALL, CONSTANT]


def test_scopes() -> None:
    """Functions and classes with their parameters, defaults, annotations, decorators and returned values."""
    module = lowered(
        "class A(b.B):\n    @d(1)\n    def f(self, x, y: 'T' = 1, *a, z: Optional[S] = 2, **k):\n        return g(x)\n"
        "h()"
    )
    a, f = module.scopes[1:]
    assert (a.name, a.kind, a.bases, a.parent) == ("A", "class", ("b.B",), 0)
    assert (f.name, f.kind, f.parent, f.decorators) == ("A.f", "function", 1, ("d",))
    assert f.parameters == ("self", "x", "y", "z")
    assert f.annotations == {"y": "T", "z": "S"}
    assert {name: v.data for name, v in f.defaults.items()} == {"y": 1, "z": 2}
    assert [module.calls[i].path for i in range(f.first, f.last)] == ["g"]
    assert f.returns[0].kind == CALL
    assert (module.scopes[0].first, module.scopes[0].last) == (0, 3)


def test_with_blocks_know_where_they_end() -> None:
    """The number of calls that were evaluated before the body had ended."""
    module = lowered("with a() as x, b():\n    c()\n    d()\ne()")
    assert [(w.call, w.name, w.end) for w in module.withs] == [(0, "x", 4), (1, "", 4)]
    assert [call.withs for call in module.calls] == [(), (0,), (0, 1), (0, 1), ()]


@pytest.mark.parametrize(
    ("text", "imports"),
    [
        ("import a.b", [("a", "a", False), ("a.b", "a.b", False)]),
        ("import a.b as c", [("c", "a.b", False)]),
        ("from a import b as c, d", [("c", "a.b", False), ("d", "a.d", False)]),
        ("from . import b", [("b", ".b", False)]),
        ("from ..a import b", [("b", "..a.b", False)]),
        ("from a import *", [("*", "a", False)]),
        ("try:\n    import a\nexcept ImportError:\n    import b", [("a", "a", True), ("b", "b", True)]),
        ("if TYPE_CHECKING:\n    import a\nelse:\n    import b", [("a", "a", True), ("b", "b", False)]),
        ("if typing.TYPE_CHECKING:\n    import a", [("a", "a", True)]),
    ],
)
def test_imports(text: str, imports: list[tuple[str, str, bool]]) -> None:
    """Name, target, and whether it may fail or is for type checkers only."""
    assert [(i.alias, i.target, i.guarded) for i in lowered(text).imports] == imports


def test_cells_share_a_scope() -> None:
    """What one cell defines another uses; calls know their cell."""
    module = lowered("import a\nf()", "x = 1", "g(x)")
    assert [(call.path, call.cell, call.index) for call in module.calls] == [("f", 0, 0), ("g", 2, 1)]
    assert [assign.cell for assign in module.assigns] == [1]
    assert len(module.scopes) == 1


def test_what_is_read() -> None:
    """Names and attributes that are read, not those that are only assigned."""
    module = lowered("SEED = 1\nunused = 2\nf(SEED)\nargs.lr + 1")
    assert {"SEED", "f", "args", "lr"} <= module.reads
    assert "unused" not in module.reads


def test_the_else_of_a_loop_stands_outside_of_it() -> None:
    """It is run once; comprehensions are loops of their own."""
    module = lowered("for i in x:\n    f()\nelse:\n    g()\n[h() for j in y]\nk()")
    assert [(call.path, len(call.loops)) for call in module.calls] == [("f", 1), ("g", 0), ("h", 1), ("k", 0)]
