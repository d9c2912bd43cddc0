"""What distributions bring along: those that they require, and what these require.

The table beside this module is made by ``docs/generate_brought_distributions.py``, from published metadata. Here is what
these do not say: names of conda, distributions that are other builds of one, what many older releases required, and
some that the table does not have. The table is read when the first import is not declared by name.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

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
    "mlflow": "entrypoints querystring-parser waitress",
    "mlflow-skinny": "python-dateutil pytz",
    "kedro": "anyconfig cachetools toml",
    "sentence-transformers": "pillow",
    "tensorflow": "tensorboard tensorflow-estimator",
    "jupyterlab": "notebook",
    "ray": "numpy",
    "stable-baselines3": "matplotlib pandas",
    "wandb": "psutil",
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
    "azure-ai-ml": "azure-core msrest pyyaml azure-storage-blob marshmallow jsonschema",
    "sagemaker": "boto3 botocore numpy pandas protobuf pyyaml requests attrs cloudpickle packaging",
}

_closed: dict[str, frozenset[str]] = {}


@cache
def table() -> dict[str, str]:
    """What each distribution, or ``name[extra]``, requires: distributions, and extras of these, with spaces between."""
    lines = (line.partition(" ") for line in _TABLE.read_text(encoding="utf-8").splitlines())
    return {name: words for name, _space, words in lines}


def brought_by(distribution: str) -> frozenset[str]:
    """The distributions that one brings along, and those that they bring; ``name[extra]`` is what an extra adds."""
    if distribution not in _closed:
        found: set[str] = set()
        pending = [distribution]
        while pending:
            new = _required(pending.pop()) - found
            found |= new
            pending += new
        _closed[distribution] = frozenset(name for name in found if "[" not in name and name != distribution)
    return _closed[distribution]


def _required(name: str) -> set[str]:
    found = {*table().get(name, "").split(), *_ALSO.get(name, "").split()}
    return found | {_AS[name]} if name in _AS else found


@cache
def _named() -> frozenset[str]:
    words = " ".join((*table(), *table().values(), *_ALSO, *_ALSO.values(), *_AS))
    return frozenset(name.partition("[")[0] for name in words.split())


def is_named(distribution: str) -> bool:
    """Whether the table has a distribution, or has it as one that another brings."""
    return distribution in _named()
