"""What is read as data, and named where it is logged."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.unit._audit.rules.test_data_not_identified import FIT, M, told

if TYPE_CHECKING:
    from pathlib import Path


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


ITEMS = (
    "import numpy as np\nimport torch\nclass Rows:\n    def __init__(self, rows=None):\n        self.rows = rows\n"
    "    def __len__(self):\n        return 9\n    def __getitem__(self, i):\n"
)


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
