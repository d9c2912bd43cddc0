"""Which files a seed is for."""

from __future__ import annotations

import pytest

from tests.unit._audit.small_projects import analysed


@pytest.mark.parametrize(
    ("files", "seeded"),
    [
        ({"a.py": "import numpy as np\nnp.random.seed(1)\n"}, True),
        ({"a.py": "import numpy as np\nnp.random.seed()\n"}, False),
        ({"a.py": "import random\nrandom.seed(1)\n"}, False),
        (
            {
                "a.py": "from seeds import go\ngo()\n",
                "seeds.py": "import numpy as np\ndef go():\n    np.random.seed(1)\n",
            },
            True,
        ),
        ({"a.py": "x()\n", "main.py": "import a\nimport numpy as np\nnp.random.seed(1)\n"}, True),
        ({"a.py": "x()\n", "other.py": "import numpy as np\nnp.random.seed(1)\n"}, False),
    ],
)
def test_seeding_of_the_global_generator(files: dict[str, str], seeded: bool) -> None:
    """In the file, or in one that it imports or that imports it; not anywhere else, not of another library."""
    one = analysed(files)
    assert one.is_seeded(one.project.modules[0], ("numpy",)) is seeded


def test_a_program_seeds_what_it_imports_through_others() -> None:
    """A function of a third file that seeds, called by a program, seeds the draws of a module two imports away."""
    files = {
        "model.py": "x()\n",
        "data.py": "import model\n",
        "seeds.py": "import numpy as np\ndef go():\n    np.random.seed(1)\ndef idle():\n    pass\n",
        "main.py": "import data\nfrom seeds import go\ngo()\n",
    }
    one = analysed(files)
    assert one.is_seeded(one.project.modules[0], ("numpy",))
    assert not one.is_seeded(one.project.modules[0], ("torch",))
    idle = analysed(files | {"main.py": "import data\nfrom seeds import idle\nidle()\n"})
    assert not idle.is_seeded(idle.project.modules[0], ("numpy",))


OPTION = (
    "import argparse\nimport numpy as np\nparser = argparse.ArgumentParser()\n"
    "parser.add_argument('--seed', type=int{})\nargs = parser.parse_args()\n"
)
SEEDS = "def set_seed(seed):\n    np.random.seed(seed)\n{}\n"


@pytest.mark.parametrize(
    ("default", "text", "seeded"),
    [
        ("", "np.random.seed(args.seed)\n", False),
        (", default=None", "if args.seed is not None:\n    np.random.seed(seed=args.seed)\n", False),
        ("", "seed = args.seed\nnp.random.seed(seed)\n", False),
        ("", SEEDS.format("set_seed(args.seed)"), False),
        ("", SEEDS.format("def main(seed):\n    set_seed(seed)\nmain(args.seed)"), False),
        ("", SEEDS.format("set_seed(seed=None)"), False),
        (", default=42", "np.random.seed(args.seed)\n", True),
        (", required=True", "np.random.seed(args.seed)\n", True),
        (", default=42", SEEDS.format("set_seed(args.seed)"), True),
        ("", SEEDS.format("set_seed(args.seed)\nset_seed(1)"), True),
        ("", SEEDS.format("set_seed(args.seed or 42)"), True),
        ("", SEEDS.format("set_seed()"), True),
        ("", SEEDS.format(""), True),
        ("", "config = load()\nnp.random.seed(config.seed)\n", True),
        ("", "np.random.seed(1)\nif args.seed:\n    np.random.seed(args.seed)\n", True),
    ],
)
def test_an_option_that_is_none_unless_it_is_given(default: str, text: str, seeded: bool) -> None:
    """Whoever starts the program as it is written seeds nothing, also through functions."""
    one = analysed({"a.py": OPTION.format(default) + text})
    assert one.is_seeded(one.project.modules[0], ("numpy",)) is seeded
    assert bool(one.seeding(one.project.modules[0])) is seeded


@pytest.mark.parametrize(
    ("start", "seeded"),
    [
        ("import subprocess\nsubprocess.run(['python', 'a.py', f'--seed={seed}'])\n", True),
        ("import os\ncommand = 'python a.py --epochs 3 --seed 42'\nos.system(command)\n", True),
        ("import os\nos.system('python a.py --epochs 3')\n", False),
        ("import argparse\np = argparse.ArgumentParser()\np.add_argument('--seed')\n", False),
    ],
)
def test_an_option_that_a_command_of_the_project_gives(start: str, seeded: bool) -> None:
    """Another program starts this one with a seed."""
    one = analysed({"a.py": OPTION.format("") + "np.random.seed(args.seed)\n", "start.py": start})
    assert one.is_seeded(one.project.modules[0], ("numpy",)) is seeded
