"""Which distribution gives which import, what comes along with it, and which imports no project declares."""

from __future__ import annotations

import sys
from functools import cache

from packaging.utils import canonicalize_name

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
    "pyspark.dbutils google google.colab kaggle_secrets kaggle_datasets kaggle_web_client notebookutils mssparkutils",
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

_MLFLOW_SKINNY = (
    "cachetools click cloudpickle databricks-sdk gitpython importlib-metadata opentelemetry-api"
    " opentelemetry-sdk packaging"
    " protobuf pydantic python-dateutil python-dotenv pytz pyyaml requests sqlparse typing-extensions"
)
_LIGHTNING = "torch torchmetrics numpy tqdm pyyaml fsspec packaging typing-extensions lightning-utilities"
_OF_TENSORFLOW = (
    "keras tensorboard tensorflow-estimator numpy h5py absl-py protobuf requests packaging six termcolor wrapt"
    " typing-extensions"
)
_AROUND_HUGGING_FACE = "huggingface-hub filelock numpy packaging pyyaml regex requests tokenizers safetensors tqdm"

# What a distribution has needed in all of its versions that are in use, as far as people import it.
_BRINGS: dict[str, str] = {
    "mlflow": _MLFLOW_SKINNY + " mlflow-skinny alembic docker flask graphene matplotlib numpy"
    " pandas pyarrow scikit-learn scipy sqlalchemy gunicorn waitress markdown jinja2 entrypoints querystring-parser",
    "mlflow-skinny": _MLFLOW_SKINNY,
    "pandas": "numpy python-dateutil pytz",
    "pandas[excel]": "openpyxl xlrd xlsxwriter",
    "pandas[parquet]": "pyarrow",
    "chemprop": "torch lightning rdkit numpy pandas scikit-learn astartes",
    "stable-baselines3": "gymnasium numpy torch cloudpickle pandas matplotlib",
    "gymnasium": "numpy cloudpickle typing-extensions",
    "scikit-learn": "numpy scipy joblib threadpoolctl",
    "scipy": "numpy",
    "matplotlib": "numpy pillow packaging python-dateutil cycler kiwisolver pyparsing",
    "matplotlib-base": "numpy pillow packaging python-dateutil cycler kiwisolver pyparsing",
    "seaborn": "numpy pandas matplotlib",
    "plotly": "packaging",
    "statsmodels": "numpy pandas scipy patsy packaging",
    "xgboost": "numpy scipy",
    "lightgbm": "numpy scipy",
    "catboost": "numpy pandas scipy matplotlib plotly graphviz six",
    "imbalanced-learn": "scikit-learn numpy scipy joblib threadpoolctl",
    "scikit-image": "numpy scipy pillow networkx imageio packaging tifffile",
    "scikit-optimize": "scikit-learn numpy scipy joblib",
    "yellowbrick": "scikit-learn matplotlib numpy scipy",
    "mlxtend": "scikit-learn numpy scipy pandas matplotlib joblib",
    "category-encoders": "numpy pandas scipy scikit-learn statsmodels patsy",
    "feature-engine": "numpy pandas scipy scikit-learn statsmodels",
    "hyperopt": "numpy scipy six networkx future tqdm cloudpickle",
    "optuna": "numpy sqlalchemy tqdm pyyaml colorlog alembic packaging",
    "ray[tune]": "pandas pyarrow tensorboardx requests fsspec",
    "ray[default]": "aiohttp pydantic prometheus-client grpcio",
    "ray[serve]": "aiohttp fastapi starlette uvicorn pydantic prometheus-client grpcio",
    "ray": "numpy pyyaml requests click filelock jsonschema msgpack protobuf packaging",
    "shap": "numpy pandas scipy scikit-learn tqdm numba packaging cloudpickle slicer",
    "lime": "numpy scipy scikit-learn scikit-image matplotlib tqdm",
    "pycaret": "numpy pandas scipy scikit-learn matplotlib joblib plotly lightgbm imbalanced-learn category-encoders"
    " yellowbrick requests ipywidgets",
    "prophet": "numpy pandas matplotlib tqdm cmdstanpy holidays",
    "pmdarima": "numpy pandas scipy scikit-learn statsmodels joblib",
    "umap-learn": "numpy scipy scikit-learn numba tqdm pynndescent",
    "ydata-profiling": "numpy pandas scipy matplotlib seaborn pydantic pyyaml jinja2 requests tqdm statsmodels",
    "kfp": "kubernetes click docstring-parser google-auth google-cloud-storage protobuf pyyaml requests"
    " requests-toolbelt tabulate urllib3",
    "kubernetes": "certifi google-auth oauthlib python-dateutil pyyaml requests requests-oauthlib six urllib3"
    " websocket-client",
    "evidently": "numpy pandas scipy scikit-learn plotly statsmodels pydantic pyyaml requests",
    "great-expectations": "numpy pandas scipy jinja2 jsonschema ruamel-yaml requests tqdm",
    "tensorflow-datasets": "numpy absl-py protobuf requests tqdm termcolor",
    "keras": "numpy h5py absl-py rich",
    "keras-tuner": "packaging requests",
    "torch": "networkx sympy filelock jinja2 typing-extensions fsspec",
    "pytorch": "networkx sympy filelock jinja2 typing-extensions fsspec numpy",
    "torchvision": "torch numpy pillow",
    "torchaudio": "torch",
    "torchmetrics": "torch numpy packaging",
    "timm": "torch torchvision pyyaml huggingface-hub safetensors",
    "fastai": "torch torchvision matplotlib pandas requests pyyaml pillow scikit-learn scipy spacy fastcore"
    " fastprogress packaging",
    "ultralytics": "torch torchvision numpy matplotlib opencv-python pillow pyyaml requests scipy psutil",
    "lightning": _LIGHTNING + " pytorch-lightning",
    "pytorch-lightning": _LIGHTNING,
    "transformers": _AROUND_HUGGING_FACE,
    "datasets": "numpy pandas pyarrow requests tqdm huggingface-hub fsspec dill multiprocess xxhash pyyaml packaging"
    " filelock",
    "sentence-transformers": "transformers torch scipy scikit-learn pillow " + _AROUND_HUGGING_FACE,
    "accelerate": "torch numpy packaging psutil pyyaml huggingface-hub safetensors",
    "peft": "torch transformers accelerate numpy packaging psutil pyyaml tqdm safetensors huggingface-hub",
    "spacy": "numpy requests tqdm jinja2 pydantic thinc typer packaging",
    "nltk": "click joblib regex tqdm",
    "gensim": "numpy scipy smart-open",
    "hydra-core": "omegaconf packaging antlr4-python3-runtime",
    "hydra-optuna-sweeper": "hydra-core optuna", "hydra-joblib-launcher": "hydra-core joblib",
    "hydra-submitit-launcher": "hydra-core submitit", "hydra-colorlog": "hydra-core colorlog",
    "pydantic": "pydantic-core annotated-types typing-extensions",
    "omegaconf": "pyyaml antlr4-python3-runtime",
    "kedro": "anyconfig click omegaconf pluggy toml fsspec cookiecutter rich gitpython cachetools more-itertools"
    " dynaconf",
    "kedro-mlflow": "kedro mlflow pydantic",
    "zenml": "click pydantic pyyaml sqlalchemy sqlmodel gitpython rich cloudpickle docker alembic packaging psutil"
    " requests",
    "prefect": "click pydantic pyyaml httpx sqlalchemy pendulum fsspec cloudpickle rich typer python-dateutil"
    " packaging",
    "apache-airflow": "flask pendulum sqlalchemy requests jinja2 alembic attrs pydantic pyyaml python-dateutil rich",
    "dvc": "requests tqdm ruamel-yaml pydot networkx omegaconf hydra-core rich packaging fsspec psutil",
    "dvclive": "dvc ruamel-yaml",
    "dagshub": "requests gitpython pyyaml click httpx rich pandas",
    "wandb": "requests click gitpython pyyaml protobuf psutil sentry-sdk pydantic platformdirs",
    "azureml-mlflow": "mlflow-skinny azure-identity",
    "azure-ai-ml": "azure-core msrest pyyaml azure-storage-blob marshmallow jsonschema",
    "bentoml": "numpy pyyaml click requests starlette uvicorn attrs cattrs packaging rich",
    "fastapi": "pydantic starlette typing-extensions",
    "fastapi[all]": "uvicorn httpx jinja2 python-multipart itsdangerous pyyaml email-validator",
    "fastapi[standard]": "uvicorn httpx jinja2 python-multipart email-validator",
    "uvicorn[standard]": "httptools uvloop watchfiles websockets python-dotenv pyyaml",
    "flask": "werkzeug jinja2 click itsdangerous markupsafe",
    "flask-sqlalchemy": "flask sqlalchemy",
    "streamlit": "numpy pandas altair pillow requests click pyarrow protobuf packaging gitpython toml tornado",
    "gradio": "numpy pandas pillow pydantic fastapi uvicorn requests httpx pyyaml jinja2 huggingface-hub",
    "dash": "flask plotly requests",
    "bokeh": "numpy pillow jinja2 pyyaml tornado packaging",
    "altair": "jinja2 jsonschema packaging",
    "dask[dataframe]": "pandas numpy pyarrow",
    "dask[array]": "numpy", "dask[distributed]": "distributed",
    "dask[complete]": "distributed pandas numpy pyarrow bokeh jinja2",
    "dask": "click cloudpickle fsspec packaging pyyaml toolz",
    "distributed": "dask click cloudpickle msgpack psutil pyyaml toolz tornado",
    "pyspark": "py4j", "databricks-connect": "py4j pandas numpy pyarrow",
    "geopandas": "pandas numpy shapely pyproj packaging",
    "boto3": "botocore s3transfer",
    "sagemaker": "boto3 botocore numpy pandas protobuf pyyaml requests attrs cloudpickle packaging",
    "s3fs": "fsspec aiobotocore",
    "google-cloud-aiplatform": "google-cloud-storage google-cloud-bigquery google-api-core google-auth protobuf"
    " packaging",
    "google-cloud-storage": "google-auth google-api-core requests",
    "langchain": "langchain-core pydantic pyyaml requests sqlalchemy",
    "langchain-openai": "langchain-core openai tiktoken",
    "openai": "httpx pydantic tqdm typing-extensions",
    "jupyter": "ipykernel ipython notebook nbconvert nbformat ipywidgets jupyter-client",
    "ipykernel": "ipython jupyter-client matplotlib-inline packaging psutil pyzmq tornado traitlets",
    "jupyterlab": "ipykernel notebook nbformat jupyter-client jinja2 tornado",
    "notebook": "ipykernel nbformat jupyter-client tornado",
    "kaggle": "python-dateutil python-slugify requests tqdm urllib3", "kagglehub": "packaging pyyaml requests tqdm",
    "huggingface-hub": "filelock fsspec packaging pyyaml tqdm typing-extensions", "tiktoken": "regex requests",
    "diffusers": "filelock huggingface-hub numpy regex requests safetensors pillow", "flask-cors": "flask werkzeug",
    "langchain-core": "langsmith packaging pydantic pyyaml tenacity", "langgraph": "langchain-core pydantic",
    "langchain-community": "aiohttp langchain-core langsmith numpy pyyaml requests sqlalchemy tenacity",
    "litellm": "aiohttp click httpx jinja2 jsonschema openai pydantic python-dotenv tiktoken tokenizers",
    "llama-index-core": "aiohttp fsspec httpx networkx nltk numpy pillow pydantic pyyaml requests sqlalchemy tenacity"
    " tiktoken tqdm", "llama-index": "llama-index-core openai", "anthropic": "anyio pydantic typing-extensions",
    "bertopic": "hdbscan umap-learn numpy pandas plotly scikit-learn sentence-transformers tqdm",
    "comet-ml": "everett jsonschema psutil requests requests-toolbelt simplejson urllib3 wrapt", "flaml": "numpy",
    "yfinance": "beautifulsoup4 numpy pandas platformdirs pytz requests", "sqlmodel": "sqlalchemy pydantic",
    "folium": "branca jinja2 numpy requests", "fairlearn": "numpy pandas scikit-learn scipy",
    "gluonts": "numpy pandas pydantic toolz tqdm", "tpot": "numpy scipy scikit-learn pandas joblib tqdm",
    "skforecast": "numpy pandas tqdm scikit-learn scipy optuna joblib numba rich",
    "albumentations": "numpy scipy pyyaml pydantic albucore opencv-python-headless",
    "alibi": "numpy pandas scikit-learn spacy scikit-image requests pillow scipy matplotlib dill transformers tqdm",
    "azureml-core": "pytz backports-tempfile pathspec requests msal msal-extensions knack azure-core pkginfo"
    " argcomplete humanfriendly paramiko azure-mgmt-resource azure-mgmt-containerregistry azure-mgmt-storage"
    " azure-mgmt-keyvault azure-mgmt-authorization azure-mgmt-network azure-graphrbac azure-common msrest"
    " msrestazure python-dateutil ndg-httpsclient secretstorage jsonpickle contextlib2 docker pyjwt adal pyopenssl"
    " jmespath",
    "azureml-sdk": "azureml-core azureml-dataset-runtime azureml-train-core azureml-train-automl-client"
    " azureml-pipeline",
    "darts": "holidays joblib matplotlib narwhals nfoursid numpy pandas pyod requests scikit-learn scipy shap"
    " statsmodels tqdm xarray",
    "easyocr": "torch torchvision opencv-python-headless scipy numpy pillow scikit-image pyyaml shapely",
    "efficientnet-pytorch": "torch", "eli5": "jinja2 numpy scipy scikit-learn graphviz tabulate",
    "evaluate": "datasets numpy dill pandas requests tqdm xxhash multiprocess fsspec huggingface-hub",
    "fastparquet": "pandas numpy cramjam fsspec",
    "featuretools": "cloudpickle holidays numpy pandas psutil scipy tqdm woodwork",
    "imgaug": "numpy scipy pillow matplotlib scikit-image opencv-python imageio shapely",
    "implicit": "numpy scipy tqdm", "jiwer": "rapidfuzz",
    "keras-cv": "absl-py regex tensorflow-datasets keras-core kagglehub",
    "kornia": "kornia-rs numpy torch",
    "librosa": "numba numpy scipy scikit-learn joblib soundfile",
    "lifelines": "numpy scipy pandas matplotlib autograd autograd-gamma formulaic",
    "modal": "aiohttp cbor2 grpclib protobuf rich synchronicity toml types-certifi types-toml watchfiles",
    "monai": "torch numpy",
    "neuralprophet": "captum holidays kaleido matplotlib numpy pandas plotly pytorch-lightning tensorboard torch"
    " torchmetrics",
    "optuna-integration": "optuna",
    "pytorch-forecasting": "numpy torch lightning scipy pandas scikit-learn scikit-base",
    "pytorch-tabnet": "numpy scikit-learn scipy torch tqdm",
    "roboflow": "matplotlib numpy opencv-python-headless pillow python-dateutil python-dotenv requests tqdm pyyaml",
    "rouge-score": "absl-py nltk numpy", "scikeras": "keras scikit-learn", "scikit-surprise": "joblib numpy scipy",
    "segmentation-models-pytorch": "huggingface-hub numpy pillow safetensors timm torch torchvision tqdm",
    "seqeval": "numpy keras",
    "simpletransformers": "numpy requests tqdm regex transformers datasets scipy scikit-learn seqeval tensorboard"
    " tensorboardx pandas tokenizers wandb streamlit sentencepiece",
    "skops": "numpy prettytable scikit-learn scipy",
    "snowflake-snowpark-python": "wheel snowflake-connector-python pyyaml cloudpickle protobuf python-dateutil tzlocal",
    "speechbrain": "hyperpyyaml joblib numpy requests scipy sentencepiece soundfile torch torchaudio tqdm"
    " huggingface-hub",
    "statsforecast": "cloudpickle coreforecast numpy pandas scipy statsmodels tqdm fugue utilsforecast",
    "supervision": "av matplotlib numpy pillow pydeprecate pyyaml requests scipy tqdm",
    "tabpfn": "torch safetensors numpy scikit-learn scipy pandas einops huggingface-hub pydantic pydantic-settings"
    " joblib tqdm lightgbm skrub matplotlib",
    "tensorflow-hub": "numpy protobuf tf-keras", "tf-keras": "tensorflow",
    "torch-geometric": "aiohttp fsspec jinja2 numpy psutil pyparsing requests tqdm xxhash",
    "torchio": "einops humanize jaxtyping nibabel numpy rich scipy simpleitk torch tqdm",
    "trl": "accelerate datasets huggingface-hub jinja2 numpy pandas psutil pyarrow pyyaml transformers",
    "tsai": "fastai fastcore pyts imbalanced-learn psutil scikit-learn torch",
    "tsfresh": "requests numpy pandas statsmodels patsy pywavelets scikit-learn tqdm stumpy cloudpickle scipy",
    "watchtower": "boto3",
    "pytest-mock": "pytest", "pytest-cov": "pytest coverage",
    "requests": "urllib3 certifi idna charset-normalizer",
    "anaconda": "numpy pandas scipy scikit-learn matplotlib seaborn requests pyyaml jupyter sqlalchemy statsmodels"
    " bokeh pillow",
}  # fmt: skip
for _name in _TENSORFLOW.split():
    _BRINGS[_name] = _OF_TENSORFLOW

_known: dict[str, frozenset[str]] = {}


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
    normal = canonicalize_name(root)
    return root in _DISTRIBUTIONS or root in table() or normal in _BRINGS or normal in _brought_by_any()


@cache
def _brought_by_any() -> frozenset[str]:
    return frozenset(name for names in _BRINGS.values() for name in names.split())


def brought_by(distribution: str) -> frozenset[str]:
    """The distributions that one brings along, and those that they bring; ``name[extra]`` is what an extra adds."""
    if distribution not in _known:
        found: set[str] = set()
        pending = [distribution]
        while pending:
            new = set(_BRINGS.get(pending.pop(), "").split()) - found
            found |= new
            pending += new
        _known[distribution] = frozenset(found)
    return _known[distribution]
