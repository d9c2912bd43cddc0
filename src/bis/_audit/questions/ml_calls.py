"""What calls of machine-learning libraries do: split, train, draw, seed; and which arguments are hyperparameters.

The tables are in `bis._audit.frameworks`; here they are asked about calls.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from bis._audit.frameworks import fresh_weights, randomness, seed_arguments, sklearn, training
from bis._audit.frameworks.naming import canonical, library
from bis._audit.parsing.ir import BINARY, CALL, CONSTANT, DICT, LIST, NAME, OTHER, Call, Value
from bis._audit.trackers import integrations, mlflow

if TYPE_CHECKING:
    from bis._audit.frameworks.sklearn import Drawing
    from bis._audit.parsing.ir import Module

__all__ = [
    "Seeding",
    "canonical",
    "chance_in",
    "draws",
    "estimator_seeding",
    "hyperparameters",
    "is_default",
    "is_loader",
    "is_of_known_library",
    "library",
    "loads_data",
    "makes_unseeded",
    "may_be_estimator",
    "may_draw",
    "may_seed",
    "may_split",
    "may_take_hyperparameters",
    "may_train",
    "names_of",
    "reports_to_none",
    "seeded_through",
    "seeds",
    "split_seeding",
    "trains",
]

# Names of variables whose `fit` prepares data, where nothing else is known of them.
_PREPARER = re.compile(
    r"(?i)(scal|encod|vectori|tokeni|imput|transform|preproc|binariz|discreti|normali[sz]|pca\b|svd\b|tsne|umap|ohe\b|^le$"
    r"|^ss$|^sc$|^mms$|label_?enc|selector|adapt|tfidf|cv$|smote|study|explainer|lemmat|featur)"
)
_PIPELINE_FITS = frozenset({"sklearn.pipeline.Pipeline.fit", "sklearn.pipeline.make_pipeline.fit"})
_PREPARES = re.compile(r"(?i)preproc|pre_process|transformer|featur")  # of a pipeline that ends with no estimator
_BETTER = ("min", "max", "auto")  # which values of what is watched are better: ReduceLROnPlateau(mode="min")


@dataclass(frozen=True, slots=True)
class Seeding:
    """Whether a call that draws is seeded: `seeded` is None where an argument's value is not known."""

    seeded: bool | None
    keyword: str


# Most calls concern none of this. By the name alone it is decided which may, once for each name.


@lru_cache(maxsize=20_000)
def may_train(api: str) -> bool:
    """Whether a call of this name may train a model; see `trains`."""
    return training.is_training(api) is not False or training.trains_when_made(api)


@lru_cache(maxsize=20_000)
def may_seed(api: str) -> bool:
    """Whether a call of this name may seed a generator; see `seeds`."""
    known = bool(randomness.seeded_by(api)) or canonical(api) in randomness.GENERATORS
    return known or seed_arguments.seeds_by_splitting(api)


@lru_cache(maxsize=20_000)
def may_split(api: str) -> bool:
    """Whether a call of this name may split or sample data; see `split_seeding`."""
    return (
        api.endswith((".sample", "train_test_split"))
        or _is_shuffle_of_datasets(api)
        or seed_arguments.split(api) is not None
        or sklearn.split(_UNIMPORTED.get(api, api)) is not None
    )


@lru_cache(maxsize=20_000)
def may_be_estimator(api: str) -> bool:
    """Whether a call of this name may make an estimator that draws; see `estimator_seeding`."""
    return sklearn.estimator(api) is not None or seed_arguments.estimator(api) is not None


@lru_cache(maxsize=20_000)
def may_draw(api: str) -> bool:
    """Whether a call of this name may draw from a global generator; see `draws`."""
    name = canonical(api)
    known = name in _LOADERS or name in randomness.UNSEEDED or fresh_weights.may_draw(api) or api == _SHUFFLES_UNKNOWN
    return known or randomness.drawn_from(api) != "" or randomness.is_application(api)


@lru_cache(maxsize=20_000)
def may_take_hyperparameters(api: str) -> bool:
    """Whether a call of this name may be given hyperparameters; see `hyperparameters`."""
    return training.hyperparameters(api) is not None or api.partition(".")[0] in integrations.SWITCH_ROOTS


def trains(call: Call) -> bool:
    """Whether a call trains a model; preparing data is not training."""
    if training.trains_when_made(call.api):
        given = [call.keywords[name] for name in training.DATA_OF_MODEL & call.keywords.keys()] or call.args[:1]
        return any(value.kind != CONSTANT or value.data is not None for value in given)
    known = training.is_training(call.api)
    if known and call.api in _PIPELINE_FITS and _PREPARES.search(call.owner or call.path):
        return len(call.args) + len(call.keywords) > 1  # one that prepares, unless it is told what to learn
    if known is not None:
        return known and not (call.method == _COMMAND_LINE and _is_false(call.keywords.get("run")))
    if call.method == training.BACKWARD:  # loss.backward()
        return not call.args or bool(call.owner)
    return bool(call.args or call.keywords) and not _PREPARER.search(call.owner.rpartition(".")[2] or call.path)


def split_seeding(call: Call) -> Seeding | None:
    """How a call that splits or shuffles data is seeded; None for other calls, and for splits that draw nothing."""
    if _samples_rows(call):
        return _seeding(call, _SAMPLE)
    if _samples_of_spark(call):
        after = bool(call.args) and isinstance(call.args[0].data, bool)
        return _seeding(call, seed_arguments.SAMPLE_WITH_REPLACEMENT if after else seed_arguments.SAMPLE_OF_SPARK)
    further = seed_arguments.split(call.api)
    if further is not None:
        return _seeding(call, further.drawing) if further.may_draw(call.keywords) else None
    if _splits_itself(call):
        return _seeding(call, sklearn.SPLITS_ITSELF)
    if call.method == "shuffle" and library(call.api) == "datasets":
        return _seeding(call, sklearn.SHUFFLES_ITSELF) if "generator" not in call.keywords else None
    return _seeding(call, sklearn.split(_UNIMPORTED.get(call.api, call.api)))


# What a name can only mean that nothing in its file defines or imports.
_UNIMPORTED = {"train_test_split": "sklearn.model_selection.train_test_split"}


_SAMPLE = sklearn.Drawing(order=("n", "frac", "replace", "weights", "random_state"))


def _samples_rows(call: Call) -> bool:
    """Whether a call draws rows of a table: ``df.sample(frac=0.8)``, of pandas, or of an object with such arguments."""
    if not call.api.endswith(".sample") or _looks_at_few(call):
        return False
    root = library(call.api)
    if root in {"pandas", "geopandas", "dask"}:
        return call.api.partition(".")[2] != "sample"
    return root == "" and not call.api.startswith("@") and not _OF_TABLES.isdisjoint(call.keywords)


_OF_TABLES = frozenset({"frac", "replace"})  # what only pandas' method is given


def _samples_of_spark(call: Call) -> bool:
    """Whether a call draws rows of a table of Spark: ``df.sample(0.1)``, ``df.sample(False, 0.1)``."""
    if not call.api.endswith(".sample") or "frac" in call.keywords or library(call.api) not in {"", "pyspark"}:
        return False
    if call.api.startswith("@"):
        return False
    first = call.args[0].data if call.args and call.args[0].kind == CONSTANT else None
    share = isinstance(first, bool) or (isinstance(first, float) and 0 < first < 1)
    return share or not {"fraction", "withReplacement"}.isdisjoint(call.keywords) or library(call.api) == "pyspark"


def _looks_at_few(call: Call) -> bool:
    """Whether a handful of rows is drawn, to be looked at: ``df.sample(5)``."""
    rows = call.argument(0, "n")
    few = rows is not None and rows.kind == CONSTANT and isinstance(rows.data, int) and rows.data <= _A_HANDFUL
    return "frac" not in call.keywords and (few or not (call.args or call.keywords or call.starred))


_A_HANDFUL = 10


def _is_shuffle_of_datasets(api: str) -> bool:
    return api.startswith("datasets.") and api.endswith(".shuffle")


def _splits_itself(call: Call) -> bool:
    """Whether a data set of Hugging Face is asked to split itself: ``dataset.train_test_split(test_size=0.2)``."""
    if call.method != "train_test_split" or "." not in call.path or call.api.startswith("@"):
        return False
    sizes = (*call.args, *(call.keywords[name] for name in _SIZES & call.keywords.keys()))
    of_rows = bool(call.args) and not all(given.kind == CONSTANT for given in call.args)  # scikit-learn's: of (X, y)
    return bool(sizes) and not of_rows and library(call.api) in {"", "datasets"}


_SIZES = frozenset({"test_size", "train_size"})


def estimator_seeding(call: Call) -> Seeding | None:
    """How the maker of an estimator that draws is seeded; None for other calls."""
    further = seed_arguments.estimator(call.api)
    return _seeding(call, further.drawing if further is not None else sklearn.estimator(call.api))


def _seeding(call: Call, drawing: Drawing | None) -> Seeding | None:
    if drawing is None:
        return None
    given = {**dict(zip(drawing.order, call.args, strict=False)), **call.keywords}
    constants = {n: v.data if v.kind == CONSTANT else sklearn.UNKNOWN for n, v in given.items()}
    if not drawing.draws(constants):
        return None
    seed = given.get(drawing.seed)
    if seed is None:
        return Seeding(None if call.starred else False, drawing.seed)
    return Seeding(not seed.is_none, drawing.seed)


def seeded_through(call: Call) -> tuple[str, ...]:
    """The libraries whose global seed fixes what a call draws that is given none: scikit-learn draws with NumPy."""
    further = seed_arguments.split(call.api) or seed_arguments.estimator(call.api)
    if further is not None:
        return further.libraries
    if _samples_of_spark(call):
        return seed_arguments.SPARK_LIBRARIES
    return ("torch",) if library(call.api) == "torch" else ("sklearn", "numpy")


def seeds(call: Call) -> tuple[str, ...]:
    """First parts of the libraries that a call seeds; empty for other calls, and for seeding with None or the time."""
    known = randomness.seeded_by(call.api)
    if not known and seed_arguments.seeds_by_splitting(call.api):
        split = split_seeding(call)
        return seed_arguments.SEEDED_BY_SPLITTING if split is not None and split.seeded else ()
    if not known:
        made = canonical(call.api) in randomness.GENERATORS and bool(call.args or call.keywords)
        return ("generator",) if made else ()
    if call.method == _COMMAND_LINE:
        return () if _is_false(call.keywords.get("seed_everything_default")) else known
    if call.api.endswith("seed_everything") or call.args or call.keywords:
        return () if call.args and call.args[0].kind == CONSTANT and call.args[0].data is None else known
    return ()


def chance_in(module: Module, value: Value | None) -> str:
    """What makes a seed another one each time: ``time``, or the library that draws it; empty where nothing does."""
    for _step in range(_FEW_STEPS):
        if value is not None and value.kind in {BINARY, OTHER}:  # int(time.time()) % 100
            value = next((item for item in value.items if item.kind != CONSTANT), None)
        if value is None or value.kind != CALL:
            return ""
        call = module.calls[value.data]
        if call.api.partition(".")[0] == "time" or call.api.startswith("datetime.") or call.api == "os.urandom":
            return "time"
        drawn = randomness.drawn_from(call.api)
        if drawn in {"random", "numpy"}:
            return drawn
        if call.api not in _ROUNDS or len(call.args) != 1:
            return ""
        value = call.args[0]
    return ""


_FEW_STEPS = 6
_ROUNDS = frozenset({"int", "abs", "round", "float"})
_COMMAND_LINE = "LightningCLI"  # it seeds, and does what the command says: it trains


def _is_false(value: Value | None) -> bool:
    return value is not None and value.kind == CONSTANT and value.data is False


_LOADERS = training.LOADERS | training.NAMED_LOADERS


def draws(call: Call) -> str:
    """First part of the library whose global generator a call draws from; empty for other calls."""
    if loads_data(call):
        return "torch" if _shuffles(call) else ""
    if fresh_weights.may_draw(call.api):
        says_size = not fresh_weights.SIZES.isdisjoint(call.keywords)
        new = says_size or not fresh_weights.is_head(call.api)
        return "torch" if new else ""
    if randomness.is_application(call.api):
        weights = call.argument(1, "weights")
        return "tensorflow" if weights is not None and weights.is_none else ""
    found = randomness.drawn_from(call.api)
    if found == "numpy" and makes_pictures(call):
        return found if _draws_pictures(call) else ""
    position = 1 if found == "tensorflow" and call.method == "shuffle" else -1
    own = call.argument(position, {"torch": "generator", "tensorflow": "seed"}.get(found, ""))  # seeded by itself
    return found if own is None or own.is_none else ""


def makes_pictures(call: Call) -> bool:
    """Whether a call is one of Keras's generators of pictures: ``ImageDataGenerator().flow_from_directory("data")``."""
    return call.method.startswith("flow") and randomness.draws_pictures(call.api)


def _draws_pictures(call: Call) -> bool:
    """Whether Keras's generator of pictures draws their order, and is given no seed."""
    seed, shuffle = call.keywords.get("seed"), call.keywords.get("shuffle")
    keeps = shuffle is not None and not (shuffle.kind == CONSTANT and shuffle.data is True)
    return not keeps and not call.starred and (seed is None or seed.is_none)


def shuffles_pipeline(module: Module, call: Call) -> bool:
    """Whether a call shuffles a pipeline of ``tf.data`` that the file is given: its batches are made or fetched, too.

    ``ds = ds.shuffle(1000)`` and ``ds = ds.batch(32).prefetch(2)``, in one function.
    """
    if call.api != _SHUFFLES_UNKNOWN or not module.roots & _TENSORFLOW or "datasets" in module.roots:
        return False
    seed = call.argument(1, "seed")
    if not (call.args or "buffer_size" in call.keywords) or not (seed is None or seed.is_none):
        return False
    names = {call.owner, *call.targets} - {""}
    return any(
        other.method in _OF_PIPELINES and other.scope == call.scope and _is_of_same(module, other, call, names)
        for other in module.calls
    )


def _is_of_same(module: Module, other: Call, call: Call, names: set[str]) -> bool:
    """Whether a method is called on what a call gives or is of, or further on in the same chain."""
    while other.receiver >= 0:
        if other.receiver == call.index:
            return True
        other = module.calls[other.receiver]
    if other.owner in names:
        return True
    return call.receiver >= 0 and other.index == call.receiver


_SHUFFLES_UNKNOWN = ".shuffle"
_TENSORFLOW = frozenset({"tensorflow", "tensorflow_datasets", "keras"})
_OF_PIPELINES = frozenset({"batch", "padded_batch", "prefetch"})


def makes_unseeded(call: Call) -> bool:
    """Whether a generator is made without a seed, which the system then gives: no global seed reaches it."""
    given = [*call.args, *call.keywords.values()]
    nothing = all(value.is_none for value in given)
    return nothing and not call.starred and canonical(call.api) in randomness.UNSEEDED


def _shuffles(loader: Call) -> bool:
    """Whether a loader of PyTorch draws its order from the global generator."""
    shuffle = loader.argument(2 if canonical(loader.api) in training.LOADERS else -1, "shuffle")
    own = [loader.keywords[name] for name in ("generator", "sampler", "batch_sampler") if name in loader.keywords]
    given = any(not value.is_none for value in own)
    return not given and shuffle is not None and shuffle.kind == CONSTANT and shuffle.data is True


def hyperparameters(call: Call) -> dict[str, Value]:
    """Keyword arguments of a maker of a model, an optimiser or a training that are hyperparameters."""
    if reports_to_none(call):
        return {name: value for name, value in call.keywords.items() if name in training.OF_ARGUMENTS}
    wanted = training.hyperparameters(call.api)
    if wanted is None:
        return {}
    found = {n: v for n, v in call.keywords.items() if wanted.includes(n) and not (n == "mode" and v.data in _BETTER)}
    if not call.starred:
        found |= {name: given for name, given in zip(training.order(call.api), call.args, strict=False) if name}
    if library(call.api) == "sklearn":
        found = {
            n: v for n, v in found.items() if not (v.kind == CONSTANT and repr(v.data) in training.LEFT_TO_SKLEARN)
        }
    params = call.argument(wanted.at, wanted.table) if wanted.table else None
    if params is not None and params.kind == DICT:
        pairs = zip(params.items[::2], params.items[1::2], strict=True)
        names = training.NOT_HYPERPARAMETERS
        found |= {key.data: value for key, value in pairs if key.kind == CONSTANT and key.data not in names}
    found = {name: value for name, value in found.items() if not is_default(call, name, value)}
    if library(call.api) == "lightgbm":
        found.pop("metric", None)  # what is looked at; of a neighbours' estimator it is how near they are
    return found


def is_default(call: Call, name: str, value: Value) -> bool:
    """Whether a literal is what a maker or a training takes for an argument anyway."""
    fits = call.method in training.FITS
    defaults = training.OF_FIT_BY_DEFAULT if fits else training.OF_MAKERS_BY_DEFAULT.get(call.method, {})
    of_library = training.OF_LIBRARIES_BY_DEFAULT.get(library(call.api), {})
    of_api = training.OF_APIS_BY_DEFAULT.get(canonical(call.api), {})
    if value.kind == CONSTANT and name in of_api and value.data == of_api[name]:
        return True
    written = _written(value)
    return bool(written) and (defaults.get(name) == written or written in of_library.get(name, ()))


def _written(value: Value) -> str:
    """A literal as Python writes it; empty for others."""
    if value.kind == LIST and all(item.kind == CONSTANT for item in value.items):
        return repr(tuple(item.data for item in value.items))
    return repr(value.data) if value.kind == CONSTANT else ""


def is_of_known_library(call: Call) -> bool:
    """Whether a training is of a library of which it is known what autologging covers, or a loop of one's own."""
    return call.method in training.LOOPS_OF_ONES_OWN or library(call.api) in _KNOWN


_KNOWN = frozenset({"torch", "catboost", "pmdarima", *(prefix.partition(".")[0] for prefix in training.METHODS)}) | {
    root for roots in mlflow.AUTOLOG_COVERS.values() for root in roots
}


def reports_to_none(call: Call) -> bool:
    """Whether training arguments of Hugging Face's libraries say that no tracker is told: ``report_to="none"``."""
    if call.api.partition(".")[0] not in integrations.SWITCH_ROOTS:
        return False
    switch = integrations.switch_of(call.api)
    given = call.keywords.get("report_to") if switch is not None and switch.keyword == "report_to" else None
    if given is None:
        return False
    return given.data == "none" if given.kind == CONSTANT else given.kind == LIST and set(given.constants()) <= {"none"}


def loads_data(call: Call) -> bool:
    """Whether a call makes a loader of batches, of which it depends on its use whether its arguments matter."""
    return is_loader(call.api)


@lru_cache(maxsize=20_000)
def is_loader(api: str) -> bool:
    """Whether a call of this name makes a loader of batches."""
    return canonical(api) in _LOADERS


def names_of(values: list[Value]) -> set[str]:
    """Last parts of all names in expressions."""
    return {name.rpartition(".")[2] for value in values for name in value.names()} | {
        value.data for value in values if value.kind == NAME
    }
