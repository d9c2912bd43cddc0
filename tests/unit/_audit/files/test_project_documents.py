"""What documents tell of tracking."""

from __future__ import annotations

import time

import pytest

from bis._audit.files.project_documents import Documents, is_document, read_documents


def read(text: str) -> Documents:
    """A README that was read."""
    return read_documents({"README.md": text})


def test_documents_are_known_by_name_and_place() -> None:
    """READMEs anywhere, texts at the root and in folders of documents; no lists of requirements, no licences."""
    for path in (
        "README",
        "readme.md",
        "src/README.rst",
        "docs/deep/guide.md",
        "GUIDE.md",
        "doc/notes.txt",
        "README_fr.md",
    ):
        assert is_document(path), path
    for path in (
        "requirements.txt",
        "docs/requirements.txt",
        "LICENSE.md",
        "CHANGELOG.md",
        "src/notes.txt",
        "readme.py",
        "x.py",
    ):
        assert not is_document(path), path


def test_inner_readmes_are_told_apart() -> None:
    """A README of an inner folder is one of `nested`, a page of the documentation is not."""
    found = read_documents({"README.md": "", "model/README.md": "", "docs/a.md": ""})
    assert found.files == ("README.md", "docs/a.md", "model/README.md")
    assert found.nested == ("model/README.md",)


@pytest.mark.parametrize(
    "text",
    [
        "Parameters and metrics are logged with MLflow.",
        "We use MLflow to track hyperparameters, the loss and the final model.",
        "MLflow records:\n\n- parameters\n- the accuracy",
        "## Logging with MLflow\n\nTo log runs with MLflow use the `--mlflow-logging`-flag.",
        "MLFlow is wrapped around the training.py to log training results locally.",
        "- Keeping track of the runs with MLflow",
        "All experiments are logged automatically to MLflow.\n\nTrack metrics, losses, and models.",
        "| **Experiment Tracking** | MLflow — experiment: churn · metrics · params · model |",
        "- **Tracking**: MLflow (params, metrics + artifacts)",
        "Registro completo de parâmetros, métricas e modelos no **MLflow/Dagshub**.",
        "Seed and version.\n\nStored In:\nMLflow Run Metadata",
        "- The model's performance is **logged in MLflow**.",
        "```bash\npip install x\n\n## Tracking\n\nMLflow logs the parameters.",
        "```bash\npip install x\n\nMLflow logs the parameters.\n\n```python\nx = 1\n```\n",
        "- MLflow logs - after each epoch - metrics",
        "## MLflow\n\nEach run logs the learning rate and the validation metrics.",
        "## What MLflow logs\n\n* RMSE\n* model artifacts",
        "The trained model is saved to MLflow as an artifact.",
        "| Step | MLflow logs params, metrics |",
        "The script uses MLflow. It logs metrics after each epoch.",
        "Les paramètres et les métriques sont enregistrés dans MLflow.",
        "Los parámetros y las métricas se registran con MLflow.",
        "Os parâmetros e métricas são registrados no MLflow.",
        "Parameter und Metriken werden mit MLflow protokolliert.",
        "- MLflowで各エポックの損失とパラメータを記録する。",
        "使用 MLflow 记录每次训练的参数和指标",
        "학습한 모델과 지표를 MLflow에 기록합니다.",
        "Параметры и метрики каждого запуска логируются в MLflow.",
        "Metrics are tracked in MLflow, which isn\u2019t hosted here.",
        "| Tracking | MLflow - experiment: ABSA \u00b7 metrics \u00b7 params \u00b7 model |",
        "Experiment tracking (parameters, metrics, models) with MLflow",
        "The model's performance is **logged in MLflow**.",
        "Registro completo de parâmetros, métricas e modelos no MLflow.",
    ],
)
def test_sentences_that_say_what_is_logged(text: str) -> None:
    """A verb of recording, what is recorded, and MLflow, in the languages of most READMEs."""
    assert read(text).explains_logging


@pytest.mark.parametrize(
    "text",
    [
        "# MLflow project",
        "# End-to-end model training with MLflow tracking",
        "MLflowを使った実験プログラムのブログ。モデルは別です",
        "本项目使用 MLflow 和 Hydra",
        "MLflow를 통한 실험관리를 진행하였다.",
        "# Fine-tuning of a model, with local MLflow server tracking",
        "# Fine-tuning of a model, with MLflow-based tracking",
        "# Model training and remote MLflow-backed tracking",
        "![mlflow](https://img.shields.io/badge/mlflow-logged_metrics-blue)",
        "This project shows experiment tracking with MLflow for regression models.",
        "MLflow is an open source platform to track experiments, log parameters and deploy models.",
        "## About MLflow\n\n- Trace all of your experiments\n- Logging & tagging your model",
        "Parameters are not logged in MLflow.",
        "Loading a registered model from MLflow.",
        "MLflow model registry",
        "```\n# MLflow logs metrics and parameters\n```",
        "The model is saved to models/model.pkl.\n\nWe also like MLflow.",
        "Does MLflow log the parameters?",
        "Logs are written to logs/, models to models/.",
        "1. MLflow (Tracking, Models, UI)",
        "MLflow is an open source platform for metrics, params, models",
        "## Goals\n\n- MLflow: metrics, params, models",
        "4. **MLflow Registry:** Enables collaboration. It provides features for registering and managing models.",
        "- [x] How to register a model via MLflow without run id",
        "## Prerequisites\n\n- MLflow model trained and registered",
        "We like MLflow.\n\nThe accuracy is recorded in a table.",
        "We log to MLflow.\n\n## Data\n\nThe loss is recorded in a table.",
        "```\nx\n```\n\n```python\n# MLflow logs metrics and parameters\n```",
        "````md\n```python\n# MLflow logs metrics\n```\n````",
        "Registro de modelos no MLflow",
        "MLflow without parameters and metrics",
    ],
)
def test_what_explains_nothing(text: str) -> None:
    """Titles, badges, descriptions of MLflow itself, negations, questions and code."""
    assert read(text).explains_logging == ()


@pytest.mark.parametrize(
    "text",
    [
        "```\nmlflow ui --port 5000\n```",
        "Run `mlflow server` and look.",
        "Start the MLflow tracking server on port 5000.",
        "Open the MLflow UI to compare runs.",
        "Results are on the MLflow dashboard.",
        "L'interface MLflow montre tout.",
        "Abra a interface do MLflow.",
        "MLflow: http://localhost:5000",
        "mlflow.set_tracking_uri('sqlite:///x.db')",
        "The MLflow runs are at https://dagshub.com/someone/project.mlflow",
        "![MLflow UI](images/mlflow_ui.png)",
        "![](docs/mlflow-experiments.png)",
        "Then start-mlflow.cmd",
        "./scripts/run_mlflow_server.sh",
        "make mlflow-ui",
        "| MLflow (Docker) | 5001 |",
        "- **MLflow Run ID**: `dcc503f0a1b2c3d4`",
        "**mlflow**: experiments (port 5000)",
        "- **MLflow Run ID**: `dcc503f0d82c4344a66dfbb8889055a6`",
        "At last open MLflow in a browser at the address above.",
        "Then visit the MLflow page with your web browser.",
        "Ouvrez MLflow dans le navigateur.",
    ],
)
def test_ways_to_view(text: str) -> None:
    """Commands, the page by its name, addresses and pictures of it."""
    assert [place.line for place in read("\n" + text).explains_viewing] == [text.count("\n", 0, text.find("lflow")) + 2]


@pytest.mark.parametrize(
    "text",
    [
        "We use MLflow.",
        "mlflow models serve -m model",
        "mlflow run .",
        "pip install mlflow ui-kit",
        "![MLflow logo](mlflow-ui-logo.png)",
        "The Flask app uses MLflow: curl http://localhost:5000/predict",
        "MLflow\n\n\n\n\n\n\nThe app is at http://localhost:5000",
        "[MLflow website](https://mlflow.org)",
        "make test-mlflow-plugin",
        "| MLflow | 2.5.1 |",
        "The run-mlflower job",
        "- MLflow Run ID: `<your run id>`",
        "├── mlruns/   # of MLflow",
    ],
)
def test_what_leads_to_no_view(text: str) -> None:
    """Other commands, other services at the same port, logos."""
    assert read(text).explains_viewing == ()


def test_logging_functions_are_mentioned_in_prose_and_code() -> None:
    """With their lines; a word that only ends alike is none."""
    found = read(
        "# x\n\n`mlflow.log_params` and\n\n```python\nmlflow.sklearn.autolog()\n```\nblog_params catalog_metric\n"
    )
    assert [place.line for place in found.mentions_logging] == [3, 6]
    assert [place.line for place in found.mentions_mlflow] == [3, 6]


def test_the_line_of_a_sentence_is_where_it_begins() -> None:
    """Also of the second in a paragraph."""
    text = "First we train\nwith care. Then MLflow\nlogs the metrics. Done.\n\nOther.\n"
    assert [place.line for place in read(text).explains_logging] == [2]


HOSTILE = [
    "mlflow " + "a" * 2**20,
    "mlflow <" + "<" * 2**20,
    "mlflow ![" * 100_000,
    "mlflow logs a.\n" * 70_000,
    "a.\n" * 300_000 + "mlflow",
    "mlflow\n" + "- log params:\n" * 75_000,
    "mlflow log:\n" + "- params\n" * 100_000,
    ("mlflow " + "start " * 300 + "\n") * 500,
    ("mlflow <img " + "<img " * 350 + "\n") * 500,
    ("mlflow dagshub.com/a/" + "a." * 900 + "\n") * 500,
    ("mlflow." + " " * 1900 + "\n") * 500,
    "`" * 2**20,
]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_a_mebibyte_of_anything_takes_seconds_at_most(text: str) -> None:
    """No pattern goes back over what it has read without end."""
    start = time.process_time()
    read(text)
    assert time.process_time() - start < 8


@pytest.mark.parametrize(
    "text",
    [
        "export MLFLOW_TRACKING_URI=databricks\n\nWe like MLflow.",
        "Set MLFLOW_TRACKING_URI to the address of your server.",
        "MLFLOW_TRACKING_URI=http://<host>:5000",
        "The tracking URI of MLflow is read from the environment.",
    ],
)
def test_an_address_that_is_not_given_leads_to_no_view(text: str) -> None:
    """The name of a service, a variable alone, a gap to be filled in: nobody can look there."""
    assert read(text).explains_viewing == ()


@pytest.mark.parametrize(
    "text",
    [
        "export MLFLOW_TRACKING_URI=http://mlflow.team.org:5000",
        "export MLFLOW_TRACKING_URI=sqlite:///mlflow.db",
        'mlflow.set_tracking_uri("file:./mlruns")',
    ],
)
def test_an_address_that_is_given_leads_to_a_view(text: str) -> None:
    """Of a server, a database or a folder."""
    assert read(text).explains_viewing


@pytest.mark.parametrize(
    ("path", "is_one"),
    [
        ("app/install.md", True),
        ("project/setup/first.md", True),
        ("models/Getting_Started.md", True),
        ("mlflow-tutorials/guide-mlflow.md", True),
        ("experiments/exp-2/log.md", True),
        ("guide.txt", True),
        ("useful_commands.txt", True),
        ("sample_faqs.txt", False),
        ("docs/corpus.txt", False),
        ("models/card.md", False),
        ("setup/notes.txt", False),
        ("tutorials/guide-mlflow.md", True),
        ("src/notes_on_mlflower.md", False),
    ],
)
def test_documents_of_inner_folders_that_lead_the_reader(path: str, is_one: bool) -> None:
    """By their own name, or the folder's; not texts, which may be data."""
    assert is_document(path) is is_one


@pytest.mark.parametrize(
    ("text", "explains"),
    [
        ("The model is registered in the MLflow registry.", True),
        ("MLflow: parameters and metrics are logged.", True),
        ("The best model is registered in the Vertex AI registry.", False),
        ("A registered user may see the parameters.", False),
    ],
)
def test_others_have_registries_too(text: str, explains: bool) -> None:
    """What is registered is so with MLflow where it is named."""
    assert bool(read(text).explains_logging) is explains
