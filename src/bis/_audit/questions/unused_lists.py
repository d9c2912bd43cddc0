"""Lists of dependencies that no experiment of the project is made with."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from bis._audit.files.base_images import brought_by_image, images_of
from bis._audit.files.distributions import distributions_of
from bis._audit.files.entry_points import is_mlproject
from bis._audit.files.manifests import is_dockerfile
from bis._audit.files.project_documents import is_document
from bis._audit.files.requirements import is_aside_file
from bis._audit.questions.asked_once import asked_once
from bis._audit.questions.program_roots import program_roots, starts_training

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bis._audit.files.dependencies import Dependencies
    from bis._audit.questions.analysis import Analysis

_PUT_AWAY = frozenset({"archive", "archived", "archives", "old", "deprecated", "legacy", "obsolete", "backup", "attic"})
_OF_PACKAGE = frozenset({"pyproject.toml", "setup.py", "setup.cfg"})
_SHOWING = frozenset(
    {"examples", "example", "docs", "doc", "demo", "demos", "tutorials", "tutorial", "notebooks", "benchmarks"}
)
# Folders for people, in which papers, manuals and results lie.
_EXPLAINING = frozenset({"references", "reference", "literature", "papers", "docs", "doc", "reports"})
# What a tracking server needs, or one that shows what was logged: itself, databases, stores of files.
_OF_SERVER = frozenset(
    {
        "mlflow", "mlflow-skinny", "azureml-mlflow", "psycopg2", "psycopg2-binary", "pymysql", "mysqlclient",
        "mysql-connector-python", "boto3", "botocore", "awscli", "s3fs", "gcsfs", "azure-storage-blob",
        "azure-identity", "azure-storage-file-datalake", "google-cloud-storage", "minio", "sqlalchemy",
        "cryptography", "gunicorn", "waitress", "pysftp", "alembic", "flask", "prometheus-flask-exporter",
        "prometheus-client", "protobuf", "pyodbc", "psycopg", "databricks-cli", "psycopg-binary", "pymssql", "oracledb",
        "mysql-connector", "adlfs", "flask-wtf", "flask-cors", "uvicorn", "python-dotenv", "requests", "google-auth",
        "google-cloud-secret-manager", "cloud-sql-python-connector", "psutil", "tensorboard",
        "optuna-dashboard", "aim",
    }
)  # fmt: skip
# Servers, and how they are started: in one line, or as a list of words.
_STARTED_BY = {
    name: re.compile(rf"\b{name}(?:[\"',\s]{{1,40}}|[\"']?\s{{0,40}}\n\s{{0,40}}-\s{{0,40}}[\"']?)(?:{arguments})")
    for name, arguments in {
        "mlflow": r"(?:server|ui)\b",
        "tensorboard": r"--?[a-z]",
        "optuna-dashboard": r"[\w$-]",
        "aim": r"(?:up|server)\b",
    }.items()
}
# What runs a program of the project in an image, and files that an image is given besides programs.
_RUNS = re.compile(r"(?i)\bpython[\d.]*[\"',\s]+(?:-\w[\"',\s]+)*[\w./]+\.py\b|\bjupyter\b")
_COPY = re.compile(r"(?im)^\s*(?:COPY|ADD)\s+(?P<words>[^\n]{1,1000})$")
_NO_PROGRAMS = (
    ".sh", ".txt", ".in", ".toml", ".ini", ".cfg", ".conf", ".yml", ".yaml", ".json", ".whl", ".crt", ".pem", ".lock",
)  # fmt: skip
_COMPUTES = frozenset(
    {
        "mlflow", "sklearn", "torch", "tensorflow", "keras", "xgboost", "lightgbm", "catboost", "transformers",
        "pandas", "numpy", "joblib", "pickle", "cloudpickle", "scipy", "statsmodels", "pyspark", "polars", "jax",
        "onnxruntime", "lightning", "pytorch_lightning", "sentence_transformers", "spacy", "gensim", "ray", "dask",
        "cv2", "ultralytics",
    }
)  # fmt: skip

_COMPUTING = frozenset(name for root in _COMPUTES for name in distributions_of(root))
# What a package says of itself where it is meant for others, how it is called, and what uploads one.
_NAME = re.compile(r"(?m)^\s*name\s*=\s*[\"']?(?P<name>\w[\w.-]{0,100})")
_UPLOADS = re.compile(r"gh-action-pypi-publish|\btwine\s+upload\b|\b(?:poetry|uv|flit|hatch|pdm)\s+publish\b")
_FOR_OTHERS = re.compile(r"\b(?:Programming Language|Intended Audience|Development Status|Topic) :: ")


@asked_once
def _unused(analysis: Analysis) -> frozenset[str]:
    """All such files of the project."""
    return frozenset(
        file
        for file in {one.place.file for one in analysis.project.dependencies.declared}
        if not _PUT_AWAY.isdisjoint(file.lower().split("/")[:-1])
        or _is_for_documents(analysis, file)
        or _is_among_papers(analysis, file)
        or _is_of_server(analysis, file)
        or _is_of_library(analysis, file)
        or _is_of_exercise(analysis, file)
    )


def is_unused(analysis: Analysis, file: str) -> bool:
    """Whether no experiment is made with what a file declares.

    It is put away, of a server alone, for those who use a library, of an exercise in which nothing computes, among
    papers, or for documents and tests without what computes.

    Parameters
    ----------
    analysis : Analysis
    file : str
        That of a list, a manifest or an image.
    """
    return file in _unused(analysis)


def _names(analysis: Analysis, file: str) -> set[str]:
    return {one.name for one in analysis.project.dependencies.computing if one.place.file == file}


@asked_once
def without_servers(analysis: Analysis) -> Dependencies:
    """What is declared for the project's programs: without what images have in which a server runs alone.

    Parameters
    ----------
    analysis : Analysis

    Returns
    -------
    Dependencies
    """
    dependencies = analysis.project.dependencies
    texts = analysis.project.texts
    if any(is_mlproject(path) and "docker_env" in text for path, text in texts.items()):
        return dependencies  # MLflow puts the project into an image that has no program of its own
    images = {path: text for path, text in texts.items() if is_dockerfile(path)}
    servers = {path for path, text in images.items() if not _has_programs(text) and _is_of_server(analysis, path)}
    if not servers:
        return dependencies
    others = {image for path, text in images.items() if path not in servers for image in images_of(text)}
    of_servers = {image for path in servers for image in images_of(images[path])}
    return replace(
        dependencies,
        declared=tuple(one for one in dependencies.declared if one.place.file not in servers),
        images=tuple(one for one in dependencies.images if one in others or one not in of_servers),
    )


def _is_for_documents(analysis: Analysis, file: str) -> bool:
    """Whether a list is for documents or tests, by its name, and has nothing that computes."""
    lists = file.endswith((".txt", ".in", ".pip", ".yml", ".yaml"))
    return lists and is_aside_file(file) and _names(analysis, file).isdisjoint(_COMPUTING)


def _is_among_papers(analysis: Analysis, file: str) -> bool:
    """Whether a list lies in a folder for people, without a program, and no other file names it; there are others."""
    folder, _slash, name = file.rpartition("/")
    if is_dockerfile(file) or _EXPLAINING.isdisjoint(folder.lower().split("/")):
        return False
    if any(module.file.startswith(f"{folder}/") for module in analysis.project.modules):
        return False
    outside = [one for one in analysis.project.dependencies.manifests if not one.startswith(f"{folder}/")]
    named = file if any(one.rpartition("/")[2] == name for one in outside) else name
    return bool(outside) and not any(
        named in text for path, text in analysis.project.texts.items() if not path.startswith(f"{folder}/")
    )


def _is_of_server(analysis: Analysis, file: str) -> bool:
    """Whether a file is about a server alone, that tracks or shows logs: by its name or folder, or what it starts.

    An image may have the command from a script or a file of compose: then it has no program of the project, either.
    """
    names = _names(analysis, file)
    texts = analysis.project.texts
    text = texts.get(file, "")
    is_image = is_dockerfile(file)
    upon_server = is_image and any("mlflow" in (brought_by_image(one) or ()) for one in images_of(text))
    folder, _slash, name = file.rpartition("/")
    is_named = "mlflow" in f"{folder.rpartition('/')[2]} {name}".lower()
    servers = names & _STARTED_BY.keys()
    if upon_server or (is_image and (is_named or _starts(text, {"mlflow"}))):
        servers |= {"mlflow"}  # an image may bring it, or install what a variable says
    if not servers or not names <= _OF_SERVER:
        return False
    if _starts(text, servers):
        return True
    if is_image and not _has_programs(text):
        commands = (other for path, other in texts.items() if not is_document(path))
        if upon_server or any(_starts(other, servers) for other in commands):
            return True
    beside = any(module.file.rpartition("/")[0] == folder for module in analysis.project.modules)
    if is_named:
        return not beside or is_image
    images = [(path.rpartition("/")[0], other) for path, other in texts.items() if is_dockerfile(path)]
    starting = [(where, other) for where, other in images if _starts(other, servers)]
    if name.lower() != "requirements.txt" and any(name in other for _where, other in starting):
        return True
    return bool(folder) and not beside and any(where == folder for where, _other in starting)


def _starts(text: str, servers: Iterable[str]) -> bool:
    """Whether a text starts one of these servers."""
    return any(_STARTED_BY[one].search(text) for one in servers)


def _has_programs(dockerfile: str) -> bool:
    """Whether an image is given programs of the project, or runs one; a folder may have some."""
    sources = (
        word
        for match in _COPY.finditer(dockerfile)
        if "--from" not in match["words"]
        for word in match["words"].split()[:-1]
        if not word.startswith("--")
    )
    return bool(_RUNS.search(dockerfile)) or any(not one.strip("[]\",'").endswith(_NO_PROGRAMS) for one in sources)


def _is_of_library(analysis: Analysis, file: str) -> bool:
    """Whether a file declares a package for others: one that is published, or says so of itself.

    Of the latter, no program may train, but to show what the package does.
    """
    text = analysis.project.texts.get(file, "")
    if file.rpartition("/")[2] not in _OF_PACKAGE:
        return False
    if _is_published(analysis, text):
        return True
    return bool(_FOR_OTHERS.search(text)) and not any(
        starts_training(analysis, program) and _SHOWING.isdisjoint(program.module.file.split("/")[:-1])
        for program in program_roots(analysis)
    )


def _is_published(analysis: Analysis, manifest: str) -> bool:
    """Whether a workflow uploads a package to an index, or a document tells others to install it from there."""
    named = _NAME.search(manifest)
    if named is None:
        return False
    name = r"[-_.]+".join(map(re.escape, re.split(r"[-_.]+", named["name"])))
    installs = re.compile(
        rf"(?i)\b(?:pip3?\s+install|uv\s+add|poetry\s+add)\s+(?:-U\s+|--upgrade\s+)?[\"']?{name}(?![\w/-]|\.\w)"
    )
    return any(
        (installs if is_document(path) else _UPLOADS).search(text)
        for path, text in analysis.project.texts.items()
        if is_document(path) or path.endswith((".yml", ".yaml"))
    )


def _is_of_exercise(analysis: Analysis, file: str) -> bool:
    """Whether a file belongs to a part of a collection, with a document of its own, in which nothing computes."""
    part, slash, _rest = file.partition("/")
    documented = any(one.lower().startswith(f"{part}/readme".lower()) for one in analysis.project.files)
    if not slash or not documented or _names(analysis, file) & _COMPUTING:
        return False
    roots = [module.roots for module in analysis.project.modules if module.file.startswith(f"{part}/")]
    return bool(roots) and all(_COMPUTES.isdisjoint(one) for one in roots)
