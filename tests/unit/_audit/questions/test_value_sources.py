"""Where the values of a file's names come from."""

from __future__ import annotations

import pytest

from bis._audit.questions.value_sources import ValueSources, held, names_something
from tests.unit._audit.small_projects import last_call, script


def sources_at_last_call(text: str, name: str = "x") -> list[str]:
    """The calls that a name may come from where the last call of a script is given it."""
    module = script(text)
    call = last_call(module)
    sources = ValueSources(module)
    use = sources.use_in(call)
    level = sources.level_of(call.scope, name)
    first, last = sources.range_of(name, use, level)
    every = sources.assigned.get((level, name), [])[first:last]
    return [module.calls[number].path for one in every for number in held(one.value)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x = a()\nuse(x)\n", ["a"]),
        ("x = a()\nx = b()\nuse(x)\n", ["b"]),
        ("x = a()\nif y:\n    x = b()\nuse(x)\n", ["a", "b"]),
        ("x = a()\nx.append(b())\nuse(x)\n", ["a", "b"]),
        ("x = a()\nx['k'] = b()\nuse(x)\n", ["a", "b"]),
        ("for x in a():\n    use(x)\n", ["a"]),
        ("x = a()\nfor i in y:\n    x = c(x)\n    use(x)\n", ["c"]),
        ("import random\nx = a()\nrandom.shuffle(x)\nuse(x)\n", ["a", "random.shuffle"]),
        ("x = a()\ndef f():\n    use(x)\n", ["a"]),
        ("def f(x):\n    use(x)\n", []),
    ],
)
def test_what_a_name_may_be(text: str, expected: list[str]) -> None:
    """What is assigned, put in, looped over and shuffled, up to where it is used."""
    assert sources_at_last_call(text) == expected


def test_where_a_name_is_looked_up() -> None:
    """In the function, else around it; the body of a class is not around its methods."""
    module = script("x = 1\nclass C:\n    y = 2\n    def f(self, z):\n        use(x, y, z)\n")
    sources, scope = ValueSources(module), last_call(module).scope
    assert [sources.level_of(scope, name) for name in ("x", "y", "z")] == [0, -1, scope]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("run_name = f'run-{n}'\n", True),
        ("run_name = 'run-' + str(n)\n", True),
        ("x = f'run-{n}'\n", False),
        ("run_name = n\n", False),
    ],
)
def test_texts_that_are_put_together_for_a_name(text: str, expected: bool) -> None:
    """Such a text names something, whatever goes into it."""
    module = script(text)
    assert names_something(module, module.assigns[0].name, module.assigns[0].value) is expected


def test_calls_in_an_expression() -> None:
    """All of them, however deep."""
    module = script("x = [a(), (b(), {'k': c()})]\n")
    assert [module.calls[number].path for number in held(module.assigns[0].value)] == ["a", "b", "c"]
