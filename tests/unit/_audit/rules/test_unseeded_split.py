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
    ("text", "found", "seeds"),
    [
        ("train, test = df.randomSplit([0.8, 0.2])\n", True, "no"),
        ("import numpy as np\nnp.random.seed(1)\ntrain, test = df.randomSplit([0.8, 0.2])\n", True, "yes"),
        ("train, test = df.randomSplit([0.8, 0.2], seed=42)\n", False, "yes"),
        ("train, test = df.randomSplit([0.8, 0.2], 42)\n", False, "yes"),
        ("from surprise.model_selection import train_test_split\na, b = train_test_split(d)\n", True, "no"),
        (
            "from surprise.model_selection import train_test_split\na, b = train_test_split(d, random_state=1)\n",
            False,
            "yes",
        ),
        ("from dask_ml.model_selection import train_test_split\na, b = train_test_split(d)\n", True, "no"),
        ("from cuml.model_selection import train_test_split\na, b = train_test_split(d, shuffle=False)\n", False, "no"),
        ("d = load_dataset('a', split='train').shuffle()\nTrainer(m, train_dataset=d).train()\n", True, "no"),
        ("d = load_dataset('a', split='train').shuffle(seed=1)\nTrainer(m, train_dataset=d).train()\n", False, "yes"),
        ("d = load_dataset('a', split='train').shuffle()\nprint(d[0])\n", False, "no"),
    ],
)
def test_splits_of_other_libraries(text: str, found: bool, seeds: str, tmp_path: Path) -> None:
    """Tables of Spark, which no global seed reaches, recommenders, Dask, RAPIDS, and data sets of Hugging Face."""
    imports = "import pyspark\nfrom datasets import load_dataset\nfrom transformers import Trainer\n"
    audit = audit_project(write(tmp_path, {"a.py": imports + text}), "p", Options(select=("BIS301",)))
    assert bool(audit.findings) is found
    assert audit.facts["seeds_set"].value == seeds


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (f"rows = df.sample(100)\n{FIT}", True),
        (f"rows = df.sample(frac=1).reset_index(drop=True)\n{FIT}", True),
        (f"rows = shuffle(df)\n{FIT}", True),
        ("train = df.sample(frac=0.7)\ntest = df.drop(train.index)\n", True),
        (f"def some(df):\n    return df.sample(n=50)\nrows = some(df)\n{FIT}", True),
        (f"df.sample(1000).to_csv('small.csv')\nrows = df\n{FIT}", True),
        # of a selection of rows, as many of each kind
        (f"few = df[df.y == 1]\nfew = few.sample(count, replace=False)\nrows = pd.concat([few, df])\n{FIT}", True),
        (f"rows = pd.concat([df, df[df.y == 0].sample(n, replace=True)])\n{FIT}", True),
        (f"few = df.loc[df.y == 1].sample(n, replace=True, random_state=1)\nrows = few\n{FIT}", False),
        ("few = df[df.y == 1].sample(n, replace=True)\nplot(few)\n", False),
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
