"""What is imported and not declared, with what images and platforms have."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from bis._audit.auditor import Options, audit_project
from tests.unit._audit.small_projects import notebook, write

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

DATABRICKS = "# Databricks notebook source\n"
WRITES = DATABRICKS + "# MAGIC %%writefile agent.py\n# MAGIC AGENT = 1\n\n# COMMAND ----------\n\n"
LFS = "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 4891\n"
SERVER = "FROM python:3.11\nRUN pip install mlflow==2.9.2 psycopg2-binary\nCMD mlflow server --host 0.0.0.0\n"
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
        # an image that is taken as it is, and installs the list beside it
        {"requirements.txt": "rich\n", "Dockerfile": "FROM quay.io/astronomer/astro-runtime:6.0.2\n",
         "a.py": "import airflow, pendulum, boto3\n"},
        {"requirements.txt": "rich\n", "Dockerfile": "FROM nvcr.io/nvidia/pytorch:24.01-py3\nCOPY . .\n",
         "a.py": "import torch, sklearn, librosa\n"},
        # what all members of a family require
        {"requirements.txt": "apache-airflow-providers-zzz==1.0\n", "a.py": "import airflow, pendulum\n"},
        {"requirements.txt": "dagster-zzz\n", "a.py": "import dagster\n"},
        {"requirements.txt": "google-cloud-zzz\n", "a.py": "import google.auth\n"},
        {"requirements.txt": "sphinx\n", "a.py": "import requests\n"},
        {"requirements.txt": "shap\n", "a.py": "import sklearn, pandas\n"},
        # modules that have the words of a distribution
        {"requirements.txt": "anaconda-enterprise-zzz\n", "a.py": "from anaconda.enterprise.zzz.sdk import x\n"},
        {"requirements.txt": "zope-zzz\n", "a.py": "import zope.zzz\n"},
        {"requirements.txt": "pytorch-lightning==1.4.0\n", "a.py": "from pl_examples import x\n"},
        # a file of the author's that is not there
        {"requirements.txt": "rich\n", "screening/run.py": "import screening_input\n"},
        {"requirements.txt": "rich\n", "a.py": "from predict import predict_batch\nimport pre_processing\n"},
        {"requirements.txt": "rich\n", "AAE_net.py": "", "b.py": "import AAE_net_opt\n"},
        {"requirements.txt": "rich\n", "deploy/airflow/WebServerConfig.py": "import flask_appbuilder\n"},
        {"requirements.txt": "adafruit-circuitpython-zz53l0x\n", "a.py": "import adafruit_zz53l0x, board, busio\n"},
        {"requirements.txt": "zebra-of-stripes\n", "a.py": "import zebra_stripes\n"},
        {"requirements.txt": "zzesrgan\n", "a.py": "import zz_esrgan\n"},
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
        # what a list says is not known
        {"requirements.txt": LFS, "a.py": "import torch\n"},
        {"requirements.txt": "mlflow\n", "requirements/gpu.txt": LFS, "a.py": "import torch\n"},
        {"requirements.txt": "mlflow\n", "pyproject.toml": "[project\n", "a.py": "import torch\n"},
        {"requirements.txt": "mlflow\npip install xgboost\nshap latest\n", "a.py": "import xgboost, shap\n"},
        # what no run is made with
        {"requirements.txt": "rich\n", "tests/test_a.py": "import pytest\n", "docs/conf.py": "import furo\n"},
        {"tests/test_a.py": "import pytest\n", "noxfile.py": "import nox\n"},
        {"requirements.txt": "rich\n", "api/test_api.py": "import pytest\ndef test_it(): ...\n"},
        {"pyproject.toml": "[build-system]\nrequires = ['Cython>=3']\n[project]\nname = 'a'\ndependencies = ['rich']\n",
         "setup.py": "from Cython.Build import cythonize\n"},
        # modules that are there
        {"requirements.txt": "rich\n", "src/CNNzzclassifier/a.py": "", "app.py": "import cnnZZClassifier.a\n"},
        {"requirements.txt": "rich\n", "third_party/zzlib/core.py": "", "a.py": "import zzlib.core\n"},
        {"requirements.txt": "rich\n", "a.py": "import zzlib\n",
         ".gitmodules": '[submodule "a"]\n\tpath = libs/zzlib\n'},
        {"requirements.txt": "rich\n", "zzfast.pyx": "", "data.proto": "", "a.py": "import zzfast, data_pb2\n"},
        {"requirements.txt": "rich\n",
         "a.py": "urlretrieve('https://x/zz_helper.py', 'zz_helper.py')\nimport zz_helper\n"},
        {"requirements.txt": "rich\n",
         "n.ipynb": notebook("!wget -q https://x/zz_helper.py", "import zz_helper")},
        {"requirements.txt": "rich\n",
         "n.ipynb": notebook("!git clone https://x/zz_models", "from zz_utils import a")},
        {"requirements.txt": "rich\n", "a.py": "import sys\nsys.path.append('/opt/airflow/scripts')\nimport zz_conn\n"},
        {"requirements.txt": "rich\n",
         "a.py": "import sys\nHERE = '~/code'\nsys.path.insert(0, HERE)\nimport zz_conn\n"},
        {"requirements.txt": "rich\n", "a.py": "import zz_models\n",
         "Dockerfile": "FROM python\nRUN git clone https://x/zz && pip install rich\n"},
        {"requirements.txt": "rich\n", "src/net.py": "class Zzz:\n    pass\n", "b.py": "from zz_old import Zzz\n"},
        {"requirements.txt": "git+https://x/zz-companion.git@v1\n", "a.py": "import zzlacc\n"},
        {"requirements.txt": "rich\n", "n.ipynb": notebook("%pip install zz-utilities", "import zzmaint")},
        {"pyproject.toml": "[project]\nname = 'a'\ndependencies = ['mlflow']\n",
         "app/setup.py": "configure(name='mlflow')\n", "a.py": "import mlflow\n"},
        {"MLproject": "name: a\nconda_env: conda.yaml\n", "conda.yaml": "name: mlflow-env\ndependencies:\n- mlflow\n",
         "a.py": "import mlflow\n"},
        # what a document says to clone or to install from an address
        {"requirements.txt": "rich\n", "a.py": "import zz_lib\n",
         "README.md": "```\ngit clone https://github.com/x/zz-lib.git\ncd zz-lib && pip install -e .\n```\n"},
        {"requirements.txt": "rich\n", "a.py": "import zzlib\n",
         "docs/install.md": "git clone --depth 1 git@github.com:x/zzlib\npython setup.py develop\n"},
        {"requirements.txt": "rich\n", "a.py": "import zzlib\n",
         "README.md": "Run `pip install git+https://github.com/x/zzlib@v1` first.\n"},
        # images that are not of a server alone
        {"requirements.txt": "rich\n", "Dockerfile": SERVER + "COPY train.py /\n", "train.py": "import mlflow\n"},
        {"requirements.txt": "rich\n", "Dockerfile": "FROM python\nRUN pip install mlflow\nCMD python train.py\n",
         "train.py": "import mlflow\n"},
        {"requirements.txt": "rich\n", "Dockerfile": SERVER, "train.py": "import mlflow\n",
         "MLproject": "name: a\ndocker_env:\n  image: a\n"},
        {"requirements.txt": "mlflow\n", "Dockerfile": SERVER, "train.py": "import mlflow\n"},
        {"requirements.txt": "rich\n", "tracking/Dockerfile": SERVER, "Dockerfile": "FROM ghcr.io/mlflow/mlflow\n"
         "COPY . .\nRUN pip install rich\n", "train.py": "import mlflow\n"},
        # what a package brings of which nothing is known; and what newer ones are known to
        {"requirements.txt": "zzlib\n", "a.py": "import zzlib, numpy, torch\n"},
        {"requirements.txt": "torchrl\n", "a.py": "import torch, tensordict\n"},
        {"requirements.txt": "pymc>=5\n", "a.py": "import pytensor.tensor\n"},
        {"requirements.txt": "flwr-datasets\n", "a.py": "import datasets, seaborn, yaml\n"},
        {"requirements.txt": "autogluon\n", "a.py": "import pandas, lightgbm, torch\n"},
        {"requirements.txt": "whylogs\ndeepchecks\nflair\n", "a.py": "import pandas, torch\n"},
        {"requirements.txt": "rich\n", "a.py": "from zzlibs import x\n",
         ".gitmodules": '[submodule "a"]\n\tpath = src/zzlibs/other\n'},
        {"requirements.txt": "rich\n", "airflow/webserver_config.py": "import flask_appbuilder\n"},
        {"requirements.txt": "-r base.txt\n", "a.py": "import torch\n"},
        # platforms
        {"a.py": DATABRICKS + "from databricks.sdk import WorkspaceClient\nimport pandas\n"},
        {"requirements.txt": "rich\n", "a.py": "import cmlapi, pyspark\n"},
        {"requirements.txt": "rich\n", "a.py": "import dlt\n@dlt.table\ndef gold():\n    return 1\n"},
        {"requirements.txt": "rich\n", "a.py": "import pyspark\n",
         "Dockerfile": "FROM python\nRUN curl -O https://x/spark-3.5.0-bin-hadoop3.tgz && pip install rich\n"},
        {"requirements.txt": "rich\n", "a.py": "import torch\nenv = ws.environments['AzureML-pytorch-1.9']\n"},
        {"requirements.txt": "rich\n", "a.py": "import torch\n",
         "jobs/train.yml": "environment: azureml:AzureML-ACPT-pytorch-1.12@latest\n"},
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
        {"requirements.txt": "rich\n", "src/testing.py": "import torch\n"},
        {"requirements.txt": "rich\n", "models/test_model.py": "import torch\ntorch.load('a')\n"},
        {"requirements.txt": "rich\n", "test/test.ipynb": notebook("import torch")},
        {"requirements.txt": "rich\n", "src/net.py": "class Zzz:\n    pass\n", "b.py": "from zz_old import Yyy\n"},
        {"requirements.txt": "git+https://x/zzlib.git\n", "a.py": "import zzlib, zzother\n"},
        {
            "requirements.txt": "rich\n",
            "n.ipynb": notebook("%pip install zz-utilities", "import zz_utilities, zzother"),
        },
        {"requirements.txt": "zzlib\n", "a.py": "import torch\n"},
        {"requirements.txt": "zzlib\nargparse\n", "a.py": "import argparse, numpy\n"},
        {"requirements.txt": "zzlib\n", "a.py": "import zzlib, catboost\n"},
        {"requirements.txt": "rich\n", "src/Yaml.py": "", "a.py": "import torch\n"},
        {"requirements.txt": "rich\n", "venv/pyvenv.cfg": "", "venv/zzlib/a.py": "", "a.py": "import zzlib\n"},
        {"requirements.txt": "rich\n", "a.py": "import sys\nsys.path.append('..')\nimport zz_conn\n"},
        {"requirements.txt": "rich\n", "a.py": "import sys\nsys.path.append('/opt/x')\nimport torch\n"},
        {"requirements.txt": "rich\n", "README.md": "git clone https://x/mine\n", "a.py": "import zz_conn\n"},
        {"requirements.txt": "rich\n", "README.md": "git clone https://x/zzlib2\n", "a.py": "import zzlib\n"},
        {"requirements.txt": "rich\n", "README.md": "git clone https://x/catboost\n", "a.py": "import catboost\n"},
        # an image in which a server runs alone
        {"requirements.txt": "rich\n", "tracking/Dockerfile": SERVER, "train.py": "import mlflow\n"},
        {
            "requirements.txt": "rich\n",
            "Dockerfile.mlflow": "FROM ghcr.io/mlflow/mlflow:v2.9.2\nRUN pip install psycopg2-binary\n",
            "train.py": "import mlflow\n",
        },
        {
            "requirements.txt": "rich\n",
            "boards/Dockerfile": SERVER.replace("mlflow server", "tensorboard --logdir /a").replace(
                "mlflow", "tensorboard"
            ),
            "train.py": "import tensorboard\n",
        },
        {"requirements.txt": "rich\n", "tracking/Dockerfile": SERVER, "train.py": "import sklearn\n"},
        {"requirements.txt": "rich\n", "a.py": "import dlt\ndlt.pipeline('a')\n"},
        {"requirements.txt": "rich\n", "a.py": "print('pip install torch')\nimport torch\n"},
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


COLAB: dict[str, object] = {"colab": {"provenance": []}}


def of_host(metadata: Mapping[str, object], *cells: str) -> str:
    """A notebook with metadata of its own."""
    return json.dumps({**json.loads(notebook(*cells)), "metadata": metadata})


@pytest.mark.parametrize(
    "files",
    [
        {"n.ipynb": of_host(COLAB, "!pip install -q mlflow", "import mlflow, seaborn, pydotplus, graphviz")},
        {
            "n.ipynb": of_host(
                {"kaggle": {"accelerator": "gpu"}}, "!pip install mlflow", "import mlflow, catboost, optuna"
            )
        },
        {"n.ipynb": of_host({"papermill": {"input_path": "__notebook__.ipynb"}}, "!pip install mlflow", "import h5py")},
        {"n.ipynb": notebook("!pip install mlflow", "from google.colab import drive\nimport mlflow, torch")},
        {"requirements.txt": "mlflow\n", "n.ipynb": notebook("import pandas as pd\npd.read_csv('/content/a.csv')")},
        {"requirements.txt": "rich\n", "n.ipynb": of_host({"colab": {"include_colab_link": True}}, "import seaborn")},
        {"requirements.txt": "rich\n", "n.ipynb": of_host({"kaggle": {"dataSources": [{}]}}, "import h5py, colorama")},
        {"requirements.txt": "mlflow\n", "n.ipynb": notebook("import cv2\ncv2.imread('/kaggle/input/a/b.png')")},
    ],
)
def test_what_a_notebook_finds_where_it_is_run(files: dict[str, str], tmp_path: Path) -> None:
    """On Colab or on Kaggle, by its metadata, an import or a path."""
    assert told(tmp_path, files) == []


@pytest.mark.parametrize(
    ("files", "name"),
    [
        ({"n.ipynb": of_host(COLAB, "!pip install mlflow", "import mlflow, optuna, seaborn")}, "optuna"),
        ({"n.ipynb": notebook("!pip install mlflow", "import mlflow, seaborn")}, "seaborn"),
        ({"requirements.txt": "mlflow\n", "train_zzgym_env.py": "import zzgym\n"}, "zzgym"),
        ({"requirements.txt": "mlflow\n", "a.py": "import seaborn\n", "n.ipynb": of_host(COLAB, "import seaborn")},
         "seaborn"),
        ({"requirements.txt": "mlflow\n", "n.ipynb": of_host(COLAB, "import seaborn")}, "seaborn"),
    ],
)  # fmt: skip
def test_what_is_not_there(files: dict[str, str], name: str, tmp_path: Path) -> None:
    """What the service does not have, and what others import; a project with a list has it for its notebooks, too."""
    assert told(tmp_path, files) == [f"{name} is imported, and no dependency file brings it"]
