"""Where a value is written that a name stands for."""

from __future__ import annotations

import pytest

from bis._audit.parsing.ir import CONSTANT, DICT, NAME, Value
from bis._audit.questions.written_values import Written, followed, values_of, whole_text
from tests.unit._audit.small_projects import analysed, last_call

URI = "http://10.0.0.1:5000"


def text_given(files: dict[str, str]) -> str | None:
    """The text that the last call of the first file is given, as far as it is written."""
    analysis = analysed(files)
    module = analysis.project.modules[0]
    call = last_call(module)
    return whole_text(analysis, Written(module, call.args[0], call.scope, call.index))


@pytest.mark.parametrize(
    "code",
    [
        f"use('{URI}')\n",
        f"U = '{URI}'\nuse(U)\n",
        "H = '10.0.0.1'\nuse(f'http://{H}:5000')\n",
        "H = '10.0.0.1'\nP = 5000\nuse('http://' + H + ':' + str(P))\n",
        "H = '10.0.0.1'\nU = 'http://{}:{port}'.format(H, port=5000)\nuse(U)\n",
        "H = '10.0.0.1'\nuse('http://%s:%d' % (H, 5000))\n",
        "H = '10.0.0.1:5000'\nuse('/'.join(['http:', '', H]))\n",
        f"class C:\n    U = '{URI}'\nuse(C.U)\n",
        f"class C:\n    u = '{URI}'\nc = C()\nuse(c.u)\n",
        f"c = C()\nc.u = '{URI}'\nuse(c.u)\n",
        f"class C:\n    def __init__(self):\n        self.u = '{URI}'\n    def go(self):\n        use(self.u)\n",
        f"c = {{'tracking': {{'uri': '{URI}'}}}}\nuse(c['tracking']['uri'])\n",
        f"c = ['{URI}']\nuse(c[0])\n",
        f"from dataclasses import dataclass\n@dataclass\nclass C:\n    u: str = '{URI}'\nc = C()\nuse(c.u)\n",
        f"def go(u='{URI}'):\n    pass\ngo()\ndef go(u='{URI}'):\n    use(u)\n",
    ],
)
def test_a_value_in_one_file(code: str) -> None:
    """By a name, an attribute, an entry, a parameter; texts are put together in any way."""
    assert text_given({"a.py": code}) == URI


@pytest.mark.parametrize(
    ("code", "other"),
    [
        ("from config import U\nuse(U)\n", f"U = '{URI}'\n"),
        ("from config import U as V\nuse(V)\n", f"U = '{URI}'\n"),
        ("from config import *\nuse(U)\n", f"U = '{URI}'\n"),
        ("import config\nuse(config.U)\n", f"U = '{URI}'\n"),
        ("import config as c\nuse(c.U)\n", "H = '10.0.0.1'\nU = f'http://{H}:5000'\n"),
        ("from . import config\nuse(config.C.U)\n", f"class C:\n    U = '{URI}'\n"),
        ("from config import settings\nuse(settings.u)\n", f"class C:\n    u = '{URI}'\nsettings = C()\n"),
        ("from config import c\nuse(c['u'])\n", f"c = {{'u': '{URI}'}}\n"),
    ],
)
def test_a_value_in_another_file(code: str, other: str) -> None:
    """By every way to import it."""
    assert text_given({"a.py": code, "config.py": other}) == URI


@pytest.mark.parametrize(
    "code",
    [
        "use(u)\n",
        "use(f'http://{host}:5000')\n",
        f"def go(u='{URI}'):\n    use(u)\n",
        f"class S(BaseSettings):\n    u: str = '{URI}'\ns = S()\nuse(s.u)\n",
        f"class C:\n    u = '{URI}'\nc = C(u=other)\nuse(c.u)\n",
        f"from dataclasses import dataclass\n@dataclass\nclass C:\n    u: str = '{URI}'\nc = C(other)\nuse(c.u)\n",
        f"class C:\n    u = '{URI}'\n    def set(self, u):\n        self.u = u\nc = C()\nuse(c.u)\n",
        f"c = {{'u': '{URI}'}}\nc['u'] = other\nuse(c['u'])\n",
        "u = u\nuse(u)\n",
        "u = get()\nuse(u)\n",
        "use(''.join(parts))\n",
    ],
)
def test_what_is_decided_elsewhere_is_not_known(code: str) -> None:
    """By who calls, by the environment, by what is assigned later."""
    assert text_given({"a.py": code}) is None


def test_a_parameter_is_what_all_calls_give() -> None:
    """Those of other files, too; of a loop, one after the other."""
    files = {
        "a.py": "def go(u):\n    use(u)\n",
        "b.py": "from a import go\nfor one in ['x', 'y']:\n    go(one)\ngo(u='z')\n",
    }
    analysis = analysed(files)
    module = analysis.project.modules[0]
    found = values_of(analysis, Written(module, Value(NAME, "u"), 1, 0))
    assert [one.value.data for one in found] == ["x", "y", "z"]
    assert {one.module.file for one in found} == {"b.py"}


def followed_of(files: dict[str, str]) -> object:
    """What the last call of the first file is given: a constant, the name of a call, else its kind."""
    analysis = analysed(files)
    module = next(one for one in analysis.project.modules if one.file == next(iter(files)))
    call = last_call(module)
    found = followed(analysis, Written(module, call.args[0], call.scope, call.index))
    if found is None:
        return "unseen"
    made = found.call()
    return made.api if made is not None else found.value.data if found.value.kind == CONSTANT else found.value.kind


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("use(42)\n", 42),
        ("s = 42\nuse(s)\n", 42),
        ("c = {'a': {'seed': 42}}\nuse(c['a']['seed'])\n", 42),
        ("c = {'seed': 42}\nuse(c.get('seed'))\n", 42),
        ("c = dict(seed=42)\nuse(c['seed'])\n", 42),
        ("c = {'seed': 42}\nd = c.copy()\nuse(d['seed'])\n", 42),
        ("import copy\nc = {'seed': 42}\nd = copy.deepcopy(c)\nuse(d['seed'])\n", 42),
        ("def f():\n    return {'seed': 42}\nuse(f()['seed'])\n", 42),
        ("class C:\n    seed = 42\nuse(C.seed)\n", 42),
        ("class C:\n    def __init__(self):\n        self.s = 42\n    def go(self):\n        use(self.s)\n", 42),
        ("import functools\nf = functools.partial(g, 1)\nuse(f)\n", "functools.partial"),
        # as far as it is seen
        ("use(s)\n", NAME),
        ("s = {'a': 1}\nuse(s)\n", DICT),
        ("for s in [1, 2]:\n    use(s)\n", NAME),
        # of entries that are not seen, or may be altered, nothing is known
        ("use(c['seed'])\n", "unseen"),
        ("c = load()\nuse(c['seed'])\n", "unseen"),
        ("c = {'a': 1}\nuse(c['seed'])\n", "unseen"),
        ("c = {'seed': 42}\nc.update(other)\nuse(c['seed'])\n", "unseen"),
        ("def f(x):\n    if x:\n        return {'seed': 1}\n    return {'seed': 2}\nuse(f(y)['seed'])\n", "unseen"),
    ],
)
def test_one_thing_through_entries_copies_and_returns(code: str, expected: object) -> None:
    """Where it may be several, or is made elsewhere, it is left as it is."""
    assert followed_of({"a.py": code}) == expected


@pytest.mark.parametrize(
    ("code", "other"),
    [
        ("import config\nuse(config.SEED)\n", "SEED = 42\n"),
        ("from config import P\nuse(P['rf']['seed'])\n", "P = {'rf': {'seed': 42}}\n"),
        ("from config import C\nuse(C.SEED)\n", "class C:\n    SEED = 42\n"),
        ("from config import params\nuse(params()['seed'])\n", "def params():\n    return {'seed': 42}\n"),
    ],
)
def test_one_thing_of_another_file(code: str, other: str) -> None:
    """What is set at its top, in a class of it, or is returned by a function of it."""
    assert followed_of({"a.py": code, "config.py": other}) == 42


def test_names_that_stand_for_each_other_end() -> None:
    """However they are written."""
    assert text_given({"a.py": "from b import x\nuse(x)\n", "b.py": "from a import x\n"}) is None
    assert text_given({"a.py": "a = b\nb = a\nuse(a)\n"}) is None


@pytest.mark.parametrize(
    "code",
    [
        "p = []\nuse(p[-1])\n",
        "p = ['a']\nuse(p[-2])\n",
        "p = {'a': 1}\nfor p in p.items():\n    use(p)\n",
        "def go(rows):\n    for rows in enumerate(rows):\n        use(rows['a'])\n",
        "a = [1]\nfor b in a:\n    for a in b:\n        use(a['k'])\n",
    ],
)
def test_entries_that_are_not_there_and_loops_over_themselves_have_no_value(code: str) -> None:
    """Neither an error nor a search without an end."""
    analysis = analysed({"a.py": code})
    module = analysis.project.modules[0]
    call = last_call(module)
    assert values_of(analysis, Written(module, call.args[0], call.scope, call.index)) == []
