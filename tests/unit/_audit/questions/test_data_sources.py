"""Data that is named by settings, data that the program makes, and agents that have none."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.unit._audit.rules.test_data_not_identified import FIT, M, told

if TYPE_CHECKING:
    from pathlib import Path


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


READS = "d = pd.read_csv('a.csv')\n"


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


WRITTEN = "rows = [{'q': 'One?', 'a': 'Yes'}, {'q': 'Two?', 'a': 'No'}, {'q': 'Three?', 'a': 'No'}]\n"


@pytest.mark.parametrize(
    ("code", "made"),
    [
        (WRITTEN + "d = Dataset.from_list(rows)\n", True),
        (WRITTEN + "d = Dataset.from_list([r['q'] + r['a'] for r in rows])\n", True),
        (WRITTEN + "d = Dataset.from_dict({'t': [r['q'] for r in rows]})\n", True),
        (WRITTEN + "d = Dataset.from_list(ask())\nmore = load_dataset('imdb')\n", False),
        (WRITTEN + "d = Dataset.from_list(rows)\nmore = pd.read_csv('a.csv')\n", False),
        ("d = Dataset.from_list(rows)\n", False),
    ],
)
def test_rows_that_are_written_and_taken_in_by_a_data_set(code: str, made: bool, tmp_path: Path) -> None:
    """Of Hugging Face's, where nothing is loaded besides."""
    head = M + "from datasets import Dataset, load_dataset\n"
    assert told(tmp_path, {"a.py": head + code + FIT}) is not made
