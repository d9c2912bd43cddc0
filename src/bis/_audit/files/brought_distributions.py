"""What distributions bring along: those that they require, and what these require.

The table beside this module is made by ``docs/generate_brought_distributions.py``, from published metadata. Here is
what these do not say: names of conda, distributions that are other builds of one, what many older releases required,
and some that the table does not have. The table is read when the first import is not declared by name.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from packaging.version import InvalidVersion, Version

if TYPE_CHECKING:
    from collections.abc import Iterator

_TABLE = Path(__file__).with_name("brought_distributions.txt")

# Names that conda has for what pip calls otherwise.
OF_CONDA = {
    "pytorch": "torch", "pytorch-cpu": "torch", "pytorch-gpu": "torch", "py-xgboost": "xgboost",
    "py-opencv": "opencv-python", "opencv": "opencv-python", "matplotlib-base": "matplotlib",
    "tensorflow-base": "tensorflow", "msgpack-python": "msgpack", "python-graphviz": "graphviz",
}  # fmt: skip

# Distributions that are other builds or parts of one, and require what it does.
_AS = {
    **OF_CONDA,
    **dict.fromkeys(("py-xgboost-cpu", "py-xgboost-gpu", "xgboost-cpu"), "xgboost"),
    **dict.fromkeys(
        (
            "tensorflow-cpu", "tensorflow-gpu", "tensorflow-macos", "tensorflow-intel", "tensorflow-rocm",
            "tensorflow-aarch64", "tf-nightly", "tf-nightly-gpu", "tensorflow-mkl", "tensorflow-eigen",
            "intel-tensorflow",
        ),
        "tensorflow",
    ),
    "geopandas-base": "geopandas",
    "ray-core": "ray",
    "ray-default": "ray[default]",
    "ray-tune": "ray[tune]",
}  # fmt: skip

_ALSO: dict[str, str] = {
    # what older releases required
    "kedro": "anyconfig cachetools toml",
    "sentence-transformers": "pillow",
    "ray": "numpy",
    "stable-baselines3": "matplotlib pandas",
    # what conda installs besides
    "pytorch": "numpy",
    "anaconda": "numpy pandas scipy scikit-learn matplotlib seaborn requests pyyaml jupyter sqlalchemy statsmodels"
    " bokeh pillow",
    # what the table does not have
    "chemprop": "torch lightning rdkit numpy pandas scikit-learn astartes",
    "lime": "numpy scipy scikit-learn scikit-image matplotlib tqdm",
    "pycaret": "numpy pandas scipy scikit-learn matplotlib joblib plotly lightgbm imbalanced-learn category-encoders"
    " yellowbrick requests ipywidgets",
    "ydata-profiling": "numpy pandas scipy matplotlib seaborn pydantic pyyaml jinja2 requests tqdm statsmodels",
    "tensorflow-datasets": "numpy absl-py protobuf requests tqdm termcolor",
    "hydra-optuna-sweeper": "hydra-core optuna",
    "hydra-joblib-launcher": "hydra-core joblib",
    "hydra-submitit-launcher": "hydra-core submitit",
    "hydra-colorlog": "hydra-core colorlog",
    "dvclive": "dvc ruamel-yaml",
    "azureml-mlflow": "mlflow-skinny azure-identity",
    "azureml-defaults": "azureml-core azureml-inference-server-http flask pyyaml requests",
    "azure-ai-ml": "azure-core msrest pyyaml azure-storage-blob marshmallow jsonschema",
    "sagemaker": "boto3 botocore numpy pandas protobuf pyyaml requests attrs cloudpickle packaging",
}

# Families of which every member requires one, where the table does not have a member.
_FAMILIES = (
    ("apache-airflow-providers-", "apache-airflow"), ("dagster-", "dagster"), ("prefect-", "prefect"),
    ("kedro-", "kedro"), ("flytekitplugins-", "flytekit"), ("llama-index-", "llama-index-core"),
    ("langchain-", "langchain-core"), ("google-cloud-", "google-api-core google-auth protobuf"),
    ("azure-", "azure-core"), ("opentelemetry-", "opentelemetry-api"), ("optuna-", "optuna"), ("dvc-", "dvc"),
    ("streamlit-", "streamlit"), ("flask-", "flask"), ("django-", "django"), ("dash-", "dash"), ("pytest-", "pytest"),
    ("adafruit-circuitpython-", "adafruit-blinka"), ("mlflow-", "mlflow-skinny"), ("hydra-", "hydra-core"),
)  # fmt: skip

_OF_SPACY = re.compile(r"(?:spacy-model-)?[a-z]{2,3}-(?:core|dep|ent)-[a-z]+-(?:sm|md|lg|trf)")  # a model of a language
ANY = "any"  # a version that is not known, and may not be the newest
_WORD = re.compile(r"(?P<name>[^=<>]+)(?P<same>==)?(?:>(?P<after>[^<>]+))?(?:<(?P<before>.+))?")
_EXACT = re.compile(r"(?:={1,3}\s*)?v?(\d[\w.!+-]*)(?:=.*)?")  # of pip, and with a build, of conda

_closed: dict[tuple[str, str], frozenset[str]] = {}


@cache
def table() -> dict[str, str]:
    """What each distribution, or ``name[extra]``, requires, word by word: see the script that makes it."""
    lines = (line.partition(" ") for line in _TABLE.read_text(encoding="utf-8").splitlines())
    return {name: words for name, _space, words in lines}


def version_of(spec: str) -> str:
    """The version that a specification names, ``any`` where it keeps newer ones out, and nothing where it does not."""
    exact = _EXACT.fullmatch(spec.strip())
    if exact:
        return exact[1]
    return ANY if re.search(r"[<~^=*]", spec.replace(">=", "")) else ""


def brought_by(distribution: str, version: str = "") -> frozenset[str]:
    """The distributions that one brings along, and those that they bring.

    Parameters
    ----------
    distribution : str
        A normalised name; ``name[extra]`` is what an extra adds.
    version : str
        That of the distribution, or ``any``; the newest otherwise, as those of what it brings are.
    """
    if (distribution, version) not in _closed:
        seen: set[str] = set()
        pending = [(distribution, version)]
        while pending:
            name, of = pending.pop()
            new = [one for one in _required(name, of) if one[0] not in seen]
            seen.update(one for one, _version in new)
            pending += new
        _closed[distribution, version] = frozenset(name for name in seen if "[" not in name and name != distribution)
    return _closed[distribution, version]


def _required(name: str, version: str) -> Iterator[tuple[str, str]]:
    """What a distribution requires, with the version of each as far as that is known."""
    if name in _AS:
        yield _AS[name], version
    for word in _ALSO.get(name, "").split():
        yield word, ""
    if _OF_SPACY.fullmatch(name):
        yield "spacy", ""
    if name not in table():
        for prefix, words in _FAMILIES:
            if name.startswith(prefix):
                yield from ((word, "") for word in words.split())
    for word in table().get(name, "").split():
        match = _WORD.fullmatch(word)
        if match and _holds(version, match["after"], match["before"]):
            own = match["same"] or match["name"].partition("[")[0] == name.partition("[")[0]
            yield match["name"], version if own or version == ANY else ""


def _holds(version: str, after: str | None, before: str | None) -> bool:
    """Whether a release is between two; of the newest, whether none came after."""
    if version == ANY or not (after or before):
        return True
    try:
        one = Version(version) if version else None
        if one is None:
            return before is None
        return not (after and one <= Version(after)) and not (before and one >= Version(before))
    except InvalidVersion:
        return True


@cache
def _named() -> frozenset[str]:
    words = " ".join((*table(), *table().values(), *_ALSO, *_ALSO.values(), *_AS))
    return frozenset(re.findall(r"(?:^| )([^\s\[=<>]+)", words))


# Distributions without a line in the table that require nothing of what others commonly do.
_REQUIRE_NOTHING = frozenset(
    {
        "argparse", "asyncio", "backports", "bs4", "configparser", "dataclasses", "enum34", "futures", "ibm-db",
        "mpi4py", "mysqlclient", "numpy-base", "pathlib", "psycopg2", "pygame", "pyodbc", "sip", "typing",
        "uuid", "yaml",
    }
)  # fmt: skip
_MANY = 20  # distributions that require one: it may come along with any other


def is_opaque(distribution: str) -> bool:
    """Whether it is not known what a distribution requires."""
    known = distribution in table() or distribution in _AS or distribution in _ALSO
    return not known and distribution not in _REQUIRE_NOTHING


@cache
def common() -> frozenset[str]:
    """The distributions that many others require: numpy, requests, and their like."""
    required = (_WORD.match(word) for name, words in table().items() if "[" not in name for word in words.split())
    counted = Counter(match["name"].partition("[")[0] for match in required if match)
    return frozenset(name for name, number in counted.items() if number >= _MANY)


def is_named(distribution: str) -> bool:
    """Whether the table has a distribution, or has it as one that another brings."""
    return distribution in _named()
