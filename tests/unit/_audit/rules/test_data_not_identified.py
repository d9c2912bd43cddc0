"""What is logged or kept of the data, and what is not."""

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


def test_the_place_is_a_training_of_which_a_run_is_made(tmp_path: Path) -> None:
    """Not one beside it that nobody tracks."""
    files = {"a.py": M.replace("import mlflow\n", "") + "Ridge().fit(pd.read_csv('a'), 1)\n", "b.py": M + FIT}
    found = audit_project(write(tmp_path, files), "p", Options(select=("BIS105",))).findings
    assert [finding.place.file for finding in found] == ["b.py"]


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


OLD = "mlflow==1.28.0\n"


@pytest.mark.parametrize(
    ("files", "is_told"),
    [
        ({"requirements.txt": OLD}, True),
        ({"Dockerfile": "FROM python:3.9\nRUN pip install mlflow==1.30 pandas\n"}, True),
        ({"poetry.lock": '[[package]]\nname = "mlflow"\nversion = "2.3.2"\n'}, True),
        ({"requirements.txt": "mlflow==2.4.0\n"}, False),
        ({"requirements.txt": "mlflow>=1.28\n"}, False),
        ({"requirements.txt": OLD, "new/requirements.txt": "mlflow\n"}, False),
        ({}, False),
    ],
)
def test_autologging_of_an_old_mlflow_describes_no_data(files: dict[str, str], is_told: bool, tmp_path: Path) -> None:
    """Where all lists keep it before the one that began to; nothing of a list that says no version."""
    assert told(tmp_path, {"a.py": M + "mlflow.autolog()\nd = pd.read_csv('a.csv')\n" + FIT, **files}) is is_told


def test_autologging_of_spark_described_its_data_before(tmp_path: Path) -> None:
    """By a tag with the place that is read."""
    code = (
        "import mlflow\nfrom pyspark.ml.regression import LinearRegression\nmlflow.spark.autolog()\n"
        "d = spark.read.csv('a.csv')\nLinearRegression().fit(d)\nmlflow.log_metric('a', 1)\n"
    )
    assert not told(tmp_path, {"a.py": code, "requirements.txt": OLD})


@pytest.mark.parametrize(
    ("call", "named"),
    [
        ("mlflow.log_param(f'fold_{i}_train_start', int(rows[0]))\n", False),
        ("mlflow.log_param('fold', 3)\n", False),
        ("mlflow.log_params({'train_samples': len(a), 'val_samples': len(b)})\n", False),
        ("mlflow.set_tag('classes', ', '.join(names))\n", False),
        ("mlflow.log_param('series_id', one.series_id)\n", True),
        ("mlflow.log_params({'ticker': t})\n", True),
        ("mlflow.set_tag('symbol', s)\n", True),
        ("mlflow.start_run(run_name=f'prophet_{ts_id}')\n", True),
        ("mlflow.start_run(run_name='arima ' + self.ticker)\n", True),
        ("mlflow.start_run(run_name=f'prophet_{trial_id}')\n", False),
        ("mlflow.log_param('fold_file', 'folds.csv')\n", True),
    ],
)
def test_rows_of_folds_and_classes_name_no_data(call: str, named: bool, tmp_path: Path) -> None:
    """A series does, of which the data is."""
    assert told(tmp_path, {"a.py": M + "d = pd.read_csv('a.csv')\n" + call + FIT}) is not named


@pytest.mark.parametrize(
    ("given", "is_told"),
    [("args.output_path", True), ("args.model_dir", True), ("args.report_file", True), ("args", False)],
)
def test_a_place_to_write_to_is_not_all_settings(given: str, is_told: bool, tmp_path: Path) -> None:
    """Though a function that logs parameters is given it."""
    code = (
        "def train(place):\n    d = ask()\n    Ridge().fit(d, d)\n    mlflow.log_params({'n': 3, 'to': place})\n"
        "parser.add_argument('--data-path')\nargs = parser.parse_args()\n"
    )
    assert told(tmp_path, {"a.py": M + code + f"train({given})\n"}) is is_told


OPTION = "def go(data_path, params):\n    pass\nparser.add_argument('--data-path')\n"
TRIES = "def objective(params):\n    mlflow.log_params(params)\n    return 1\n"


@pytest.mark.parametrize(
    ("code", "is_told"),
    [
        (TRIES + "fmin(fn=objective, space=s, max_evals=9)\n", True),
        (TRIES + "fmin(objective, s)\n", True),
        (TRIES + "objective(args)\n", False),
        (TRIES + "fmin(other, s)\nobjective(args)\n", False),
    ],
)
def test_what_a_search_tries_is_not_what_the_command_line_gives(code: str, is_told: bool, tmp_path: Path) -> None:
    """Though a place of the data is among the latter."""
    head = M + "from hyperopt import fmin\nargs = parser.parse_args()\nd = pd.read_csv('a.csv')\n"
    assert told(tmp_path, {"a.py": head + OPTION + code + FIT}) is is_told


@pytest.mark.parametrize(
    ("loop", "is_told"),
    [
        ("for i, (a, b) in enumerate(folds.split(X)):\n        mlflow.log_param(f'first_{i}', int(a[0]))\n", True),
        ("for a, b in KFold(3).split(X):\n        mlflow.log_param('first', a)\n", True),
        ("for one in X:\n        mlflow.log_param('one', one)\n", False),
    ],
)
def test_numbers_of_rows_of_folds_are_not_the_data(loop: str, is_told: bool, tmp_path: Path) -> None:
    """That a function is given that logs them."""
    code = "def train(X, folds):\n    " + loop + "train(X_train, f)\n"
    assert told(tmp_path, {"a.py": M + "d = pd.read_csv('a.csv')\n" + code + FIT}) is is_told


COMMAND = "import click\n{}@click.option('--data-path')\n@click.option('--lr', default=0.1)\ndef main({}):\n    {}\n"
LOGS = "def train(data_path, rate):\n    {}\n    d = pd.read_csv(data_path)\n    " + FIT.replace("\n", "\n    ") + "\n"


@pytest.mark.parametrize(
    ("logs", "parameters", "body", "named"),
    [
        ("mlflow.log_param('rate', rate)", "data_path, lr", "train(data_path, lr)", False),
        ("mlflow.log_params({'rate': rate})", "data_path, lr", "train(data_path=data_path, rate=lr)", False),
        (
            "mlflow.log_param('rate', rate)",
            "data_path, lr",
            "mlflow.log_params(locals())\n    train(data_path, lr)",
            True,
        ),
        ("mlflow.log_param('data', data_path)", "data_path, lr", "train(data_path, lr)", True),
        ("mlflow.log_params(rate)", "**options", "train('a.csv', options)", True),
    ],
)
def test_an_option_of_a_command_is_one_value(
    logs: str, parameters: str, body: str, named: bool, tmp_path: Path
) -> None:
    """What is logged of a command's options is those that are given on, and not all there are."""
    code = M + LOGS.format(logs) + COMMAND.format("@click.command()\n", parameters, body) + "main()\n"
    assert told(tmp_path, {"a.py": code}) is not named
