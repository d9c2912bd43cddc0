"""Splits and estimators of libraries whose seeds are arguments of their own, as the rules tell them."""

from __future__ import annotations

import pytest

from bis._audit.rules import unseeded_estimator, unseeded_split
from tests.unit._audit.small_projects import analysed, notebook

HEAD = (
    "import random, numpy as np, torch, cuml, umap\nfrom pyspark.sql import SparkSession\nimport surprise\n"
    "from surprise.model_selection import train_test_split, KFold\nfrom surprise import SVD, KNNBasic\n"
    "from pyspark.ml.recommendation import ALS\n"
    "spark = SparkSession.builder.getOrCreate()\ndf = spark.read.csv('a.csv')\n"
)
FIT = "\nmodel = ALS(seed=1).fit(a)"
FASTAI = "from fastai.vision.all import *\n"


def _told(text: str, head: str = HEAD) -> list[tuple[str, str]]:
    """Rule and message of what is said of splits and estimators in a script."""
    analysis = analysed({"train.py": head + text + "\n"})
    found = [*unseeded_split.check(analysis), *unseeded_estimator.check(analysis)]
    return [(one.code, one.message) for one in found]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a, b = df.randomSplit([0.7, 0.3])", True),
        ("a, b = df.select('x').dropna().randomSplit(weights=[0.7, 0.3])", True),
        ("def f(table):\n    return table.randomSplit([0.7, 0.3], seed=None)", True),
        ("np.random.seed(1)\na, b = df.randomSplit([0.7, 0.3])", True),
        ("random.seed(1)\na, b = df.randomSplit([0.7, 0.3])", False),  # Spark draws the seed with Python's random
        ("a, b = df.randomSplit([0.7, 0.3], 42)", False),
        ("a, b = df.randomSplit([0.7, 0.3], seed=SEED)", False),
        ("class T:\n    def randomSplit(self, shares): ...\nT().randomSplit([1, 2])", False),
        ("a = df.sample(0.1)" + FIT, True),
        ("def f(table):\n    return table.sample(withReplacement=True, fraction=0.1)\na = f(x)" + FIT, True),
        ("a = df.sample(False, 0.1)" + FIT, True),
        ("a = df.sample(0.1, 42)" + FIT, False),
        ("a = df.sample(False, 0.1, 42)" + FIT, False),
        ("a = df.sample(fraction=0.1, seed=42)" + FIT, False),
        ("df.sample(0.1).show()", False),  # only looked at
        ("x = torch.distributions.Normal(0, 1).sample(0.1)", False),
        ("def f(buffer):\n    return buffer.sample(32)", False),
    ],
)
def test_splits_of_spark(text: str, told: bool) -> None:
    """Tables that are split or sampled, known or not; a seed by its name or place."""
    assert [code for code, _message in _told(text)] == ["BIS301"] * told


def test_splits_of_spark_in_notebooks_of_databricks() -> None:
    """There `spark` is defined by nobody, and pyspark is imported nowhere."""
    cells = ("import mlflow", "data = spark.table('t')\ntrain, test = data.randomSplit([0.8, 0.2])")
    found = list(unseeded_split.check(analysed({"a.ipynb": notebook(*cells)})))
    assert [(one.code, one.place.cell, one.place.line) for one in found] == [("BIS301", 1, 2)]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a, b = train_test_split(data, test_size=0.2)", ["BIS301"]),
        ("a, b = train_test_split(data, test_size=0.2, random_state=1)", []),
        ("a, b = train_test_split(data, test_size=0.2, shuffle=False)", []),
        ("folds = KFold(n_splits=3)", ["BIS301"]),
        ("folds = surprise.model_selection.split.KFold(n_splits=3, random_state=None)", ["BIS301"]),
        ("model = SVD(n_factors=5)", ["BIS302"]),
        ("model = surprise.prediction_algorithms.matrix_factorization.NMF()", ["BIS302"]),
        ("model = SVD(random_state=3)", []),
        ("model = KNNBasic()", []),
        ("np.random.seed(0)\na, b = train_test_split(data)\nmodel = SVD()", []),
        ("low = umap.UMAP(metric='cosine')", ["BIS302"]),
        ("low = umap.UMAP(random_state=1)", []),
        ("a = cuml.model_selection.train_test_split(x, y)", ["BIS301"]),
        ("np.random.seed(0)\na = cuml.preprocessing.model_selection.train_test_split(x, y)", ["BIS301"]),
        ("a = cuml.train_test_split(x, y, random_state=1)", []),
    ],
)
def test_surprise_umap_and_cuml(text: str, told: list[str]) -> None:
    """Where NumPy's generator is seeded, that of scikit-surprise is; that of cuML is one of its own."""
    assert [code for code, _message in _told(text)] == told


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("block = DataBlock(splitter=RandomSplitter(valid_pct=0.2))", True),
        ("block = DataBlock(splitter=RandomSplitter(0.2, 42))", False),
        ("block = DataBlock(splitter=RandomSplitter(valid_pct=0.2, seed=42))", False),
        ("block = DataBlock(splitter=GrandparentSplitter())", False),
        ("data = ImageDataLoaders.from_folder(path, valid_pct=0.2)", True),
        ("data = ImageDataLoaders.from_folder(path)", False),
        ("data = ImageDataLoaders.from_name_func(path, files, f)", True),
        ("data = ImageDataLoaders.from_name_func(path, files, f, seed=1)", False),
        ("data = ImageDataLoaders.from_df(df, valid_col='is_valid')", False),
        ("items = SegmentationItemList.from_folder(path).split_by_rand_pct()", True),
        ("items = SegmentationItemList.from_folder(path).split_by_rand_pct(0.2, seed=3)", False),
        ("set_seed(1)\ndata = ImageDataLoaders.from_name_func(path, files, f)", False),
        ("np.random.seed(1)\nitems = ImageList.from_folder(path).split_by_rand_pct()", False),
    ],
)
def test_splits_of_fastai(text: str, told: bool) -> None:
    """By a splitter or by the share of the rows that validates, of its first and its second version."""
    assert [code for code, _message in _told(text, HEAD + FASTAI)] == ["BIS301"] * told


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("model = PPO('MlpPolicy', env)", True),
        ("model = PPO('MlpPolicy', env, seed=None)", True),
        ("model = sb3_contrib.TQC('MlpPolicy', env)", True),
        ("model = PPO('MlpPolicy', env, seed=3)", False),
        ("model = PPO.load('a.zip')", False),
        ("set_random_seed(1)\nmodel = PPO('MlpPolicy', env)", False),
    ],
)
def test_agents_of_stable_baselines(text: str, told: bool) -> None:
    """An agent without a seed neither seeds PyTorch nor its environment."""
    head = "import sb3_contrib\nfrom stable_baselines3 import PPO\n"
    head += "from stable_baselines3.common.utils import set_random_seed\n"
    assert (
        _told(text, head)
        == [("BIS302", f"{text[8:].partition('(')[0].rpartition('.')[2]} draws without a seed (seed=)")] * told
    )
