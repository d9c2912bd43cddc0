"""Splits and samples of rows without a seed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bis._audit.auditor import Options, audit_project
from tests.unit._audit.small_projects import write

if TYPE_CHECKING:
    from pathlib import Path

HEAD = "import pandas as pd\nfrom sklearn.utils import shuffle\ndf = pd.read_csv('d.csv')\n"
FIT = "Ridge().fit(rows[cols], rows.y)\n"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (f"rows = df.sample(100)\n{FIT}", True),
        (f"rows = df.sample(frac=1).reset_index(drop=True)\n{FIT}", True),
        (f"rows = shuffle(df)\n{FIT}", True),
        ("train = df.sample(frac=0.7)\ntest = df.drop(train.index)\n", True),
        (f"def some(df):\n    return df.sample(n=50)\nrows = some(df)\n{FIT}", True),
        (f"df.sample(1000).to_csv('small.csv')\nrows = df\n{FIT}", True),
        # rows of a result, to try a deployment with, or to look at
        ("result = df.assign(p=model.predict(df))\nresult.sample(100).to_csv('predictions.csv')\n", False),
        ("def rows_to_try():\n    df = pd.read_csv('d.csv').sample(n=100)\n    return df.to_json()\nserve(1)\n", False),
        ("rows = df.sample(20)\nfor row in rows.itertuples():\n    print(model.predict([row.x]))\n", False),
        ("rows = shuffle(df)\nrows.head()\n", False),
        ("data = df.sample(50).to_json(orient='split')\nrequests.post(url, data=data)\n", False),
        ("plot(df.sample(500))\n", False),
    ],
)
def test_rows_that_are_drawn(text: str, found: bool, tmp_path: Path) -> None:
    """A sample counts where it is trained on, kept as data, or divides the rows."""
    write(tmp_path, {"a.py": "from sklearn.linear_model import Ridge\n" + HEAD + text + "Ridge().fit(X, y)\n"})
    findings = audit_project(tmp_path, "p", Options(select=("BIS301",))).findings
    assert bool(findings) is found
