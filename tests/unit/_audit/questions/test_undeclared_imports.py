"""What is imported and not declared, with what images and platforms have."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bis._audit.auditor import Options, audit_project
from tests.unit._audit.small_projects import notebook, write

if TYPE_CHECKING:
    from pathlib import Path

DATABRICKS = "# Databricks notebook source\n"
WRITES = DATABRICKS + "# MAGIC %%writefile agent.py\n# MAGIC AGENT = 1\n\n# COMMAND ----------\n\n"
SPARK = "import pyspark\nfrom delta.tables import DeltaTable\nb.config('spark.jars.packages', '{}')\n"


def told(folder: Path, files: dict[str, str]) -> list[str]:
    """What the rule says of a project."""
    findings = audit_project(write(folder, files), "p", Options(select=("BIS501", "BIS503"))).findings
    return [finding.message for finding in findings]


@pytest.mark.parametrize(
    "files",
    [
        {"requirements.txt": "lightning-flash\n", "a.py": "import flash\n"},
        {"requirements.txt": "pytest\n", "a.py": "import py\n"},
        {"requirements.txt": "fast-quokka-learn\n", "a.py": "import quokka\n"},
        {"requirements.txt": "pyspark\n", "a.py": SPARK.format("io.delta:delta-core_2.12:2.4.0")},
        {"requirements.txt": "mlflow\n", "Dockerfile": "FROM pytorch/pytorch:2.1\nRUN pip install x\n",
         "a.py": "import torch, torchvision\n"},
        {"requirements.txt": "mlflow\n", "Dockerfile": "FROM team/base\nRUN pip install x\n", "a.py": "import torch\n"},
        {"requirements.txt": "rich\n", "Dockerfile": "FROM apache/airflow:2.10\nRUN pip install x\n",
         "a.py": "import pendulum\n"},
        {"requirements.txt": "albumentations\n", "a.py": "import cv2, scipy\n"},
        {"requirements.txt": "watchtower\n", "a.py": "import boto3\n"},
        {"requirements.txt": "kaggle\n", "a.py": "import tqdm, requests, slugify\n"},
        {"requirements.txt": "rich\n", "a.py": DATABRICKS + "# MAGIC %pip install -q backoff==1\nimport backoff\n"},
        {"requirements.txt": "rich\n", "a.py": DATABRICKS + "# MAGIC %sh pip install backoff\nimport backoff\n"},
        {"requirements.txt": "rich\n", "a.py": WRITES + "from agent import AGENT\n"},
        {"requirements.txt": "rich\n", "n.ipynb": notebook("%%writefile src/agent.py\nA = 1", "import agent")},
        {"requirements.txt": "ipykernel\n", "a.py": "import psutil\n"},
        {"requirements.txt": "rich\n", "a.py": "import airflow\n",
         "setup.sh": 'V=2.10\npip install --upgrade pip\npip install "apache-airflow==${V}" --constraint "$URL"\n'},
        {"requirements.txt": "rich\n", "a.py": "import airflow\n",
         "Makefile": "install:\n\t@source .venv/bin/activate && pip install apache-airflow==2.7.0\n"},
        {"server/setup_venv.sh": 'python -m pip install "numpy<2" "mlflow[auth]"\n', "a.py": "import mlflow\n"},
        {"requirements.txt": "pyquokka\n", "a.py": "import quokka\n"},
        {"requirements.txt": "segmentation-models-pytorch\n", "a.py": "import timm, torchvision\n"},
        {"requirements.txt": "rich\n", "a.py": "from mleap.sklearn import x\ndbutils.widgets.get('a')\n"},
        {"requirements.txt": "rich\n", "__init__.py": "", "config/core.py": "", "a.py": "import mine.config.core\n"},
        {"requirements.txt": "rich\n", "__init__.py": "", "config/core.py": "x = 1\n",
         "a.py": "from mine.config.core import x\n"},
        {"requirements.txt": "rich\n", "a.py": "import pyspark, delta, pandas\ndbutils.widgets.get('a')\n"},
        {"requirements.txt": "rich\n", "databricks.yml": "bundle:\n  name: a\n", "a.py": "import pandas\n"},
        {"Dockerfile": "FROM python\nRUN pip install mlflow -r requirements.txt\n", "a.py": "import torch, pandas\n"},
    ],
)  # fmt: skip
def test_what_is_there_without_being_declared(files: dict[str, str], tmp_path: Path) -> None:
    """Under another name, by a Spark package, an image, a platform; and nothing is said where a list is missing."""
    assert told(tmp_path, files) == []


@pytest.mark.parametrize(
    "files",
    [
        {"requirements.txt": "lightning\n", "a.py": "import flash\n"},
        {"requirements.txt": "pyspark\n", "a.py": "import spark\n"},
        {"requirements.txt": "torch-geometric\n", "a.py": "import torch\n"},
        {"requirements.txt": "pyspark\n", "a.py": SPARK.format("org.apache.spark:spark-avro_2.12:3.4.0")},
        {
            "requirements.txt": "mlflow\n",
            "Dockerfile": "FROM python:3.11\nRUN pip install x\n",
            "a.py": "import torch\n",
        },
        {"requirements.txt": "rich\n", "a.py": "from mleap.sklearn import x\n"},
        {"requirements.txt": "rich\n", "a.py": "import airflow\n", "setup.sh": "echo pip install apache-airflow\n"},
        {"requirements.txt": "rich\n", "a.py": "import airflow\n", "setup.sh": "# pip install apache-airflow\n"},
        {"requirements.txt": "rich\n", "a.py": "import airflow\n", "Makefile": "install:\n\tpip install flask\n"},
        {"requirements.txt": "rich\n", "a.py": "# MAGIC %pip install backoff\nimport backoff\n"},
        {"requirements.txt": "rich\n", "a.py": DATABRICKS + "# %pip install backoff\nimport backoff\n"},
        {"requirements.txt": "rich\n", "n.ipynb": notebook("%%writefile agent.txt\nA = 1", "import agent")},
        {"requirements.txt": "rich\n", "config/core.py": "", "a.py": "import mine.config.core\n"},
        {"requirements.txt": "rich\n", "__init__.py": "", "config/core.py": "", "a.py": "import mine.other.core\n"},
        {"requirements.txt": "databricks-sdk\n", "a.py": "import databricks.sdk\nimport torch\n"},
    ],
)
def test_what_is_not_there_is_told(files: dict[str, str], tmp_path: Path) -> None:
    """A part of a name is no distribution that is known; a bare image brings nothing."""
    assert len(told(tmp_path, files)) == 1


def test_a_list_that_is_not_kept_is_one_finding(tmp_path: Path) -> None:
    """With all names and places; up to three are told each for itself."""
    many = "import numpy\nimport pandas\nimport torch\nimport sklearn\nimport seaborn\n"
    audited = audit_project(write(tmp_path / "a", {"requirements.txt": "rich\n", "a.py": many}), "p")
    (one,) = (finding for finding in audited.findings if finding.code == "BIS503")
    assert one.message == (
        "5 packages are imported, and no dependency file brings them: numpy, pandas, seaborn, sklearn, torch"
    )
    assert [place.line for place in (one.place, *one.related)] == [1, 2, 3, 4, 5]
    few = told(tmp_path / "b", {"requirements.txt": "rich\n", "a.py": "import numpy\nimport torch\n"})
    assert len(few) == 2
