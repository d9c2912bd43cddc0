"""Searches of Ray Tune: what draws the values that are tried, and how that is seeded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bis._audit.parsing.ir import CALL, CONSTANT, DICT, LIST, NAME
from bis._audit.questions.call_arguments import looked_up, spread

if TYPE_CHECKING:
    from bis._audit.parsing.ir import Call, Module, Value
    from bis._audit.questions.analysis import Analysis

SEARCHES = frozenset({"ray.tune.run", "ray.tune.tune.run", "ray.tune.Tuner", "ray.tune.tuner.Tuner"})
# Algorithms that draw from a generator of their own -> the keyword of its seed.
_ALGORITHMS = {"OptunaSearch": "seed", "HyperOptSearch": "random_state_seed", "TuneBOHB": "seed"}
_NAMED = {"optuna": "OptunaSearch", "hyperopt": "HyperOptSearch", "bohb": "TuneBOHB"}
_DEFAULT = "BasicVariantGenerator"  # draws with NumPy
_NAMED_DEFAULT = frozenset({"random", "variant_generator"})
_DRAWN = frozenset(
    {
        "uniform", "quniform", "loguniform", "qloguniform", "randint", "qrandint", "lograndint", "qlograndint", "randn",
        "qrandn", "choice",
    }
)  # fmt: skip
_DEEPEST = 6


def missing_seed(analysis: Analysis, module: Module, call: Call) -> str:
    """How a search of Ray Tune would be seeded that is not; empty where it is, or where that is not seen."""
    given = spread(analysis, module, call)
    if call.api.endswith(".Tuner"):
        space, algorithm, known = given.argument(1, "param_space"), None, True
        settings = given.argument(2, "tune_config")
        if settings is not None:
            settings = looked_up(analysis, module, settings, call)
            known = settings is not None and settings.kind == CALL
            if settings is not None and known:
                made = spread(analysis, module, module.calls[settings.data])
                known = made.method == "TuneConfig" and not made.starred
                algorithm = made.keywords.get("search_alg")
    else:
        space, algorithm, known = given.keywords.get("config"), given.keywords.get("search_alg"), True
    if not known or given.starred:
        return ""
    if algorithm is not None:
        return _of_algorithm(analysis, module, algorithm, call, space)
    return _of_default(analysis, module, space, call)


def _of_algorithm(analysis: Analysis, module: Module, value: Value, call: Call, space: Value | None) -> str:
    """What a search lacks by the name of its algorithm; of an algorithm that is made, its maker is told."""
    found = looked_up(analysis, module, value, call)
    if found is None or found.kind != CONSTANT:
        return ""
    if found.data in _NAMED:
        return f"search_alg={_NAMED[found.data]}({_ALGORITHMS[_NAMED[found.data]]}=...)"
    # A name that is None here may be another one under another condition.
    random = found.data in _NAMED_DEFAULT or (found.data is None and value.kind != NAME)
    return _of_default(analysis, module, space, call) if random else ""


def seed_of_algorithm(api: str) -> str:
    """The keyword of the seed of an algorithm that draws from a generator of its own; empty for other calls."""
    return _ALGORITHMS.get(api.rpartition(".")[2], "") if api.startswith("ray.tune.") else ""


def _of_default(analysis: Analysis, module: Module, space: Value | None, call: Call) -> str:
    """Without an algorithm, what `tune.uniform` and its like stand for is drawn with NumPy."""
    if space is None or analysis.is_seeded(module, ("numpy",)):
        return ""
    drawn = _holds_draw(analysis, module, space, call, 0)
    if drawn is None:  # written elsewhere
        near = analysis.project.links.together(module)
        drawn = any(
            _is_drawn(one.api) for other in analysis.project.programs if other.file in near for one in other.calls
        )
    return f"search_alg={_DEFAULT}(random_state=...)" if drawn else ""


def _is_drawn(api: str) -> bool:
    return api.startswith("ray.tune.") and api.rpartition(".")[2] in _DRAWN


def _holds_draw(analysis: Analysis, module: Module, value: Value, call: Call, depth: int) -> bool | None:
    """Whether a space has a value that is drawn; None where it is not seen."""
    known = looked_up(analysis, module, value, call)
    if known is None or known.kind == NAME or depth > _DEEPEST:
        return None
    if known.kind == CALL:
        made = module.calls[known.data]
        if made.api != "dict":
            return _is_drawn(made.api) or (None if made.api.startswith(("@", ".")) else False)
        items = tuple(made.keywords.values())
    elif known.kind in {DICT, LIST}:
        items = known.items[1::2] if known.kind == DICT else known.items
    else:
        return False if known.kind == CONSTANT else None
    if value.kind == NAME:
        items += tuple(item for _key, item in analysis.stored_in(module, value.data))
    return any(_holds_draw(analysis, module, item, call, depth + 1) for item in items)
