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
