"""Which hyperparameters are said to be logged nowhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bis._audit.auditor import Options, audit_project
from tests.unit._audit.small_projects import write

if TYPE_CHECKING:
    from pathlib import Path

M = "import mlflow\n"
LOADER = "import torch\nfrom torch.utils.data import DataLoader\n"
LOOP = "net = torch.nn.Linear(1, 1)\nfor x in train:\n    loss = net(x)\n    loss.backward()\nmlflow.log_metric(1, 1)\n"
EVALUATION = "for x in loader:\n    net(x)\nmlflow.log_metric('a', 1)\n"
XGB = "from xgboost import XGBClassifier\nfrom sklearn.pipeline import Pipeline, make_pipeline\n"
SEARCH = "from sklearn.model_selection import GridSearchCV\n"
METRIC = "mlflow.log_metric('a', 1)\n"


def told(folder: Path, files: dict[str, str]) -> list[str]:
    """Messages of the rule in a project."""
    findings = audit_project(write(folder, files), "p", Options(select=("BIS102",))).findings
    return [f"{finding.place.file}: {finding.message}" for finding in findings]


@pytest.mark.parametrize(
    "code",
    [
        M + LOADER + "loader = DataLoader(test, batch_size=128, shuffle=False)\n" + EVALUATION,
        M + LOADER + "loader = DataLoader(test, batch_size=128)\n" + EVALUATION,
        M + LOADER + "loader = DataLoader(test, batch_size=128, shuffle=True)\n" + EVALUATION,
        M + LOADER + "train = DataLoader(a, shuffle=True)\ntest = DataLoader(b, batch_size=1024)\n" + LOOP,
        M + XGB + "mlflow.sklearn.autolog()\nPipeline([('c', XGBClassifier(max_depth=7))]).fit(X, y)\n" + METRIC,
        M + XGB + "mlflow.sklearn.autolog()\nm = XGBClassifier(max_depth=7)\nmake_pipeline(s, m).fit(X, y)\n" + METRIC,
        M + XGB + SEARCH + "mlflow.autolog()\nGridSearchCV(XGBClassifier(max_depth=7), g).fit(X, y)\n" + METRIC,
    ],
)
def test_what_is_no_hyperparameter_or_is_logged(code: str, tmp_path: Path) -> None:
    """Loaders for an evaluation, and parts of estimators of scikit-learn under its autologging."""
    assert told(tmp_path, {"a.py": code}) == []


@pytest.mark.parametrize(
    "code",
    [
        M + LOADER + "train = DataLoader(a, batch_size=64, shuffle=True)\n" + LOOP,
        M + LOADER + "train = DataLoader(a, batch_size=64, sampler=s)\n" + LOOP,
        M + XGB + "Pipeline([('c', XGBClassifier(max_depth=7))]).fit(X, y)\n" + METRIC,
        M + XGB + "mlflow.sklearn.autolog()\nXGBClassifier(max_depth=7).fit(X, y)\n" + METRIC,
        M + XGB + "mlflow.pytorch.autolog()\nmake_pipeline(XGBClassifier(max_depth=7)).fit(X, y)\n" + METRIC,
    ],
)
def test_what_is_logged_nowhere(code: str, tmp_path: Path) -> None:
    """Loaders for a training, and estimators that no autologging covers."""
    assert len(told(tmp_path, {"a.py": code})) == 1


def test_autologging_of_another_program_covers_nothing(tmp_path: Path) -> None:
    """Of the same program it does, also where a file that both use switches it on."""
    fit = M + "from sklearn.svm import SVC\nSVC(C=3).fit(X, y)\n" + METRIC
    assert told(tmp_path / "a", {"a.py": M + "mlflow.autolog()\n", "b.py": fit}) == [
        "b.py: SVC is given C, which no call logs"
    ]
    together = {"start.py": M + "mlflow.autolog()\n", "main.py": "import start\nimport b\n", "b.py": fit}
    assert told(tmp_path / "b", together) == []


ARGUMENTS = "from transformers import Trainer, TrainingArguments\na = TrainingArguments('o', learning_rate=3e-5, {})\n"


@pytest.mark.parametrize(
    ("given", "rest", "count"),
    [
        ("report_to='none'", METRIC, 1),
        ("report_to=[]", METRIC, 1),
        ("report_to=['none'], num_train_epochs=3", METRIC, 1),
        ("report_to='none'", METRIC + "mlflow.log_param('learning_rate', a.learning_rate)\n", 0),
        ("report_to='none'", METRIC + "mlflow.log_params(vars(a))\n", 0),
        ("report_to='mlflow'", METRIC, 0),
        ("report_to=['wandb', 'mlflow']", METRIC, 0),
        ("report_to='wandb'", METRIC, 0),
        ("num_train_epochs=3", METRIC, 0),
        ("report_to=TRACKERS", METRIC, 0),
    ],
)
def test_training_arguments_that_no_tracker_is_told(given: str, rest: str, count: int, tmp_path: Path) -> None:
    """Only where they say so themselves: by default that depends on the version."""
    code = M + ARGUMENTS.format(given) + "Trainer(m, a).train()\n" + rest
    assert len(told(tmp_path, {"a.py": code})) == count


TORCH = "import torch\nnet = torch.nn.Linear(1, 1)\n"


@pytest.mark.parametrize(
    ("logged", "missing"),
    [("learning_rate", False), ("lr", False), ("model/learning_rate_schedule", False), ("momentum", True)],
)
def test_a_rate_by_its_other_name_is_logged(logged: str, missing: bool, tmp_path: Path) -> None:
    """Optimisers say ``lr``, whoever logs may say ``learning_rate``."""
    code = M + TORCH + f"torch.optim.Adam(net.parameters(), lr=2e-5)\nmlflow.log_param('{logged}', 2e-5)\n" + METRIC
    assert bool(told(tmp_path, {"a.py": code})) is missing


@pytest.mark.parametrize(
    ("loader", "missing"),
    [
        ("valid = DataLoader(a, batch_size=8, shuffle=True)", False),
        ("loader = DataLoader(test_set, batch_size=8, shuffle=True)", False),
        ("l = DataLoader(self.val_data, batch_size=8, shuffle=True)", False),
        ("loader = DataLoader(latest, batch_size=8, shuffle=True)", True),
        ("train = DataLoader(a, batch_size=8, shuffle=True)", True),
    ],
)
def test_a_loader_of_what_evaluates_decides_nothing(loader: str, missing: bool, tmp_path: Path) -> None:
    """By the name that it has, or that of its data."""
    files = {"a.py": M + LOADER + loader + "\n" + LOOP}
    assert bool(told(tmp_path, files)) is missing


FOREST = "from sklearn.ensemble import RandomForestRegressor as R\n"


@pytest.mark.parametrize(
    ("search", "missing"),
    [
        ("GridSearchCV(R(n_estimators=100), {'n_estimators': [300, 600]})", False),
        ("m = R(n_estimators=100)\ng = {'n_estimators': [300]}\nGridSearchCV(m, param_grid=g)", False),
        ("RandomizedSearchCV(make_pipeline(s, R(max_depth=3)), param_distributions={'r__max_depth': [1]})", False),
        ("GridSearchCV(R(n_estimators=100), {'max_depth': [3]})", True),
        ("R(n_estimators=100)", True),
    ],
)
def test_a_value_that_a_search_replaces_decides_nothing(search: str, missing: bool, tmp_path: Path) -> None:
    """The search tries others; what it does not try stays."""
    head = M + FOREST + "from sklearn.model_selection import GridSearchCV, RandomizedSearchCV\n"
    head += "from sklearn.pipeline import make_pipeline\n"
    assert bool(told(tmp_path, {"a.py": head + search + "\n" + METRIC})) is missing


BEST = "from sklearn.svm import SVC\nfrom sklearn.model_selection import GridSearchCV\n"
OF_STUDY = "mlflow.log_params(study.best_params)\n"
OF_SEARCH = "mlflow.log_params(search.best_params_)\n"


@pytest.mark.parametrize(
    ("code", "missing"),
    [
        ("SVC(kernel='sigmoid', **study.best_params)\n" + OF_STUDY, True),
        ("best = study.best_params\nSVC(**best, kernel='sigmoid')\nmlflow.log_params(best)\n", True),
        ("KIND = 'poly'\nSVC(kernel=KIND, **search.best_params_)\n" + OF_SEARCH, True),
        ("def go(trial):\n    p = draw(trial)\n    mlflow.log_params(p)\n    SVC(C=3, **p)\n" + OF_STUDY, True),
        ("SVC(random_state=1, verbose=2, **study.best_params)\n" + OF_STUDY, False),
        ("SVC(kernel='sigmoid', **study.best_params)\nmlflow.log_param('kernel', 'sigmoid')\n" + OF_STUDY, False),
        ("SVC(kernel='sigmoid', **study.best_params)\nmlflow.log_params({**study.best_params, 'kernel': 1})\n", False),
        ("m = SVC(C=3, **study.best_params)\nmlflow.log_params(m.get_params())\n" + OF_STUDY, False),
        ("GridSearchCV(SVC(C=3), grid())\n" + OF_SEARCH, False),
        ("GridSearchCV(SVC(C=3, **defaults()), grid())\n" + OF_SEARCH, False),
        ("p = {'C': 3}\nGridSearchCV(SVC(**p), grid())\n" + OF_SEARCH, False),
        ("from lightgbm import LGBMClassifier as L\nL(metric='auc', **study.best_params)\n" + OF_STUDY, False),
    ],
)
def test_a_literal_beside_what_a_search_has_found(code: str, missing: bool, tmp_path: Path) -> None:
    """A call takes no name twice: what is beside is not among the best; of what is searched itself, it may be."""
    assert bool(told(tmp_path, {"a.py": M + BEST + code + METRIC})) is missing


SVM = "from sklearn.svm import SVC\n"
ADAM = TORCH + "o = torch.optim.AdamW(net.parameters(), lr=2e-5{})\n"


@pytest.mark.parametrize(
    ("code", "missing"),
    [
        (SVM + "SVC(kernel='sigmoid')\nmlflow.log_param('kind', 'sigmoid')\n", False),
        (SVM + "SVC(C=0.03)\nmlflow.log_metric('C', 0.03)\n", False),
        (SVM + "SVC(C=0.03)\nmlflow.log_metric('C', 0.3)\n", True),
        (SVM + "p = {'C': 3}\nSVC(**p)\nmlflow.log_dict(p, 'p.json')\n", False),
        (SVM + "m = SVC(C=3)\nmlflow.log_params(m.__dict__)\n", False),
        (SVM + "m = SVC(C=3)\ndef keep(m):\n    mlflow.log_params(m.get_params())\nkeep(m)\n", False),
        (SVM + "m = SVC(C=3)\ndef keep(m, p):\n    mlflow.log_params(p)\nkeep(m, {'a': 1})\n", True),
        (SVM + "class Conf:\n    C = 3\nSVC(C=Conf.C)\nmlflow.log_param('a', 1)\n", True),
        (SVM + "class Conf:\n    C = 3\nc = Conf()\nSVC(C=c.C)\nmlflow.log_params(asdict(c))\n", False),
        (SVM + "def go(C=3):\n    SVC(C=C)\ngo(C=4)\nmlflow.log_param('a', 1)\n", False),
        (
            SVM + "def a():\n    p = {'x': 1}\n    mlflow.log_params(p)\n"
            "def b():\n    p = {'C': 3}\n    mlflow.log_params(p)\n    SVC(**p)\n",
            False,
        ),
        ("import xgboost\np = {'max_depth': 7}\nxgboost.train(p, d)\nmlflow.log_param('a', 1)\n", True),
        ("import xgboost\np = {'max_depth': 7}\nxgboost.train(p, d)\nmlflow.log_params(p)\n", False),
        ("import xgboost\np = {'max_depth': 7}\np['max_depth'] = n\nxgboost.train(p, d)\n", False),
        (ADAM.format("") + "mlflow.log_params({k: v for k, v in o.param_groups[0].items()})\n", False),
        (ADAM.format("") + "mlflow.log_metric('lr_now', o.param_groups[0]['lr'])\n", True),
        (ADAM.format(", betas=(0.9, 0.999), eps=1e-8") + "mlflow.log_param('lr', 2e-5)\n", False),
        (ADAM.format(", betas=(0.8, 0.999)") + "mlflow.log_param('lr', 2e-5)\n", True),
        ("from lightgbm import LGBMRegressor as L\nL(objective='regression', force_row_wise=True)\n", False),
        ("from lightgbm import LGBMRegressor as L\nL(objective='huber')\n", True),
        (
            "import keras\nm = keras.Sequential([])\nm.fit(X, y, epochs=3, callbacks=[mlflow.keras.MlflowCallback()])",
            False,
        ),
        (
            XGB + "mlflow.sklearn.autolog()\ndef make():\n    return XGBClassifier(max_depth=7)\n"
            "Pipeline([('c', make())]).fit(X, y)\n",
            False,
        ),
    ],
)
def test_what_is_logged_in_another_way(code: str, missing: bool, tmp_path: Path) -> None:
    """By its value, from the object itself, as a whole; and what everybody takes unless they say otherwise."""
    assert bool(told(tmp_path, {"a.py": M + code + METRIC})) is missing


@pytest.mark.parametrize(
    ("code", "names"),
    [
        (
            "import catboost\ncatboost.cv(pool=p, params={'depth': 3}, num_boost_round=9, nfold=5, seed=0)\n",
            "num_boost_round, nfold, depth",
        ),
        ("import catboost\ncatboost.cv(p, {'depth': 3}, fold_count=5)\n", "fold_count, depth"),
        ("import catboost\ncatboost.train(p, {'depth': 3}, iterations=9)\n", "iterations, depth"),
        ("import xgboost\nxgboost.cv({'eta': 0.3}, d, nfold=5)\n", "nfold, eta"),
        ("import lightgbm\nlightgbm.cv({'num_leaves': 9}, d, nfold=4)\n", "nfold, num_leaves"),
        (
            "def f():\n    from transformers import AdamWeightDecay\n    AdamWeightDecay(weight_decay_rate=0.01)\n",
            "weight_decay_rate",
        ),
        ("from transformers.optimization import AdamW\nAdamW(p, lr=2e-5)\n", "lr"),
        ("import transformers\ntransformers.Adafactor(p, lr=2e-5)\n", "lr"),
    ],
)  # fmt: skip
def test_what_functions_that_train_and_optimisers_are_given(code: str, names: str, tmp_path: Path) -> None:
    """Of CatBoost, XGBoost, LightGBM and Transformers: by keyword, and in the dictionary wherever it stands."""
    assert told(tmp_path, {"a.py": M + code + METRIC})[0].split(" is given ")[1] == f"{names}, which no call logs"
    logs = "".join(f"mlflow.log_param('{name}', 1)\n" for name in names.split(", "))
    assert told(tmp_path / "b", {"a.py": M + code + logs}) == []


@pytest.mark.parametrize(
    ("logged", "missing"),
    [
        ("log_param('vectorizer', 'tfidf')", True),  # the letter is in it, the word is not
        ("log_param('scaler', 1)", True),
        ("log_param('svm_C', n)", False),
        ("log_param('C of the best', n)", False),
        ("log_param(f'{name}_C', n)", False),
        ("log_params({f'{name}/C': n})", False),
    ],
)
def test_a_key_speaks_of_an_argument_by_its_words(logged: str, missing: bool, tmp_path: Path) -> None:
    """Not by its letters, of which a short name has few; also where the key is put together."""
    assert bool(told(tmp_path, {"a.py": M + SVM + f"SVC(C=3)\nmlflow.{logged}\n" + METRIC})) is missing


@pytest.mark.parametrize(
    ("given", "logged", "missing"),
    [
        ("eps=1e-4", "log_param('warmup_steps', n)", True),
        ("eps=1e-4", "log_param('adam_eps', n)", False),
        ("weight_decay=0.1", "log_param('class_weights', n)", True),
        ("weight_decay=0.1", "log_param('weightdecay', n)", False),
        ("momentum=0.7", "log_param('nesterov_momentum', n)", False),
    ],
)
def test_a_key_speaks_of_an_argument_of_an_optimiser(given: str, logged: str, missing: bool, tmp_path: Path) -> None:
    """A longer name is found however its words are written together."""
    code = TORCH + f"torch.optim.RMSprop(net.parameters(), {given})\nmlflow.{logged}\n"
    assert bool(told(tmp_path, {"a.py": M + code + METRIC})) is missing


XGBOOST = "import xgboost\np = {'max_depth': 7}\n"


@pytest.mark.parametrize(
    ("code", "names"),
    [
        ("import lightgbm\nh = lightgbm.cv(p, d)\nn = len(h['auc'])\nmlflow.log_param('rounds', n)\n", "max_depth"),
        ("n = best_rounds(X, y, p)\nmlflow.log_param('rounds', n)\n", "max_depth"),
        ("b = xgboost.cv(p, d)\nmlflow.log_param('booster', max(b))\n", "max_depth"),
        ("mlflow.log_param('all', str(p))\n", ""),
        ("import json\nmlflow.log_param('all', json.dumps(p, indent=2))\n", ""),
        ("mlflow.log_params(flat(p, 'model'))\n", ""),
        ("mlflow.log_params({**p, 'a': 1}.items())\n", ""),
        ("for k, v in {**p, **q}.items():\n    mlflow.log_param(k, v)\n", ""),
        ("import json\nmlflow.log_text(json.dumps(p), 'p.json')\n", ""),
        ("import json\njson.dump(p, open('p.json', 'w'))\nmlflow.log_artifact('p.json')\n", ""),
        ("import json\njson.dump(p, open('p.json', 'w'))\n", "max_depth"),
    ],
)
def test_what_comes_of_a_dictionary_is_not_the_dictionary(code: str, names: str, tmp_path: Path) -> None:
    """A number that a training has found says nothing of what it was given; a text of it does, also in a file."""
    last = "" if ".cv(" in code else "xgboost.train(p, d)\n"
    found = told(tmp_path, {"a.py": M + XGBOOST + code + last + METRIC})
    assert [message.split(" is given ")[1] for message in found] == ([f"{names}, which no call logs"] if names else [])


@pytest.mark.parametrize(
    ("code", "missing"),
    [
        ("c = {'C': 3, 'kernel': 'poly'}\nSVC(C=c['C'], kernel=c['kernel'])\nmlflow.log_param('C', c['C'])\n", True),
        ("c = {'C': 3, 'kernel': 'poly'}\nSVC(C=c['C'], kernel=c['kernel'])\nmlflow.log_params(c)\n", False),
        ("c = {'m': {'C': 3}}\nSVC(C=c['m']['C'])\nmlflow.log_params(c['m'])\n", False),
        ("c = {'m': {'C': 3}, 'n': {'a': 1}}\nSVC(C=c['m']['C'])\nmlflow.log_params(c['n'])\n", True),
        ("c = {'C': 3, 'seed': 1}\nSVC(C=c['C'])\nmlflow.log_param('seed', c.get('seed'))\n", True),
    ],
)
def test_an_entry_of_a_dictionary_is_not_the_dictionary(code: str, missing: bool, tmp_path: Path) -> None:
    """Of a configuration of which one entry is logged, the others are not."""
    assert bool(told(tmp_path, {"a.py": M + SVM + code + METRIC})) is missing


TREE = "from sklearn.tree import DecisionTreeClassifier as T\n"


@pytest.mark.parametrize(
    ("code", "names"),
    [
        ("s = SVC(C=3)\nmlflow.log_params(s.get_params())\nT(max_depth=4)\n", "max_depth"),
        ("s = SVC(C=3).fit(X, y)\nmlflow.log_params(s.get_params())\nT(max_depth=4)\n", "max_depth"),
        ("for s in [SVC(C=3), T(max_depth=4)]:\n    mlflow.log_params(s.get_params())\n", ""),
        ("s = SVC(C=3) if a else T(max_depth=4)\nmlflow.log_params(s.get_params())\n", ""),
        ("if a:\n    s = SVC(C=3)\nelse:\n    s = T(max_depth=4)\nmlflow.log_params(s.get_params())\n", ""),
        ("def log(s):\n    mlflow.log_params(s.get_params())\nt = T(max_depth=4)\nlog(t)\n", ""),
        ("s = SVC(C=3)\nmlflow.log_param('model', s)\n", ""),
        ("s = SVC(C=3)\nmlflow.log_param('model', repr(s))\n", ""),
        ("s = SVC(C=3)\nmlflow.log_param('a', s.n_features_in_)\n", "C"),
        ("mlflow.log_params(vars(args))\nSVC(C=args.C, kernel='poly')\n", "kernel"),
        ("import keras\nmlflow.log_params(s.get_params())\nkeras.Sequential().fit(X, y, epochs=9)\n", "epochs"),
        ("import keras\no = keras.optimizers.SGD(momentum=0.7)\nmlflow.log_params(o.get_config())\n", ""),
        (ARGUMENTS.format("report_to='none'") + "mlflow.log_params(a.to_dict())\n", ""),
    ],
)
def test_all_of_one_object_is_not_all(code: str, names: str, tmp_path: Path) -> None:
    """What is read back from an estimator is of this one, and of no optimiser or training beside it."""
    found = told(tmp_path, {"a.py": M + SVM + TREE + code + METRIC})
    assert [message.split(" is given ")[1] for message in found] == ([f"{names}, which no call logs"] if names else [])


GRID = "GridSearchCV(SVC(kernel='poly'), {})\nmlflow.log_params(s.best_params_)\n"


@pytest.mark.parametrize(
    ("code", "missing"),
    [
        ("s = " + GRID.format("{'C': [1, 2]}"), True),
        ("s = " + GRID.format("[{'C': [1, 2]}, {'gamma': [1]}]"), True),
        ("s = " + GRID.format("[{'C': [1, 2]}, {'kernel': ['rbf']}]"), False),
        ("s = " + GRID.format("{name: [1, 2]}"), False),
        ("s = " + GRID.format("grid"), False),
        ("g = {'C': [1]}\ng.update(more)\ns = " + GRID.format("g"), False),
        ("g = {'C': [1]}\nm = SVC(kernel='poly')\ns = GridSearchCV(m, g)\nmlflow.log_params(s.best_params_)\n", True),
    ],
)
def test_a_value_beside_a_grid_that_is_written_out(code: str, missing: bool, tmp_path: Path) -> None:
    """What a search has found is among what it tries: the rest of its estimator is as it is written."""
    assert bool(told(tmp_path, {"a.py": M + BEST + code + METRIC})) is missing


@pytest.mark.parametrize(
    ("code", "missing"),
    [
        (SVM + "mlflow.set_tag('kernel', 'poly')\nSVC(kernel='poly')\n", False),
        (SVM + "mlflow.set_tags({'C': 3})\nSVC(C=3)\n", False),
        (SVM + "mlflow.set_tag('kind', 'svm')\nSVC(C=3)\n", True),
        (SVM + "with mlflow.start_run(tags={'C': 3}):\n    SVC(C=3)\n", False),
        (SVM + "c = 3\nwith mlflow.start_run(run_name=f'svc-{c}'):\n    SVC(C=c)\n", False),
        (SVM + "c = 3\nwith mlflow.start_run(run_name='svc-' + str(c)):\n    SVC(C=c)\n", False),
        (SVM + "c = 3\nwith mlflow.start_run(run_name='C is good'):\n    SVC(C=c)\n", True),
        (SVM + "SVC(max_iter=300)\nmlflow.log_param('iterations', 300)\n", False),
        (SVM + "SVC(max_iter=300)\nmlflow.log_param('iterations', 30)\n", True),
        (SVM + "SVC(max_iter=300)\nmlflow.log_param('max_words', 300)\n", True),
    ],
)
def test_what_a_tag_or_a_name_says(code: str, missing: bool, tmp_path: Path) -> None:
    """Tags are logged, and so is the name of the run; a number that two have in common says by itself nothing."""
    assert bool(told(tmp_path, {"a.py": M + code + METRIC})) is missing


@pytest.mark.parametrize(
    ("result", "missing"),
    [
        ("mlflow.sklearn.log_model(m, 'm')\n", True),
        ("import matplotlib.pyplot as plt\nmlflow.log_figure(plt.gcf(), 'a.png')\n", True),
        ("mlflow.log_artifact('a.csv')\n", False),
        ("print(m)\n", False),
    ],
)
def test_a_model_and_a_figure_are_results(result: str, missing: bool, tmp_path: Path) -> None:
    """Not only a metric: a run with a model and without its parameters is no better."""
    assert bool(told(tmp_path, {"a.py": M + SVM + "m = SVC(C=3)\nm.fit(X, y)\n" + result})) is missing


@pytest.mark.parametrize(
    ("code", "names"),
    [
        ("import torch\ntorch.optim.SGD(net.parameters(), 0.3)\n", "lr"),
        ("import torch\ntorch.optim.lr_scheduler.StepLR(o, 9, 0.3)\n", "step_size, gamma"),
        ("import keras\nkeras.optimizers.Adam(3e-4)\n", "learning_rate"),
        ("import keras\nkeras.Sequential().fit(X, y, 8, 9)\n", "batch_size, epochs"),
        ("import xgboost\nxgboost.train(p, d, 300)\n", "num_boost_round"),
        ("import xgboost\np = {'eta': 0.4}\nxgboost.train(p, d, 300)\n", "num_boost_round, eta"),
        ("import xgboost\np = {'eta': 0.4}\nxgboost.train(dtrain=d, params=p)\n", "eta"),
        ("import xgboost\np = {'eta': 0.4}\np.update(more)\nxgboost.train(p, d)\n", ""),
        ("from sklearn.neighbors import KNeighborsClassifier as K\nK(3)\n", "n_neighbors"),
        ("import keras\nkeras.optimizers.Adam(schedule)\n", ""),
        (
            "from pyspark.ml.classification import GBTClassifier\nGBTClassifier(labelCol='y', maxDepth=3, seed=1)\n",
            "maxDepth",
        ),
        ("from pyspark.ml.feature import VectorAssembler\nVectorAssembler(inputCols=['a'], outputCol='b')\n", ""),
        ("from stable_baselines3 import PPO\nPPO('MlpPolicy', env, n_steps=9, verbose=1)\n", "n_steps"),
        ("import lightgbm\nlightgbm.train({'lambda_l1': 0.0, 'bagging_fraction': 1.0, 'boosting': 'gbdt'}, d)\n", ""),
        ("import lightgbm\nlightgbm.train({'lambda_l1': 0.2, 'boosting': 'dart'}, d)\n", "lambda_l1, boosting"),
        ("import keras\nkeras.Sequential().fit(X, y, epochs=1)\n", ""),
    ],
)
def test_what_is_given_by_its_place_or_switches_nothing_on(code: str, names: str, tmp_path: Path) -> None:
    """Arguments without their names, of Spark and of agents, and values that leave a thing as it is."""
    found = told(tmp_path, {"a.py": M + code + METRIC})
    assert [message.split(" is given ")[1] for message in found] == ([f"{names}, which no call logs"] if names else [])


KERAS = "import keras\nm = keras.Sequential([])\n"


@pytest.mark.parametrize(
    ("code", "names"),
    [
        (KERAS + "m.fit(X, y, batch_size=32)\n", ""),
        (KERAS + "m.fit(X, y, batch_size=64)\n", "batch_size"),
        (KERAS + "m.fit(X, y, batch_size=32, epochs=9)\n", "epochs"),
        (KERAS + "m.compile(loss='categorical_crossentropy')\n", ""),
        (KERAS + "m.compile(loss='binary_crossentropy', optimizer='nadam')\n", "optimizer"),
        (KERAS + "m.compile(loss='mse')\n", "loss"),
        (KERAS + "m.compile(loss='huber')\n", "loss"),
        ("from xgboost import XGBRegressor as X\nX(tree_method='hist')\n", ""),
        ("from xgboost import XGBRegressor as X\nX(tree_method='exact')\n", "tree_method"),
        ("import xgboost\nxgboost.train({'tree_method': 'hist', 'max_depth': 9}, d)\n", "max_depth"),
        (TORCH + "torch.optim.AdamW(p, weight_decay=0.01)\n", ""),
        (TORCH + "torch.optim.Adam(p, weight_decay=0.01)\n", "weight_decay"),
        (TORCH + "torch.optim.SGD(p, lr=0.1, momentum=0.0)\n", "lr"),
        (TORCH + "torch.optim.lr_scheduler.ReduceLROnPlateau(o, factor=0.1, patience=5)\n", "patience"),
    ],
)
def test_what_the_library_takes_anyway_and_a_loss_of_the_task(code: str, names: str, tmp_path: Path) -> None:
    """They decide nothing; what is beside them does."""
    found = told(tmp_path, {"a.py": M + code + METRIC})
    assert [one.split(" is given ")[1] for one in found] == ([f"{names}, which no call logs"] if names else [])


LIGHTNING = (
    "import torch\nimport lightning.pytorch as pl\nclass Net(pl.LightningModule):\n"
    "    def {}(self):\n        return {}\npl.Trainer().fit(Net())\n"
)
OF_ADAM = "torch.optim.Adam(self.parameters(), lr=0.3)"


@pytest.mark.parametrize(
    ("auto", "code", "missing"),
    [
        ("mlflow.pytorch.autolog()\n", LIGHTNING.format("configure_optimizers", OF_ADAM), False),
        ("mlflow.autolog()\n", LIGHTNING.format("configure_optimizers", OF_ADAM), False),
        ("mlflow.sklearn.autolog()\n", LIGHTNING.format("configure_optimizers", OF_ADAM), True),
        ("", LIGHTNING.format("configure_optimizers", OF_ADAM), True),
        (
            "mlflow.pytorch.autolog()\n",
            LIGHTNING.format("configure_optimizers", "torch.optim.lr_scheduler.StepLR(o, step_size=3)"),
            True,
        ),
        ("mlflow.pytorch.autolog()\n", LIGHTNING.format("own_loop", OF_ADAM), True),
    ],
)
def test_autologging_of_lightning_logs_what_the_optimizer_was_made_with(
    auto: str, code: str, missing: bool, tmp_path: Path
) -> None:
    """Of the optimiser that a module of Lightning trains with: not its schedule, nor one of a loop of one's own."""
    assert bool(told(tmp_path, {"a.py": M + auto + code + METRIC})) is missing


@pytest.mark.parametrize(
    ("code", "missing"),
    [
        ("def f(size):\n    n = size\n    if own:\n        n = 7\n    K(n_neighbors=n)\n", False),
        ("def f(size):\n    n = ask()\n    if own:\n        n = 7\n    K(n_neighbors=n)\n", False),
        ("def f(size):\n    n = 9\n    if own:\n        n = 7\n    K(n_neighbors=n)\n", True),
        ("def f(size):\n    n = ask()\n    n = 7\n    K(n_neighbors=n)\n", True),
    ],
)
def test_a_value_under_a_condition_may_be_another(code: str, missing: bool, tmp_path: Path) -> None:
    """Where a variable comes from elsewhere unless something holds, it is not known to be the literal."""
    head = M + "from sklearn.neighbors import KNeighborsClassifier as K\n"
    assert bool(told(tmp_path, {"a.py": head + code + METRIC})) is missing


BETAS = TORCH + "of = {'one': 0.0, 'two': 0.99, 'eps': 1e-8}\nwide = {'one': 0.9, 'two': 0.999}\n"


@pytest.mark.parametrize(
    ("code", "names"),
    [
        (BETAS + "torch.optim.Adam(p, betas=(of['one'], of['two']), eps=of['eps'])\n", "betas"),
        (BETAS + "b = 0.99\ntorch.optim.Adam(p, betas=[0.5, b])\n", "betas"),
        (BETAS + "torch.optim.Adam(p, betas=(wide['one'], wide['two']))\n", ""),
        (BETAS + "torch.optim.Adam(p, betas=(of['one'], ask()))\n", ""),
        (BETAS + "mlflow.log_params(of)\ntorch.optim.Adam(p, betas=(of['one'], of['two']))\n", ""),
        ("from gensim.models import Word2Vec\nWord2Vec(sentences, window=3, workers=4)\n", "window"),
        ("import gensim\ngensim.models.LdaModel(corpus, num_topics=9, passes=4)\n", "num_topics, passes"),
        ("from gensim.models.doc2vec import Doc2Vec\nDoc2Vec(docs, vector_size=n)\n", ""),
        ("from prophet import Prophet\nm = Prophet()\nm.fit(table, iter=200)\n", "iter"),
        ("from prophet import Prophet\nProphet().fit(table, iter=200)\nmlflow.log_param('iter', 200)\n", ""),
        ("from prophet import Prophet\nProphet().fit(table, show_progress=True)\n", ""),
    ],
)  # fmt: skip
def test_further_libraries_and_values_within_values(code: str, names: str, tmp_path: Path) -> None:
    """Pairs whose parts are entries of a dictionary, models of Gensim, and how long Prophet fits."""
    found = told(tmp_path, {"a.py": M + code + METRIC})
    assert [one.split(" is given ")[1] for one in found] == ([f"{names}, which no call logs"] if names else [])
