"""What is there without a list, as BIS501 and BIS503 tell what is not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bis._audit.auditor import Options, audit_project
from bis._audit.questions.installed_packages import installed
from tests.unit._audit.small_projects import analysed, notebook, write

if TYPE_CHECKING:
    from pathlib import Path


def told(folder: Path, files: dict[str, str]) -> list[str]:
    """What the rules say of a project."""
    findings = audit_project(write(folder, files), "p", Options(select=("BIS501", "BIS503"))).findings
    return [finding.message for finding in findings]


@pytest.mark.parametrize(
    "files",
    [
        {"Makefile": "install:\n\t@pip install \\\n\t  torch torchvision\n"},
        {"justfile": "install:\n    pip install torch\n"},
        {"scripts/run.sh": "#!/bin/sh\nPACKAGES='torch torchvision'\npip install $PACKAGES\npython a.py\n"},
        {"run.bat": "python -m pip install torch\r\n"},
        {"train.slurm": "source activate x\nconda install -y pytorch -c pytorch\n"},
        {".github/workflows/train.yml": "jobs:\n  a:\n    steps:\n    - run: |\n        pip install torch\n"},
        {".gitlab-ci.yml": "train:\n  script:\n    - pip install torch\n    - python a.py\n"},
        {"Jenkinsfile": "stage('a') { steps { sh 'pip install torch' } }\n"},
        {".devcontainer/devcontainer.json": '{"postCreateCommand": "pip install --user torch && echo done"}'},
        {".devcontainer/devcontainer.json": '{"postCreateCommand": ["pip", "install", "torch"]}'},
        {"docker-compose.yml": "services:\n  a:\n    command: bash -c 'pip install torch && python a.py'\n"},
        {"docker-compose.yml": "x:\n  environment:\n    _PIP_ADDITIONAL_REQUIREMENTS: ${_PIP:- pandas torch}\n"},
        {"docker-compose.yml": "services:\n  a:\n    image: quay.io/jupyter/pytorch-notebook:latest\n"},
        {"tox.ini": "[testenv]\ndeps =\n    torch\ncommands = pytest\n"},
        {"databricks.yml": "jobs:\n  a:\n    libraries:\n      - pypi:\n          package: torch==2.1\n"},
        {"bentofile.yaml": "service: a:svc\npython:\n  packages:\n    - torch\n"},
        {"setup.sh": "sudo apt-get install -y python3-torch\n"},
        {"setup.sh": "uv run --with torch==2.1 a.py\n"},
        {"setup.sh": 'bash -lc "pip install torch"\n'},
        {"setup.sh": "pip install -r $REQUIREMENTS\n"},
        {"setup.sh": "pip install -r lists/gpu.txt\n"},
        {"setup.sh": "for p in $(cat packages); do pip install $p; done\n"},
        {"setup.sh": "pip install -r lists/gpu.txt\n", "lists/gpu.txt": "torch\n"},
        {"setup.sh": "conda env create -f ml.yml\n", "ml.yml": "name: a\ndependencies:\n- pytorch\n"},
        {"MLproject": "name: a\nconda_env: files/ml.yaml\n", "files/ml.yaml": "dependencies:\n- pytorch\n"},
        {"MLproject": "name: a\ndocker_env:\n  image: team/base:1\n"},
        {"MLproject": "name: a\nconda_env: conda.yaml\n"},
        {"Dockerfile": "FROM python\nRUN apt-get update && apt-get install -y python3-torch && pip install rich\n"},
        {"Dockerfile": "FROM python\nARG WHAT\nRUN pip install ${WHAT}\n"},
        {"b.py": "os.system('pip install torch')\n"},
        {"b.py": "subprocess.check_call([sys.executable, '-m', 'pip', 'install', 'torch'])\n"},
        {"b.py": "def f(p):\n    subprocess.run([sys.executable, '-m', 'pip', 'install', p])\n"},
        {"b.py": "@component(packages_to_install=['pandas', 'torch==2.1'])\ndef f(): ...\n"},
        {"b.py": "image = modal.Image.debian_slim().pip_install('torch', 'numpy')\n"},
        {"b.py": "ray.init(runtime_env={'pip': ['torch']})\n"},
        {"b.py": "env = {'dependencies': ['python=3.9', {'pip': ['torch']}]}\n"},
        {"n.ipynb": notebook("pkgs = 'a b'", "!pip install {pkgs}")},
        {"n.ipynb": notebook("%conda install pytorch")},
        {"n.ipynb": notebook("!uv pip install torch")},
        {"n.ipynb": notebook("%pip install /Volumes/a/torch-2.1-py3-none-any.whl")},
        {"Makefile": "init:\n\tzenml integration install pytorch mlflow -y\n"},
        {"b.py": "# /// script\n# dependencies = [\n#   'torch>=2',\n#   \"numpy[x]\",\n# ]\n# ///\nimport torch\n"},
        {"envs/train.yml": "name: a\nchannels:\n- conda-forge\ndependencies:\n- pytorch\n"},
        {"envs/train.yml": "dependencies:\n- pytorch\n", "job.yml": "environment:\n  conda_file: envs/train.yml\n"},
        {"spec-file.txt": "# platform: linux-64\n@EXPLICIT\nhttps://a/linux-64/pytorch-2.1.0-py3.11_0.conda\n"},
        {"pip_list.txt": "Package    Version\n---------- -------\ntorch      2.1.0\n"},
        {"conda_list.yml": "# packages in environment at /a:\n#\n# Name  Version  Build\npytorch 2.1.0 py3_0\n"},
    ],
)  # fmt: skip
def test_what_is_installed_otherwise(files: dict[str, str], tmp_path: Path) -> None:
    """By scripts, workflows, containers, services and the code; where it is not seen what, nothing is told."""
    assert told(tmp_path, {"requirements.txt": "rich\n", "a.py": "import torch\n"} | files) == []


@pytest.mark.parametrize(
    "files",
    [
        {"Makefile": 'help:\n\t@echo "pip install torch"\n'},
        {"setup.sh": "printf 'run pip install torch first'\n"},
        {"setup.sh": "# pip install torch\n"},
        {"setup.sh": "pip install --upgrade $PIP_OPTIONS -e ${REPO_DIR}\n"},
        {"setup.sh": "pip uninstall torch\n"},
        {"setup.sh": "pip install -r requirements.txt\n"},
        {"setup.sh": "pip install -r requirements-dev.txt\n"},
        {".github/workflows/a.yml": "jobs:\n  a:\n    steps:\n    # pip install torch\n    - run: pip install black\n"},
        {"docker-compose.yml": "services:\n  a:\n    image: ghcr.io/mlflow/mlflow:v2\n"},
        {"Dockerfile": "FROM python\nRUN echo pip install torch && pip install rich\n"},
        {"Dockerfile": "FROM python\nRUN apt-get install -y libtorch && pip install rich\n"},
        {"MLproject": "name: a\ndocker_env:\n  image: mine\n", "Dockerfile": "FROM python\nRUN pip install rich\n"},
        {"b.py": "raise ImportError('pip install torch')\n"},
        {"b.py": "logger.info('install it with: pip install torch')\n"},
        {"b.py": "f(names=['torch'])\n"},
    ],
)
def test_what_is_not_installed_is_told(files: dict[str, str], tmp_path: Path) -> None:
    """What is only talked of, and servers that run beside the project."""
    assert len(told(tmp_path, {"requirements.txt": "rich\n", "a.py": "import torch\n"} | files)) == 1


def test_what_is_installed_comes_with_what_it_brings() -> None:
    """The code of a project may install, too; a curated environment has what nobody lists."""
    found = installed(analysed({"a.py": "import os\nos.system('pip install seaborn')\n"}))
    assert {"seaborn", "matplotlib", "pandas"} <= found.names
    assert not found.is_open
    assert installed(analysed({"a.py": "env = ws.environments['AzureML-pytorch-1.9']\n"})).is_open
