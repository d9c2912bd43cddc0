"""What a program takes from the environment, and paths that are only what it falls back to."""

from __future__ import annotations

import pytest

from bis._audit.questions.environment_variables import asks, fallbacks
from bis._audit.questions.literals import absolute_paths
from tests.unit._audit.small_projects import analysed, last_call, script

OS = "import os\nfrom pathlib import Path\n"


def told(code: str) -> bool:
    """Whether a path of one machine is told of."""
    return bool(absolute_paths(analysed({"a.py": OS + code})))


@pytest.mark.parametrize(
    "code",
    [
        "p = os.path.expanduser('~/data')\n",
        "p = Path('~/data').expanduser()\n",
        "p = '~/data'\nq = os.path.expanduser(p)\n",
        "p = Path('~/data')\nq = p.expanduser()\n",
        "class D:\n    def __init__(self, root='~/data'):\n        self.root = Path(root).expanduser()\n",
        "import environ\nenv = environ.Env()\np = env('D', default='/home/me/data')\nq = env.str('E', '/home/me/x')\n",
        "p = os.getenv('D') or '/mnt/x/data'\n",
        "f(os.getenv('D', '/mnt/x/data'))\n",
        "p = os.environ.get('D', '/home/me/data')\n",
        "f(Path(os.environ.get('D') or '/mnt/x/data'))\n",
        "p = os.environ['D'] if 'D' in os.environ else '/mnt/x/data'\n",
        "p = os.getenv('D')\nif not p:\n    p = '/mnt/x/data'\n",
        "def f():\n    return os.getenv('D') or '/mnt/x/data'\n",
    ],
)
def test_what_is_expanded_or_fallen_back_to_is_portable(code: str) -> None:
    """A home is everybody's; a variable of the environment can be set."""
    assert not told(code)


@pytest.mark.parametrize(
    "code",
    [
        "p = '~/data/x.csv'\nread(p)\n",
        "p = Path('~/data/x.csv')\nq = other.expanduser()\n",
        "p = os.path.expanduser('/home/me/data')\n",
        "p = other or '/mnt/x/data'\n",
        "os.environ['D'] = '/mnt/x/data'\n",
        "p = '/mnt/x/data'\nq = os.getenv('D')\n",
        "p = os.getenv('D') + '/mnt/x'\nread('/mnt/x/data')\n",
    ],
)
def test_what_holds_on_one_machine_is_told(code: str) -> None:
    """Beside other uses of the environment, too."""
    assert told(code)


def test_fallbacks_are_the_constants_beside_a_variable() -> None:
    """With their lines and columns; a call that reads the environment is known by its name."""
    module = script("import os\np = os.getenv('D') or '/mnt/x'\n")
    assert fallbacks(module) == {(2, 23)}
    assert asks(last_call(module))
    assert not asks(last_call(script("print(1)\n")))
