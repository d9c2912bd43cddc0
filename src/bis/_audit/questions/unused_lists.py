"""Lists of dependencies that no experiment of the project is made with."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bis._audit.files.distributions import distributions_of
from bis._audit.files.manifests import is_dockerfile
from bis._audit.questions.asked_once import asked_once
from bis._audit.questions.program_roots import program_roots, starts_training

if TYPE_CHECKING:
    from bis._audit.questions.analysis import Analysis

_PUT_AWAY = frozenset({"archive", "archived", "archives", "old", "deprecated", "legacy", "obsolete", "backup", "attic"})
_OF_PACKAGE = frozenset({"pyproject.toml", "setup.py", "setup.cfg"})
_SHOWING = frozenset(
    {"examples", "example", "docs", "doc", "demo", "demos", "tutorials", "tutorial", "notebooks", "benchmarks"}
)
# What a tracking server needs: itself, databases, stores of files.
_OF_SERVER = frozenset(
    {
        "mlflow", "mlflow-skinny", "azureml-mlflow", "psycopg2", "psycopg2-binary", "pymysql", "mysqlclient",
        "mysql-connector-python", "boto3", "botocore", "awscli", "s3fs", "gcsfs", "azure-storage-blob",
        "azure-identity", "azure-storage-file-datalake", "google-cloud-storage", "minio", "sqlalchemy",
        "cryptography", "gunicorn", "waitress", "pysftp", "alembic", "flask", "prometheus-flask-exporter",
        "prometheus-client", "protobuf", "pyodbc", "psycopg", "databricks-cli",
    }
)  # fmt: skip
_SERVES = re.compile(r"\bmlflow[\"',\s]+(?:server|ui)\b")
_FROM_SERVER = re.compile(r"(?im)^FROM\s+(?:--\S+\s+)?\S{0,80}\bmlflow/mlflow\b")
_COMPUTES = frozenset(
    {
        "mlflow", "sklearn", "torch", "tensorflow", "keras", "xgboost", "lightgbm", "catboost", "transformers",
        "pandas", "numpy", "joblib", "pickle", "cloudpickle", "scipy", "statsmodels", "pyspark", "polars", "jax",
        "onnxruntime", "lightning", "pytorch_lightning", "sentence_transformers", "spacy", "gensim", "ray", "dask",
        "cv2", "ultralytics",
    }
)  # fmt: skip

_COMPUTING = frozenset(name for root in _COMPUTES for name in distributions_of(root))
# What a package says of itself where it is meant for others.
_PUBLISHED = re.compile(r"\b(?:Programming Language|Intended Audience|Development Status|Topic) :: ")


@asked_once
def _unused(analysis: Analysis) -> frozenset[str]:
    """All such files of the project."""
    return frozenset(
        file
        for file in {one.place.file for one in analysis.project.dependencies.declared}
        if not _PUT_AWAY.isdisjoint(file.lower().split("/")[:-1])
        or _is_of_server(analysis, file)
        or _is_of_library(analysis, file)
        or _is_of_exercise(analysis, file)
    )


def is_unused(analysis: Analysis, file: str) -> bool:
    """Whether no experiment is made with what a file declares.

    It is put away, of a server alone, for those who use a library, or of an exercise in which nothing computes.

    Parameters
    ----------
    analysis : Analysis
    file : str
        That of a list, a manifest or an image.
    """
    return file in _unused(analysis)


def _names(analysis: Analysis, file: str) -> set[str]:
    return {one.name for one in analysis.project.dependencies.computing if one.place.file == file}


def _is_of_server(analysis: Analysis, file: str) -> bool:
    """Whether a file is about a tracking server alone: by its name or folder, or since it starts one."""
    names, text = _names(analysis, file), analysis.project.texts.get(file, "")
    # An image may bring MLflow itself, or install what a variable says.
    if not names <= _OF_SERVER or not ("mlflow" in names or is_dockerfile(file)):
        return False
    folder, _slash, name = file.rpartition("/")
    if _SERVES.search(text) or (is_dockerfile(file) and _FROM_SERVER.search(text)):
        return True
    beside = any(module.file.rpartition("/")[0] == folder for module in analysis.project.modules)
    return "mlflow" in f"{folder.rpartition('/')[2]} {name}".lower() and (not beside or is_dockerfile(file))


def _is_of_library(analysis: Analysis, file: str) -> bool:
    """Whether a file declares a published package: no program of the project trains, but to show what it does."""
    if file.rpartition("/")[2] not in _OF_PACKAGE or not _PUBLISHED.search(analysis.project.texts.get(file, "")):
        return False
    return not any(
        starts_training(analysis, program) and _SHOWING.isdisjoint(program.module.file.split("/")[:-1])
        for program in program_roots(analysis)
    )


def _is_of_exercise(analysis: Analysis, file: str) -> bool:
    """Whether a file belongs to a part of a collection, with a document of its own, in which nothing computes."""
    part, slash, _rest = file.partition("/")
    documented = any(one.lower().startswith(f"{part}/readme".lower()) for one in analysis.project.files)
    if not slash or not documented or _names(analysis, file) & _COMPUTING:
        return False
    roots = [module.roots for module in analysis.project.modules if module.file.startswith(f"{part}/")]
    return bool(roots) and all(_COMPUTES.isdisjoint(one) for one in roots)
