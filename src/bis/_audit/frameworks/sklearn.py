"""What of scikit-learn draws from a random generator, and which argument seeds it.

What draws was measured with version 1.9: each estimator was fitted twice with default arguments to one small data set,
from two states of NumPy's global generator. Where the state moved and the results differed, it draws. Arguments that
change that were added by hand, from the documentation. The tests compare the tables with the installed version.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bis._audit.frameworks.naming import canonical

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

YES, NO, BARELY = "yes", "no", "barely"
UNKNOWN = object()  # an argument that is given, with a value that is not known


@dataclass(frozen=True, slots=True)
class Drawing:
    """When a thing that can be seeded draws.

    Parameters
    ----------
    default : str
        With default arguments: ``yes``, ``no``, or ``barely``: it draws for large data or in old versions only, or its
        result hangs on it by rounding only.
    starts : dict of str to frozenset
        Keyword -> values with one of which it draws.
    stops : dict of str to frozenset
        Keyword -> values with one of which it does not.
    seed : str
        The keyword of the seed.
    order : tuple of str
        Names of the first arguments, where callers give them without names.
    """

    default: str = YES
    starts: tuple[tuple[str, frozenset[object]], ...] = ()
    stops: tuple[tuple[str, frozenset[object]], ...] = ()
    seed: str = "random_state"
    order: tuple[str, ...] = ()

    def draws(self, given: Mapping[str, object]) -> bool | None:
        """Whether it draws, if it is given these arguments: constants, or `UNKNOWN`. None where that is not known."""
        started = _any(_among(given[keyword], values) for keyword, values in self.starts if keyword in given)
        stopped = _any(_among(given[keyword], values) for keyword, values in self.stops if keyword in given)
        if started:
            return True
        if stopped or self.default != YES:
            return None if started is None else False
        return None if stopped is None else True


def _among(value: object, values: frozenset[object]) -> bool | None:
    """Whether an argument has one of these values; None where its value is not known."""
    if value is UNKNOWN:
        return None
    return isinstance(value, bool | int | float | str | None) and value in values


def _any(answers: Iterable[bool | None]) -> bool | None:
    """Whether one of the answers is yes; None where none is, but one is not known."""
    known = list(answers)
    return True if True in known else (None if None in known else False)


def _when(keyword: str, *values: object) -> tuple[tuple[str, frozenset[object]], ...]:
    return ((keyword, frozenset(values)),)


def _on(keyword: str) -> tuple[tuple[str, frozenset[object]], ...]:
    return ((keyword, frozenset({True})),)


def _off(keyword: str) -> tuple[tuple[str, frozenset[object]], ...]:
    return ((keyword, frozenset({False})),)


_ALWAYS = Drawing()
_NEVER = Drawing(NO)  # it takes a seed, and uses it with arguments that cannot be named by their values
_BARELY = Drawing(BARELY)
_SHUFFLES = Drawing(NO, _on("shuffle"), order=("n_splits", "shuffle", "random_state"))
_COORDINATES = Drawing(NO, _when("selection", "random"))
# Of liblinear, coordinate descents draw: the dual, and the primal with an L1 penalty (since 1.8 an `l1_ratio` of 1).
# The primal with an L2 penalty, its default, is solved by Newton's method, which does not.
_LOGISTIC = Drawing(
    NO, (*_when("solver", "sag", "saga"), *_on("dual"), *_when("penalty", "l1"), *_when("l1_ratio", 1.0))
)
# In the order of the rows, only the part that is held back to stop early is drawn.
_DESCENT = Drawing(YES, _on("early_stopping"), _off("shuffle"))
_RIDGE = Drawing(NO, _when("solver", "sag", "saga"))
_PROBABILITY = Drawing(NO, _on("probability"))

# What splits, shuffles or resamples data.
SPLITS: dict[str, Drawing] = {
    "sklearn.model_selection.train_test_split": Drawing(YES, (), _off("shuffle")),
    "sklearn.model_selection.KFold": _SHUFFLES,
    "sklearn.model_selection.StratifiedKFold": _SHUFFLES,
    "sklearn.model_selection.StratifiedGroupKFold": _SHUFFLES,
    "sklearn.model_selection.GroupKFold": Drawing(NO, _on("shuffle")),
    "sklearn.model_selection.ShuffleSplit": _ALWAYS,
    "sklearn.model_selection.StratifiedShuffleSplit": _ALWAYS,
    "sklearn.model_selection.GroupShuffleSplit": _ALWAYS,
    "sklearn.model_selection.RepeatedKFold": _ALWAYS,
    "sklearn.model_selection.RepeatedStratifiedKFold": _ALWAYS,
    "sklearn.model_selection.learning_curve": Drawing(NO, _on("shuffle")),
    "sklearn.utils.shuffle": _ALWAYS,
    "sklearn.utils.resample": _ALWAYS,
    "dask_ml.model_selection.train_test_split": Drawing(YES, (), _off("shuffle")),
    "torch.utils.data.random_split": Drawing(seed="generator", order=("dataset", "lengths", "generator")),
}
# The method of a data set of Hugging Face, whose argument has another name than scikit-learn's function.
SPLITS_ITSELF = Drawing(YES, (), _off("shuffle"), seed="seed", order=("test_size", "train_size", "shuffle"))
SHUFFLES_ITSELF = Drawing(seed="seed", order=("seed",))

ESTIMATORS: dict[str, Drawing] = {
    "sklearn.cluster.AffinityPropagation": _BARELY,
    "sklearn.cluster.BisectingKMeans": _ALWAYS,
    "sklearn.cluster.KMeans": _ALWAYS,
    "sklearn.cluster.MiniBatchKMeans": _ALWAYS,
    "sklearn.cluster.SpectralBiclustering": _ALWAYS,
    "sklearn.cluster.SpectralClustering": Drawing(YES, (), _when("assign_labels", "cluster_qr")),
    "sklearn.cluster.SpectralCoclustering": _ALWAYS,
    "sklearn.covariance.EllipticEnvelope": _ALWAYS,
    "sklearn.covariance.MinCovDet": _ALWAYS,
    "sklearn.decomposition.DictionaryLearning": _BARELY,
    "sklearn.decomposition.FactorAnalysis": _NEVER,  # its default seed is 0
    "sklearn.decomposition.FastICA": _ALWAYS,
    "sklearn.decomposition.KernelPCA": Drawing(BARELY, _when("eigen_solver", "arpack", "randomized")),
    "sklearn.decomposition.LatentDirichletAllocation": _ALWAYS,
    "sklearn.decomposition.MiniBatchDictionaryLearning": _ALWAYS,
    "sklearn.decomposition.MiniBatchNMF": Drawing(BARELY, _when("init", "random", "nndsvdar")),
    "sklearn.decomposition.MiniBatchSparsePCA": _ALWAYS,
    "sklearn.decomposition.NMF": Drawing(BARELY, _when("init", "random", "nndsvdar")),
    "sklearn.decomposition.PCA": Drawing(BARELY, _when("svd_solver", "randomized", "arpack")),
    "sklearn.decomposition.SparsePCA": _BARELY,
    "sklearn.decomposition.TruncatedSVD": Drawing(YES, (), _when("algorithm", "arpack")),
    "sklearn.dummy.DummyClassifier": Drawing(NO, _when("strategy", "stratified", "uniform")),
    "sklearn.ensemble.AdaBoostClassifier": _ALWAYS,
    "sklearn.ensemble.AdaBoostRegressor": _ALWAYS,
    "sklearn.ensemble.BaggingClassifier": _ALWAYS,
    "sklearn.ensemble.BaggingRegressor": _ALWAYS,
    "sklearn.ensemble.ExtraTreesClassifier": _ALWAYS,
    "sklearn.ensemble.ExtraTreesRegressor": _ALWAYS,
    "sklearn.ensemble.GradientBoostingClassifier": _ALWAYS,
    "sklearn.ensemble.GradientBoostingRegressor": _ALWAYS,
    "sklearn.ensemble.HistGradientBoostingClassifier": Drawing(BARELY, _on("early_stopping")),
    "sklearn.ensemble.HistGradientBoostingRegressor": Drawing(BARELY, _on("early_stopping")),
    "sklearn.ensemble.IsolationForest": _ALWAYS,
    "sklearn.ensemble.RandomForestClassifier": _ALWAYS,
    "sklearn.ensemble.RandomForestRegressor": _ALWAYS,
    "sklearn.ensemble.RandomTreesEmbedding": _ALWAYS,
    "sklearn.feature_extraction.image.PatchExtractor": Drawing(NO),
    "sklearn.gaussian_process.GaussianProcessClassifier": _NEVER,  # n_restarts_optimizer > 0
    "sklearn.gaussian_process.GaussianProcessRegressor": _NEVER,
    "sklearn.impute.IterativeImputer": Drawing(
        NO, (*_when("imputation_order", "random"), *_on("sample_posterior"))
    ),
    "sklearn.kernel_approximation.Nystroem": _ALWAYS,
    "sklearn.kernel_approximation.PolynomialCountSketch": _ALWAYS,
    "sklearn.kernel_approximation.RBFSampler": _ALWAYS,
    "sklearn.kernel_approximation.SkewedChi2Sampler": _ALWAYS,
    "sklearn.linear_model.ElasticNet": _COORDINATES,
    "sklearn.linear_model.ElasticNetCV": _COORDINATES,
    "sklearn.linear_model.Lars": _NEVER,  # jitter
    "sklearn.linear_model.Lasso": _COORDINATES,
    "sklearn.linear_model.LassoCV": _COORDINATES,
    "sklearn.linear_model.LassoLars": _NEVER,
    "sklearn.linear_model.LogisticRegression": _LOGISTIC,
    "sklearn.linear_model.LogisticRegressionCV": _LOGISTIC,
    "sklearn.linear_model.MultiTaskElasticNet": _COORDINATES,
    "sklearn.linear_model.MultiTaskElasticNetCV": _COORDINATES,
    "sklearn.linear_model.MultiTaskLasso": _COORDINATES,
    "sklearn.linear_model.MultiTaskLassoCV": _COORDINATES,
    "sklearn.linear_model.PassiveAggressiveClassifier": _DESCENT,
    "sklearn.linear_model.PassiveAggressiveRegressor": _DESCENT,
    "sklearn.linear_model.Perceptron": _NEVER,  # its default seed is 0
    "sklearn.linear_model.RANSACRegressor": _ALWAYS,
    "sklearn.linear_model.Ridge": _RIDGE,
    "sklearn.linear_model.RidgeClassifier": _RIDGE,
    "sklearn.linear_model.SGDClassifier": _DESCENT,
    "sklearn.linear_model.SGDOneClassSVM": Drawing(YES, (), _off("shuffle")),
    "sklearn.linear_model.SGDRegressor": _DESCENT,
    "sklearn.linear_model.TheilSenRegressor": _ALWAYS,
    "sklearn.manifold.LocallyLinearEmbedding": Drawing(BARELY, _when("eigen_solver", "arpack")),
    "sklearn.manifold.MDS": Drawing(YES, (), _when("init", "classical_mds")),
    "sklearn.manifold.SpectralEmbedding": Drawing(BARELY, _when("eigen_solver", "amg")),
    # Before version 1.2 it starts from a draw, since then from principal components.
    "sklearn.manifold.TSNE": Drawing(BARELY, _when("init", "random")),
    "sklearn.mixture.BayesianGaussianMixture": _ALWAYS,
    "sklearn.mixture.GaussianMixture": _ALWAYS,
    "sklearn.model_selection.HalvingGridSearchCV": _ALWAYS,
    "sklearn.model_selection.HalvingRandomSearchCV": _ALWAYS,
    "sklearn.model_selection.RandomizedSearchCV": _ALWAYS,
    "sklearn.model_selection.ParameterSampler": _ALWAYS,
    "sklearn.model_selection.TunedThresholdClassifierCV": _NEVER,  # cv as a fraction
    "sklearn.multiclass.OutputCodeClassifier": _ALWAYS,
    "sklearn.multioutput.ClassifierChain": Drawing(NO, _when("order", "random")),
    "sklearn.multioutput.RegressorChain": Drawing(NO, _when("order", "random")),
    "sklearn.neighbors.NeighborhoodComponentsAnalysis": Drawing(NO, _when("init", "random")),
    "sklearn.neural_network.BernoulliRBM": _ALWAYS,
    "sklearn.neural_network.MLPClassifier": _ALWAYS,
    "sklearn.neural_network.MLPRegressor": _ALWAYS,
    "sklearn.preprocessing.KBinsDiscretizer": _BARELY,
    "sklearn.preprocessing.QuantileTransformer": _BARELY,
    "sklearn.preprocessing.TargetEncoder": Drawing(BARELY, _on("shuffle")),
    "sklearn.random_projection.GaussianRandomProjection": _ALWAYS,
    "sklearn.random_projection.SparseRandomProjection": _ALWAYS,
    # The dual draws, and the primal with an L1 penalty. Since version 1.5 the dual is the default only where there are
    # more features than rows, or where the loss has no primal.
    "sklearn.svm.LinearSVC": Drawing(
        BARELY, (*_on("dual"), *_when("loss", "hinge"), *_when("penalty", "l1")), _off("dual")
    ),
    "sklearn.svm.LinearSVR": Drawing(
        YES, _on("dual"), (*_off("dual"), *_when("loss", "squared_epsilon_insensitive"))
    ),
    "sklearn.svm.NuSVC": _PROBABILITY,
    "sklearn.svm.SVC": _PROBABILITY,
    "sklearn.tree.DecisionTreeClassifier": _ALWAYS,  # among equally good features
    "sklearn.tree.DecisionTreeRegressor": _ALWAYS,
    "sklearn.tree.ExtraTreeClassifier": _ALWAYS,
    "sklearn.tree.ExtraTreeRegressor": _ALWAYS,
}  # fmt: skip

# What imbalanced-learn makes of it: resamplers, and forests of resampled data. It takes its seed as scikit-learn does.
RESAMPLERS: dict[str, Drawing] = {
    f"imblearn.{package}.{name}": _ALWAYS
    for package, names in {
        "over_sampling": (
            "SMOTE", "ADASYN", "BorderlineSMOTE", "KMeansSMOTE", "SVMSMOTE", "SMOTENC", "SMOTEN", "RandomOverSampler",
        ),
        "under_sampling": ("RandomUnderSampler", "ClusterCentroids", "OneSidedSelection", "CondensedNearestNeighbour"),
        "combine": ("SMOTEENN", "SMOTETomek"),
        "ensemble": (
            "BalancedRandomForestClassifier", "BalancedBaggingClassifier", "EasyEnsembleClassifier",
            "RUSBoostClassifier",
        ),
    }.items()
    for name in names
}  # fmt: skip

# Functions that make data.
MAKERS: dict[str, Drawing] = {
    f"sklearn.datasets.make_{name}": _ALWAYS
    for name in (
        "biclusters", "blobs", "checkerboard", "classification", "friedman1", "friedman2", "friedman3",
        "gaussian_quantiles", "hastie_10_2", "low_rank_matrix", "multilabel_classification", "regression", "s_curve",
        "sparse_coded_signal", "sparse_spd_matrix", "sparse_uncorrelated", "spd_matrix", "swiss_roll",
    )
} | {
    # Circles and moons draw only their order, and the noise if there is any.
    "sklearn.datasets.make_circles": Drawing(YES, (), _off("shuffle")),
    "sklearn.datasets.make_moons": Drawing(YES, (), _off("shuffle")),
}  # fmt: skip

# Other functions with a seed.
FUNCTIONS: dict[str, Drawing] = {
    "sklearn.cluster.affinity_propagation": _BARELY,
    "sklearn.cluster.estimate_bandwidth": _NEVER,
    "sklearn.cluster.k_means": _ALWAYS,
    "sklearn.cluster.kmeans_plusplus": _ALWAYS,
    "sklearn.cluster.spectral_clustering": _ALWAYS,
    "sklearn.covariance.fast_mcd": _ALWAYS,
    "sklearn.datasets.fetch_20newsgroups": _NEVER,
    "sklearn.datasets.fetch_covtype": Drawing(NO, _on("shuffle")),
    "sklearn.datasets.fetch_kddcup99": Drawing(NO, _on("shuffle")),
    "sklearn.datasets.fetch_olivetti_faces": _NEVER,
    "sklearn.datasets.fetch_rcv1": Drawing(NO, _on("shuffle")),
    "sklearn.datasets.load_files": _NEVER,
    "sklearn.decomposition.dict_learning": _BARELY,
    "sklearn.decomposition.dict_learning_online": _ALWAYS,
    "sklearn.decomposition.fastica": _ALWAYS,
    "sklearn.decomposition.non_negative_factorization": Drawing(BARELY, _when("init", "random", "nndsvdar")),
    "sklearn.feature_extraction.image.extract_patches_2d": Drawing(NO),
    "sklearn.feature_selection.mutual_info_classif": _ALWAYS,
    "sklearn.feature_selection.mutual_info_regression": _ALWAYS,
    "sklearn.inspection.permutation_importance": _ALWAYS,
    "sklearn.linear_model.ridge_regression": _RIDGE,
    "sklearn.manifold.locally_linear_embedding": _BARELY,
    "sklearn.manifold.smacof": _ALWAYS,
    "sklearn.manifold.spectral_embedding": _BARELY,
    "sklearn.metrics.cluster.silhouette_score": Drawing(NO),
    "sklearn.metrics.silhouette_score": Drawing(NO),
    "sklearn.model_selection.check_cv": Drawing(NO, _on("shuffle")),
    "sklearn.model_selection.permutation_test_score": _NEVER,  # its default seed is 0
    "sklearn.preprocessing.quantile_transform": _BARELY,
    "sklearn.utils.extmath.randomized_range_finder": _ALWAYS,
    "sklearn.utils.extmath.randomized_svd": _ALWAYS,
}

# Estimators of other libraries that are seeded by default: not giving a seed leaves them repeatable.
SEEDED_BY_DEFAULT = ("xgboost.", "lightgbm.", "catboost.")


def split(api: str) -> Drawing | None:
    """When a call that splits, shuffles or resamples data draws; None for other calls."""
    return SPLITS.get(canonical(api))


def estimator(api: str) -> Drawing | None:
    """When the estimator that a call makes draws; None for other calls, and for estimators that take no seed."""
    if api.startswith("imblearn."):
        return RESAMPLERS.get(api)
    return ESTIMATORS.get(canonical(api)) if api.startswith("sklearn.") else None


def function(api: str) -> Drawing | None:
    """When a function that makes data, or any other that takes a seed, draws; None for other calls."""
    name = canonical(api)
    return MAKERS.get(name) or FUNCTIONS.get(name)
