"""What of further libraries draws unless it is given a seed, by which argument, and which global seed reaches it.

All was read in the libraries' sources: Spark 3.5, scikit-surprise 1.1, fastai 1 and 2, cuML 24, umap-learn 0.5, Stable
Baselines 2.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bis._audit.frameworks.naming import canonical
from bis._audit.frameworks.sklearn import Drawing

if TYPE_CHECKING:
    from collections.abc import Collection


@dataclass(frozen=True, slots=True)
class SeedArgument:
    """How a call that draws is seeded.

    Parameters
    ----------
    drawing : Drawing
    libraries : tuple of str
        First parts of the libraries whose global seed fixes what it draws without one of its own; empty: none does.
    needs : str
        A keyword without which it draws nothing.
    unless : frozenset of str
        Keywords with one of which it draws nothing.
    """

    drawing: Drawing
    libraries: tuple[str, ...] = ()
    needs: str = ""
    unless: frozenset[str] = frozenset()

    def may_draw(self, keywords: Collection[str]) -> bool:
        """Whether it may draw if it is given these keywords."""
        return (not self.needs or self.needs in keywords) and self.unless.isdisjoint(keywords)


_SHUFFLING = Drawing(stops=(("shuffle", frozenset({False})),))
_STATE = Drawing()
_NUMPY = ("numpy", "sklearn")
# Spark's seed is drawn with Python's `random`.
SPARK_LIBRARIES = ("random",)
_OF_SPARK = SeedArgument(Drawing(seed="seed", order=("weights", "seed")), SPARK_LIBRARIES)
# fastai 1 draws with NumPy, fastai 2 with PyTorch.
_OF_FASTAI = SEEDED_BY_SPLITTING = ("torch", "numpy")
_BY_SHARE = SeedArgument(
    Drawing(seed="seed"), _OF_FASTAI, unless=frozenset({"valid_col", "valid_df", "splitter", "valid_idx"})
)
_IF_SHARE = SeedArgument(Drawing(seed="seed"), _OF_FASTAI, needs="valid_pct")

_SPLITS: dict[str, SeedArgument] = {
    "surprise.model_selection.train_test_split": SeedArgument(_SHUFFLING, _NUMPY),
    "surprise.model_selection.KFold": SeedArgument(_SHUFFLING, _NUMPY),
    "surprise.model_selection.ShuffleSplit": SeedArgument(_SHUFFLING, _NUMPY),
    "surprise.model_selection.RepeatedKFold": SeedArgument(_STATE, _NUMPY),
    "cuml.model_selection.train_test_split": SeedArgument(_SHUFFLING),
    "cuml.preprocessing.train_test_split": SeedArgument(_SHUFFLING),
    "cuml.train_test_split": SeedArgument(_SHUFFLING),
}
# Of fastai, whose names come from many modules: from fastai.vision.all import *
_SPLITS_OF_FASTAI: dict[str, SeedArgument] = {
    "RandomSplitter": SeedArgument(Drawing(seed="seed", order=("valid_pct", "seed")), _OF_FASTAI),
    "RandomSubsetSplitter": SeedArgument(Drawing(seed="seed", order=("train_sz", "valid_sz", "seed")), _OF_FASTAI),
    "TrainTestSplitter": SeedArgument(_SHUFFLING, _NUMPY),
    "split_by_rand_pct": SeedArgument(Drawing(seed="seed", order=("valid_pct", "seed")), _OF_FASTAI),
    "random_split_by_pct": SeedArgument(Drawing(seed="seed", order=("valid_pct", "seed")), _OF_FASTAI),
    **{
        f"{maker}.{method}": _IF_SHARE if method == "from_folder" else _BY_SHARE
        for maker in ("ImageDataLoaders", "ImageDataBunch", "SegmentationDataLoaders", "TextDataLoaders")
        for method in (
            "from_folder", "from_path_func", "from_path_re", "from_name_func", "from_name_re", "from_label_func",
            "from_lists", "from_df", "from_csv",
        )
    },
}  # fmt: skip

_ESTIMATORS: dict[str, SeedArgument] = {
    **{f"surprise.{name}": SeedArgument(_STATE, _NUMPY) for name in ("SVD", "SVDpp", "NMF", "CoClustering")},
    **{
        f"{package}.{name}": SeedArgument(Drawing(seed="seed"), ("torch", "numpy"))
        for package in ("stable_baselines3", "sb3_contrib")
        for name in (
            "A2C", "DDPG", "DQN", "PPO", "SAC", "TD3", "ARS", "CrossQ", "MaskablePPO", "QRDQN", "RecurrentPPO", "TQC",
            "TRPO",
        )
    },
    "umap.UMAP": SeedArgument(_STATE, _NUMPY),
    "cuml.UMAP": SeedArgument(_STATE, _NUMPY),
}  # fmt: skip
# Rows of a table of Spark: df.sample(0.1, seed), df.sample(False, 0.1, seed)
SAMPLE_OF_SPARK = Drawing(seed="seed", order=("fraction", "seed"))
SAMPLE_WITH_REPLACEMENT = Drawing(seed="seed", order=("withReplacement", "fraction", "seed"))
ESTIMATOR_ROOTS = frozenset({"surprise", "umap", "cuml", "stable_baselines3", "sb3_contrib"})


def split(api: str) -> SeedArgument | None:
    """How a call of a further library that splits data is seeded; None for other calls."""
    if api.endswith(".randomSplit") and not api.startswith("@"):
        return _OF_SPARK
    name = canonical(api)
    if name.startswith("fastai."):
        owner, _dot, method = name.rpartition(".")
        return _SPLITS_OF_FASTAI.get(method) or _SPLITS_OF_FASTAI.get(f"{owner.rpartition('.')[2]}.{method}")
    return _SPLITS.get(name) or _SPLITS.get(_without_modules(name))


def seeds_by_splitting(api: str) -> bool:
    """Whether a call splits data with fastai, which seeds the whole of PyTorch with the seed that it is given."""
    return api.startswith("fastai.") and split(api) is not None


def estimator(api: str) -> SeedArgument | None:
    """How an estimator of a further library that draws is seeded; None for other calls."""
    root = api.partition(".")[0]
    return _ESTIMATORS.get(f"{root}.{api.rpartition('.')[2]}") if root in ESTIMATOR_ROOTS else None


def _without_modules(name: str) -> str:
    """``surprise.model_selection.split.KFold`` -> ``surprise.model_selection.KFold``."""
    first, package, *rest = [*name.split("."), ""]
    return ".".join((first, package, rest[-2])) if len(rest) > 1 else name
