"""Which calls train a model, and which of their arguments are hyperparameters.

Names are those of `bis._audit.frameworks.naming.canonical`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from bis._audit.frameworks.naming import canonical

# Methods that train, whatever they are a method of, unless it only prepares data.
FITS = frozenset(
    {
        "fit", "partial_fit", "fit_predict", "fit_generator", "train_on_batch", "fit_one_cycle", "fine_tune",
        "finetune", "fit_resample", "fit_partial", "apply_gradients",
    }
)  # fmt: skip

# Functions that train.
FUNCTIONS = frozenset(
    {
        "xgboost.train", "xgboost.cv", "xgboost.dask.train", "lightgbm.train", "lightgbm.cv", "catboost.train",
        "catboost.cv", "pmdarima.auto_arima", "pmdarima.arima.auto_arima", "sklearn.model_selection.cross_val_score",
        "sklearn.model_selection.cross_validate", "sklearn.model_selection.cross_val_predict",
        "sklearn.model_selection.learning_curve", "sklearn.model_selection.validation_curve",
        "sklearn.model_selection.permutation_test_score", "lightning.pytorch.cli.LightningCLI",
        "optax.apply_updates", "equinox.apply_updates", "fasttext.train_supervised", "fasttext.train_unsupervised",
        "surprise.model_selection.cross_validate",
    }
)  # fmt: skip

# Methods that train, of objects of these libraries: prefix of the name -> methods.
METHODS: dict[str, frozenset[str]] = {
    "transformers.": frozenset({"train"}),
    "trl.": frozenset({"train"}),
    "setfit.": frozenset({"train", "fit"}),
    "sentence_transformers.": frozenset({"train", "fit"}),
    "lightning.pytorch.Trainer": frozenset({"fit"}),
    "ultralytics.": frozenset({"train"}),
    "detectron2.engine.": frozenset({"train"}),
    "mmengine.runner.": frozenset({"train"}),
    "composer.Trainer": frozenset({"fit"}),
    "fastai.": frozenset({"fit", "fit_one_cycle", "fine_tune", "fit_flat_cos"}),
    "stable_baselines3.": frozenset({"learn"}),
    "sb3_contrib.": frozenset({"learn"}),
    "ray.rllib.": frozenset({"train"}),
    "ray.train.": frozenset({"fit"}),
    "h2o.": frozenset({"train"}),
    "tensorflow.estimator.": frozenset({"train"}),
    "tensorflow.train.": frozenset({"minimize"}),  # of version 1: a step that a session runs
    "keras.optimizers.": frozenset({"minimize"}),
    "accelerate.Accelerator": frozenset({"backward"}),
    "pycaret.": frozenset({"create_model", "compare_models", "tune_model", "ensemble_model"}),
    "spacy.": frozenset({"update"}),
    "gensim.models.": frozenset({"train"}),
    "autogluon.": frozenset({"fit"}),
    "flaml.": frozenset({"fit"}),
    "flash.": frozenset({"fit", "finetune"}),
    "anomalib.": frozenset({"fit", "train"}),
    "lightning.fabric.": frozenset({"backward"}),
    "lightning.Fabric": frozenset({"backward"}),
    "lightning_fabric.": frozenset({"backward"}),
    "simpletransformers.": frozenset({"train_model"}),
    "flair.": frozenset({"train", "fine_tune"}),
    "gluonts.": frozenset({"train"}),
    "super_gradients.": frozenset({"train"}),
    "keras_tuner.": frozenset({"search"}),
    "flax.nnx.Optimizer": frozenset({"update"}),
    "flax.nnx.ModelAndOptimizer": frozenset({"update"}),
}

# Models of gensim that are trained when they are made, where they are given data: by these keywords, or by place.
_GENSIM = r"gensim\.models\.(?:\w+\.)?(?:Word2Vec|FastText|Doc2Vec|LdaModel|LdaMulticore|HdpModel|LsiModel"
_MADE_WITH_DATA = re.compile(rf"{_GENSIM}|Nmf|AuthorTopicModel)$")
DATA_OF_MODEL = frozenset({"sentences", "documents", "corpus", "corpus_file", "corpus_iterable"})

# Libraries that train with others in the same process -> those. What autologging covers of them, it logs.
_ANY = ("sklearn", "xgboost", "lightgbm", "keras", "tensorflow", "lightning", "fastai", "statsmodels")
TRAINS_WITH: dict[str, tuple[str, ...]] = {
    "trl": ("transformers",),
    "setfit": ("transformers",),
    "sentence_transformers": ("transformers",),
    "keras_tuner": ("keras", "tensorflow"),
    "kerastuner": ("keras", "tensorflow"),
    "autokeras": ("keras", "tensorflow"),
    "scikeras": ("keras", "tensorflow"),
    "darts": ("lightning", "sklearn", "xgboost", "lightgbm", "statsmodels"),
    "neuralforecast": ("lightning",),
    "neuralprophet": ("lightning",),
    "pytorch_tabular": ("lightning",),
    "gluonts": ("lightning",),
    "pycaret": _ANY,
    "autogluon": _ANY,
    "flaml": _ANY,
    "autosklearn": ("sklearn",),
    "tpot": ("sklearn", "xgboost"),
    "imblearn": ("sklearn",),
    "skopt": ("sklearn",),
    "dask_ml": ("sklearn",),
    "sklearnex": ("sklearn",),
    "lazypredict": ("sklearn", "xgboost", "lightgbm"),
    "mlxtend": ("sklearn",),
    "sktime": ("sklearn", "statsmodels"),
    "skforecast": ("sklearn", "xgboost", "lightgbm"),
}

# Packages of scikit-learn in which `fit` prepares data and trains nothing.
PREPARING_PACKAGES = frozenset(
    {
        "preprocessing", "impute", "feature_extraction", "feature_selection", "decomposition", "compose",
        "random_projection", "kernel_approximation", "manifold", "datasets", "utils", "metrics", "inspection",
    }
)  # fmt: skip
# Exceptions: classes in those packages that train, and classes elsewhere that do not.
TRAINS = frozenset({"sklearn.compose.TransformedTargetRegressor"})
PREPARES = frozenset({"sklearn.pipeline.FeatureUnion", "sklearn.pipeline.make_union"})
# Other libraries, by the prefixes of names, whose `fit` prepares, explains or plots.
_PREPARING = (
    "keras.layers.", "keras.preprocessing.", "nltk.", "shap.", "lime.", "umap.", "category_encoders.",
    "imblearn.over_sampling.", "imblearn.under_sampling.", "imblearn.combine.", "pyspark.ml.feature.",
    "feature_engine.", "yellowbrick.", "sklearn_pandas.", "tokenizers.", "scipy.stats.", "scipy.optimize.",
    "great_expectations.", "evidently.", "alibi_detect.", "optbinning.", "missingpy.", "boruta.", "dirty_cat.",
    "skrub.", "matplotlib.", "albumentations.",
)  # fmt: skip

_NO_LOSSES = frozenset({"numpy", "scipy", "sympy", "collections", "tkinter", "selenium", "turtle"})
BACKWARD = "backward"
# loss.backward(), optimizer.apply_gradients(...): a training loop of one's own, which no autologging covers
LOOPS_OF_ONES_OWN = frozenset({BACKWARD, "apply_gradients", "apply_updates"})
# Last parts of the names of all that trains.
METHOD_NAMES = FITS.union({BACKWARD}, *METHODS.values(), {name.rpartition(".")[2] for name in FUNCTIONS})
_TRAINING_METHODS = FITS.union({BACKWARD}, *METHODS.values())


@lru_cache(maxsize=20_000)
def is_training(api: str) -> bool | None:
    """Whether a call trains a model, as far as its resolved name shows.

    None where the method is one that trains, of an object of which nothing is known: ``.fit``.
    """
    name = canonical(api)
    if name in FUNCTIONS:
        return True
    head, _dot, method = name.rpartition(".")
    if method not in _TRAINING_METHODS or head.startswith("@"):
        return False  # also of the project's own: what it calls counts
    if not head:
        return None if api.startswith(".") and (method in FITS or method == BACKWARD) else False
    if any(method in methods and name.startswith(prefix) for prefix, methods in METHODS.items()):
        return True
    if method == BACKWARD:
        return name.partition(".")[0] not in _NO_LOSSES  # a loss may come from any function: criterion(y, x)
    return method in FITS and method != "fit_resample" and _is_model(head)


def trains_when_made(api: str) -> bool:
    """Whether a model of this name is trained when it is made with data: ``Word2Vec(sentences)``."""
    return api.startswith("gensim.models.") and _MADE_WITH_DATA.match(api) is not None


def _is_model(maker: str) -> bool:
    """Whether what is made by this name is fitted by training; what is not known to prepare, is."""
    if maker in PREPARES:
        return False
    if maker.startswith("sklearn."):
        return maker in TRAINS or maker.split(".")[1] not in PREPARING_PACKAGES
    return not maker.startswith(_PREPARING)


# Hyperparameters

# Arguments that say how a computation is done, and not which: not hyperparameters.
NOT_HYPERPARAMETERS = frozenset(
    {
        # what is computed on, and how much of it is reported
        "n_jobs", "nthread", "n_threads", "num_threads", "thread_count", "verbose", "verbosity", "silent",
        "logging_level", "verbose_eval", "device", "devices", "accelerator", "task_type", "gpu_id", "predictor",
        "workers", "num_workers", "use_multiprocessing", "pin_memory", "persistent_workers", "prefetch_factor",
        "memory", "cache_size", "copy", "copy_X", "copy_x", "overwrite_x", "warm_start", "precompute", "foreach",
        "fused", "capturable", "differentiable", "allow_writing_files", "train_dir", "save_snapshot", "pre_dispatch",
        "jit_compile", "run_eagerly", "steps_per_execution", "force_row_wise", "force_col_wise", "device_type",
        # seeds: rules of their own
        "random_state", "seed", "random_seed", "generator", "worker_init_fn",
        # names, shapes and data
        "name", "shape", "input_shape", "input_dim", "batch_input_shape", "dtype", "missing", "use_label_encoder",
        "enable_categorical", "cat_features", "feature_names", "trainable", "steps", "params",
        # what is looked at, not what is trained
        "callbacks", "validation_data", "metrics", "weighted_metrics", "eval_metric", "custom_metric", "eval_set",
        "evals", "valid_sets", "scoring", "refit", "return_train_score", "error_score", "cv", "probability",
        "tensorboard_log", "coldStartStrategy", "checkpointInterval", "cacheNodeIds", "maxMemoryInMB", "blockSize",
        "store_covariance", "oob_score", "compute_importances", "evals_result", "early_stopping_callback", "maximize",
        "corpus_file", "per_word_topics", "validate_parameters", "importance_type",
    }
)  # fmt: skip
# Of functions that train on data, only these are hyperparameters.
_OF_FIT = frozenset(
    {"epochs", "nb_epoch", "batch_size", "validation_split", "steps_per_epoch", "class_weight", "max_epochs", "shuffle",
     "early_stopping_rounds", "initial_epoch"}
)  # fmt: skip
# What Keras' fit takes unless it is told, as it is written: to write it decides nothing.
OF_FIT_BY_DEFAULT = {"shuffle": "True", "initial_epoch": "0", "epochs": "1", "batch_size": "32"}
# What models of Keras that tell classes apart are compiled with: their number decides it. Of numbers, one may choose.
LOSSES_OF_TASKS = frozenset({"binary_crossentropy", "categorical_crossentropy", "sparse_categorical_crossentropy"})
# scikit-learn's forests, too: "auto" until 1.3.
_OF_FORESTS = {"bootstrap": "True", "max_features": "'auto'", "warm_start": "False"}
# Words that leave the choice to scikit-learn, and switches that are as they are anyway.
LEFT_TO_SKLEARN = frozenset({"'auto'", "'scale'"})
_OF_SKLEARN = {
    "fit_intercept": "True", "shrinking": "True", "positive": "False", "assume_centered": "False",
    "fit_prior": "True", "nesterovs_momentum": "True", "warm_start": "False", "bootstrap_features": "False",
}  # fmt: skip
# Of libraries of boosted trees, what switches nothing on: shares of one, penalties of nothing, ordinary trees.
_OF_BOOSTING = {
    **dict.fromkeys(
        ("bagging_fraction", "feature_fraction", "subsample", "colsample_bytree", "colsample_bylevel"),
        ("1", "1.0"),
    ),
    **dict.fromkeys(("bagging_freq", "lambda_l1", "lambda_l2", "gamma", "reg_alpha", "subsample_freq"), ("0", "0.0")),
    "boosting": ("'gbdt'",),
    "boosting_type": ("'gbdt'",),
    "booster": ("'gbtree'",),
    "drop_rate": ("0.1",),
}
OF_LIBRARIES_BY_DEFAULT: dict[str, dict[str, tuple[str, ...]]] = {
    "sklearn": {name: (value,) for name, value in _OF_SKLEARN.items()},
    "lightgbm": {**_OF_BOOSTING, "stratified": ("True",), "is_unbalance": ("False",)},
    # of trees, it chose by itself until version 2, and takes histograms from then on
    "xgboost": {**_OF_BOOSTING, "stratified": ("False",), "tree_method": ("'auto'", "'hist'")},
}
_OF_ADAM = {"betas": "(0.9, 0.999)", "eps": "1e-08", "amsgrad": "False", "beta_1": "0.9", "beta_2": "0.999"}
# What the maker takes unless it is told: objectives and constants of an optimiser that nobody varies.
OF_MAKERS_BY_DEFAULT = {
    "RandomForestClassifier": _OF_FORESTS,
    "RandomForestRegressor": _OF_FORESTS,
    "Adam": _OF_ADAM,
    "AdamW": _OF_ADAM,
    "NAdam": _OF_ADAM,
    "LGBMRegressor": {"objective": "'regression'", "boosting_type": "'gbdt'"},
    "LGBMClassifier": {"objective": "'binary'", "boosting_type": "'gbdt'"},
    "XGBRegressor": {"objective": "'reg:squarederror'", "booster": "'gbtree'"},
    "XGBClassifier": {"objective": "'binary:logistic'", "booster": "'gbtree'"},
    "CatBoostRegressor": {"loss_function": "'RMSE'"},
    "CatBoostClassifier": {"loss_function": "'Logloss'"},
}
# What one maker takes unless it is told, where others of its library differ. Rates of learning are not among it: it is
# worth knowing which one it was.
OF_APIS_BY_DEFAULT: dict[str, dict[str, object]] = {
    "torch.optim.AdamW": {"weight_decay": 0.01},
    "torch.optim.Adam": {"weight_decay": 0},
    "torch.optim.SGD": {"weight_decay": 0, "momentum": 0, "dampening": 0, "nesterov": False},
    "torch.optim.RMSprop": {"weight_decay": 0, "momentum": 0, "alpha": 0.99, "eps": 1e-08, "centered": False},
    "torch.optim.lr_scheduler.StepLR": {"gamma": 0.1},
    "torch.optim.lr_scheduler.ReduceLROnPlateau": {
        "factor": 0.1, "patience": 10, "threshold": 0.0001, "threshold_mode": "rel", "cooldown": 0, "min_lr": 0,
        "eps": 1e-08,
    },
    "torch.optim.lr_scheduler.CosineAnnealingLR": {"eta_min": 0},
    "sklearn.calibration.CalibratedClassifierCV": {"method": "sigmoid"},
}  # fmt: skip
_OF_TRAIN = frozenset({"num_boost_round", "early_stopping_rounds", "nfold", "stratified", "iterations"})


@dataclass(frozen=True, slots=True)
class Hyperparameters:
    """Which keyword arguments of a call are hyperparameters.

    `only` are their names, or None where all are except those in `NOT_HYPERPARAMETERS`. `table` is the keyword of a
    dictionary of hyperparameters that the call takes at position `at`, or empty.
    """

    only: frozenset[str] | None = None
    table: str = ""
    at: int = 0

    def includes(self, keyword: str) -> bool:
        """Whether a keyword argument, or a key of the dictionary, is a hyperparameter."""
        if keyword.startswith("**") or keyword.endswith(("Col", "Cols")):  # columns of a table of Spark
            return False
        return keyword in self.only if self.only is not None else keyword not in NOT_HYPERPARAMETERS


_ALL = Hyperparameters()
# Patterns of makers, all of whose arguments count.
_MAKERS = (
    re.compile(r"torch\.optim\.(?:[A-Z]\w+|[a-z_]+\.[A-Z]\w+)$"),
    re.compile(
        r"optax\.(?:adam\w*|sgd|rmsprop|lamb|lars|lion|adagrad|adafactor|nadam\w*|radam|\w+_schedule|\w+_decay|yogi)$"
    ),
    re.compile(r"keras\.optimizers\.(?:schedules\.)?[A-Z]\w+$"),
    re.compile(r"tensorflow\.(?:train|optimizers)\.[A-Z]\w*Optimizer$"),
    re.compile(r"transformers\.(?:\w+\.)?(?:AdamW|Adafactor|AdamWeightDecay|WarmUp)$"),
    re.compile(r"xgboost\.(?:XGB|dask\.DaskXGB)\w+$"),
    re.compile(r"lightgbm\.(?:LGBM|DaskLGBM)\w+$"),
    re.compile(r"catboost\.CatBoost\w*$"),
    re.compile(r"statsmodels\.\S+\.(?:ARIMA|SARIMAX|ExponentialSmoothing)$"),
    re.compile(r"prophet\.Prophet$"),
    re.compile(r"pyspark\.ml\.(?:classification|regression|clustering|recommendation)\.[A-Z]\w+$"),
    re.compile(r"(?:stable_baselines3|sb3_contrib)\.[A-Z]\w+$"),
    re.compile(rf"{_GENSIM})$"),
)
_SKLEARN = re.compile(r"sklearn\.([a-z_]+)(?:\.\w+)*\.[A-Z]\w+$")
_MAKER_ROOTS = frozenset(
    {
        "torch", "keras", "tensorflow", "transformers", "xgboost", "lightgbm", "catboost", "statsmodels", "prophet",
        "optax", "pyspark", "stable_baselines3", "sb3_contrib", "gensim",
    }
)  # fmt: skip
_NO_MODELS = PREPARING_PACKAGES | {"model_selection", "pipeline"}
_BY_NAME: dict[str, Hyperparameters] = {
    "keras.Sequential.fit": Hyperparameters(_OF_FIT),
    "keras.Model.fit": Hyperparameters(_OF_FIT),
    "keras.Sequential.fit_generator": Hyperparameters(_OF_FIT),
    "keras.Model.fit_generator": Hyperparameters(_OF_FIT),
    "keras.Sequential.compile": Hyperparameters(frozenset({"optimizer", "loss", "loss_weights"})),
    "keras.Model.compile": Hyperparameters(frozenset({"optimizer", "loss", "loss_weights"})),
    "prophet.Prophet.fit": Hyperparameters(frozenset({"iter", "algorithm"})),  # the rest says how it is computed
    "torch.utils.data.DataLoader": Hyperparameters(frozenset({"batch_size"})),
    "lightning.pytorch.Trainer": Hyperparameters(
        frozenset({"max_epochs", "max_steps", "accumulate_grad_batches", "gradient_clip_val", "precision"})
    ),
    "xgboost.train": Hyperparameters(_OF_TRAIN, "params"),
    "xgboost.cv": Hyperparameters(_OF_TRAIN, "params"),
    "lightgbm.train": Hyperparameters(_OF_TRAIN, "params"),
    "lightgbm.cv": Hyperparameters(_OF_TRAIN, "params"),
    "catboost.train": Hyperparameters(_OF_TRAIN, "params", 1),
    "catboost.cv": Hyperparameters(_OF_TRAIN | {"fold_count"}, "params", 1),
}


# Of the training arguments of Hugging Face's libraries, those that decide over the model.
OF_ARGUMENTS = frozenset(
    {
        "learning_rate", "num_train_epochs", "max_steps", "per_device_train_batch_size", "gradient_accumulation_steps",
        "weight_decay", "warmup_ratio", "warmup_steps", "lr_scheduler_type", "adam_beta1", "adam_beta2", "adam_epsilon",
        "max_grad_norm", "optim", "label_smoothing_factor", "fp16", "bf16", "beta", "max_seq_length", "max_length",
        "train_batch_size", "num_epochs", "body_learning_rate", "head_learning_rate",
    }
)  # fmt: skip
LOADERS = frozenset({"torch.utils.data.DataLoader", "torch_geometric.loader.DataLoader"})
# Further loaders of PyTorch Geometric, whose second and third argument are others; they shuffle by `shuffle` only.
NAMED_LOADERS = frozenset(
    f"torch_geometric.loader.{name}"
    for name in ("NeighborLoader", "LinkNeighborLoader", "HGTLoader", "ClusterLoader", "DataListLoader")
)


@lru_cache(maxsize=20_000)
def hyperparameters(api: str) -> Hyperparameters | None:
    """Which arguments of a maker of a model, an optimiser or a training are hyperparameters; None for other calls."""
    name = canonical(api)
    found = _BY_NAME.get(name)
    if found is not None:
        return found
    if name.startswith("sklearn."):
        match = _SKLEARN.match(name)
        models = match is not None and match[1] not in _NO_MODELS
        return _ALL if models or name in TRAINS else None
    if name.partition(".")[0] not in _MAKER_ROOTS:
        return None
    return _ALL if any(pattern.match(name) for pattern in _MAKERS) else None


# Arguments that are given by their places, too: patterns of names, and the arguments' names, empty for what is none.
_ORDERS = (
    (re.compile(r"torch\.optim\.lr_scheduler\.StepLR$"), ("", "step_size", "gamma")),
    (re.compile(r"torch\.optim\.lr_scheduler\.ExponentialLR$"), ("", "gamma")),
    (re.compile(r"torch\.optim\.lr_scheduler\.CosineAnnealingLR$"), ("", "T_max")),
    (re.compile(r"torch\.optim\.[A-Z]\w+$"), ("", "lr")),
    (re.compile(r"keras\.optimizers\.[A-Z]\w+$"), ("learning_rate",)),
    (re.compile(r"keras\.(?:Sequential|Model)\.fit$"), ("", "", "batch_size", "epochs")),
    (re.compile(r"torch\.utils\.data\.DataLoader$"), ("", "batch_size")),
    (re.compile(r"(?:xgboost|lightgbm)\.train$"), ("", "", "num_boost_round")),
    (re.compile(r"sklearn\.neighbors\.KNeighbors\w+$"), ("n_neighbors",)),
    (re.compile(r"sklearn\.cluster\.(?:MiniBatch)?KMeans$"), ("n_clusters",)),
    (re.compile(r"sklearn\.ensemble\.(?:RandomForest|ExtraTrees)\w+$"), ("n_estimators",)),
    (re.compile(r"sklearn\.linear_model\.(?:Ridge|Lasso|ElasticNet)$"), ("alpha",)),
)


@lru_cache(maxsize=20_000)
def order(api: str) -> tuple[str, ...]:
    """The names of the hyperparameters that a call takes by their places; empty for what is none."""
    name = canonical(api)
    return next((names for pattern, names in _ORDERS if pattern.match(name)), ())


def is_optimiser(api: str) -> bool:
    """Whether a call makes an optimiser or a schedule of the learning rate, of PyTorch, JAX or Keras."""
    return any(pattern.match(canonical(api)) for pattern in _MAKERS[:5])
