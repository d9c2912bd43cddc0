"""Lists that no experiment is made with are not asked to be pinned."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bis._audit.auditor import Options, audit_project
from tests.unit._audit.small_projects import write

if TYPE_CHECKING:
    from pathlib import Path

FIT = "from sklearn.svm import SVC\nSVC().fit(x, y)\n"
LIBRARY = "from sklearn.svm import SVC\ndef train(x, y):\n    SVC().fit(x, y)\n"
PACKAGE = "[project]\nname = 'a'\nclassifiers = ['Topic :: Scientific/Engineering']\ndependencies = ['numpy>=1']\n"
PLAIN = "[tool.poetry]\nname = 'apple_fit'\n[tool.poetry.dependencies]\nnumpy = '^1.26'\n"
UPLOAD = "jobs:\n  a:\n    steps:\n    - uses: pypa/gh-action-pypi-publish@v1\n"
DRIVERS = "FROM ghcr.io/mlflow/mlflow:v2.9.2\nRUN pip install psycopg2-binary boto3\n"
CONDA = "dependencies:\n- numpy\n- scikit-learn\n"
BOARD = "FROM python:3.11\nRUN pip install tensorboard\n"
SERVES = "FROM python:3.11\nRUN pip install mlflow psycopg2-binary\nCMD mlflow server --host 0.0.0.0\n"


def told(folder: Path, files: dict[str, str]) -> list[str]:
    """The files of which the rule speaks."""
    findings = audit_project(write(folder, files), "p", Options(select=("BIS502",))).findings
    return sorted(place.file for finding in findings for place in (finding.place, *finding.related))


@pytest.mark.parametrize(
    "files",
    [
        {"archive/requirements.txt": "numpy\n", "old/v1/requirements.txt": "torch\n", "train.py": FIT},
        {"Dockerfile": SERVES, "train.py": FIT},
        {"docker/mlflow/Dockerfile": "FROM python\nRUN pip install mlflow boto3\n", "train.py": FIT},
        {"Dockerfile.mlflow": "FROM python\nRUN pip install mlflow pymysql\n", "train.py": FIT},
        {"mlflow/requirements.txt": "mlflow\npsycopg2-binary\n", "train.py": FIT},
        {"tracking/Dockerfile": "FROM ghcr.io/mlflow/mlflow\nRUN pip install psycopg2-binary\n", "train.py": FIT},
        {"mlflow_server/Dockerfile": "FROM python\nRUN pip install ${WHICH} psycopg2-binary\n", "train.py": FIT},
        {"Dockerfile": SERVES.replace("mlflow psycopg2", "${WHICH} psycopg2"), "train.py": FIT},
        # the command is elsewhere, and no program of the project is in the image
        {"docker/t/Dockerfile": DRIVERS + "COPY start.sh /\nENTRYPOINT ['/start.sh']\n", "train.py": FIT},
        {"Dockerfile": DRIVERS, "train.py": FIT},
        {"docker/t/Dockerfile": "FROM python\nRUN pip install mlflow boto3\n", "train.py": FIT,
         "docker-compose.yml": "services:\n  t:\n    build: docker/t\n    command: mlflow server --host 0.0.0.0\n"},
        {"docker/t/Dockerfile": "FROM python\nRUN pip install mlflow boto3\n", "train.py": FIT,
         "docker-compose.yml": "services:\n  t:\n    command:\n      - mlflow\n      - server\n"},
        {"tracking/requirements.txt": "mlflow\nboto3\n", "train.py": FIT,
         "tracking/Dockerfile": "FROM python\nCOPY requirements.txt .\nRUN pip install -r requirements.txt\n"
         "CMD ['mlflow', 'server']\n"},
        {"tracking.txt": "mlflow\nboto3\n", "tracking-requirements.txt": "mlflow\nboto3\n", "train.py": FIT,
         "docker/Dockerfile": "FROM python\nCOPY tracking-requirements.txt /r.txt\nRUN pip install -r /r.txt\n"
         "CMD mlflow server\n"},
        {"mlflow_server/Dockerfile": "FROM python\nARG MLFLOW\nRUN pip install ${MLFLOW} psycopg2-binary\n",
         "train.py": FIT},
        # the only list, which is for documents or tests
        {"requirements-docs.txt": "mkdocs-material>=9\n", "train.py": FIT},
        {"docs/requirements.txt": "sphinx\nfuro\n", "train.py": FIT},
        {"tests/requirements.txt": "pytest\n", "train.py": FIT},
        {"requirements.txt": "numpy==1.26.4\n", "tests/integration/requirements.txt": "numpy\n", "train.py": FIT},
        # what only makes environments
        {"Dockerfile": "FROM python\nRUN pip install virtualenv pipx poetry\n", "train.py": FIT},
        # a library that others install from an index
        {"pyproject.toml": PLAIN, ".github/workflows/cd.yml": UPLOAD, "main.py": FIT},
        {"pyproject.toml": PLAIN, ".gitlab-ci.yml": "a:\n  script:\n  - poetry publish --build\n", "main.py": FIT},
        {"pyproject.toml": PLAIN, "README.md": "```\npip install apple-fit\n```\n", "main.py": FIT},
        {"pyproject.toml": PACKAGE, "src/a/__init__.py": "", "src/a/core.py": LIBRARY},
        {"pyproject.toml": PACKAGE, "a/core.py": LIBRARY, "examples/b.py": "from a.core import train\ntrain(1, 2)\n"},
        {"flask/requirements.txt": "flask\nrequests\n", "flask/README.md": "a", "flask/app.py": "import flask\n",
         "lab/train.py": FIT},
        {"requirements.txt": "numpy==1.26.4\nargparse\npathlib\n", "train.py": FIT},
        {"environment.yml": "dependencies:\n- numpy=1.26.4\n- ca-certificates\n", "train.py": FIT},
        # of a server that shows what was logged
        {"docker/Dockerfile.boards": BOARD + "CMD ['tensorboard', '--logdir', '/logs']\n", "train.py": FIT},
        {"docker/Dockerfile.boards": BOARD, "train.py": FIT,
         "docker/compose.yaml": "services:\n  b:\n    command: >\n      tensorboard --logdir /logs\n"},
        {"studies/Dockerfile": BOARD.replace("tensorboard", "optuna-dashboard psycopg2-binary")
         + "CMD optuna-dashboard sqlite:///a.db\n", "train.py": FIT},
        {"boards/requirements.txt": "tensorboard\n", "train.py": FIT,
         "boards/Dockerfile": "FROM python\nCOPY requirements.txt .\nCMD tensorboard --logdir=/logs\n"},
        # among papers, named by nothing
        {"requirements.txt": "numpy==1.26.4\n", "references/course.yml": CONDA, "references/README.md": "# Papers\n",
         "README.md": "pip install -r requirements.txt\n", "train.py": FIT},
        {"requirements.txt": "numpy==1.26.4\n", "docs/report/requirements.txt": "numpy\nabstract\n", "train.py": FIT,
         "README.md": "pip install -r requirements.txt\n"},
        {"pyproject.toml": PLAIN.replace("^1.26", "1.26.4"), "Reports/old/environment.yml": CONDA, "train.py": FIT},
        {"MLmodel": "flavors: {}\n", "conda.yaml": "dependencies:\n- pip:\n  - mlflow\n", "train.py": FIT},
        {"a.py": "# Databricks notebook source\n# MAGIC %pip install mlflow==2.9.0 mlflow[databricks]\n"},
    ],
)  # fmt: skip
def test_lists_that_are_left_alone(files: dict[str, str], tmp_path: Path) -> None:
    """Put away, of a server, for those who use a library, of an exercise; and packages that change no result."""
    assert told(tmp_path, files) == []


@pytest.mark.parametrize(
    ("files", "file"),
    [
        ({"requirements.txt": "numpy\n", "train.py": FIT}, "requirements.txt"),
        ({"Dockerfile": SERVES.replace("mlflow psycopg2", "mlflow torch psycopg2"), "train.py": FIT}, "Dockerfile"),
        ({"Dockerfile": "FROM python\nRUN pip install mlflow\nCMD python train.py\n", "train.py": FIT}, "Dockerfile"),
        ({"Dockerfile": DRIVERS + "COPY train.py /\n", "train.py": FIT}, "Dockerfile"),
        ({"Dockerfile": DRIVERS + "COPY src /app\n", "src/train.py": FIT}, "Dockerfile"),
        ({"Dockerfile": DRIVERS.replace("boto3", "torch"), "train.py": FIT}, "Dockerfile"),
        ({"Dockerfile": "FROM python\nRUN pip install mlflow boto3\n", "train.py": FIT, "README.md": "`mlflow ui`"},
         "Dockerfile"),
        ({"phase_ci.py": "# Databricks notebook source\n# MAGIC %pip install backoff\n", "train.py": FIT},
         "phase_ci.py"),
        ({"requirements-dev.txt": "mlflow\npytest\n", "train.py": FIT}, "requirements-dev.txt"),
        ({"pyproject.toml": PLAIN, "main.py": FIT, "README.md": "pip install apple-fit-more\npip install -e .\n"},
         "pyproject.toml"),
        ({"mlflow/requirements.txt": "mlflow\n", "mlflow/train.py": FIT}, "mlflow/requirements.txt"),
        ({"mlflow/requirements.txt": "boto3\n", "train.py": FIT}, "mlflow/requirements.txt"),
        ({"Dockerfile": "FROM ghcr.io/mlflow/mlflow\nRUN pip install boto3 torch\n", "train.py": FIT}, "Dockerfile"),
        ({"api/Dockerfile": "FROM python\nRUN pip install boto3\n", "train.py": FIT}, "api/Dockerfile"),
        ({"pyproject.toml": PACKAGE, "a/core.py": LIBRARY, "train.py": FIT}, "pyproject.toml"),
        ({"pyproject.toml": PACKAGE.replace("Topic :: ", ""), "a/core.py": LIBRARY}, "pyproject.toml"),
        ({"api/requirements.txt": "numpy\n", "api/README.md": "a", "api/app.py": "import flask\n", "train.py": FIT},
         "api/requirements.txt"),
        ({"MLproject": "conda_env: psp/conda.yaml\n", "psp/conda.yaml": "name: mlflow-env\ndependencies:\n- numpy\n"},
         "psp/conda.yaml"),
        ({"Dockerfile": "FROM python\nRUN apt-get update \\\n&& pip install torch \\\n", "train.py": FIT},
         "Dockerfile"),
        # a board beside what computes, one that nothing starts, a server that is another one
        ({"Dockerfile": BOARD.replace("tensorboard", "tensorboard torch") + "CMD tensorboard --logdir /logs\n",
          "train.py": FIT}, "Dockerfile"),
        ({"Dockerfile": BOARD, "train.py": FIT}, "Dockerfile"),
        ({"Dockerfile": BOARD, "compose.yaml": "a:\n  command: mlflow server\n", "train.py": FIT}, "Dockerfile"),
        ({"Dockerfile": BOARD + "COPY train.py /\n", "train.py": FIT, "run.sh": "tensorboard --logdir a\n"},
         "Dockerfile"),
        # among papers, but named, beside a program, or the only one
        ({"requirements.txt": "numpy==1.26.4\n", "references/course.yml": CONDA, "train.py": FIT,
          "README.md": "conda env create -f references/course.yml\n"}, "references/course.yml"),
        ({"requirements.txt": "numpy==1.26.4\n", "papers/requirements.txt": "numpy\n", "train.py": FIT,
          "README.md": "pip install -r papers/requirements.txt\n"}, "papers/requirements.txt"),
        ({"requirements.txt": "numpy==1.26.4\n", "reports/requirements.txt": "numpy\n", "reports/a/fit.py": FIT},
         "reports/requirements.txt"),
        ({"docs/environment.yml": CONDA, "train.py": FIT}, "docs/environment.yml"),
        ({"requirements.txt": "numpy==1.26.4\n", "conda/environment.yml": CONDA, "train.py": FIT},
         "conda/environment.yml"),
        ({"MLproject": "conda_env: conda.yaml\n", "conda.yaml": "name: mlflow-env\ndependencies:\n- numpy\n"},
         "conda.yaml"),
    ],
)  # fmt: skip
def test_lists_that_a_run_is_made_with(files: dict[str, str], file: str, tmp_path: Path) -> None:
    """Those beside programs that train, or of what computes."""
    assert told(tmp_path, files) == [file]
