"""Hooks on the methods by which a program trains and asks its models: in replays with a probe only.

Nothing is imported: each framework is attended to after the program has imported it.
"""

from __future__ import annotations

import atexit
import sys
from types import FunctionType

from bis.instrument.entropy.wrapping import disguise, is_ours

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType
    from typing import Any

    from bis.instrument.probe_sightings import ModelSightings

_ASKED = ("predict", "predict_proba", "decision_function", "score", "score_samples")
_ESTIMATOR_INPUT = ("X", "x", "data")
_KERAS_ASKED = ("predict", "evaluate", "predict_on_batch")


def hooks(sightings: ModelSightings, at_end: Callable[[], None]) -> dict[str, Callable[[ModuleType], None]]:
    """What to do after the import of which module.

    `at_end` is called at the end of the program, before what the frameworks tidy up there (functions that are
    registered later are called earlier): Keras, for one, cannot predict afterwards.
    """
    sightings.at_end = at_end

    def with_end(attach: Callable[[Any, ModelSightings], None]) -> Callable[[ModuleType], None]:
        def attached(module: ModuleType) -> None:
            attach(module, sightings)
            atexit.register(at_end)

        return attached

    return {
        "sklearn.base": with_end(_attach_estimators),
        "torch.nn.modules.module": with_end(_attach_modules),
        "keras.src.models.model": with_end(_attach_keras),
        "xgboost.core": with_end(_attach_booster),
        "lightgbm.basic": with_end(_attach_booster),
    }


def _attach_estimators(module: Any, sightings: ModelSightings) -> None:
    """Watch the classes of estimators, each when it is made: those of other libraries and of the program, too."""
    base = module.BaseEstimator
    before = vars(base).get("__init_subclass__")

    def __init_subclass__(cls: type, /, **kwargs: Any) -> None:  # noqa: N807 (replaces this one)
        if before is None:
            super(base, cls).__init_subclass__(**kwargs)
        else:
            before.__get__(None, cls)(**kwargs)
        _watch_estimator(cls, sightings)

    base.__init_subclass__ = classmethod(__init_subclass__)
    waiting = [base]
    while waiting:  # where the library was loaded before
        cls = waiting.pop()
        waiting.extend(cls.__subclasses__())
        _watch_estimator(cls, sightings)


def _watch_estimator(cls: type, sightings: ModelSightings) -> None:
    def asked(model: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        if not sightings.is_of_the_program():
            return
        seen = sightings.seen(model)
        if sightings.keeps:
            given = args[0] if args else next((kwargs[k] for k in _ESTIMATOR_INPUT if k in kwargs), None)
            if given is not None:
                seen.asked_for(given)

    def trained(model: Any, _args: tuple[Any, ...], _kwargs: dict[str, Any]) -> None:
        if sightings.is_of_the_program():
            sightings.seen(model)

    for name in _ASKED:
        _replace(cls, name, asked, sightings)
    _replace(cls, "fit", trained, sightings)


def _replace(cls: type, name: str, note: Callable[..., None], sightings: ModelSightings) -> None:
    """Watch a method where the class, or the base that it has it from, defines it."""
    for owner in cls.__mro__:
        found = vars(owner).get(name)
        if found is None:
            continue
        # A method that is there for some settings only (scikit-learn's `available_if`) holds the function.
        method = found if isinstance(found, FunctionType) else getattr(found, "fn", None)
        if not isinstance(method, FunctionType) or is_ours(method):
            return
        watched = disguise(sightings.watch(method, note), method)
        if method is found:
            setattr(owner, name, watched)
        else:
            found.fn = watched
        return


def _attach_modules(module: Any, sightings: ModelSightings) -> None:
    call = module.Module.__call__
    if is_ours(call):
        return

    def called(model: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        torch: Any = sys.modules["torch"]
        if _is_keras_layer(model) or next(model.parameters(), None) is None:
            return
        if model.training and torch.is_grad_enabled():
            seen = sightings.seen(model)
            seen.in_calls = True
            seen.trained({"args": args, "kwargs": kwargs} if sightings.keeps else None)
        elif sightings.is_of_the_program():
            seen = sightings.seen(model)
            seen.in_calls = True
            if sightings.keeps:
                seen.asked_in_call({"args": args, "kwargs": kwargs})

    watched = sightings.watch(call, called)

    def __call__(self: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: N807 (replaces this one)
        if _compiles():  # a compiler reads this function: it must find what it would find without it
            return call(self, *args, **kwargs)
        return watched(self, *args, **kwargs)

    module.Module.__call__ = disguise(__call__, call)


def _compiles() -> bool:
    torch: Any = sys.modules["torch"]
    compiler = getattr(torch, "compiler", None)  # while torch is being imported there is none
    return compiler is not None and bool(compiler.is_compiling())


def _is_keras_layer(model: Any) -> bool:
    return any(c.__module__.startswith("keras.") for c in type(model).__mro__)


def _attach_keras(module: Any, sightings: ModelSightings) -> None:
    def asked(model: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        seen = sightings.seen(model)
        given = args[0] if args else kwargs.get("x")
        if sightings.keeps and given is not None:
            seen.asked_for(given)

    for name in _KERAS_ASKED:
        _replace(module.Model, name, asked, sightings)
    _note_fits(module.Model, sightings)


def _note_fits(cls: Any, sightings: ModelSightings) -> None:
    """Note which models are trained; the evaluations in their training are calls of the program."""
    owner = next((c for c in cls.__mro__ if "fit" in vars(c)), None)
    fit = vars(owner)["fit"] if owner is not None else None
    if not isinstance(fit, FunctionType) or is_ours(fit):
        return

    def fitted(model: Any, *args: Any, **kwargs: Any) -> Any:
        sightings.seen(model)
        return fit(model, *args, **kwargs)

    setattr(owner, "fit", disguise(fitted, fit))  # noqa: B010 (of a class that is not known here)


def _attach_booster(module: Any, sightings: ModelSightings) -> None:
    def asked(model: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        given = args[0] if args else next((kwargs[k] for k in _ESTIMATOR_INPUT if k in kwargs), None)
        read = getattr(given, "get_data", None)  # of XGBoost's own matrix
        seen = sightings.seen(model)
        if sightings.keeps and given is not None:
            seen.asked_for(given if read is None else read())

    def trained(model: Any, _args: tuple[Any, ...], _kwargs: dict[str, Any]) -> None:
        sightings.seen(model)

    for name in ("predict", "inplace_predict"):
        _replace(module.Booster, name, asked, sightings)
    _replace(module.Booster, "update", trained, sightings)
