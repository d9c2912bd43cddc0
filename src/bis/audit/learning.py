"""What calls of machine-learning libraries do: split, train, draw, seed; and which arguments are hyperparameters.

Tables, checked against the installed scikit-learn by a test; a name that is not listed is taken for nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from bis.audit.program import CONSTANT, DICT, NAME, Call, Value

# Splits: name -> (position of the seed or -1, keyword of the seed, keyword that must be true for a draw, its default)
SPLITS: dict[str, tuple[int, str, str, bool]] = {
    "sklearn.model_selection.train_test_split": (-1, "random_state", "shuffle", True),
    "sklearn.model_selection.KFold": (-1, "random_state", "shuffle", False),
    "sklearn.model_selection.StratifiedKFold": (-1, "random_state", "shuffle", False),
    "sklearn.model_selection.StratifiedGroupKFold": (-1, "random_state", "shuffle", False),
    "sklearn.model_selection.ShuffleSplit": (-1, "random_state", "", True),
    "sklearn.model_selection.StratifiedShuffleSplit": (-1, "random_state", "", True),
    "sklearn.model_selection.GroupShuffleSplit": (-1, "random_state", "", True),
    "sklearn.model_selection.RepeatedKFold": (-1, "random_state", "", True),
    "sklearn.model_selection.RepeatedStratifiedKFold": (-1, "random_state", "", True),
    "sklearn.cross_validation.train_test_split": (-1, "random_state", "", True),
    "sklearn.utils.shuffle": (-1, "random_state", "", True),
    "sklearn.utils.resample": (-1, "random_state", "", True),
    "torch.utils.data.random_split": (2, "generator", "", True),
}
# Estimators that draw with their default arguments.
RANDOM_ESTIMATORS = frozenset(
    {
        "AdaBoostClassifier", "AdaBoostRegressor", "BaggingClassifier", "BaggingRegressor", "BayesianGaussianMixture",
        "BernoulliRBM", "BisectingKMeans", "DecisionTreeClassifier", "DecisionTreeRegressor", "DictionaryLearning",
        "EllipticEnvelope", "ExtraTreeClassifier", "ExtraTreeRegressor", "ExtraTreesClassifier", "ExtraTreesRegressor",
        "FastICA", "GaussianMixture", "GaussianRandomProjection", "GradientBoostingClassifier",
        "GradientBoostingRegressor", "IsolationForest", "KMeans", "LatentDirichletAllocation", "LinearSVC", "MLPClassifier",
        "MLPRegressor", "MDS", "MinCovDet", "MiniBatchDictionaryLearning", "MiniBatchKMeans", "MiniBatchNMF",
        "MiniBatchSparsePCA", "Nystroem", "PassiveAggressiveClassifier", "PassiveAggressiveRegressor", "PatchExtractor",
        "Perceptron", "PolynomialCountSketch", "RANSACRegressor", "RBFSampler", "RandomForestClassifier",
        "RandomForestRegressor", "RandomTreesEmbedding", "RandomizedSearchCV", "SGDClassifier", "SGDOneClassSVM",
        "SGDRegressor", "SkewedChi2Sampler", "SparsePCA", "SparseRandomProjection", "SpectralBiclustering",
        "SpectralClustering", "SpectralCoclustering", "TSNE", "TheilSenRegressor", "TruncatedSVD", "HalvingRandomSearchCV",
        "HalvingGridSearchCV",
    }
)  # fmt: skip
# Estimators that take a seed and draw only where an argument asks for it: name -> (keyword, values that draw).
SOMETIMES_RANDOM: dict[str, tuple[str, frozenset[object]]] = {
    "LogisticRegression": ("solver", frozenset({"sag", "saga", "liblinear"})),
    "LogisticRegressionCV": ("solver", frozenset({"sag", "saga", "liblinear"})),
    "Ridge": ("solver", frozenset({"sag", "saga"})),
    "RidgeClassifier": ("solver", frozenset({"sag", "saga"})),
    "SVC": ("probability", frozenset({True})),
    "NuSVC": ("probability", frozenset({True})),
    "DummyClassifier": ("strategy", frozenset({"stratified", "uniform"})),
    "Lasso": ("selection", frozenset({"random"})),
    "LassoCV": ("selection", frozenset({"random"})),
    "ElasticNet": ("selection", frozenset({"random"})),
    "ElasticNetCV": ("selection", frozenset({"random"})),
    "MultiTaskElasticNet": ("selection", frozenset({"random"})),
    "MultiTaskElasticNetCV": ("selection", frozenset({"random"})),
    "MultiTaskLasso": ("selection", frozenset({"random"})),
    "MultiTaskLassoCV": ("selection", frozenset({"random"})),
    "NMF": ("init", frozenset({"random", "nndsvdar"})),
    "PCA": ("svd_solver", frozenset({"randomized"})),
    "KernelPCA": ("eigen_solver", frozenset({"randomized", "arpack"})),
    "FactorAnalysis": ("svd_method", frozenset({"never"})),  # the default is fixed by the class itself
    "LinearSVR": ("dual", frozenset({True})),
    "GaussianProcessRegressor": ("n_restarts_optimizer", frozenset()),
    "GaussianProcessClassifier": ("n_restarts_optimizer", frozenset()),
    "HistGradientBoostingClassifier": ("early_stopping", frozenset({True})),
    "HistGradientBoostingRegressor": ("early_stopping", frozenset({True})),
    "NeighborhoodComponentsAnalysis": ("init", frozenset({"random"})),
    "Lars": ("jitter", frozenset()),
    "LassoLars": ("jitter", frozenset()),
    "AffinityPropagation": ("random_state", frozenset()),
    "ClassifierChain": ("order", frozenset({"random"})),
    "RegressorChain": ("order", frozenset({"random"})),
    "OutputCodeClassifier": ("code_size", frozenset()),
    "KBinsDiscretizer": ("subsample", frozenset()),
    "QuantileTransformer": ("subsample", frozenset()),
    "LocallyLinearEmbedding": ("eigen_solver", frozenset({"arpack"})),
    "SpectralEmbedding": ("eigen_solver", frozenset({"amg"})),
    "TargetEncoder": ("shuffle", frozenset()),
    "TunedThresholdClassifierCV": ("cv", frozenset()),
}

# Modules of scikit-learn in which `fit` prepares data and trains nothing.
_PREPARING = frozenset(
    {"preprocessing", "impute", "feature_extraction", "feature_selection", "decomposition", "compose", "random_projection",
     "model_selection._split", "kernel_approximation", "manifold"}
)  # fmt: skip
_FITS = frozenset({"fit", "partial_fit", "fit_predict", "fit_generator", "fit_resample", "train_on_batch"})
_LIBRARY_TRAINS = frozenset({"xgboost.train", "lightgbm.train", "xgboost.cv", "lightgbm.cv", "catboost.train"})
_OBJECT_TRAINS = frozenset(
    {
        "transformers.Trainer.train", "transformers.Seq2SeqTrainer.train", "lightning.Trainer.fit",
        "lightning.pytorch.Trainer.fit", "ultralytics.YOLO.train", "trl.SFTTrainer.train", "setfit.SetFitTrainer.train",
    }
)  # fmt: skip
# Names of variables whose `fit` prepares data, where nothing else is known of them.
_PREPARER = re.compile(
    r"(?i)(scal|encod|vectori|tokeni|imput|transform|preproc|binariz|discreti|normali[sz]|pca\b|svd\b|tsne|umap|ohe\b|^le$"
    r"|^ss$|^sc$|^mms$|label_?enc|selector|adapt|tfidf|cv$|smote|study|explainer|lemmat|featur)"
)
_MODEL_MAKERS = ("sklearn.", "keras.", "xgboost.", "lightgbm.", "catboost.", "statsmodels.", "pyspark.ml.", "imblearn.")
_SEARCHES = frozenset({"GridSearchCV", "RandomizedSearchCV", "HalvingGridSearchCV", "HalvingRandomSearchCV"})

# What seeds what. `where` is the position of the seed; the libraries are first parts of names.
SEEDERS: dict[str, tuple[str, ...]] = {
    "random.seed": ("random",),
    "numpy.random.seed": ("numpy", "sklearn"),
    "torch.manual_seed": ("torch",),
    "torch.random.manual_seed": ("torch",),
    "torch.cuda.manual_seed": ("torch.cuda",),
    "torch.cuda.manual_seed_all": ("torch.cuda",),
    "torch.mps.manual_seed": ("torch.mps",),
    "tensorflow.random.set_seed": ("keras", "tensorflow"),
    "tensorflow.set_random_seed": ("keras", "tensorflow"),
    "tensorflow.compat.v1.set_random_seed": ("keras", "tensorflow"),
    "keras.utils.set_random_seed": ("random", "numpy", "sklearn", "keras", "tensorflow", "torch"),
    "lightning.seed_everything": ("random", "numpy", "sklearn", "torch"),
    "lightning.pytorch.seed_everything": ("random", "numpy", "sklearn", "torch"),
    "lightning.fabric.seed_everything": ("random", "numpy", "sklearn", "torch"),
    "lightning.fabric.utilities.seed.seed_everything": ("random", "numpy", "sklearn", "torch"),
    "transformers.set_seed": ("random", "numpy", "sklearn", "torch", "tensorflow", "keras"),
    "accelerate.utils.set_seed": ("random", "numpy", "sklearn", "torch"),
    "fastai.torch_core.set_seed": ("random", "numpy", "sklearn", "torch"),
    "mxnet.random.seed": ("mxnet",),
    "pyspark.sql.functions.rand": (),
}
# Making a seeded generator is seeding too.
GENERATORS = frozenset(
    {"numpy.random.default_rng", "numpy.random.RandomState", "numpy.random.SeedSequence", "random.Random",
     "tensorflow.random.Generator.from_seed", "torch.Generator.manual_seed", "jax.random.PRNGKey", "jax.random.key"}
)  # fmt: skip

NUMPY_DRAWS = frozenset(
    f"numpy.random.{name}"
    for name in (
        "rand", "randn", "randint", "random", "random_sample", "ranf", "sample", "choice", "shuffle", "permutation", "normal",
        "uniform", "binomial", "poisson", "exponential", "beta", "gamma", "multivariate_normal", "standard_normal", "bytes",
        "lognormal", "laplace", "random_integers", "dirichlet", "multinomial", "geometric", "gumbel", "logistic",
    )
)  # fmt: skip
STDLIB_DRAWS = frozenset(
    f"random.{name}"
    for name in ("random", "randint", "choice", "choices", "sample", "shuffle", "uniform", "gauss", "randrange", "normalvariate")
)
TORCH_DRAWS = frozenset(
    f"torch.{name}"
    for name in ("rand", "randn", "randint", "randperm", "rand_like", "randn_like", "normal", "bernoulli", "multinomial")
)
_TORCH_LAYERS = re.compile(r"torch\.nn\.(?:Linear|Conv\w+|LSTM|GRU|RNN|Embedding|Bilinear|Transformer\w*|Multihead\w+)$")
_KERAS_LAYERS = re.compile(
    r"keras\.(?:layers\.(?:Dense|Conv\w+|SeparableConv\w+|LSTM|GRU|SimpleRNN|Embedding|Dropout|MultiHead\w+|Bidirectional)"
    r"|applications\.\w+)$"
)
TF_DRAWS = frozenset(
    {"tensorflow.random.normal", "tensorflow.random.uniform", "tensorflow.random.shuffle",
     "tensorflow.random.truncated_normal", "tensorflow.random_normal"}
)  # fmt: skip

# Keyword arguments that say how a computation is done and not which: no hyperparameters.
NO_HYPERPARAMETERS = frozenset(
    {
        "random_state", "seed", "random_seed", "n_jobs", "nthread", "verbose", "verbosity", "copy", "copy_X", "device", "name",
        "input_shape", "shape", "dtype", "input_dim", "callbacks", "validation_data", "metrics", "use_label_encoder",
        "eval_metric", "warm_start", "thread_count", "silent", "workers", "num_workers", "pin_memory", "logging_level",
        "task_type", "allow_writing_files", "generator", "worker_init_fn", "cache_size", "probability", "precompute",
        "use_multiprocessing", "steps", "memory", "scoring", "cv", "refit", "return_train_score", "error_score", "missing",
        "enable_categorical", "trainable", "lr_scheduler_kwargs", "foreach", "fused", "maximize", "differentiable",
    }
)  # fmt: skip
_TORCH_OPTIMISER = re.compile(r"torch\.optim\.(?:[A-Z]\w+|lr_scheduler\.\w+)$")
_KERAS_OPTIMISER = re.compile(r"keras\.optimizers\.(?:legacy\.)?[A-Z]\w+$")
_BOOSTED = re.compile(r"(?:xgboost\.XGB|lightgbm\.LGBM|catboost\.CatBoost)\w*$")
_SKLEARN_ESTIMATOR = re.compile(r"sklearn\.([a-z_]+)(?:\.\w+)*\.([A-Z]\w+)$")


@dataclass(frozen=True, slots=True)
class Seeding:
    """Whether a call that draws is seeded: `seeded` is None where an argument's value is not known."""

    seeded: bool | None
    keyword: str


def canonical(api: str) -> str:
    """One name for things that are imported in several ways."""
    if api.startswith(("tensorflow.keras.", "tensorflow.python.keras.", "tf_keras.")):
        return "keras." + api.partition("keras.")[2]
    if api.startswith("pytorch_lightning."):
        return "lightning.pytorch." + api[len("pytorch_lightning.") :]
    if api.startswith("cupy.random."):
        return "numpy.random." + api[len("cupy.random.") :]
    return api


def library(api: str) -> str:
    """First part of the name of the library whose thing this is; empty for the project's own and the unknown."""
    return "" if api.startswith(("@", ".")) else canonical(api).partition(".")[0]


def trains(call: Call) -> bool:
    """Whether a call trains a model; preparing data is no training."""
    api = canonical(call.api)
    if api in _LIBRARY_TRAINS or api in _OBJECT_TRAINS:
        return True
    head, _dot, method = api.rpartition(".")
    if method == "backward" and not head:  # loss.backward()
        return not call.args or bool(call.owner)
    if method not in _FITS:
        return False
    if head.startswith("@"):
        return False  # the project's own method: what it calls counts
    if head.startswith("sklearn."):
        return head.split(".")[1] not in _PREPARING
    if not head:
        return bool(call.args or call.keywords) and not _PREPARER.search(call.owner.rpartition(".")[2] or call.path)
    if method == "fit_resample" or ".preprocessing." in head or head.startswith(("keras.layers.", "keras.preprocessing")):
        return False
    if head.startswith(("nltk.", "gensim.", "shap.", "umap.", "category_encoders.", "pyspark.ml.feature")):
        return False
    return head.startswith((*_MODEL_MAKERS, "lightning.", "transformers.")) or bool(call.args)


def split_seeding(call: Call) -> Seeding | None:
    """How a call that splits or shuffles data is seeded; None for other calls, and for splits that draw nothing."""
    known = SPLITS.get(call.api)
    if known is None:
        return None
    position, keyword, switch, default = known
    if switch:
        given = call.keywords.get(switch)
        draws = default if given is None else (bool(given.data) if given.kind == CONSTANT else None)
        if draws is None or not draws:
            return None
    return Seeding(_seeded(call, position, keyword), keyword)


def estimator_seeding(call: Call) -> Seeding | None:
    """How the maker of an estimator that draws is seeded; None for other calls."""
    match = _SKLEARN_ESTIMATOR.match(call.api)
    if match is None:
        return None
    name = match[2]
    if name in SOMETIMES_RANDOM:
        keyword, values = SOMETIMES_RANDOM[name]
        given = call.keywords.get(keyword)
        if given is None or given.kind != CONSTANT or given.data not in values:
            return None
    elif name not in RANDOM_ESTIMATORS:
        return None
    return Seeding(_seeded(call, -1, "random_state"), "random_state")


def _seeded(call: Call, position: int, keyword: str) -> bool | None:
    given = call.argument(position, keyword)
    if given is None:
        return None if call.starred else False
    return not (given.kind == CONSTANT and given.data is None)


def seeds(call: Call) -> tuple[str, ...]:
    """First parts of the libraries that a call seeds; empty for other calls, and for seeding with None or the time."""
    api = canonical(call.api)
    known = SEEDERS.get(api)
    if known is None:
        if api in GENERATORS and (call.args or call.keywords):
            return ("generator",)
        return ()
    if api.endswith("seed_everything") or call.args or call.keywords:
        return () if call.args and call.args[0].kind == CONSTANT and call.args[0].data is None else known
    return ()


def draws(call: Call) -> str:
    """First part of the library whose global generator a call draws from; empty for other calls."""
    api = canonical(call.api)
    if api in NUMPY_DRAWS:
        return "numpy"
    if api in STDLIB_DRAWS:
        return "random"
    if api in TF_DRAWS:
        return "tensorflow"
    if api in TORCH_DRAWS:
        return "" if "generator" in call.keywords else "torch"
    if api.startswith("torch.nn.") and _TORCH_LAYERS.match(api):
        return "torch"
    return "tensorflow" if api.startswith("keras.") and _KERAS_LAYERS.match(api) else ""


def hyperparameters(call: Call) -> dict[str, Value]:
    """Keyword arguments of a maker of a model, an optimiser or a training that are hyperparameters."""
    api = canonical(call.api)
    if not _takes_hyperparameters(api):
        return {}
    found = {k: v for k, v in call.keywords.items() if k not in NO_HYPERPARAMETERS and not k.startswith("**")}
    if api in _LIBRARY_TRAINS:
        params = call.argument(0, "params")
        if params is not None and params.kind == DICT:
            pairs = zip(params.items[::2], params.items[1::2], strict=True)
            found |= {k.data: v for k, v in pairs if k.kind == CONSTANT and k.data not in NO_HYPERPARAMETERS}
    if api.endswith((".fit", ".train")):
        return {k: v for k, v in found.items() if k in _OF_TRAINING}
    return found


_OF_TRAINING = frozenset(
    {"epochs", "batch_size", "validation_split", "num_boost_round", "early_stopping_rounds", "max_epochs", "eta", "max_depth",
     "learning_rate", "objective", "num_leaves", "n_estimators", "subsample", "steps_per_epoch", "class_weight"}
)  # fmt: skip


def _takes_hyperparameters(api: str) -> bool:
    if api.startswith("sklearn."):
        match = _SKLEARN_ESTIMATOR.match(api)
        return match is not None and match[1] not in _PREPARING and match[1] not in {"model_selection", "pipeline", "metrics"}
    if api.startswith("keras."):
        return bool(_KERAS_OPTIMISER.match(api)) or api in {"keras.Sequential.fit", "keras.Model.fit", "keras.models.Model.fit",
                                                            "keras.models.Sequential.fit"}  # fmt: skip
    return bool(_TORCH_OPTIMISER.match(api) or _BOOSTED.match(api)) or api in _LIBRARY_TRAINS


def names_of(values: list[Value]) -> set[str]:
    """Last parts of all names that stand in expressions."""
    return {name.rpartition(".")[2] for value in values for name in value.names()} | {
        value.data for value in values if value.kind == NAME
    }


