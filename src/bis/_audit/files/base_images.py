"""What an image or a platform has installed before a project installs anything: by the names of well-known ones."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from bis._audit.files.brought_distributions import ANY, brought_by

_HOSTED = Path(__file__).with_name("hosted_distributions.txt")
_SCIENCE = "numpy scipy pandas matplotlib scikit-learn"
_JUPYTER = "jupyterlab notebook ipywidgets nbformat jupyter-client requests"
_STACK = (
    f"{_SCIENCE} {_JUPYTER} seaborn statsmodels sympy bokeh cython dask distributed dill h5py numba patsy pytables"
    " tables scikit-image sqlalchemy protobuf cloudpickle beautifulsoup4 xlrd openpyxl altair bottleneck numexpr pillow"
)
_TORCH = "torch torchvision torchaudio numpy pyyaml requests tqdm pillow psutil"
_DATABRICKS = (
    f"{_STACK} pyspark delta-spark mlflow mlflow-skinny databricks-sdk databricks-cli"
    " databricks-feature-engineering databricks-automl-runtime databricks-connect databricks-sql-connector"
    " databricks-vectorsearch koalas pyarrow boto3 botocore plotly xgboost lightgbm hyperopt optuna torch"
    " torchvision tensorflow keras tensorboard horovod petastorm mleap spark-tensorflow-distributor transformers"
    " datasets evaluate sentence-transformers accelerate huggingface-hub tokenizers shap prophet spacy nltk gensim"
    " category-encoders imbalanced-learn joblib langchain openai tiktoken faiss-cpu ray great-expectations"
    " feature-store catboost graphframes sparkdl synapseml pydantic jinja2 pyyaml azure-identity"
    " azure-storage-blob azure-core google-cloud-storage gunicorn flask fastapi librosa soundfile networkx"
    " gymnasium peft deepspeed wordcloud ydata-profiling imageio simplejson tqdm paramiko psycopg2 pmdarima"
    " holidays pytorch-lightning sentencepiece tabulate requests rich typer ujson gitpython torcheval tensorboardx"
    " tf-keras tensorflow-cpu pyodbc psutil cmdstanpy fasttext mosaicml-streaming optuna-integration xgboost-ray"
    " httpx aiohttp smart-open six ipython"
)

# The image of Airflow has its providers for the common services, and the clients that these need.
_AIRFLOW = (
    "apache-airflow apache-airflow-providers-common-sql pandas numpy requests boto3 botocore docker kubernetes psycopg2"
    " psycopg2-binary mysqlclient redis slack-sdk snowflake-connector-python google-cloud-storage google-cloud-bigquery"
    " google-auth azure-storage-blob azure-identity paramiko pyodbc pyarrow elasticsearch celery statsd sqlalchemy"
    " pendulum flask jinja2 pyyaml pydantic"
)
_NGC = f"{_TORCH} {_STACK} tensorboard onnx opencv-python librosa pyarrow apex transformer-engine sentencepiece pynvml"

# By a part of the name of an image, without its tag: what it brings. The first that is found counts.
_BRINGS: tuple[tuple[str, str], ...] = (
    (r"jupyter/(?:pyspark|all-spark)-notebook", f"{_STACK} pyspark pyarrow"),
    (r"jupyter/tensorflow-notebook", f"{_STACK} tensorflow"),
    (r"jupyter/pytorch-notebook", f"{_STACK} torch torchvision torchaudio"),
    (r"jupyter/(?:scipy|datascience)-notebook|jupyter/docker-stacks", _STACK),
    (r"jupyter/(?:minimal|base)-notebook", _JUPYTER),
    (r"\b763104351884\b|/sagemaker-distribution", "*"),  # the deep learning containers of AWS
    (r"nvidia/pytorch", _NGC),
    (r"(?:pytorch|bitnami|anibali|rocm|mosaicml)/pytorch|pytorch-(?:training|inference|gpu|cuda)", _TORCH),
    (r"huggingface/transformers-tensorflow", f"{_SCIENCE} transformers tensorflow"),
    (r"huggingface/(?:transformers|accelerate|peft|trl)", f"{_TORCH} transformers accelerate datasets huggingface-hub"),
    (r"(?:tensorflow|nvidia|rocm)/tensorflow|tensorflow-(?:training|inference|gpu)", "tensorflow keras numpy"),
    (r"tensorflow/tfx|tensorflowextended/", "tfx tensorflow keras numpy"),
    (r"pytorchlightning/", f"{_TORCH} lightning pytorch-lightning"),
    (r"daskdev/dask", "dask distributed numpy pandas bokeh pyarrow numba"),
    (r"devcontainers/anaconda", f"{_STACK} anaconda"),
    (r"devcontainers/universal|codespaces-linux", f"{_STACK} torch plotly"),
    (r"(?:continuumio/anaconda|anaconda3?$)", f"{_STACK} anaconda"),
    (r"gcr\.io/kaggle|kaggle/python|deeplearning-platform-release|deepo", "*"),
    (r"databricksruntime|databricks/", _DATABRICKS),
    (r"(?:apache|bitnami|jupyter|datamechanics|gcr\.io/spark-operator)/spark", "pyspark py4j"),
    (r"apache/airflow|astronomer|astro-runtime|bitnami/airflow", _AIRFLOW),
    (r"(?:mlflow/mlflow|burakince/mlflow|larribas/mlflow|adacotechjp/mlflow|/mlflow$)", "mlflow"),
    (r"rayproject/ray-(?:ml|llm)", "*"),
    (r"rayproject/ray", "ray numpy pandas"),
    (r"tiangolo/(?:uvicorn-gunicorn-fastapi|uvicorn-gunicorn)", "fastapi uvicorn gunicorn starlette"),
    (r"tiangolo/(?:uwsgi-nginx-flask|meinheld-gunicorn-flask)", "flask"),
    (r"zenmldocker/", "zenml"),
    (r"prefecthq/", "prefect"),
    (r"dagster/", "dagster"),
    (r"bentoml/", "bentoml"),
    (r"azureml/(?:openmpi|intelmpi|base|minimal)", ""),  # to put an environment of conda upon
    (r"rapidsai/|sagemaker|azureml|vertex-ai|curated/|nvidia/(?:merlin|nemo)", "*"),
    (r"deepspeed|determinedai|paperspace|runpod/", "*"),
    (r"ultralytics/", f"{_TORCH} ultralytics opencv-python"),
)  # fmt: skip
_PATTERNS = tuple((re.compile(pattern), frozenset(names.split())) for pattern, names in _BRINGS)
# Images that bring Python at most, or are another service.
_BARE = re.compile(
    r"(?:^|/)(?:python|ubuntu|debian|alpine|centos|fedora|rockylinux|almalinux|amazonlinux|busybox|scratch|pypy"
    r"|buildpack-deps"
    r"|cuda|miniconda3?|micromamba|mambaforge|miniforge3?|uv|poetry|ubi\d?(?:-minimal)?|python-\d+|base-debian\d*"
    r"|python3[\w-]*"
    r"|node|nginx|postgres|postgresql|mysql|mariadb|redis|mongo|minio|mc|golang|rust|openjdk|eclipse-temurin|java|maven|gradle"
    r"|httpd|caddy|traefik|haproxy|grafana|prometheus|alertmanager|rabbitmq|kafka|zookeeper|elasticsearch|kibana|jenkins"
    r"|docker|dind|r-base|rocker|azure-functions|devcontainers|lambda)(?:$|/)"
)
_OF_SERVER = frozenset({"mlflow"})
_FROM = re.compile(r"(?im)^\s*FROM\s+(?:--\S+\s+){0,3}(?P<image>\S+)(?:\s+AS\s+(?P<stage>\S+))?")
_PYTHON = re.compile(r"(?i)\bpip3?\s+install|\bpython3?\b|\bconda\b|\.py\b|requirements|\buv\s|\bpoetry\b")


def platform_packages() -> frozenset[str]:
    """What Databricks has installed for machine learning."""
    return frozenset(_DATABRICKS.split())


@cache
def hosted_packages(host: str) -> frozenset[str]:
    """What a service has installed on which notebooks are run: ``colab`` or ``kaggle``, which builds upon the former.

    Of what Kaggle has besides, the table names what its image asks for, but not what that requires.

    The table beside this module is made by ``docs/generate_hosted_distributions.py``.
    """
    lines = (line.split() for line in _HOSTED.read_text(encoding="utf-8").splitlines())
    names = frozenset(name for name, *only in lines if not only or only == [host])
    return names if host == "colab" else names.union(*(brought_by(one, ANY) for one in names))


def images_of(text: str) -> list[str]:
    """The images from which a Dockerfile that runs Python starts, in small letters, without tags; no own stages.

    One that only names an image in which there is Python runs it, too: that of Airflow installs the list beside it. The
    image of MLflow is that of a server.
    """
    runs = _PYTHON.search(_FROM.sub("", text))
    found: list[str] = []
    stages: set[str] = set()
    for match in _FROM.finditer(text):
        image = match["image"].lower()
        if image not in stages:
            image = _without_tag(image)
            found += [image] if runs or (brought_by_image(image) or _OF_SERVER) != _OF_SERVER else []
        if match["stage"]:
            stages.add(match["stage"].lower())
    return found


def brought_by_image(image: str) -> frozenset[str] | None:
    """The distributions that an image has; a star is anything. None where it is not known: it may have any."""
    for pattern, names in _PATTERNS:
        if pattern.search(image):
            return names
    return frozenset() if _BARE.search(image) else None


def _without_tag(image: str) -> str:
    image = image.partition("@")[0]
    head, slash, last = image.rpartition("/")
    return f"{head}{slash}{last.partition(':')[0]}"
