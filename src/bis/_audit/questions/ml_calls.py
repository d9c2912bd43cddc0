"""What calls of machine-learning libraries do: split, train, draw, seed; and which arguments are hyperparameters.

The tables are in `bis._audit.frameworks`; here they are asked about calls.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bis._audit.frameworks import randomness, sklearn, training
from bis._audit.frameworks.naming import canonical, library
from bis._audit.parsing.ir import CONSTANT, DICT, NAME, Call, Value

if TYPE_CHECKING:
    from bis._audit.frameworks.sklearn import Drawing

__all__ = [
    "Seeding",
    "canonical",
    "draws",
    "estimator_seeding",
    "hyperparameters",
    "library",
    "names_of",
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
_BETTER = ("min", "max", "auto")  # which values of what is watched are better: ReduceLROnPlateau(mode="min")


@dataclass(frozen=True, slots=True)
class Seeding:
    """Whether a call that draws is seeded: `seeded` is None where an argument's value is not known."""

    seeded: bool | None
    keyword: str


def trains(call: Call) -> bool:
    """Whether a call trains a model; preparing data is not training."""
    known = training.is_training(call.api)
    if known is not None:
        return known
    if call.method == training.BACKWARD:  # loss.backward()
        return not call.args or bool(call.owner)
    return bool(call.args or call.keywords) and not _PREPARER.search(call.owner.rpartition(".")[2] or call.path)


def split_seeding(call: Call) -> Seeding | None:
    """How a call that splits or shuffles data is seeded; None for other calls, and for splits that draw nothing."""
    return _seeding(call, sklearn.split(call.api))


def estimator_seeding(call: Call) -> Seeding | None:
    """How the maker of an estimator that draws is seeded; None for other calls."""
    return _seeding(call, sklearn.estimator(call.api))


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
    return Seeding(not (seed.kind == CONSTANT and seed.data is None), drawing.seed)


def seeded_through(call: Call) -> tuple[str, ...]:
    """The libraries whose global seed fixes what a call draws that is given none: scikit-learn draws with NumPy."""
    return ("torch",) if library(call.api) == "torch" else ("sklearn", "numpy")


def seeds(call: Call) -> tuple[str, ...]:
    """First parts of the libraries that a call seeds; empty for other calls, and for seeding with None or the time."""
    known = randomness.seeded_by(call.api)
    if not known:
        made = canonical(call.api) in randomness.GENERATORS and bool(call.args or call.keywords)
        return ("generator",) if made else ()
    if call.api.endswith("seed_everything") or call.args or call.keywords:
        return () if call.args and call.args[0].kind == CONSTANT and call.args[0].data is None else known
    return ()


def draws(call: Call) -> str:
    """First part of the library whose global generator a call draws from; empty for other calls."""
    found = randomness.drawn_from(call.api)
    own = {"torch": "generator", "tensorflow": "seed"}.get(found)  # an argument that is seeded by itself
    return "" if own in call.keywords else found


def hyperparameters(call: Call) -> dict[str, Value]:
    """Keyword arguments of a maker of a model, an optimiser or a training that are hyperparameters."""
    wanted = training.hyperparameters(call.api)
    if wanted is None:
        return {}
    found = {n: v for n, v in call.keywords.items() if wanted.includes(n) and not (n == "mode" and v.data in _BETTER)}
    params = call.argument(0, wanted.table) if wanted.table else None
    if params is not None and params.kind == DICT:
        pairs = zip(params.items[::2], params.items[1::2], strict=True)
        names = training.NOT_HYPERPARAMETERS
        found |= {key.data: value for key, value in pairs if key.kind == CONSTANT and key.data not in names}
    return found


def names_of(values: list[Value]) -> set[str]:
    """Last parts of all names in expressions."""
    return {name.rpartition(".")[2] for value in values for name in value.names()} | {
        value.data for value in values if value.kind == NAME
    }
