"""What a project imports from elsewhere."""

from __future__ import annotations

from bis._audit.questions.third_party_imports import third_party
from tests.unit._audit.small_projects import analysed


def test_own_standard_and_optional_imports_are_left_out() -> None:
    """What remains are packages that the project cannot do without, each at its first import."""
    one = analysed(
        {
            "src/own/__init__.py": "",
            "src/own/a.py": "import os, json\nimport numpy as np\nfrom own import b\nfrom . import c\n",
            "src/own/b.py": "import numpy\nimport yaml\ntry:\n    import xgboost\nexcept ImportError:\n    pass\n",
            "tools/c.py": "from typing import TYPE_CHECKING\nimport helper\nif TYPE_CHECKING:\n    import pandas\n"
            "if find_spec('wandb'):\n    import wandb\nelse:\n    import aim\n",
            "tools/helper.py": "from sklearn.svm import SVC\nimport tools\n",
        }
    )
    found = third_party(one)
    assert set(found) == {"numpy", "yaml", "sklearn"}
    assert (found["numpy"].file, found["numpy"].line) == ("src/own/a.py", 2)
