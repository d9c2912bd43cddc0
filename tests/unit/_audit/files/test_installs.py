"""What installing commands declare."""

from __future__ import annotations

import pytest

from bis._audit.files.installs import read_dockerfile, read_install
from bis._audit.files.requirements import Sheet
from bis.model.project_audit import Place


def install(text: str) -> Sheet:
    """A line that was read."""
    sheet = Sheet("work.ipynb")
    read_install(sheet, text, Place("work.ipynb", 2, 1))
    return sheet


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("!pip install -q mlflow==2.9.0 'scikit-learn>=1.2'", [("mlflow", True), ("scikit-learn", False)]),
        ("%pip install mlflow[extras]==2.9 -U", [("mlflow", True)]),
        ("pip3 install pandas>=1.0", [("pandas", False)]),
        ("python -m pip install --upgrade pip wheel", [("pip", False), ("wheel", False)]),
        ("{sys.executable} -m pip install tqdm", [("tqdm", False)]),
        ("!apt-get install python3-pip && pip install a; pip install b==1.0", [("a", False), ("b", True)]),
        ("pip install --extra-index-url https://x.org/simple torch==2.1.0+cpu", [("torch", True)]),
        ("!conda install -y -c conda-forge numpy=1.26.4 pandas", [("numpy", True), ("pandas", False)]),
        ("uv pip install ruff==0.9", [("ruff", True)]),
        ("!uv add polars@1.2.0", [("polars", True)]),
        ("poetry add flask", [("flask", False)]),
        ("pip install git+https://example.org/a/tool.git@v2.0", [("tool", True)]),
        ("install mlflow", [("mlflow", False)]),
        ("pip install mlflow==$VERSION", [("mlflow", False)]),
        ("pip install -e .", []),
        ("pip install .", []),
        ("pip install 'unclosed", [("unclosed", False)]),
        ("!apt-get install -y git", []),
        ("!npm install leftpad", []),
        ("install -d -o appuser -g appuser /var/lib/zebra", []),
        ("install -m 0755 -d /etc/apt/keyrings", []),
        ("install -Dm644 zebra.service /etc/systemd/zebra.service", []),
        ("# how to install mlflow", []),
    ],
)
def test_packages_of_installing_commands(text: str, expected: list[tuple[str, bool]]) -> None:
    """The packages of pip, conda, uv and poetry are declared, options and other programs' packages are not."""
    sheet = install(text)
    assert [(one.name, one.pinned) for one in sheet.declared] == expected
    assert all(one.place == Place("work.ipynb", 2, 1) for one in sheet.declared)


def test_files_of_requirements_are_referred_to() -> None:
    """``-r`` names a file, and a conda channel is no constraint."""
    assert install("pip install -r requirements.txt -c pins.txt").includes == ["requirements.txt"]
    assert install("pip install -r requirements.txt -c pins.txt").constraints == ["pins.txt"]
    assert install("conda install -c defaults numpy").constraints == []


@pytest.mark.parametrize(
    ("copy", "install", "expected"),
    [
        ("COPY requirements-gpu.txt requirements.txt", "-r requirements.txt", "requirements-gpu.txt"),
        ("COPY ./inner/requirements.txt ./other.txt", "--requirement ./other.txt", "inner/requirements.txt"),
        ("ADD --chown=a:b env/base.in /tmp/list.txt", "-r /tmp/list.txt", "env/base.in"),
        ("COPY requirements.txt .", "-r requirements.txt", "requirements.txt"),
        ("COPY a.txt b.txt", "-r my-b.txt", "my-b.txt"),
        ("COPY --from=builder /a.txt b.txt", "-r b.txt", "b.txt"),
    ],
)
def test_a_list_that_an_image_keeps_under_another_name(copy: str, install: str, expected: str) -> None:
    """It is there, under the name that it has in the project."""
    sheet = Sheet("Dockerfile")
    read_dockerfile(sheet, f"FROM python:3.11\n{copy}\nRUN pip install {install}\n")
    assert sheet.includes == [expected]


@pytest.mark.parametrize(
    ("copy", "install", "expected"),
    [
        ("COPY ./requirements.txt /", "/requirements.txt", ["requirements.txt"]),
        ("COPY . /app", "/app/requirements.txt", ["requirements.txt"]),
        ("WORKDIR /srv\nCOPY . .", "/srv/back/requirements.txt", ["back/requirements.txt"]),
        ("WORKDIR /srv\nWORKDIR inner\nCOPY a.txt ./", "/srv/inner/a.txt", ["a.txt"]),
        ("COPY src/ /app/", "/app/requirements.txt", ["src/requirements.txt"]),
        ("COPY back/requirements*.txt /lists/", "/lists/requirements-dev.txt", ["back/requirements-dev.txt"]),
        ("COPY a.txt b.txt /lists/", "/lists/b.txt", ["b.txt"]),
        ("COPY --from=builder /w/a.txt /w/a.txt", "/w/a.txt", []),
        ("COPY main.py /app/", "/app/requirements.txt", []),
        ("USER me", "/opt/image/requirements.txt", []),
        ("COPY . //app", "//app/requirements.txt", ["requirements.txt"]),
        ("WORKDIR //srv", "https://host/a/requirements.txt", []),
    ],
)
def test_a_list_by_its_path_in_the_image(copy: str, install: str, expected: list[str]) -> None:
    """It is the project's where it was copied from there; what an image brings is not looked for."""
    sheet = Sheet("Dockerfile")
    read_dockerfile(sheet, f"FROM python:3.11\n{copy}\nRUN pip install -r {install}\n")
    assert sheet.includes == expected


def test_a_list_that_a_command_is_lent() -> None:
    """``RUN --mount=type=bind`` shows it to one command under any name; other mounts hold nothing of the project."""
    sheet = Sheet("Dockerfile")
    lent = "--mount=type=cache,target=/root/.cache --mount=type=bind,source=inner/a.txt,target=/tmp/list.txt"
    read_dockerfile(sheet, f"FROM python:3.11\nRUN {lent} pip install -r /tmp/list.txt\n")
    assert sheet.includes == ["inner/a.txt"]


@pytest.mark.parametrize(
    ("image", "package", "pinned"),
    [
        ("apache/airflow:2.9.1", "apache-airflow==${AIRFLOW_VERSION}", True),
        ("apache/airflow:slim-2.9.1-python3.11", "apache-airflow==$AIRFLOW_VERSION", True),
        ("pytorch/pytorch:2.1.0-cuda12.1-cudnn8-runtime", "torch==$PYTORCH_VERSION", True),
        ("apache/airflow:latest", "apache-airflow==${AIRFLOW_VERSION}", False),
        ("python:3.11.2", "apache-airflow==${AIRFLOW_VERSION}", False),
    ],
)
def test_the_version_that_an_image_says(image: str, package: str, pinned: bool) -> None:
    """To what is built upon it."""
    sheet = Sheet("Dockerfile")
    read_dockerfile(sheet, f'FROM {image}\nRUN pip install --no-cache-dir "{package}"\n')
    assert [one.pinned for one in sheet.declared] == [pinned]


def test_a_model_of_spacy_is_the_one_for_the_spacy_that_is_there() -> None:
    """Its own version follows from that."""
    assert [one.pinned for one in install("python -m spacy download en_core_web_sm").declared] == [True]


def test_dockerfiles_have_lines_that_go_on_and_variables() -> None:
    """A command over several lines is one, and the default of an argument is the version that is meant."""
    sheet = Sheet("Dockerfile")
    text = 'ARG MLFLOW="2.9.0"\nFROM python:3.11\n# RUN pip install no\nRUN --mount=type=cache pip install \\\n'
    read_dockerfile(sheet, text + "  mlflow==${MLFLOW} \\\n  boto3 && echo pip\nRUN pip install -r requirements.txt\n")
    assert [(one.name, one.pinned, one.place.line) for one in sheet.declared] == [
        ("mlflow", True, 4),
        ("boto3", False, 4),
    ]
    assert sheet.includes == ["requirements.txt"]
