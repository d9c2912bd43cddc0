"""What calls are given by dictionaries."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bis._audit.auditor import audit_project
from tests.unit._audit.small_projects import write

if TYPE_CHECKING:
    from pathlib import Path

IMPORTS = "import mlflow\nfrom sklearn.ensemble import RandomForestClassifier as RF\n"


@pytest.mark.parametrize(
    ("code", "unseeded"),
    [
        ("p = {'max_depth': 5, 'random_state': 42}\nRF(**p)", "no"),
        ("p = dict(max_depth=5, random_state=42)\nRF(**p)", "no"),
        ("q = {'random_state': 42}\np = {'max_depth': 5, **q}\nRF(**p)", "no"),
        ("p = {**study.best_params, 'random_state': 42}\nRF(**p)", "no"),
        ("p = {'max_depth': 5}\np['random_state'] = 42\nRF(**p)", "no"),
        ("RF(**{'random_state': 42})", "no"),
        ("def f():\n    p = {'random_state': 42}\n    return RF(**p)", "no"),
        ("p = {'max_depth': 5}\nRF(**p)", "yes"),
        ("p = {'max_depth': 5, 'random_state': None}\nRF(**p)", "yes"),
        ("RF(**{'max_depth': 5})", "yes"),
        ("p = {'max_depth': 5}\nRF(**p, random_state=42)", "no"),
        ("p = {'max_depth': 5}\np.update(more())\nRF(**p)", "unknown"),
        ("p = {'max_depth': 5}\np[key()] = 42\nRF(**p)", "unknown"),
        ("p = {'max_depth': 5, key(): 42}\nRF(**p)", "unknown"),
        ("p = {'max_depth': 5, **other()}\nRF(**p)", "unknown"),
        ("p = dict(other(), max_depth=5)\nRF(**p)", "unknown"),
        ("p = {'max_depth': 5}\ndef f(p):\n    return RF(**p)", "unknown"),
        ("p = {'max_depth': 5}\nfor p in grid():\n    RF(**p)", "unknown"),
        ("p = {**p}\nRF(**p)", "unknown"),
        ("RF(**load())", "unknown"),
        ("names = {0: 'a', 1: {2: 'b'}}\nRF(random_state=42)", "no"),
        # copies and unions
        ("b = {'random_state': 42}\np = b.copy()\np['n_estimators'] = 3\nRF(**p)", "no"),
        ("import copy\nb = {'random_state': 42}\np = copy.deepcopy(b)\nRF(**p)", "no"),
        ("b = {'random_state': 42}\nRF(**dict(b, n_estimators=3))", "no"),
        ("b = {'random_state': 42}\nRF(**(b | {'n_estimators': 3}))", "no"),
        ("b = {'random_state': 42}\nRF(**{**b, 'n_estimators': 3})", "no"),
        ("b = {'max_depth': 3}\nRF(**{**b, 'n_estimators': 3})", "yes"),
        ("b = {'max_depth': 3}\np = b | {'n_estimators': 3}\nRF(**p)", "yes"),
        ("b = {'max_depth': 3}\nb['random_state'] = 42\np = b.copy()\nRF(**p)", "no"),
        ("b = {'max_depth': 3}\nb.update(random_state=42)\np = dict(b)\nRF(**p)", "no"),
        ("p = dict(load())\np['random_state'] = 42\nRF(**p)", "no"),
        ("p = load()\np['random_state'] = 42\nRF(**p)", "no"),
        ("b = {'max_depth': 3}\nb.update(load())\np = b.copy()\nRF(**p)", "unknown"),
        # what is put in later
        ("p = {'max_depth': 5}\np.update(random_state=42)\nRF(**p)", "no"),
        ("p = {'max_depth': 5}\np.update({'random_state': 42})\nRF(**p)", "no"),
        ("p = {}\np.setdefault('random_state', 42)\nRF(**p)", "no"),
        ("p = {'max_depth': 5}\np.update(n_estimators=3)\nRF(**p)", "yes"),
        ("p = {'max_depth': 5}\np.pop(key())\nRF(**p)", "unknown"),
        # attributes and returns
        ("class C:\n    RF = {'random_state': 42}\nRF(**C.RF)", "no"),
        ("class C:\n    def __init__(self):\n        self.p = {'random_state': 42}\nc = C()\nRF(**c.p)", "no"),
        (
            (
                "class C:\n    def a(self):\n        self.p = {}\n    def b(self):\n        self.p = f()\n"
                "    def c(self):\n        RF(**self.p)"
            ),
            "unknown",
        ),
        ("def p():\n    return {'random_state': 42}\nRF(**p())", "no"),
        ("def p():\n    return {'max_depth': 42}\nRF(**p())", "yes"),
        ("def p(a):\n    if a:\n        return {}\n    return {'random_state': 42}\nRF(**p(1))", "unknown"),
        # seeds that are given before, or set later
        ("from functools import partial\nmake = partial(RF, random_state=42)\nmake(max_depth=3)", "no"),
        ("from functools import partial\nmake = partial(RF, max_depth=3)\nmake(random_state=42)", "no"),
        ("from functools import partial\nmake = partial(RF, max_depth=3)\nmake()", "yes"),
        ("m = RF()\nm.set_params(random_state=42)", "no"),
        ("p = {'random_state': 42}\nm = RF().set_params(**p)", "no"),
        ("m = RF()\nm.random_state = 42", "no"),
        ("m = RF()\np = make_pipeline(m)\np.set_params(randomforestclassifier__random_state=42)", "no"),
        ("m = RF()\nm.set_params(max_depth=3)", "yes"),
        ("m = RF()\nm.set_params(**load())", "unknown"),
        ("m = RF()\nm.random_state = None", "yes"),
        ("m = RF()\nother.random_state = 42", "seen elsewhere"),
    ],
)
def test_whether_a_seed_is_among_them(code: str, unseeded: str, tmp_path: Path) -> None:
    """As far as dictionaries are written out; what is altered, given or looped over is not known."""
    facts = audit_project(write(tmp_path / "p", {"a.py": f"{IMPORTS}{code}\n"}), "p").facts
    assert facts["unseeded_estimator"].value == ("yes" if unseeded == "seen elsewhere" else unseeded)
    assert facts["seeds_set"].value == ("yes" if unseeded in {"no", "seen elsewhere"} else "no")


@pytest.mark.parametrize(
    ("files", "unseeded"),
    [
        ({"config.py": "P = {'random_state': 42}\n", "a.py": "from config import P\nRF(**P)\n"}, "no"),
        ({"config.py": "P = {'rf': {'random_state': 42}}\n", "a.py": "from config import P\nRF(**P['rf'])\n"}, "no"),
        ({"config.py": "P = {'random_state': 42}\n", "a.py": "import config\nRF(**config.P)\n"}, "no"),
        ({"config.py": "class C:\n    P = {'random_state': 42}\n", "a.py": "from config import C\nRF(**C.P)\n"}, "no"),
        ({"config.py": "P = {'max_depth': 42}\n", "a.py": "from config import P\nRF(**P)\n"}, "yes"),
        ({"config.py": "SEED = None\n", "a.py": "from config import SEED\nRF(random_state=SEED)\n"}, "yes"),
        ({"config.py": "SEED = 42\n", "a.py": "from config import SEED\nRF(random_state=SEED)\n"}, "no"),
        ({"config.py": "P = load()\n", "a.py": "from config import P\nRF(**P)\n"}, "unknown"),
    ],
)
def test_dictionaries_of_another_file(files: dict[str, str], unseeded: str, tmp_path: Path) -> None:
    """Settings are often a file of their own."""
    files["a.py"] = IMPORTS + files["a.py"]
    assert audit_project(write(tmp_path, files), "p").facts["unseeded_estimator"].value == unseeded


PARSED = "import argparse\np = argparse.ArgumentParser()\np.add_argument('--seed', type=int{})\na = p.parse_args()\n"


@pytest.mark.parametrize(
    ("code", "unseeded", "seeds"),
    [
        (PARSED.format("") + "d = {'max_depth': 3, 'random_state': a.seed}\nRF(**d)", "yes", "no"),
        (PARSED.format(", default=3") + "d = {'max_depth': 3, 'random_state': a.seed}\nRF(**d)", "no", "yes"),
        (PARSED.format(", default=None") + "d = {'scale': 3, 'seed': a.seed}\naugment(**d)", "no", "no"),
        (PARSED.format(", default=3") + "d = {'scale': 3, 'seed': a.seed}\naugment(**d)", "no", "unknown"),
        (PARSED.format("") + "import lightgbm\nlightgbm.train({'seed': a.seed}, data)", "no", "no"),
        (PARSED.format(", required=True") + "import lightgbm\nlightgbm.train({'seed': a.seed}, data)", "no", "yes"),
        ("from sklearn.model_selection import KFold\nKFold(5, random_state=3)", "no", "no"),
        ("from sklearn.model_selection import KFold\nKFold(5, shuffle=True, random_state=3)", "no", "yes"),
        ("from sklearn.model_selection import KFold\nKFold(5, shuffle=s['on'], random_state=3)", "no", "yes"),
        ("from sklearn.model_selection import ShuffleSplit\nShuffleSplit(5, random_state=3)", "no", "yes"),
        ("rows = table.sample(n=3, seed=3)", "no", "yes"),
        ("C = {'depth': 3}\nRF(random_state=C.get('seed'))", "yes", "no"),
        ("C = {'depth': 3}\nRF(random_state=C.get('seed', None))", "yes", "no"),
        ("C = {'depth': 3}\nRF(random_state=C.get('seed', 42))", "no", "yes"),
        ("C = {'seed': 3}\nRF(random_state=C.get('seed'))", "no", "yes"),
        ("C = {'depth': 3}\nC.update(read())\nRF(random_state=C.get('seed'))", "no", "yes"),
        ("C = {'depth': 3}\nseed = C.get('seed')\nRF(random_state=seed)", "yes", "no"),
    ],
)
def test_what_seeds_nothing(code: str, unseeded: str, seeds: str, tmp_path: Path) -> None:
    """An option that is None in a dictionary, an entry that is not there, and folds that keep the order of the rows."""
    facts = audit_project(write(tmp_path, {"a.py": f"{IMPORTS}{code}\n"}), "p").facts
    assert (facts["unseeded_estimator"].value, facts["seeds_set"].value) == (unseeded, seeds)


@pytest.mark.parametrize(
    ("made", "unseeded"),
    [("C()", "yes"), ("C(seed=42)", "no"), ("C(seed=None)", "yes"), ("C(42)", "no"), ("load()", "no")],
)
def test_a_field_without_a_seed(made: str, unseeded: str, tmp_path: Path) -> None:
    """A class of settings whose seed is None, unless it is given one."""
    head = "from dataclasses import dataclass\n@dataclass\nclass C:\n    seed: int | None = None\n"
    text = f"{head}c = {made}\nRF(random_state=c.seed)\n"
    facts = audit_project(write(tmp_path, {"a.py": IMPORTS + text}), "p").facts
    assert facts["unseeded_estimator"].value == unseeded


COMMAND = "import click, fire, typer\nfrom sklearn.model_selection import train_test_split\n"
OPTION = "@click.command()\n@click.option({})\ndef main(seed):\n    train_test_split(X, random_state=seed)\nmain()\n"
DEFAULT = "def main(seed{}):\n    train_test_split(X, random_state=seed)\n"
PARSER = (
    "import argparse\np = argparse.ArgumentParser()\np.add_argument('--seed', type=int{})\na = vars(p.parse_args())\n"
)


@pytest.mark.parametrize(
    ("text", "unseeded"),
    [
        (OPTION.format("'--seed', type=int"), "yes"),
        (OPTION.format("'--seed', default=None"), "yes"),
        (OPTION.format("'--seed', default=42"), "no"),
        (OPTION.format("'--seed', type=int, required=True"), "no"),
        (DEFAULT.format("=None") + "fire.Fire(main)\n", "yes"),
        (DEFAULT.format(": int = None") + "typer.run(main)\n", "yes"),
        (DEFAULT.format(": int = typer.Option(None)") + "typer.run(main)\n", "yes"),
        ("app = typer.Typer()\n@app.command()\n" + DEFAULT.format("=None"), "yes"),
        (DEFAULT.format("=42") + "fire.Fire(main)\n", "no"),
        (DEFAULT.format(": int = typer.Option(42)") + "typer.run(main)\n", "no"),
        ("m.set_params(forest__random_state=1)\ntrain_test_split(X)\n", "yes"),
        (DEFAULT.format("=None"), "no"),  # a library's: others call it
        (PARSER.format("") + "train_test_split(X, random_state=a['seed'])\n", "yes"),
        (PARSER.format(", default=42") + "train_test_split(X, random_state=a['seed'])\n", "no"),
        (PARSER.format("") + "c = load()\ntrain_test_split(X, random_state=c['seed'])\n", "no"),
        ("import time\ntrain_test_split(X, random_state=int(time.time()))\n", "yes"),
        ("import time\ntrain_test_split(X, random_state=int(time.time()) % 1000)\n", "yes"),
        ("import random\ntrain_test_split(X, random_state=random.randint(0, 9))\n", "yes"),
        ("import random\nrandom.seed(1)\ntrain_test_split(X, random_state=random.randint(0, 9))\n", "no"),
        ("import random\nseed = random.randint(0, 9)\nlog(seed)\ntrain_test_split(X, random_state=seed)\n", "no"),
        ("import time\nimport numpy as np\nnp.random.seed(int(time.time()))\ntrain_test_split(X)\n", "yes"),
        ("import numpy as np\nnp.random.seed(int(load()))\ntrain_test_split(X)\n", "no"),
    ],
)
def test_seeds_that_are_none_or_another_each_time(text: str, unseeded: str, tmp_path: Path) -> None:
    """Options of commands without a default, the time, and what is drawn where nothing seeds that."""
    facts = audit_project(write(tmp_path, {"a.py": COMMAND + text}), "p").facts
    assert facts["unseeded_split"].value == unseeded


@pytest.mark.parametrize("logged", [True, False])
def test_hyperparameters_among_them(logged: bool, tmp_path: Path) -> None:
    """They are hyperparameters like any others, and logged where the dictionary is."""
    log = "mlflow.log_params(p)" if logged else "mlflow.log_param('epochs', 3)"
    code = f"p = {{'max_depth': 5, 'random_state': 42}}\nwith mlflow.start_run():\n    {log}\n    RF(**p)\n"
    findings = audit_project(write(tmp_path / "p", {"a.py": IMPORTS + code}), "p").findings
    told = [f.message for f in findings if f.code == "BIS102"]
    assert told == ([] if logged else ["RandomForestClassifier is given max_depth, which no call logs"])


NESTED = "c = {'split': {'random_state': 42}, 'model': {'seed': 42, 'depth': 3}, 'plain': {'depth': 3}}\n"
SPLIT = "from sklearn.model_selection import train_test_split\n"
BOOST = "import lightgbm as lgb\nimport xgboost as xgb\n"


@pytest.mark.parametrize(
    ("code", "unseeded", "seeds"),
    [
        (NESTED + SPLIT + "train_test_split(X, **c['split'])\n", "no", "yes"),
        (NESTED + SPLIT + "s = c['split']\ntrain_test_split(X, **s)\n", "no", "yes"),
        (NESTED + SPLIT + "train_test_split(X, **c.get('split'))\n", "no", "yes"),
        (NESTED + SPLIT + "train_test_split(X, random_state=c['split']['random_state'])\n", "no", "yes"),
        (NESTED.replace("42", "None") + SPLIT + "train_test_split(X, **c['split'])\n", "yes", "no"),
        (NESTED + SPLIT + "train_test_split(X, **c['plain'])\n", "yes", "unknown"),
        (NESTED + SPLIT + "c['split'] = other()\ntrain_test_split(X, **c['split'])\n", "unknown", "unknown"),
        (SPLIT + "c = yaml.safe_load(f)\ntrain_test_split(X, **c['split'])\n", "unknown", "no"),
        (NESTED + BOOST + "lgb.train(c['model'], d)\n", "no", "yes"),
        ("p = {'seed': 42}\n" + BOOST + "lgb.train(p, d)\n", "no", "yes"),
        ("p = {'seed': 42}\n" + BOOST + "xgb.train(params=p, dtrain=d)\n", "no", "yes"),
        (BOOST + "xgb.cv({'seed': 7}, d)\n", "no", "yes"),
        ("p = dict(seed=1)\n" + BOOST + "lgb.LGBMClassifier(**p)\n", "no", "yes"),
        (NESTED + BOOST + "lgb.train(c['plain'], d)\n", "no", "unknown"),
        ("p = {'depth': 42}\n" + BOOST + "lgb.train(p, d)\n", "no", "no"),
        ("p = {'seed': None}\n" + BOOST + "lgb.train(p, d)\n", "no", "no"),
        ("p = {'seed': 1}\nprint(p)\n", "no", "unknown"),
        ("import tensorflow as tf\ntf.data.Dataset.from_generator(generator=g, output_types=t)\n", "no", "no"),
        ("from datasets import Dataset\nDataset.from_generator(generator=g)\n", "no", "no"),
        ("import torch\ntorch.utils.data.DataLoader(d, shuffle=True, generator=g)\n", "no", "yes"),
    ],
)
def test_seeds_in_dictionaries_of_dictionaries(code: str, unseeded: str, seeds: str, tmp_path: Path) -> None:
    """Entries are looked up, also where a function takes its parameters in one dictionary."""
    found = audit_project(write(tmp_path, {"a.py": code}), "p").facts
    assert (found["unseeded_split"].value, found["seeds_set"].value) == (unseeded, seeds)


PARSER = "import argparse\nfrom sklearn.model_selection import train_test_split\np = argparse.ArgumentParser()\n"
USED = "args = p.parse_args()\ntrain_test_split(X, random_state=args.random_state)\n"


@pytest.mark.parametrize(
    ("code", "unseeded"),
    [
        (PARSER + "p.add_argument('--random_state', type=int, default=None)\n" + USED, "yes"),
        (PARSER + "p.add_argument('--random-state', type=int)\n" + USED, "yes"),
        (PARSER + "p.add_argument('-r', dest='random_state', default=None)\n" + USED, "yes"),
        (PARSER + "p.add_argument('--random_state', type=int, default=42)\n" + USED, "no"),
        (PARSER + "p.add_argument('--random_state', type=int, required=True)\n" + USED, "no"),
        (PARSER + "p.add_argument('random_state', type=int)\n" + USED, "no"),
        (PARSER + "p.add_argument('--random_state', default=DEFAULT)\n" + USED, "no"),
        (PARSER + "import numpy as np\nnp.random.seed(1)\np.add_argument('--random_state')\n" + USED, "no"),
        (PARSER + "p.add_argument('--seed')\n" + USED, "no"),
    ],
)
def test_a_seed_that_is_none_unless_the_command_line_says_otherwise(code: str, unseeded: str, tmp_path: Path) -> None:
    """An option without a default; not one that must be given, or that is declared elsewhere."""
    assert audit_project(write(tmp_path, {"a.py": code}), "p").facts["unseeded_split"].value == unseeded


SPLITTER = """
from sklearn.model_selection import train_test_split
def split(X, seed=None):
    return train_test_split(X, random_state=seed)
"""
IN_A_CLASS = """
from sklearn.model_selection import train_test_split
class Data:
    def __init__(self, X, random_state):
        self.parts = train_test_split(X, random_state=random_state)
"""
ASKS = "import argparse\nfrom data import Data, split\np = argparse.ArgumentParser()\n"


@pytest.mark.parametrize(
    ("data", "main", "unseeded"),
    [
        (SPLITTER, ASKS + "p.add_argument('--seed')\na = p.parse_args()\nseed = a.seed\nsplit(X, seed=seed)\n", "yes"),
        (SPLITTER, "from data import split\nsplit(X)\n", "yes"),
        (SPLITTER, "from data import split\ndef main(seed=None):\n    split(X, seed)\nmain()\n", "yes"),
        (IN_A_CLASS, ASKS + "p.add_argument('--seed')\nargs = p.parse_args()\nData(X, args.seed)\n", "yes"),
        (IN_A_CLASS, ASKS + "p.add_argument('--seed', default=1)\nargs = p.parse_args()\nData(X, args.seed)\n", "no"),
        (SPLITTER, "from data import split\nsplit(X)\nsplit(X, seed=42)\n", "no"),
        (SPLITTER, "from data import split\nsplit(X, **options)\n", "no"),
        (SPLITTER, "from data import split\ndef main(seed):\n    split(X, seed)\n", "no"),
        (SPLITTER, "print(1)\n", "no"),
    ],
)
def test_a_seed_that_callers_in_another_file_give(data: str, main: str, unseeded: str, tmp_path: Path) -> None:
    """None where every call gives None; not where one gives a seed, where that is not seen, or where nobody calls."""
    found = audit_project(write(tmp_path, {"data.py": data, "main.py": main}), "p").facts
    assert found["unseeded_split"].value == unseeded


PROJECT = (
    "entry_points:\n  main:\n    parameters:\n      {0}: {{type: int, default: 42}}\n"
    "    command: python a.py --random_state {{{0}}}\n"
)


@pytest.mark.parametrize(("parameter", "unseeded"), [("random_state", "no"), ("alpha", "yes")])
def test_a_seed_that_the_command_of_an_entry_point_gives(parameter: str, unseeded: str, tmp_path: Path) -> None:
    """`mlflow run` starts the program with it."""
    files = {"a.py": PARSER + "p.add_argument('--random_state')\n" + USED, "MLproject": PROJECT.format(parameter)}
    assert audit_project(write(tmp_path, files), "p").facts["unseeded_split"].value == unseeded


PANDAS = "import pandas as pd\nfrom sklearn.svm import SVC\ndf = pd.read_csv('a.csv')\n"


@pytest.mark.parametrize(
    ("code", "unseeded"),
    [
        (PANDAS + "train = df.sample(frac=.8)\n", "yes"),
        (PANDAS + "df = df.sample(frac=1).reset_index(drop=True)\n", "no"),  # nothing is seen to be made of it
        (PANDAS + "df = df.sample(frac=1).reset_index(drop=True)\nm = SVC()\nm.fit(df[['a']], df['b'])\n", "yes"),
        (PANDAS + "train = df.sample(100)\n", "yes"),
        (PANDAS + "few = df.sample(5)\n", "no"),
        (PANDAS + "few = df.sample(n=1)\n", "no"),
        (PANDAS + "one = df.sample()\n", "no"),
        (PANDAS + "train = df.sample(rows)\n", "yes"),
        (PANDAS + "few = df.sample(rows)\nprint(few)\n", "no"),
        ("def split(df):\n    return df.sample(frac=.8)\n", "yes"),
        (PANDAS + "train = df.sample(frac=.8, random_state=1)\n", "no"),
        (PANDAS + "import numpy as np\nnp.random.seed(1)\ntrain = df.sample(frac=.8)\n", "no"),
        ("def draw(d):\n    return d.sample(10)\n", "no"),
        ("import random\nrandom.sample(x, 3)\n", "no"),
        ("import torch\ntorch.distributions.Normal(0, 1).sample()\n", "no"),
        ("def split(df):\n    return df.sample(fraction=.8, seed=1)\n", "no"),
    ],
)
def test_samples_of_tables_are_splits(code: str, unseeded: str, tmp_path: Path) -> None:
    """Of pandas, and of what takes a share as pandas does; other things sample, too."""
    assert audit_project(write(tmp_path, {"a.py": code}), "p").facts["unseeded_split"].value == unseeded


@pytest.mark.parametrize(
    ("space", "seeds"),
    [
        ("{'random_state': 1, 'max_depth': hp.choice('d', [1])}", "yes"),
        ("{'max_depth': hp.choice('d', [1]), 'seed': 42}", "yes"),
        ("{'max_depth': hp.choice('d', [1])}", "no"),
    ],
)
def test_a_space_of_hyperopt_holds_seeds(space: str, seeds: str, tmp_path: Path) -> None:
    """What an objective is given is one point of it."""
    code = (
        "from hyperopt import fmin, hp\nfrom sklearn.ensemble import RandomForestClassifier as R\n"
        "def objective(params):\n    return R(**params).fit(X, y)\n"
        f"fmin(fn=objective, space={space})\n"
    )
    assert audit_project(write(tmp_path, {"a.py": code}), "p").facts["seeds_set"].value == seeds
