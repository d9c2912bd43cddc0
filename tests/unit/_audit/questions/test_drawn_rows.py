"""Rows that are drawn: for an experiment, or for a look."""

from __future__ import annotations

import pytest

from bis._audit.questions.drawn_rows import decides_rows
from tests.unit._audit.small_projects import analysed

FRAME = (
    "import pandas as pd\nfrom sklearn.svm import SVC\nfrom sklearn.model_selection import train_test_split\ndf = f()\n"
)


@pytest.mark.parametrize(
    ("code", "method", "decides"),
    [
        ("a, b = train_test_split(df)\n", "train_test_split", True),
        ("rows = df.sample(frac=0.8)\nrest = df.drop(rows.index)\n", "sample", True),
        ("rows = df.sample(frac=0.8)\nSVC().fit(rows, rows.y)\n", "sample", True),
        ("rows = df.sample(n=3)\nprint(rows)\n", "sample", False),
        (
            "rows = df.sample(n=300)\nSVC(C=rows.memory_usage().sum() / len(rows)).fit(X, y)\n",
            "sample",
            False,
        ),
        ("rows = df.sample(n=300)\nSVC(cache_size=rows.to_numpy().nbytes).fit(X, y)\n", "sample", False),
        ("rows = df.sample(n=300)\nSVC(C=rows.y.mean()).fit(X, y)\n", "sample", True),
        ("rows = df.sample(n=3)\nrest = df.drop(columns='a')\n", "sample", False),
    ],
)
def test_which_rows_an_experiment_has(code: str, method: str, decides: bool) -> None:
    """A split says it; a sample where it is trained on, or where the others are taken."""
    analysis = analysed({"a.py": FRAME + code})
    (module,) = analysis.project.modules
    (call,) = (one for one in module.calls if one.method == method)
    assert decides_rows(analysis, module, call) is decides
