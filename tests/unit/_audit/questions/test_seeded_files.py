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
