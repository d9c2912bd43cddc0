"""Call sites of pandas, SciPy, Optuna, imbalanced-learn and the libraries of boosted trees."""

from __future__ import annotations

from bis.instrument.entropy.roles.call_site import CALL, ITERATE, NUMPY, PYTHON, CallSite

_SEED = "random_state"


def _rows(
    module: str,
    role: str,
    *names: str,
    seed: str = _SEED,
    wrap: str = CALL,
    generators: tuple[str, ...] = (NUMPY,),
    attributes: tuple[str, ...] = (),
    replaces: bool = False,
    yields: bool = False,
) -> list[CallSite]:
    return [
        CallSite(
            module,
            name.removesuffix("*"),
            role,
            generators=generators,
            wrap=wrap,
            verified=name.endswith("*"),
            seed=seed,
            attributes=attributes,
            replaces=replaces,
            yields=yields,
        )
        for name in names
    ]


_OPTUNA = "optuna.samplers"
_LIGHTGBM_SEEDS = (
    "seed",
    "random_seed",
    "random_state",
    "data_random_seed",
    "data_seed",
    "bagging_seed",
    "bagging_fraction_seed",
    "feature_fraction_seed",
    "extra_seed",
    "drop_seed",
    "objective_seed",
)

# A name that ends in a star is of a verified site.
SITES: tuple[CallSite, ...] = (
    *_rows("pandas.core.generic", "split", "NDFrame.sample*"),
    *_rows("pandas.core.groupby.groupby", "split", "GroupBy.sample*"),
    *_rows("scipy.stats._resampling", "bootstrap", "bootstrap*", "permutation_test*", "monte_carlo_test*", seed="rng"),
    *_rows("scipy.stats._distn_infrastructure", "sampling", "rv_generic.rvs*", yields=True),
    *_rows("scipy.stats._multivariate", "sampling", "multivariate_normal_gen.rvs*", yields=True),
    *_rows("scipy.stats._kde", "sampling", "gaussian_kde.resample*", seed="seed", yields=True),
    *_rows("scipy.optimize._differentialevolution", "hpo", "differential_evolution*", seed="rng"),
    *_rows("scipy.optimize._dual_annealing", "hpo", "dual_annealing*", seed="rng"),
    *_rows("scipy.optimize._basinhopping", "hpo", "basinhopping*", seed="rng"),
    *_rows("scipy.cluster.vq", "init", "kmeans2*", "kmeans*", seed="rng"),
    *_rows(f"{_OPTUNA}._random", "hpo", "RandomSampler.sample_independent*", seed=""),
    *_rows(f"{_OPTUNA}._lazy_random_state", "hpo", "LazyRandomState.__init__*", seed="seed"),
    *_rows(f"{_OPTUNA}._tpe.sampler", "hpo", "TPESampler.sample_relative", "TPESampler.sample_independent*", seed=""),
    *_rows(f"{_OPTUNA}._cmaes", "hpo", "CmaEsSampler.sample_relative", "CmaEsSampler.sample_independent", seed=""),
    *_rows(f"{_OPTUNA}._qmc", "hpo", "QMCSampler.sample_relative", "QMCSampler.sample_independent", seed=""),
    *_rows(f"{_OPTUNA}._gp.sampler", "hpo", "GPSampler.sample_relative", "GPSampler.sample_independent", seed=""),
    *_rows(f"{_OPTUNA}._grid", "hpo", "GridSampler.before_trial", seed=""),
    *_rows(f"{_OPTUNA}._brute_force", "hpo", "BruteForceSampler.sample_independent", seed=""),
    *_rows(
        f"{_OPTUNA}.nsgaii._sampler",
        "hpo",
        "NSGAIISampler.sample_relative",
        "NSGAIISampler.sample_independent",
        seed="",
    ),
    *_rows("hyperopt.fmin", "hpo", "FMinIter.__next__", seed="", generators=(NUMPY, PYTHON)),
    *_rows("skopt.optimizer.optimizer", "hpo", "Optimizer._ask"),
    *_rows(
        "imblearn.under_sampling._prototype_selection._random_under_sampler",
        "sampling",
        "RandomUnderSampler._fit_resample",
    ),
    *_rows("imblearn.over_sampling._random_over_sampler", "sampling", "RandomOverSampler._fit_resample"),
    *_rows("imblearn.over_sampling._smote.base", "sampling", "SMOTE._fit_resample"),
    CallSite("xgboost.training", "train", "bootstrap", seed="params", keys=("seed", "random_state"), replaces=True),
    CallSite("lightgbm.engine", "train", "bootstrap", seed="params", keys=_LIGHTGBM_SEEDS, replaces=True),
    *_rows("xgboost.sklearn", "bootstrap", "XGBModel.__init__", generators=(), replaces=True),
    *_rows("lightgbm.sklearn", "bootstrap", "LGBMModel.__init__", generators=(), replaces=True),
    *_rows(
        "catboost.core", "bootstrap", "CatBoostClassifier.__init__", seed="random_seed", generators=(), replaces=True
    ),
    *_rows(
        "catboost.core", "bootstrap", "CatBoostRegressor.__init__", seed="random_seed", generators=(), replaces=True
    ),
    *_rows("imgaug.augmenters.meta", "augmentation", "Augmenter.augment_images", seed="", generators=(NUMPY,)),
    *_rows("albumentations.core.composition", "augmentation", "Compose.__call__", seed="", generators=(NUMPY, PYTHON)),
    *_rows("keras_tuner.src.engine.oracle", "hpo", "Oracle.create_trial", seed="", generators=(NUMPY, PYTHON)),
    *_rows(
        "ray.tune.search.basic_variant", "hpo", "BasicVariantGenerator.next_trial", seed="", generators=(NUMPY, PYTHON)
    ),
    *_rows("sklearn.model_selection._search_successive_halving", "hpo", "_SubsampleMetaSplitter.split", wrap=ITERATE),
)
