"""One name for things of machine-learning libraries that are imported in several ways."""

from __future__ import annotations

from functools import lru_cache

# Prefixes -> what they are listed under. The longest that fits counts.
_BEGINNINGS: dict[str, str] = {
    "tensorflow.keras": "keras",
    "tensorflow.python.keras": "keras",
    "tensorflow.compat.v1.keras": "keras",
    "tensorflow.compat.v2.keras": "keras",
    "tensorflow._api.v2.keras": "keras",
    "tensorflow.contrib.keras": "keras",
    "tf_keras": "keras",
    "keras.src": "keras",
    "keras.api": "keras",
    "keras.optimizers.legacy": "keras.optimizers",
    "keras.optimizers.experimental": "keras.optimizers",
    "keras.engine.sequential.Sequential": "keras.Sequential",
    "keras.engine.training.Model": "keras.Model",
    "keras.models.Sequential": "keras.Sequential",
    "keras.models.Model": "keras.Model",
    "tensorflow.compat.v1": "tensorflow",
    "tensorflow.compat.v2": "tensorflow",
    "pytorch_lightning": "lightning.pytorch",
    "lightning.pytorch.trainer.Trainer": "lightning.pytorch.Trainer",
    "lightning.pytorch.trainer.trainer.Trainer": "lightning.pytorch.Trainer",
    "lightning.pytorch.utilities.cli.LightningCLI": "lightning.pytorch.cli.LightningCLI",
    "lightning.Trainer": "lightning.pytorch.Trainer",
    "lightning.seed_everything": "lightning.pytorch.seed_everything",
    "lightning.fabric.seed_everything": "lightning.pytorch.seed_everything",
    "lightning.fabric.utilities.seed.seed_everything": "lightning.pytorch.seed_everything",
    "lightning.pytorch.utilities.seed.seed_everything": "lightning.pytorch.seed_everything",
    "lightning.pytorch.trainer.seed_everything": "lightning.pytorch.seed_everything",
    "transformers.trainer.Trainer": "transformers.Trainer",
    "transformers.trainer_utils.set_seed": "transformers.set_seed",
    "torch.random.manual_seed": "torch.manual_seed",
    "torch.cuda.random.manual_seed": "torch.cuda.manual_seed",
    "torch.cuda.random.manual_seed_all": "torch.cuda.manual_seed_all",
    "torch.utils.data.dataloader.DataLoader": "torch.utils.data.DataLoader",
    "torch.utils.data.sampler": "torch.utils.data",
    "torch.utils.data.dataset.random_split": "torch.utils.data.random_split",
    "numpy.random.mtrand": "numpy.random",
    "cupy.random": "numpy.random",
    "xgboost.sklearn": "xgboost",
    "xgboost.training.train": "xgboost.train",
    "lightgbm.sklearn": "lightgbm",
    "lightgbm.engine.train": "lightgbm.train",
    "catboost.core": "catboost",
    "joblib.parallel": "joblib",
    "sklearn.externals.joblib": "joblib",
    "sklearn.cross_validation": "sklearn.model_selection",
    "sklearn.grid_search": "sklearn.model_selection",
    "sklearn.learning_curve": "sklearn.model_selection",
    "sklearn.utils.fixes.delayed": "joblib.delayed",
    "sklearn.utils.parallel.delayed": "joblib.delayed",
    "sklearn.utils.parallel.Parallel": "joblib.Parallel",
    "sklearn.lda.LDA": "sklearn.discriminant_analysis.LinearDiscriminantAnalysis",
    "sklearn.mixture.GMM": "sklearn.mixture.GaussianMixture",
    "sklearn.decomposition.RandomizedPCA": "sklearn.decomposition.TruncatedSVD",
}
_ROOTS = frozenset(name.partition(".")[0] for name in _BEGINNINGS)

# Submodules of scikit-learn that its public names contain; all others between a package and a class are private.
_PUBLIC_SUBMODULES = frozenset(
    {
        "text", "image", "kernels", "pairwise", "cluster", "fixes", "extmath", "validation", "class_weight", "parallel",
        "random", "experimental", "multiclass",
    }
)  # fmt: skip


@lru_cache(maxsize=20_000)
def canonical(api: str) -> str:
    """The name under which the tables of this package list a thing.

    ``tensorflow.keras.layers.Dense`` -> ``keras.layers.Dense``, ``sklearn.ensemble._forest.RandomForestClassifier`` and
    ``sklearn.ensemble.forest.RandomForestClassifier`` -> ``sklearn.ensemble.RandomForestClassifier``.
    """
    for _step in range(3):  # tensorflow.keras.models.Sequential -> keras.models.Sequential -> keras.Sequential
        new = _replaced(api)
        if new == api:
            break
        api = new
    return _without_private_modules(api) if api.startswith("sklearn.") else api


def library(api: str) -> str:
    """First part of the name of the library whose thing this is; empty for the project's own and the unknown."""
    return "" if api.startswith(("@", ".")) else canonical(api).partition(".")[0]


def _replaced(api: str) -> str:
    if api.partition(".")[0] not in _ROOTS:
        return api
    end = len(api)
    while end > 0:
        new = _BEGINNINGS.get(api[:end])
        if new is not None:
            return new + api[end:]
        end = api.rfind(".", 0, end)
    return api


def _without_private_modules(api: str) -> str:
    first, package, *rest = api.split(".")
    named = next((i for i, part in enumerate(rest) if part[:1].isupper()), None)
    if named is None:
        kept = [part for part in rest if not part.startswith("_")]
    else:
        kept = [part for part in rest[:named] if part in _PUBLIC_SUBMODULES] + rest[named:]
    return ".".join([first, package, *kept])
