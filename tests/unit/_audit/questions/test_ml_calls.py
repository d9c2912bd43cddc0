"""What calls of learning libraries do."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bis._audit.questions import ml_calls
from tests.unit._audit.small_projects import script

if TYPE_CHECKING:
    from bis._audit.parsing.ir import Call

HEAD = """
import numpy as np, random, torch, tensorflow as tf, keras, xgboost as xgb, lightgbm as lgb, pytorch_lightning as pl
from sklearn.model_selection import KFold, train_test_split
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler
from sklearn.pipeline import make_pipeline
from transformers import Trainer, set_seed
"""


def last_call(text: str) -> Call:
    """The call that is evaluated last."""
    return script(HEAD + text + "\n").calls[-1]


TRAINS = {
    "RandomForestClassifier().fit(X, y)": True,
    "make_pipeline(StandardScaler(), LogisticRegression()).fit(X, y)": True,
    "StandardScaler().fit(X)": False,
    "preprocessing_pipeline = make_pipeline(S())\npreprocessing_pipeline.fit(X)": False,
    "feature_pipe = make_pipeline(S())\nfeature_pipe.fit(X=X)": False,
    "preprocessing_pipeline = make_pipeline(S())\npreprocessing_pipeline.fit(X, y)": True,
    "pipe = make_pipeline(S())\npipe.fit(X)": True,
    "keras.Sequential().fit(X, y)": True,
    "tf.keras.Sequential().fit(X, y)": True,
    "xgb.train({}, data)": True,
    "pl.Trainer().fit(net)": True,
    "Trainer(model).train()": True,
    "loss.backward()": True,
    "optimizer.apply_gradients(zip(g, v))": True,
    "tf.train.AdagradOptimizer(0.1).minimize(loss)": True,
    "o = tf.compat.v1.train.AdamOptimizer()\no.minimize(loss)": True,
    "tf.keras.optimizers.Adam().minimize(loss, variables)": True,
    "scipy.optimize.minimize(f, x0)": False,
    "problem.minimize(loss)": False,
    "tf.train.Saver().save(session, path)": False,
    "model.fit(X, y)": True,
    "scaler.fit(X)": False,
    "tokenizer.fit(texts)": False,
    "net.train()": False,
    "print(1)": False,
    "pl.cli.LightningCLI()": True,
    "pl.cli.LightningCLI(Model, Data)": True,
    "pl.cli.LightningCLI(Model, Data, run=False)": False,
}


@pytest.mark.parametrize(("text", "expected"), TRAINS.items())
def test_training_is_told_from_preparing(text: str, expected: bool) -> None:
    """By the class where it is known, by the variable's name where it is not."""
    assert ml_calls.trains(last_call(text)) == expected


SEEDING: dict[str, tuple[bool | None, str] | None] = {
    "train_test_split(X)": (False, "random_state"),
    "train_test_split(X, random_state=None)": (False, "random_state"),
    "train_test_split(X, random_state=1)": (True, "random_state"),
    "train_test_split(X, random_state=seed)": (True, "random_state"),
    "train_test_split(X, **more)": (None, "random_state"),
    "train_test_split(X, shuffle=False)": None,
    "data.train_test_split(test_size=0.1)": (False, "seed"),
    "data['train'].train_test_split(0.1)": (False, "seed"),
    "data.train_test_split(test_size=0.1, seed=1)": (True, "seed"),
    "data.train_test_split(test_size=0.1, shuffle=False)": None,
    "data.train_test_split()": None,
    "splitter.train_test_split(X, y, test_size=0.1)": None,
    "KFold(5)": None,
    "KFold(5, shuffle=True)": (False, "random_state"),
    "RandomForestClassifier()": (False, "random_state"),
    "RandomForestClassifier(random_state=0)": (True, "random_state"),
    "LogisticRegression()": None,
    "LogisticRegression(solver='saga')": (False, "random_state"),
    "xgb.XGBClassifier()": None,
}


@pytest.mark.parametrize(("text", "expected"), SEEDING.items())
def test_seeding_of_splits_and_estimators(text: str, expected: tuple[bool | None, str] | None) -> None:
    """Unseeded, seeded, unknown; None for what draws nothing."""
    call = last_call(text)
    found = ml_calls.split_seeding(call) or ml_calls.estimator_seeding(call)
    assert (None if found is None else (found.seeded, found.keyword)) == expected


SEEDS = {
    "np.random.seed(1)": "numpy",
    "random.seed(1)": "random",
    "torch.manual_seed(1)": "torch",
    "tf.random.set_seed(1)": "tensorflow",
    "keras.utils.set_random_seed(1)": "keras",
    "pl.seed_everything(1)": "torch",
    "set_seed(1)": "torch",
    "np.random.default_rng(1)": "generator",
    "np.random.seed(None)": "",
    "np.random.seed()": "",
    "np.random.default_rng()": "",
    "np.random.normal(1)": "",
    "pl.cli.LightningCLI()": "torch",
    "pl.utilities.cli.LightningCLI(Model, seed_everything_default=7)": "numpy",
    "pl.cli.LightningCLI(Model, seed_everything_default=False)": "",
}


@pytest.mark.parametrize(("text", "library"), SEEDS.items())
def test_what_seeds_what(text: str, library: str) -> None:
    """The libraries whose generators are seeded; nothing without a value."""
    found = ml_calls.seeds(last_call(text))
    assert library in found if library else found == ()


DRAWS = {
    "np.random.normal()": "numpy",
    "random.shuffle(x)": "random",
    "torch.randn(3)": "torch",
    "torch.randperm(3, generator=g)": "",
    "torch.nn.Linear(1, 2)": "torch",
    "tf.keras.layers.Dense(3)": "tensorflow",
    "np.random.default_rng(1).normal()": "",
    "np.zeros(3)": "",
}


@pytest.mark.parametrize(("text", "library"), DRAWS.items())
def test_what_draws_from_a_global_generator(text: str, library: str) -> None:
    """Layers draw their first weights; a generator of one's own is no global one."""
    assert ml_calls.draws(last_call(text)) == library


PARAMETERS = {
    "RandomForestClassifier(n_estimators=3, n_jobs=4, random_state=1)": {"n_estimators"},
    "torch.optim.Adam(net.parameters(), lr=0.1)": {"lr"},
    "xgb.XGBClassifier(max_depth=3, verbosity=0)": {"max_depth"},
    "lgb.train({'num_leaves': 3, 'seed': 1}, data, num_boost_round=5)": {"num_leaves", "num_boost_round"},
    "keras.Sequential().fit(X, y, epochs=3, verbose=0)": {"epochs"},
    "StandardScaler(with_mean=False)": set(),
    "print(end='')": set(),
}


@pytest.mark.parametrize(("text", "names"), PARAMETERS.items())
def test_hyperparameters(text: str, names: set[str]) -> None:
    """Arguments that decide over the model, not those that say how it is computed."""
    assert set(ml_calls.hyperparameters(last_call(text))) == names


def test_a_split_that_nothing_imports_is_scikit_learns() -> None:
    """A cell that was deleted had the import."""
    found = ml_calls.split_seeding(script("train_test_split(X, y)\n").calls[-1])
    assert found is not None
    assert found.seeded is False
    assert ml_calls.split_seeding(script("def train_test_split(x): pass\ntrain_test_split(X)\n").calls[-1]) is None


@pytest.mark.parametrize("given", ["shuffle=True", "initial_epoch=0", "shuffle=True, initial_epoch=0"])
def test_what_a_training_does_anyway_is_no_hyperparameter(given: str) -> None:
    """It is Keras' default, written out; another value is not."""
    assert ml_calls.hyperparameters(last_call(f"keras.Sequential().fit(X, {given})")).keys() == set()
    assert ml_calls.hyperparameters(last_call("keras.Sequential().fit(X, shuffle=False)")).keys() == {"shuffle"}


def test_what_a_forest_does_anyway_is_no_hyperparameter() -> None:
    """Its bootstrap; not that of extra trees, which have none by default."""
    call = last_call("RandomForestClassifier(bootstrap=True, max_features='auto', max_depth=3)")
    assert ml_calls.hyperparameters(call).keys() == {"max_depth"}
    assert ml_calls.hyperparameters(last_call("RandomForestClassifier(bootstrap=False)")).keys() == {"bootstrap"}
    assert ml_calls.hyperparameters(last_call("RandomForestClassifier(max_features='auto')")).keys() == set()
    extra = script("from sklearn.ensemble import ExtraTreesClassifier as E\nE(bootstrap=True)\n").calls[-1]
    assert ml_calls.hyperparameters(extra).keys() == {"bootstrap"}


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("from sklearn.svm import SVC\nSVC(C=1.0, gamma='scale', shrinking=True)\n", {"C"}),
        (
            "from sklearn.neighbors import KNeighborsClassifier as K\nK(n_neighbors=5, algorithm='auto')\n",
            {"n_neighbors"},
        ),
        ("from sklearn.linear_model import Ridge\nRidge(alpha=1.0, fit_intercept=True)\n", {"alpha"}),
        ("from sklearn.svm import SVC\nSVC(kernel='rbf', gamma=0.1)\n", {"kernel", "gamma"}),
        ("from sklearn.linear_model import Ridge\nRidge(fit_intercept=False)\n", {"fit_intercept"}),
    ],
)
def test_what_is_left_to_scikit_learn_is_no_hyperparameter(text: str, names: set[str]) -> None:
    """A word that leaves the choice to it, and a switch that is so anyway; a number counts, whatever the default."""
    assert ml_calls.hyperparameters(script(text).calls[-1]).keys() == names


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("from gensim.models import Word2Vec\nWord2Vec(texts, vector_size=9)\n", True),
        ("from gensim.models.word2vec import Word2Vec\nWord2Vec(sentences=texts)\n", True),
        ("import gensim\ngensim.models.FastText(corpus_file='a.txt')\n", True),
        ("from gensim.models.doc2vec import Doc2Vec\nDoc2Vec(documents=texts, epochs=9)\n", True),
        ("import gensim\ngensim.models.ldamodel.LdaModel(corpus, num_topics=9)\n", True),
        ("import gensim\ngensim.models.LdaMulticore(corpus=corpus)\n", True),
        ("from gensim.models import Word2Vec\nWord2Vec(vector_size=9)\n", False),
        ("from gensim.models import Word2Vec\nWord2Vec(sentences=None, vector_size=9)\n", False),
        ("from gensim.models import TfidfModel\nTfidfModel(corpus)\n", False),
        ("from gensim.models.phrases import Phrases\nPhrases(texts)\n", False),
        ("import fasttext\nfasttext.train_supervised('a.txt')\n", True),
        ("from surprise.model_selection import cross_validate\ncross_validate(SVD(), data)\n", True),
    ],
)
def test_models_that_are_trained_when_they_are_made(text: str, expected: bool) -> None:
    """Where they are given data."""
    assert ml_calls.trains(last_call(text)) is expected
