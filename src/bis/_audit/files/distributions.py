"""Which distribution gives which import, and which imports no project declares."""

from __future__ import annotations

import sys

from packaging.utils import canonicalize_name

from bis._audit.files.brought_distributions import is_named
from bis._audit.files.module_names import table


def _words(*lines: str) -> frozenset[str]:
    return frozenset(word for line in lines for word in line.split())


# Modules of the standard library, those of other versions of Python too.
_STANDARD_LIBRARY = sys.stdlib_module_names | _words(
    "aifc asynchat asyncore audioop binhex cgi cgitb chunk compression crypt distutils dummy_threading formatter",
    "graphlib imghdr imp lib2to3 macpath mailcap msilib nis nntplib ossaudiodev parser pipes smtpd sndhdr spwd",
    "sre_compile sre_constants sre_parse sunau symbol telnetlib tomllib uu xdrlib zoneinfo __future__ __main__",
    "BaseHTTPServer ConfigParser Cookie HTMLParser Queue SimpleHTTPServer SocketServer StringIO Tkinter UserDict",
    "__builtin__ _winreg cPickle cStringIO commands cookielib copy_reg dummy_thread htmlentitydefs"
    " httplib md5 sets sha",
    "thread tkFileDialog urllib2 urlparse xmlrpclib",
)

# What only a platform gives (Databricks, Colab, Kaggle, Synapse), what the kernel of a notebook has, and what installs.
_OF_PLATFORMS = _words(
    "dbutils databricks databricks.automl databricks.automl_runtime databricks.feature_store databricks.koalas",
    "pyspark.dbutils cdsw cml cmlapi cmlbootstrap",
    "google google.colab kaggle_secrets kaggle_datasets kaggle_web_client notebookutils mssparkutils",
    "synapse IPython ipykernel get_ipython js pyodide micropip",
    "pkg_resources setuptools pip wheel _distutils_hack conda conda_build",
)

_NAMESPACES = frozenset({"google", "databricks"})  # many distributions share these; alone they say nothing

_TENSORFLOW = (
    "tensorflow tensorflow-cpu tensorflow-gpu tensorflow-macos tensorflow-intel tensorflow-rocm"
    " tensorflow-aarch64 tf-nightly"
    " tf-nightly-gpu tensorflow-mkl tensorflow-base tensorflow-eigen intel-tensorflow"
)
_OPENCV = (
    "opencv-python opencv-python-headless opencv-contrib-python opencv-contrib-python-headless opencv py-opencv"
    " libopencv"
)
_AZUREML = "azureml-*"

# Names of imports -> distributions, any of which gives it; a star matches anything. Equal names need no line.
_DISTRIBUTIONS: dict[str, str] = {
    # data and numbers
    "sklearn": "scikit-learn scikit-learn-intelex sklearn",
    "sklearnex": "scikit-learn-intelex",
    "daal4py": "daal4py scikit-learn-intelex",
    "skimage": "scikit-image",
    "skopt": "scikit-optimize",
    "skmultilearn": "scikit-multilearn",
    "skmultiflow": "scikit-multiflow",
    "sksurv": "scikit-survival",
    "scikitplot": "scikit-plot mljar-scikit-plot",
    "imblearn": "imbalanced-learn",
    "mpl_toolkits": "matplotlib matplotlib-base basemap",
    "matplotlib": "matplotlib matplotlib-base",
    "pylab": "matplotlib matplotlib-base",
    "numpy": "numpy numpy-base",
    "pandas_profiling": "pandas-profiling ydata-profiling",
    "ydata_profiling": "ydata-profiling pandas-profiling",
    "data_profiling": "fg-data-profiling",
    "redis_lock": "python-redis-lock",
    "sweetviz": "sweetviz",
    "tables": "tables pytables",
    "netCDF4": "netcdf4",
    "osgeo": "gdal",
    "gdal": "gdal",
    "mpi4py": "mpi4py",
    "Bio": "biopython",
    "rdkit": "rdkit rdkit-pypi",
    "umap": "umap-learn",
    "hdbscan": "hdbscan scikit-learn",
    "community": "python-louvain",
    "igraph": "igraph python-igraph",
    "pywt": "pywavelets",
    "mapie": "mapie",
    "kmodes": "kmodes",
    "pyod": "pyod",
    "prophet": "prophet fbprophet",
    "fbprophet": "fbprophet",
    "statsmodels": "statsmodels",
    "xgboost": "xgboost xgboost-cpu py-xgboost py-xgboost-cpu py-xgboost-gpu",
    "lightgbm": "lightgbm lightgbm-gpu",
    "shap": "shap",
    "lime": "lime",
    "interpret": "interpret interpret-core",
    "h2o": "h2o h2o-pysparkling-*",
    "ruptures": "ruptures",
    "feature_engine": "feature-engine",
    "sktime": "sktime",
    "plotly_express": "plotly-express plotly",
    "chart_studio": "chart-studio",
    "kaleido": "kaleido python-kaleido",
    "graphviz": "graphviz python-graphviz",
    "pydot": "pydot",
    "pydotplus": "pydotplus",
    "wordcloud": "wordcloud",
    "missingno": "missingno",
    "geopandas": "geopandas geopandas-base",
    "mlxtend": "mlxtend",
    # deep learning
    "tensorflow": _TENSORFLOW,
    "keras": "keras keras-nightly " + _TENSORFLOW,
    "tensorboard": "tensorboard tb-nightly",
    "tensorflow_datasets": "tensorflow-datasets tfds-nightly",
    "tensorflow_hub": "tensorflow-hub tf-hub-nightly",
    "tensorflow_addons": "tensorflow-addons",
    "tensorflow_probability": "tensorflow-probability tfp-nightly",
    "tensorflow_text": "tensorflow-text",
    "tensorflow_data_validation": "tensorflow-data-validation tfx",
    "tensorflow_transform": "tensorflow-transform tfx",
    "tensorflow_model_analysis": "tensorflow-model-analysis tfx",
    "tf_keras": "tf-keras",
    "tflite_runtime": "tflite-runtime",
    "keras_tuner": "keras-tuner",
    "kerastuner": "keras-tuner",
    "torch": "torch pytorch pytorch-cpu pytorch-gpu torch-cpu",
    "torchvision": "torchvision torchvision-cpu",
    "torchtext": "torchtext",
    "functorch": "torch pytorch functorch",
    "torch_geometric": "torch-geometric pyg",
    "pytorch_lightning": "pytorch-lightning",
    "pl_examples": "pytorch-lightning",
    "lightning": "lightning",
    "lightning_fabric": "lightning-fabric lightning pytorch-lightning",
    "torch_xla": "torch-xla",
    "pytorch_forecasting": "pytorch-forecasting",
    "pytorch_tabnet": "pytorch-tabnet",
    "segmentation_models_pytorch": "segmentation-models-pytorch",
    "efficientnet_pytorch": "efficientnet-pytorch",
    "ignite": "pytorch-ignite ignite",
    "timm": "timm",
    "fastai": "fastai",
    "fastbook": "fastbook",
    "flax": "flax",
    "jax": "jax",
    "jaxlib": "jaxlib jax",
    "onnxruntime": "onnxruntime onnxruntime-gpu",
    "faiss": "faiss-cpu faiss-gpu faiss faiss-gpu-cu*",
    "clip": "clip openai-clip",
    "whisper": "openai-whisper",
    "sentence_transformers": "sentence-transformers",
    "huggingface_hub": "huggingface-hub",
    "bitsandbytes": "bitsandbytes",
    "detectron2": "detectron2",
    "mmcv": "mmcv mmcv-full mmcv-lite",
    "mmdet": "mmdet",
    "monai": "monai monai-weekly",
    "onmt": "opennmt-py",
    "art": "adversarial-robustness-toolbox art",
    "rl": "keras-rl keras-rl2 rl",
    "yolov5": "yolov5",
    "gym": "gym gymnasium",
    "stable_baselines3": "stable-baselines3",
    "sb3_contrib": "sb3-contrib",
    "spacy": "spacy",
    "en_core_web_sm": "en-core-web-sm spacy-model-en-core-web-sm spacy",
    "en_core_web_md": "en-core-web-md spacy-model-en-core-web-md spacy",
    "en_core_web_lg": "en-core-web-lg spacy-model-en-core-web-lg spacy",
    "sacrebleu": "sacrebleu",
    "rouge_score": "rouge-score",
    "langchain_core": "langchain-core",
    "langchain_community": "langchain-community",
    "langchain_openai": "langchain-openai",
    "llama_index": "llama-index llama-index-core",
    "pinecone": "pinecone-client pinecone",
    # tracking, configuration, pipelines
    "mlflow": "mlflow mlflow-skinny mlflow-tracing",
    "hydra": "hydra-core",
    "hydra_plugins": "hydra-core hydra-*",
    "comet_ml": "comet-ml",
    "clearml": "clearml",
    "trains": "trains",
    "neptune": "neptune neptune-client",
    "neptunecontrib": "neptune-contrib",
    "aim": "aim",
    "sacred": "sacred",
    "tensorboardX": "tensorboardx",
    "kedro_mlflow": "kedro-mlflow",
    "kedro_datasets": "kedro-datasets",
    "kedro_viz": "kedro-viz",
    "dvc": "dvc dvc-*",
    "dvclive": "dvclive",
    "airflow": "apache-airflow apache-airflow-core",
    "great_expectations": "great-expectations",
    "deepchecks": "deepchecks",
    "ray": "ray ray-core ray-default ray-all ray-tune ray-ml",
    "optuna_integration": "optuna-integration",
    "bayes_opt": "bayesian-optimization",
    "GPyOpt": "gpyopt",
    "ax": "ax-platform",
    "ConfigSpace": "configspace",
    "absl": "absl-py",
    "box": "python-box",
    "dotenv": "python-dotenv",
    "decouple": "python-decouple",
    "environ": "django-environ environ-config",
    "confuse": "confuse",
    "yaml": "pyyaml",
    "ruamel": "ruamel-yaml ruamel-yaml-*",
    "toml": "toml",
    "from_root": "from-root",
    "feast": "feast",
    "hopsworks": "hopsworks",
    "hsfs": "hsfs hopsworks",
    "wandb": "wandb",
    "dagshub": "dagshub",
    "pycaret": "pycaret pycaret-nightly pycaret-ts-alpha",
    # services and stores
    "PIL": "pillow pillow-simd",
    "cv2": _OPENCV,
    "bs4": "beautifulsoup4 bs4",
    "lxml": "lxml",
    "git": "gitpython",
    "github": "pygithub",
    "gitlab": "python-gitlab",
    "dateutil": "python-dateutil",
    "attr": "attrs",
    "attrs": "attrs",
    "psycopg2": "psycopg2 psycopg2-binary",
    "psycopg": "psycopg psycopg-binary",
    "MySQLdb": "mysqlclient mysql-python",
    "mysql": "mysql-connector-python mysql-connector mysql-connector-python-rf",
    "pymysql": "pymysql",
    "pymongo": "pymongo",
    "bson": "pymongo bson",
    "gridfs": "pymongo",
    "redis": "redis redis-py",
    "pyodbc": "pyodbc",
    "snowflake": "snowflake-*",
    "elasticsearch": "elasticsearch elasticsearch*",
    "kafka": "kafka-python kafka-python-ng",
    "confluent_kafka": "confluent-kafka",
    "cassandra": "cassandra-driver scylla-driver",
    "pyspark": "pyspark databricks-connect pyspark-client",
    "delta": "delta-spark",
    "pyhive": "pyhive",
    "boto3": "boto3",
    "botocore": "botocore",
    "s3fs": "s3fs",
    "minio": "minio",
    "azureml": _AZUREML,
    "azure": "azure-* azure azureml-* msrest*",
    "azure.ai.ml": "azure-ai-ml",
    "azure.identity": "azure-identity",
    "azure.storage": "azure-storage-*",
    "msrest": "msrest azure-*",
    "google.cloud": "google-cloud-* google-cloud gcloud",
    "google.protobuf": "protobuf",
    "google.auth": "google-auth",
    "google.oauth2": "google-auth",
    "google.generativeai": "google-generativeai",
    "google.genai": "google-genai",
    "google.api_core": "google-api-core",
    "googleapiclient": "google-api-python-client",
    "vertexai": "google-cloud-aiplatform",
    "kfp": "kfp",
    "ee": "earthengine-api",
    "databricks.sdk": "databricks-sdk",
    "databricks.connect": "databricks-connect",
    "databricks.sql": "databricks-sql-connector",
    "databricks_cli": "databricks-cli",
    "databricks_langchain": "databricks-langchain",
    "databricks.feature_engineering": "databricks-feature-engineering",
    "databricks.vector_search": "databricks-vectorsearch",
    "opentelemetry": "opentelemetry-*",
    "prometheus_client": "prometheus-client",
    "prometheus_flask_exporter": "prometheus-flask-exporter",
    "flask_cors": "flask-cors",
    "flask_sqlalchemy": "flask-sqlalchemy",
    "flask_wtf": "flask-wtf",
    "werkzeug": "werkzeug",
    "multipart": "python-multipart",
    "socketio": "python-socketio",
    "websocket": "websocket-client",
    "jose": "python-jose python-jose-cryptodome",
    "jwt": "pyjwt",
    "Crypto": "pycryptodome pycrypto",
    "Cryptodome": "pycryptodomex",
    "OpenSSL": "pyopenssl",
    "nacl": "pynacl",
    "serial": "pyserial",
    "usb": "pyusb",
    "zmq": "pyzmq",
    "magic": "python-magic python-magic-bin",
    "slugify": "python-slugify",
    "docx": "python-docx",
    "pptx": "python-pptx",
    "fitz": "pymupdf fitz",
    "PyPDF2": "pypdf2",
    "pdfminer": "pdfminer-six pdfminer",
    "xlrd": "xlrd",
    "Levenshtein": "levenshtein python-levenshtein",
    "fuzzywuzzy": "fuzzywuzzy",
    "MeCab": "mecab-python3",
    "telegram": "python-telegram-bot",
    "discord": "discord-py",
    "slack": "slackclient",
    "slack_sdk": "slack-sdk",
    "kubernetes": "kubernetes",
    "docker": "docker docker-py",
    "consul": "python-consul",
    "ldap3": "ldap3",
    "cpuinfo": "py-cpuinfo",
    "pynvml": "pynvml nvidia-ml-py nvidia-ml-py3",
    "GPUtil": "gputil",
    "win32com": "pywin32",
    "win32api": "pywin32",
    "speech_recognition": "speechrecognition",
    "pythonjsonlogger": "python-json-logger",
    "typing_extensions": "typing-extensions",
    "importlib_metadata": "importlib-metadata",
    "importlib_resources": "importlib-resources",
    "pyarrow": "pyarrow pyarrow-core",
    "kagglehub": "kagglehub",
    "streamlit_option_menu": "streamlit-option-menu",
    "sqlalchemy": "sqlalchemy",
    "pydantic_settings": "pydantic-settings",
    "ucimlrepo": "ucimlrepo",
    "gi": "pygobject",
    "Xlib": "python-xlib",
    "markdown": "markdown",
    "jinja2": "jinja2",
    "evidently": "evidently",
    "whylogs": "whylogs",
    "nannyml": "nannyml",
    "gdown": "gdown",
    "pytest": "pytest",
    "_pytest": "pytest",
    "nbformat": "nbformat jupyter jupyterlab notebook",
    "ipywidgets": "ipywidgets jupyter",
    "notebook": "notebook jupyter",
    "jupyter_client": "jupyter-client jupyter",
}  # fmt: skip


def needs_no_declaration(name: str) -> bool:
    """Whether an import is of the standard library, or of what a platform or every notebook has."""
    parts = name.split(".")
    prefixes = {".".join(parts[:end]) for end in range(1, len(parts) + 1)}
    if len(parts) > 1:
        prefixes -= _NAMESPACES
    return bool(
        parts[0] in _STANDARD_LIBRARY
        or prefixes & _OF_PLATFORMS
        or parts[0].startswith("_")
        or not parts[0].isidentifier()
    )


def distributions_of(name: str) -> tuple[str, ...]:
    """The distributions that give an import, any of which will do; at the end a star may match anything.

    Parameters
    ----------
    name : str
        A dotted name; the longest known prefix decides.
    """
    parts = name.split(".")
    for end in range(len(parts), 1, -1):
        known = _DISTRIBUTIONS.get(".".join(parts[:end]))
        if known is not None:
            return tuple(known.split())
    of_root = (*_DISTRIBUTIONS.get(parts[0], "").split(), *table().get(parts[0], ()), canonicalize_name(parts[0]))
    return tuple(dict.fromkeys(of_root))


def is_known(name: str) -> bool:
    """Whether it is known which distributions give an import."""
    root = name.partition(".")[0]
    return root in _DISTRIBUTIONS or root in table() or is_named(canonicalize_name(root))
