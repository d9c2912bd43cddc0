"""Data that is named by settings, and agents that have none."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bis._audit.auditor import Options, audit_project
from tests.unit._audit.small_projects import write

if TYPE_CHECKING:
    from pathlib import Path

M = "import mlflow\nimport pandas as pd\nfrom sklearn.linear_model import Ridge\n"
FIT = "Ridge().fit(d, d)\nmlflow.log_metric('a', 1)\n"


def told(folder: Path, files: dict[str, str]) -> bool:
    """Whether the rule says that no run names its data."""
    return bool(audit_project(write(folder, files), "p", Options(select=("BIS105",))).findings)


@pytest.mark.parametrize(
    "code",
    [
        "args = parser.parse_args()\nd = pd.read_csv(args.train_csv)\nmlflow.log_params(vars(args))\n",
        "d = pd.read_csv(cfg['inputs']['train'])\nmlflow.log_params(cfg)\n",
        "d = pd.read_parquet(cfg.files.train)\nmlflow.log_params(OmegaConf.to_container(cfg))\n",
        "d = load(settings.data_dir)\nmlflow.log_params(settings.model_dump())\n",
        "d = load(args.train_file)\nmlflow.log_params(args.__dict__)\n",
        "parser.add_argument('--data-path')\nargs = parser.parse_args()\nmlflow.log_params(vars(args))\n",
    ],
)
def test_settings_that_are_logged_as_a_whole_name_the_data(code: str, tmp_path: Path) -> None:
    """Read by one of them, or declared as one."""
    assert not told(tmp_path, {"a.py": M + code + FIT})


@pytest.mark.parametrize(
    "code",
    [
        "args = parser.parse_args()\nd = pd.read_csv(args.train_csv)\nmlflow.log_params({'lr': args.lr})\n",
        "args = parser.parse_args()\nd = pd.read_csv('a.csv')\nmlflow.log_params(vars(args))\n",
        "d = pd.read_csv(paths['train'])\nmlflow.log_params(cfg)\n",
        "args = parser.parse_args()\nd = load()\nsave(args.output_dir)\nmlflow.log_params(vars(args))\n",
    ],
)
def test_settings_that_say_nothing_of_the_data(code: str, tmp_path: Path) -> None:
    """One of them is logged, or the data comes from elsewhere."""
    assert told(tmp_path, {"a.py": M + code + FIT})


AGENT = "import mlflow\nfrom stable_baselines3 import PPO\n"


def test_an_agent_in_an_environment_has_no_data_set(tmp_path: Path) -> None:
    """Unless data is read as well."""
    learn = "import gymnasium as g\nPPO('MlpPolicy', g.make('CartPole-v1')).learn(10)\nmlflow.log_metric('r', 1)\n"
    assert not told(tmp_path / "a", {"a.py": AGENT + learn})
    assert not told(
        tmp_path / "b", {"a.py": AGENT + "PPO('MlpPolicy', 'CartPole-v1').learn(10)\nmlflow.log_metric('r', 1)\n"}
    )
    assert told(tmp_path / "c", {"a.py": AGENT + "import pandas as pd\nd = pd.read_csv('a.csv')\n" + learn})
    assert told(tmp_path / "d", {"a.py": M + "d = pd.read_csv('a.csv')\n" + FIT})


@pytest.mark.parametrize(
    ("code", "made"),
    [
        ("from sklearn.datasets import make_moons\nd, e = make_moons(10)\n", True),
        ("import numpy as np\nd = np.arange(10)\n", True),
        ("import torch\nd = torch.linspace(0, 1, 10)\n", True),
        ("import numpy as np\nd = np.arange(10)\ne = pd.read_csv('a.csv')\n", False),
        ("import numpy as np\nd = np.arange(10)\ne = open('a.txt')\n", False),
        ("import numpy as np\nd = np.zeros(10)\n", False),
        ("import numpy as np\nd = np.array([[1, 2], [3, 4]])\n", True),
        ("import pandas as pd\nd = pd.DataFrame({'a': [1, 2], 'b': [3, 4]})\n", True),
        ("import torch\nd = torch.tensor([[0.0, 1.0], [1.0, 0.0]])\n", True),
        ("import numpy as np\nmean = np.array([0.5, 0.5])\n", False),
        ("import numpy as np\nd = np.array([[1, 2], [3, x]])\n", False),
        ("import pandas as pd\nd = pd.DataFrame({'a': [1, 2], 'b': [3, 4]})\ne = pd.read_csv('a.csv')\n", False),
    ],
)
def test_data_that_the_program_makes(code: str, made: bool, tmp_path: Path) -> None:
    """The code says which it is, unless other data is read, too."""
    assert told(tmp_path, {"a.py": M + code + FIT}) is not made


PROJECT = "entry_points:\n  main:\n    parameters:\n      {}: path\n    command: python a.py\n"


@pytest.mark.parametrize(
    ("parameter", "named"),
    [
        ("data_path", True),
        ("annotations", True),
        ("train_csv_path", True),
        ("test_npy", True),
        ("alpha", False),
        ("csvs", True),
        ("numpy_version", False),
    ],
)
def test_a_parameter_of_an_entry_point_names_the_data(parameter: str, named: bool, tmp_path: Path) -> None:
    """`mlflow run` logs it."""
    files = {"a.py": M + "d = pd.read_csv('a.csv')\n" + FIT, "MLproject": PROJECT.format(parameter)}
    assert told(tmp_path, files) is not named


@pytest.mark.parametrize(
    ("code", "kept"),
    [
        ("d.to_csv(f'{place}/x.csv')\nmlflow.log_artifact(place)\n", True),
        ("d.to_parquet(place + '/x.parquet')\nmlflow.log_artifacts(place)\n", True),
        ("d.to_csv(f'{other}/x.csv')\nmlflow.log_artifact(place)\n", False),
        ("d.plot().savefig(f'{place}/x.png')\nmlflow.log_artifact(place)\n", False),
    ],
)
def test_data_is_kept_in_a_folder_that_is_logged(code: str, kept: bool, tmp_path: Path) -> None:
    """Tables that are written into it."""
    assert told(tmp_path, {"a.py": M + "d = load()\n" + code + FIT}) is not kept


@pytest.mark.parametrize(
    ("code", "described"),
    [
        ("info = log_dataset_metadata('d.yaml')\nmlflow.log_params(info)\n", True),
        ("about = describe_dataset(d)\nmlflow.log_params(about)\n", True),
        ("h = data_hash(d)\nmlflow.set_tag('which', h)\n", True),
        ("info = log_dataset_metadata('d.yaml')\nmlflow.log_params(other)\n", False),
        ("info = model_metadata(m)\nmlflow.log_params(info)\n", False),
    ],
)
def test_what_a_function_finds_out_of_the_data_is_logged(code: str, described: bool, tmp_path: Path) -> None:
    """By the name of the function: its result is among the parameters or tags."""
    assert told(tmp_path, {"a.py": M + code + FIT}) is not described


@pytest.mark.parametrize(("name", "kept"), [("data/raw/a.csv.dvc", True), ("dvc.lock", True), ("data/a.csv", False)])
def test_data_is_kept_with_dvc(name: str, kept: bool, tmp_path: Path) -> None:
    """A file of DVC says which data it was, wherever it is."""
    assert told(tmp_path, {"a.py": M + "d = pd.read_csv('a.csv')\n" + FIT, name: "outs:\n"}) is not kept


LATE = "from sklearn.svm import SVC\nSVC().fit(X, y)\nmlflow.sklearn.autolog()\n"
EARLY = "from sklearn.svm import SVC\nmlflow.sklearn.autolog()\nSVC().fit(X, y)\n"


@pytest.mark.parametrize(
    ("files", "is_told"),
    [({"a.py": EARLY}, False), ({"a.py": EARLY, "b.py": LATE}, False), ({"a.py": LATE}, True)],
)
def test_autologging_that_is_in_time_describes_the_data(files: dict[str, str], is_told: bool, tmp_path: Path) -> None:
    """Also where that of another file is too late."""
    given = {name: "import mlflow\n" + code + "mlflow.log_metric('a', 1)\n" for name, code in files.items()}
    assert told(tmp_path, given) is is_told


@pytest.mark.parametrize(
    ("code", "named"),
    [
        ("path = 'x.csv'\nd = pd.read_csv(path)\nmlflow.log_param('input', path)\n", True),
        ("d = pd.read_csv(paths['a'])\nmlflow.set_tag('from', paths['a'])\n", True),
        ("n = 'a'\nd = pd.read_parquet(f'/in/{n}')\nrun = 'forest ' + n\nmlflow.start_run(run_name=run)\n", True),
        ("d = pd.read_csv(params.get('train_path'))\nmlflow.log_params(params)\n", True),
        ("d = pd.read_csv(cfg['data_csv'])\nmlflow.log_dict(cfg, 'config.yaml')\n", True),
        ("d = pd.read_csv('x.csv')\nmlflow.log_artifact('config/train_config.yaml')\n", True),
        ("d = pd.read_csv('x.csv')\nmlflow.log_param('md5', h)\n", True),
        ("d = pd.read_csv('x.csv')\nmlflow.log_param('feature_view', 'churn')\n", True),
        ("tags = {'dataset_name': 'churn'}\nmlflow.set_experiment_tags(tags)\n", True),
        ("data.to_csv('temp/d.txt')\ndef keep():\n    mlflow.log_artifact('temp/d.txt')\n", True),
        ("class L:\n    def log_params_of(self, c): pass\nL().log_params_of(cfg)\nmake(cfg.data_loader)\n", True),
        ("def go(train_path):\n    mlflow.log_params(locals())\n    return pd.read_csv(train_path)\n", True),
        ("d = pd.read_csv(cfg['path'])\nmlflow.log_params(cfg['model'])\n", False),
        (
            "d = pd.read_csv('x.csv')\nmlflow.log_params({'dataset_size': 3, 'data_shape': s})\n",
            False,
        ),
        ("c = {'split': {'test_size': 0.2}}\nmlflow.log_params(c)\n", False),
        ("result.to_csv('r.txt')\nmlflow.log_artifact('r.txt')\n", False),
        ("def load(path):\n    return pd.read_csv(path)\ndef log(path):\n    mlflow.log_artifact(path)\n", False),
        ("d = pd.read_csv('x.csv')\nmlflow.start_run(run_name='forest ' + kind)\n", False),
        ("mlflow.log_artifact(config['models_dir'])\n", False),
    ],
)
def test_what_is_read_is_named_by_what_is_logged(code: str, named: bool, tmp_path: Path) -> None:
    """By its own name, a digest, a file of settings, the name of the run; how many rows there are names nothing."""
    assert told(tmp_path, {"a.py": M + "d = load()\n" + code + FIT}) is not named


@pytest.mark.parametrize(
    ("code", "made"),
    [
        ("x = torch.randn(8, 2)\ny = torch.randn(8)\n", True),
        ("def make(n):\n    return pd.DataFrame({'a': np.random.exponential(5, n)})\nd = make(9)\n", True),
        ("r = np.random.RandomState(1)\nd = pd.DataFrame({'a': r.poisson(3, 9), 'b': 2 * r.normal(size=9)})\n", True),
        ("rows = {'a': [1, 2], 'b': [3, 4]}\nd = pd.DataFrame(rows)\n", True),
        ("noise = torch.randn(8, 2)\nd = load()\n", False),
        ("x = torch.randn(8, 2)\nd = pd.read_csv('x.csv')\n", False),
        ("x = torch.randn(8, 2)\nd = open('x.csv')\n", False),
    ],
)
def test_data_that_the_program_draws(code: str, made: bool, tmp_path: Path) -> None:
    """Rows of draws are made by the code; noise is none."""
    head = M + "import numpy as np\nimport torch\n"
    assert told(tmp_path, {"a.py": head + code + FIT}) is not made


def test_an_environment_of_ones_own_has_no_data_set(tmp_path: Path) -> None:
    """A class with `reset` and `step`; other classes with one of them are none."""
    train = "import mlflow\nloss.backward()\nmlflow.log_metric('r', 1)\n"
    env = "class Env:\n    def reset(self): pass\n    def step(self, a): pass\n"
    assert not told(tmp_path / "a", {"a.py": env + train})
    assert told(tmp_path / "b", {"a.py": env.replace("reset", "zero") + train})
    assert not told(tmp_path / "c", {"a.py": "from ray.rllib.algorithms import ppo\n" + train})


def test_the_place_is_a_training_of_which_a_run_is_made(tmp_path: Path) -> None:
    """Not one beside it that nobody tracks."""
    files = {"a.py": M.replace("import mlflow\n", "") + "Ridge().fit(pd.read_csv('a'), 1)\n", "b.py": M + FIT}
    found = audit_project(write(tmp_path, files), "p", Options(select=("BIS105",))).findings
    assert [finding.place.file for finding in found] == ["b.py"]


CATALOGUE = "table:\n  type: kedro_mlflow.io.artifacts.MlflowArtifactDataset\n  dataset:\n    type: pandas.CSVDataset\n"
NODES = "from kedro.pipeline import node\nnode(f, inputs={}, outputs={})\nnode(g, inputs='table', outputs='m')\n"


@pytest.mark.parametrize(
    ("first", "second", "kept"),
    [("'a'", "'table'", True), ("'table'", "'b'", False), ("'a'", "'b'", False)],
)
def test_data_that_a_catalogue_keeps(first: str, second: str, kept: bool, tmp_path: Path) -> None:
    """Where a node makes it, and another one is given it: what is only loaded is not logged."""
    code = M + "d = load()\n" + NODES.format(first, second) + FIT
    files = {"a.py": code, "conf/base/catalog.yml": CATALOGUE}
    assert told(tmp_path, files) is not kept


KEEPS = "def keep(rows, path):\n    dump(rows, path)\n    note(path)\ndef note(path):\n    mlflow.log_artifact(path)\n"
READS = "d = pd.read_csv('a.csv')\n"
TRAINS = "def train(rows, config, source=None):\n    Ridge().fit(rows, rows)\n"


@pytest.mark.parametrize(
    "code",
    [
        TRAINS + "    mlflow.log_param('alpha', config['alpha'])\ntrain(dataset, cfg)\n",  # its own settings
        TRAINS + "    mlflow.log_params(config['training'])\ntrain(csv_rows, cfg)\n",
        TRAINS + "    n = config['n']\n    mlflow.log_param('n', n)\ndata = ask()\ntrain(d, data)\n",
        TRAINS + "    m = Ridge()\n    mlflow.log_param('all', m.get_params())\ntrain(data, 1)\n",
        TRAINS + "    mlflow.log_param('rows', len(rows))\ntrain(train_dataset, 1)\n",
        TRAINS + "    mlflow.log_metric('r2', score(rows))\n    mlflow.log_param('a', 1)\ntrain(train_dataset, 1)\n",
        "class T:\n    def train(self, rows, lr):\n        mlflow.log_param('lr', lr)\nT().train(train_dataset, 1)\n"
        + FIT,
        "mlflow.log_param('split_type', kind)\n" + FIT,
        "mlflow.log_param('data_augmentation', True)\n" + FIT,
        "mlflow.log_artifact('predictions.csv')\n" + FIT,
        "out = 'output/predictions.csv'\np.to_csv(out)\nmlflow.log_artifact(out, artifact_path='predictions')\n" + FIT,
        "params = {'alpha': 1}\nparser.add_argument('--data-dir')\nmlflow.log_params(params)\n" + FIT,
    ],
)
def test_what_is_not_logged_of_the_data_does_not_name_it(code: str, tmp_path: Path) -> None:
    """What a function that logs is given and does not log; how the data is divided; what was predicted."""
    assert told(tmp_path, {"a.py": M + READS + code})


@pytest.mark.parametrize(
    "code",
    [
        TRAINS + "    mlflow.log_param('x', source)\ntrain(d, 1, 'my_dataset')\n",
        TRAINS + "    mlflow.log_param('x', str(source))\ntrain(d, 1, source=train_csv)\n",
        TRAINS + "    p = {'a': source}\n    mlflow.log_params(p)\ntrain(d, 1, data_path)\n",
        TRAINS + "    p = {}\n    p['a'] = source\n    mlflow.log_params(p)\ntrain(d, 1, data_path)\n",
        TRAINS + "    for k, v in config.items():\n        mlflow.log_param(k, v)\ntrain(d, {'dataset': 'a.csv'})\n",
        "def note(**tags):\n    mlflow.set_tags(tags)\nnote(origin='data.csv')\n" + FIT,
        "mlflow.log_param('split', 'train')\n" + FIT,
        "mlflow.log_artifact('train.csv')\n" + FIT,
        "args = parser.parse_args()\nparser.add_argument('--data-dir')\nmlflow.log_params(args.__dict__)\n" + FIT,
        "p = vars(args)\nparser.add_argument('--data-dir')\nmlflow.log_params(p)\n" + FIT,
    ],
)
def test_what_a_function_of_the_project_hands_on_names_the_data(code: str, tmp_path: Path) -> None:
    """By a parameter of it that reaches what is logged, also in a dictionary or a loop."""
    assert not told(tmp_path, {"a.py": M + READS + code})


def test_what_a_program_is_given_that_only_predicts_is_not_what_was_trained_on(tmp_path: Path) -> None:
    """One that prepares the data may name it, and so may a file that the training uses."""
    train = {"train.py": M + READS + FIT}
    says = "mlflow.log_param('source', 'data.csv')\n"
    predict = "import mlflow\nm = mlflow.sklearn.load_model('models:/m/1')\nm.predict(rows)\n" + says
    assert told(tmp_path / "a", train | {"predict.py": predict})
    assert not told(tmp_path / "b", train | {"prepare.py": "import mlflow\n" + says})
    assert not told(tmp_path / "c", {"train.py": "import predict\n" + M + READS + FIT, "predict.py": predict})


@pytest.mark.parametrize(
    ("code", "silent"),
    [
        ("frame.write.format('delta').mode('overwrite').saveAsTable('a.b')\n", True),
        ("(frame.write\n    .format('delta')\n    .mode('overwrite')\n    .saveAsTable(f'{c}.b'))\n", True),
        ("frame.write.save('/t', format='delta')\n", True),
        ("rows = spark.read.format('delta').load('/t')\n", True),
        ("spark.sql('CREATE TABLE t USING DELTA AS SELECT 1')\n", True),
        ("frame.write.format('parquet').save('/t')\n", False),
        ("delta = 'delta'\nprint('delta')\n", False),
        ("job = os.environ['PACH_JOB_ID']\n", True),
        ("rows = pd.read_csv('/pfs/raw/a.csv')\n", True),
        ("job = os.environ['JOB_ID']\n", False),
        ("with mlflow.start_run(run_name='forest ' + data_name):\n    pass\n", True),
        ("name = f'forest-{dataset_version}'\nmlflow.start_run(run_name=name)\n", True),
        ("name = f'forest-{model_name}'\nmlflow.start_run(run_name=name)\n", False),
    ],
)
def test_versions_of_the_data_are_kept_or_named_by_the_run(code: str, silent: bool, tmp_path: Path) -> None:
    """By Delta tables of Spark, by Pachyderm, in the name of the run."""
    assert told(tmp_path, {"a.py": M + READS + code + FIT}) is not silent


@pytest.mark.parametrize(
    ("code", "silent"),
    [
        ("X = torch.tensor([[0, 0], [0, 1]], device=device).float()\n", True),
        ("X = torch.tensor([[0, 0], [0, 1]]).to(device).float()\n", True),
        ("X = np.array([[0, 0], [0, 1]])\nopen('summary.txt', 'w').write('a')\n", True),
        ("X = np.array([[0, 0], [0, 1]])\nrows = open('rows.txt').read()\n", False),
        ("print(torch.tensor([[0, 0], [0, 1]]))\n", False),
        ("def sim(n):\n    a = torch.randn(n)\n    return pd.DataFrame({'a': a})\nd = sim(9)\n", True),
        ("def make_dataset(n):\n    return [np.random.rand(3) for _ in range(n)]\nd = make_dataset(9)\n", True),
        ("def make_dataset(n):\n    return ask(n)\nd = make_dataset(9)\n", False),
        ("def sim(n):\n    return torch.randn(n)\nd = pd.read_csv('a.csv')\n", False),
        ("def noise(n):\n    return torch.randn(n)\nd = ask()\n", False),
    ],
)
def test_data_that_the_code_makes_is_known_by_the_code(code: str, silent: bool, tmp_path: Path) -> None:
    """Rows that are written out, also with a method behind them; rows that a function of the project draws."""
    assert told(tmp_path, {"a.py": M + "import numpy as np\nimport torch\n" + code + FIT}) is not silent


@pytest.mark.parametrize(
    ("code", "named"),
    [
        (KEEPS + "keep(d, X_train_path)\n", True),
        (KEEPS + "keep(X_train_path, p)\n", False),
        ("h = {}\nh['datamodule'] = cfg['datamodule']\nh['data'] = cfg['data']\nmlflow.log_params(h)\n", True),
        ("h = {}\nh['model'] = cfg['model']\nmlflow.log_params(h)\n", False),
        ("mlflow.log_param('feature_version', V)\n", True),
        ("mlflow.log_param('model_version', V)\n", False),
        ("mlflow.log_param('columns', X_train.shape[1])\n", False),
        ("mlflow.log_artifact(args.config)\n", True),
    ],
)  # fmt: skip
def test_what_is_kept_of_the_data_by_wrappers_and_settings(code: str, named: bool, tmp_path: Path) -> None:
    """A file that two functions hand on, an entry of what is logged, the version of the features."""
    assert told(tmp_path, {"a.py": M + READS + code + FIT}) is not named


def test_a_delta_table_that_nothing_trains_on_keeps_no_version_of_the_data(tmp_path: Path) -> None:
    """Unless the training reads a table."""
    other = {"etl.py": "frame.write.format('delta').save('/t')\n"}
    assert told(tmp_path / "a", other | {"train.py": M + READS + FIT})
    assert not told(tmp_path / "b", other | {"train.py": M + "d = spark.table('a.b').toPandas()\n" + FIT})


ITEMS = (
    "import numpy as np\nimport torch\nclass Rows:\n    def __init__(self, rows=None):\n        self.rows = rows\n"
    "    def __len__(self):\n        return 9\n    def __getitem__(self, i):\n"
)
TEXTS = "texts = ['One is here.', 'Two are there.', 'Three are away.']\n"
GIVES = "def get(size):\n    return DataLoader(TextDataset(texts), batch_size=size)\n"
SETTINGS = "import yaml\nwith open('config.yaml', 'r') as f:\n    config = yaml.safe_load(f)\n"


@pytest.mark.parametrize(
    ("data", "silent"),
    [
        (ITEMS + "        x = np.random.uniform(0, 1)\n        return {'x': np.array([x + 1]), 'y': x}\n", True),
        (ITEMS + "        return torch.randn(3), torch.rand(1)\n", True),
        (ITEMS + "        rng = np.random.default_rng(i)\n        return rng.normal(size=3)\n", True),
        (ITEMS + "        return self.rows[i] + torch.randn(3)\n", False),
        (ITEMS + "        x = self.load(i)\n        return x + torch.randn(3)\n", False),
        (ITEMS + "        return self.rows[i].to(3), torch.randn(3)\n", False),
        (ITEMS + "        return torch.randn(3)\nheld = np.load('a.npy')\n", False),
        (TEXTS + GIVES, True),
        (TEXTS + "def get(size):\n    a, b = train_test_split(texts)\n    return DataLoader(a)\n", True),
        (GIVES.replace("texts", "[[0, 1], [1, 1], [1, 0]]"), True),
        (GIVES.replace("texts", "[{'x': 'a', 'y': 1}, {'x': 'b', 'y': 0}, {'x': 'c', 'y': 1}]"), True),
        ("texts = ['a.csv', 'b.csv', 'c.csv']\n" + GIVES, False),
        ("texts = ['Rows of one', 'Rows of two', other]\n" + GIVES, False),
        (TEXTS + "print(texts)\nrows = ask()\n" + GIVES.replace("texts", "rows"), False),
        (TEXTS + GIVES + "more = open('more.txt').read()\n", False),
        (TEXTS + GIVES + "def read(name):\n    return open(name).read()\n", True),
        (TEXTS + GIVES + "def read(name):\n    return open(name).read()\nmore = read('more.txt')\n", False),
    ],
)
def test_data_that_another_file_of_the_program_makes(data: str, silent: bool, tmp_path: Path) -> None:
    """Rows that a data set draws, or that are written in a list; not those that it holds, and alters by drawing."""
    imported = "from sklearn.model_selection import train_test_split\nfrom torch.utils.data import DataLoader\n"
    train = "import mlflow\nimport rows\n" + SETTINGS + "loss.backward()\nmlflow.log_metric('a', 1)\n"
    assert told(tmp_path, {"train.py": train, "rows.py": imported + data}) is not silent


@pytest.mark.parametrize(
    ("opening", "silent"),
    [
        ("config = yaml.load(open(args.config, 'r'))\n", True),
        ("with open(args.config) as f:\n    config = yaml.safe_load(f)\n", True),
        ("config = open('params.toml').read()\n", True),
        ("rows = open(args.rows).read()\n", False),
        ("with open(args.rows) as f:\n    rows = f.read()\n", False),
    ],
)
def test_settings_that_are_opened_are_no_data(opening: str, silent: bool, tmp_path: Path) -> None:
    """What YAML or TOML reads, or files named as theirs."""
    train = "import mlflow\nimport rows\nimport yaml\n" + opening + "loss.backward()\nmlflow.log_metric('a', 1)\n"
    assert told(tmp_path, {"train.py": train, "rows.py": ITEMS + "        return torch.randn(3)\n"}) is not silent


LOAD = (
    "import pandas as pd\n"
    "def load(folder, rows=10):\n    path = f'{folder}/a.csv'\n    return pd.read_csv(path, nrows=rows)\n"
)
LOADER = (
    "class Loader:\n    def __init__(self, root, size):\n        self.root, self.size = root, size\n"
    "    def frame(self):\n        return pd.read_csv(self.root)\n"
)


@pytest.mark.parametrize(
    ("code", "named"),
    [
        ("from own import load\nd = load(P)\nmlflow.log_param('from', P)\n", True),
        ("from own import load\nd = load(P)\np = {'n': 1, 'from': P}\nmlflow.log_params(p)\n", True),
        ("from own import load\nd = load(P)\np = {}\np['from'] = P\nmlflow.log_params(p)\n", True),
        ("from own import load\nd = load(P)\np = {'n': N}\nmlflow.log_params(p)\n", False),
        ("from own import load\nd = load('a', rows=N)\nmlflow.log_param('rows', N)\n", False),
        ("from own import load\nd = load(args.folder)\nmlflow.log_params(vars(args))\n", True),
        ("from own import load\nd = load('a', args.rows)\nmlflow.log_params(vars(args))\n", False),
        ("from own import load\ndef get(p):\n    return load(p)\nd = get(P)\nmlflow.log_param('from', P)\n", True),
        (LOADER + "d = Loader(P, 3).frame()\nmlflow.set_tag('from', P)\n", True),
        (LOADER + "d = Loader('a.csv', N).frame()\nmlflow.set_tag('size', N)\n", False),
        ("import boto3\nc = boto3.client('s3')\nd = c.get_object(Bucket=B, Key=K)\nmlflow.log_param('key', K)\n", True),
        ("import yfinance as yf\nd = yf.download(T, start=S)\nmlflow.log_params({'stock': T})\n", True),
        ("from datasets import load_dataset\nd = load_dataset('a/b', revision=R)\nmlflow.log_param('r', R)\n", True),
        ("import requests, io\nd = pd.read_csv(io.StringIO(requests.get(U).text))\nmlflow.log_param('u', U)\n", True),
        ("d = spark.sql(Q)\nmlflow.log_param('statement', Q)\n", True),
        ("from google.cloud import bigquery\nd = bigquery.Client().query(Q)\nmlflow.log_text(Q, 'a.txt')\n", True),
        ("d = spark.sql('select 1')\nmlflow.log_param('statement', Q)\n", False),
        ("import numpy as np\nd = np.load(P)\nmlflow.log_param('arrays', P)\n", True),
        ("import numpy as np\nd = np.load('a.npy')\nmlflow.log_param('arrays', P)\n", False),
    ],
)
def test_what_is_read_through_functions_is_named(code: str, named: bool, tmp_path: Path) -> None:
    """Where what is logged reaches the reading, and is not only how much is read."""
    assert told(tmp_path, {"a.py": M + code + FIT, "own.py": LOAD}) is not named


@pytest.mark.parametrize(
    ("code", "named"),
    [
        ("from datasets import load_dataset\nd = load_dataset('imdb')\nmlflow.log_param('corpus', 'imdb')\n", True),
        ("from torchvision import datasets\nd = datasets.CIFAR10('.')\nmlflow.set_tag('images', 'cifar10')\n", True),
        ("from sklearn.datasets import load_wine\nd = load_wine()\nmlflow.log_params({'task': 'wine'})\n", True),
        ("d = pd.read_csv('/in/houses.csv')\nmlflow.set_tag('from', 'houses.csv')\n", True),
        ("from datasets import load_dataset\nd = load_dataset('imdb')\nmlflow.log_param('corpus', 'other')\n", False),
        ("from datasets import load_dataset\nd = load_dataset('train')\nmlflow.log_param('part', 'train')\n", False),
        ("d = pd.read_csv('results.csv')\nmlflow.log_artifact('results.csv')\n", False),
        ("from sklearn.datasets import load_wine\nd = load_wine()\nmlflow.set_experiment('wine')\n", False),
    ],
)
def test_a_text_that_is_read_and_logged_names_the_data(code: str, named: bool, tmp_path: Path) -> None:
    """Not one that any data has, nor a result; an experiment may be called anything."""
    assert told(tmp_path, {"a.py": M + code + FIT}) is not named


OWN = "class Trainer:\n    def __init__(self, p, data_dir):\n        self.params, self.data_dir = p, data_dir\n"
RUNS = (
    "    def run(self):\n        d = pd.read_csv(self.data_dir)\n        Ridge().fit(d, d)\n"
    "        mlflow.log_params({})\n"
)


@pytest.mark.parametrize(
    ("files", "named"),
    [
        ({"a.py": M + OWN + RUNS.format("vars(self)")}, True),
        ({"a.py": M + OWN + RUNS.format("self.__dict__")}, True),
        ({"a.py": M + OWN + RUNS.format("self.params")}, False),
        ({"a.py": M + OWN + RUNS.format("self.params"), "b.py": "o.add_argument('--data-path')\n"}, False),
        (
            {"a.py": "import b\n" + M + OWN + RUNS.format("self.params"), "b.py": "o.add_argument('--data-path')\n"},
            True,
        ),
        ({"a.py": M + OWN + RUNS.format("model.get_params()") + "o.add_argument('--data-path')\n"}, False),
        ({"a.py": M + OWN + RUNS.format("study.best_params") + "o.add_argument('--data-path')\n"}, False),
        (
            {"a.py": M + "class A:\n    def log(self):\n        mlflow.log_params(vars(self))\n" + OWN + RUNS[:88]},
            False,
        ),
        (
            {"a.py": M + "c = {'data_dir': 'x', 'lr': 1}\ndef go(c):\n    mlflow.log_params(c)\n" + OWN + RUNS[:88]},
            True,
        ),
        ({"a.py": M + "c = {'min_data_in_leaf': 3}\ndef go(c):\n    mlflow.log_params(c)\n" + OWN + RUNS[:88]}, False),
    ],
)
def test_settings_are_those_of_the_object_that_is_logged(files: dict[str, str], named: bool, tmp_path: Path) -> None:
    """Of ``self.params`` that is not all of ``self``; what a model or a search gives is given by nobody."""
    assert (
        told(
            tmp_path,
            {**files, "main.py": "import a\na.Trainer({}, 'x.csv').run()\nprint(a.mlflow.log_metric('a', 1))\n"},
        )
        is not named
    )


@pytest.mark.parametrize(
    ("code", "is_told"),
    [
        ("mlflow.xgboost.autolog()\n", True),
        ("mlflow.sklearn.autolog(log_datasets=False)\n", True),
        ("mlflow.autolog(log_models=False)\n", False),
        ("import torch\nmlflow.pytorch.autolog()\n", True),
    ],
)
def test_autologging_describes_the_data_of_what_it_covers(code: str, is_told: bool, tmp_path: Path) -> None:
    """Not where its data sets are switched off."""
    assert told(tmp_path, {"a.py": M + code + "d = pd.read_csv('a.csv')\n" + FIT}) is is_told


@pytest.mark.parametrize(
    ("flavour", "is_told"), [("pytorch", True), ("tensorflow", True), ("autolog", True), ("statsmodels", True)]
)
def test_autologging_of_lightning_describes_no_data(flavour: str, is_told: bool, tmp_path: Path) -> None:
    """Nor does that of statsmodels."""
    switch = "mlflow.autolog()\n" if flavour == "autolog" else f"mlflow.{flavour}.autolog()\n"
    train = "import lightning as L\nL.Trainer(max_epochs=1).fit(net, loader)\nmlflow.log_metric('a', 1)\n"
    fitted = "import statsmodels.api as sm\nsm.OLS(y, X).fit()\nmlflow.log_metric('a', 1)\n"
    code = fitted if flavour == "statsmodels" else train
    assert (
        told(tmp_path, {"a.py": "import mlflow\nimport pandas as pd\nd = pd.read_csv('a.csv')\n" + switch + code})
        is is_told
    )


@pytest.mark.parametrize(
    ("call", "named"),
    [
        ("mlflow.log_param('rows', data.shape)\n", False),
        ("mlflow.log_param('Train Data Dimension', shape)\n", False),
        ("mlflow.set_tag('source', 'airflow')\n", False),
        ("mlflow.set_tag('source_file', name)\n", True),
        ("mlflow.set_tag('from', source)\n", True),
        ("mlflow.log_artifact('confusion_matrix.csv')\n", False),
        ("report_df.to_csv(rpt_path)\nmlflow.log_artifact(rpt_path)\n", False),
        ("path = 'out/feature_importance.csv'\ntop.to_csv(path)\nmlflow.log_artifact(path)\n", False),
        ("importance.to_csv(path)\nmlflow.log_artifact(path)\n", False),
        ("part.to_parquet(kept)\nmlflow.log_artifact(kept)\n", True),
        ("part.to_csv(f'{out}/x.csv')\nmlflow.log_artifacts(out)\n", True),
        ("part.to_csv(f'{out}/x.csv')\nmlflow.log_artifact(f'{out}/curve.png')\n", False),
        ("mlflow.log_artifact(best_params_path)\n", False),
        ("mlflow.log_artifact(params_path)\n", True),
        ("mlflow.log_text(text, 'config.yaml')\n", True),
        ("mlflow.log_dict(found, 'run/settings.json')\n", True),
        ("mlflow.log_dict(found, 'best_params.json')\n", False),
        ("mlflow.log_text(text, 'report.txt')\n", False),
        ("mlflow.set_tag('digest', hashlib.sha256(raw).hexdigest())\n", True),
        ("mlflow.log_param('train_hash', h)\n", True),
        ("mlflow.set_tag('commit_hash', h)\n", False),
        ("mlflow.set_tag('git_sha', sha)\n", False),
        ("mlflow.log_param('snapshot_id', 8423)\n", True),
        ("mlflow.log_param('snapshot_every', 10)\n", False),
        ("FILE = 'conf/settings.toml'\nmlflow.log_artifact(FILE)\n", True),
        ("FILE = 'net_config.json'\nmlflow.log_artifact(FILE)\n", False),
    ],
)
def test_settings_and_digests_that_are_written_name_the_data(call: str, named: bool, tmp_path: Path) -> None:
    """A file of settings with what is read; what a search has found is none."""
    assert told(tmp_path, {"a.py": M + "d = pd.read_csv('a.csv')\n" + call + FIT}) is not named


def test_further_trainings_of_which_runs_are_made_are_related(tmp_path: Path) -> None:
    """Each of another program; one that two programs use is told once."""
    code = M + "d = pd.read_csv('a.csv')\n" + FIT
    audit = audit_project(write(tmp_path, {"a.py": code, "b.py": code}), "p", Options(select=("BIS105",)))
    assert [(f.place.file, [one.file for one in f.related]) for f in audit.findings] == [("a.py", ["b.py"])]


NET = """import lightning as L
from lightning.pytorch.loggers import MLFlowLogger
from torchvision.datasets import ImageFolder
class Images(L.LightningDataModule):
    def __init__(self, {0}):
        super().__init__()
        self.save_hyperparameters({1})
    def setup(self, stage=None):
        self.images = ImageFolder({2})
L.Trainer(logger=MLFlowLogger('e'), max_epochs=2).fit(Net(), datamodule=Images())
"""


@pytest.mark.parametrize(
    ("parameters", "saved", "read", "named"),
    [
        ("root='x', size=3", "", "self.hparams.root", True),
        ("root='x', size=3", "'root'", "self.hparams.root", True),
        ("data_dir='x', size=3", "", "'y'", True),
        ("root='x', size=3", "'size'", "'x'", False),
        ("root='x', size=3", "ignore=['root']", "self.root", False),
        ("size=3", "", "'x'", False),
    ],
)
def test_what_a_data_module_saves_names_the_data(
    parameters: str, saved: str, read: str, named: bool, tmp_path: Path
) -> None:
    """A parameter that is read, or that is called so; not one that is left out."""
    assert told(tmp_path, {"a.py": NET.format(parameters, saved, read)}) is not named
