"""What a trained model predicts for given examples, as numbers.

Nothing is imported, nothing printed or warned about, and the generators of random numbers are left as they were.
"""

from __future__ import annotations

import io
import sys
import warnings
from contextlib import ExitStack, contextmanager, redirect_stderr, redirect_stdout
from typing import TYPE_CHECKING, Any

from bis.instrument.weight_probe import framework_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PROBABILITIES = "probabilities"
VALUES = "values"
CLASSES = "classes"
MAX_NUMBERS = 20_000
MAX_OUTPUTS = 1000  # of one example
_BATCH = 256
_LONGEST_DETAIL = 300

OTHER_COLUMNS = "other-columns"  # the examples have not the columns that the model was trained on
REFUSED = "refused"  # the model raised an error
NO_NUMBERS = "no-numbers"  # what it predicts are not numbers
NOT_FINITE = "not-finite"  # among what it predicts are NaN or infinity
ABSENT = "absent"  # the program has no such model


class NoPredictionError(Exception):
    """Raised where a model does not predict for examples: a code, and details of what was expected and found."""

    def __init__(self, problem: str, detail: str = "") -> None:
        super().__init__(problem)
        self.problem = problem
        self.detail = detail[:_LONGEST_DETAIL]


def predicts(model: Any) -> bool:
    """Whether a trained object is a model that predicts."""
    framework = framework_of(model)
    if framework == "torch":
        return not isinstance(model, dict)
    if framework == "sklearn":
        return any(hasattr(model, name) for name in ("predict", "score_samples", "decision_function"))
    return framework in _PREDICT


def predictions(model: Any, examples: Any) -> tuple[str, Any]:
    """What a model predicts: the kind, and an array (examples,) or (examples, outputs) of float64.

    Of more than `MAX_NUMBERS` numbers so many are taken, of examples in equal distances.

    Raises
    ------
    NoPredictionError
        The examples do not fit the model, or what it predicts cannot be compared.
    """
    predict = _PREDICT.get(framework_of(model) or "")
    if predict is None:
        raise NoPredictionError(ABSENT)
    numpy: Any = sys.modules["numpy"]
    with _left_alone():
        try:
            kind, found = predict(model, examples)
            values = numpy.asarray(found)
            values = values.astype("<f8") if values.dtype.kind in "biuf" else None
        except NoPredictionError:
            raise
        except Exception as error:  # noqa: BLE001 (code of a framework or of the program, and examples that may be anything)
            raise NoPredictionError(REFUSED, f"{type(error).__name__}: {error}") from None
    if values is None or not values.size:
        raise NoPredictionError(NO_NUMBERS, str(numpy.asarray(found).dtype))
    if not numpy.isfinite(values).all():
        raise NoPredictionError(NOT_FINITE, f"{int((~numpy.isfinite(values)).sum())} of {values.size}")
    return kind, _bounded(values)


def _bounded(values: Any) -> Any:
    """At most so many numbers: rows and columns in equal distances."""
    values = values.reshape(1) if values.ndim == 0 else values
    values = values.reshape(len(values), -1) if values.ndim > 2 else values
    if values.ndim == 2 and values.shape[1] > MAX_OUTPUTS:
        outputs = values.shape[1]
        values = values[:, [i * outputs // MAX_OUTPUTS for i in range(MAX_OUTPUTS)]]
    most = max(1, MAX_NUMBERS // (values.shape[1] if values.ndim == 2 else 1))
    if len(values) <= most:
        return values
    return values[[i * len(values) // most for i in range(most)]]


@contextmanager
def _left_alone() -> Iterator[None]:
    """Nothing is printed, no thread is started, and generators have their states again at the end."""
    with ExitStack() as stack:
        for restore in _generators():
            stack.callback(restore)
        stack.enter_context(warnings.catch_warnings())
        warnings.simplefilter("ignore")
        stack.enter_context(redirect_stdout(io.StringIO()))
        stack.enter_context(redirect_stderr(io.StringIO()))
        stack.enter_context(_sequential())
        torch: Any = sys.modules.get("torch")
        if torch is not None:
            stack.enter_context(torch.no_grad())
        yield


def _generators() -> Iterator[Callable[[], None]]:
    """What gives the generators that the program shares their present states again."""
    random: Any = sys.modules.get("random")
    if random is not None:
        state = random.getstate()
        yield lambda: random.setstate(state)
    numpy: Any = sys.modules.get("numpy.random")
    if numpy is not None:
        numbers = numpy.get_state()
        yield lambda: numpy.set_state(numbers)
    torch: Any = sys.modules.get("torch")
    if torch is not None:
        tensor = torch.get_rng_state()
        yield lambda: torch.set_rng_state(tensor)
        if torch.cuda.is_initialized():
            devices = torch.cuda.get_rng_state_all()
            yield lambda: torch.cuda.set_rng_state_all(devices)


@contextmanager
def _sequential() -> Iterator[None]:
    """Let joblib do its work in this thread: an interpreter that ends starts none, and their order would be a race."""
    joblib: Any = sys.modules.get("joblib.parallel")
    if joblib is None:
        yield
        return
    call = joblib.Parallel.__call__

    def in_this_thread(self: Any, iterable: Any) -> Any:
        self.n_jobs = 1
        return call(self, iterable)

    joblib.Parallel.__call__ = in_this_thread
    try:
        yield
    finally:
        joblib.Parallel.__call__ = call


# --- scikit-learn, and what has its interface


def _of_estimator(model: Any, examples: Any) -> tuple[str, Any]:
    given = _with_columns(model, examples)
    base: Any = sys.modules["sklearn.base"]
    if base.is_classifier(model):
        if hasattr(model, "predict_proba"):
            return PROBABILITIES, _side_by_side(model.predict_proba(given))
        if hasattr(model, "decision_function"):
            return VALUES, model.decision_function(given)
        return CLASSES, _one_hot(model, model.predict(given))
    if base.is_regressor(model):
        return VALUES, model.predict(given)
    # Clusters and components have arbitrary numbers: which is the first one says nothing.
    for method in ("score_samples", "decision_function"):
        if hasattr(model, method):
            return VALUES, getattr(model, method)(given)
    found = _numpy().asarray(model.predict(given))
    if found.dtype.kind != "f":
        raise NoPredictionError(NO_NUMBERS, "labels whose numbers are arbitrary")
    return VALUES, found


def _with_columns(model: Any, examples: Any) -> Any:
    """The examples with the columns, and in the form, that the model was trained on."""
    names = getattr(model, "feature_names_in_", None)
    wanted = getattr(model, "n_features_in_", None)
    if hasattr(examples, "columns"):
        if names is None:
            examples = examples.to_numpy()
        else:
            lacking = [str(n) for n in names if n not in examples.columns]
            if lacking:
                raise NoPredictionError(OTHER_COLUMNS, f"without {', '.join(lacking)}")
            return examples[list(names)]
    shape: Any = getattr(examples, "shape", ())
    if wanted is not None and len(shape) == 2 and shape[1] != wanted:
        raise NoPredictionError(OTHER_COLUMNS, f"{shape[1]} columns, expected {wanted}")
    return examples


def _side_by_side(found: Any) -> Any:
    """One array; a model of several targets gives a list of them."""
    return _numpy().concatenate(found, axis=1) if isinstance(found, list) else found


def _one_hot(model: Any, labels: Any) -> Any:
    classes = list(model.classes_) if hasattr(model, "classes_") else sorted(set(labels.tolist()))
    return _numpy().asarray([[float(label == known) for known in classes] for label in labels])


# --- PyTorch


def _of_module(model: Any, examples: Any) -> tuple[str, Any]:
    torch: Any = sys.modules["torch"]
    module = getattr(model, "_orig_mod", model)  # not compiled anew for other shapes
    modes = [(part, part.training) for part in module.modules()]
    module.eval()
    try:
        if isinstance(examples, list) and all(isinstance(e, dict) and set(e) == {"args", "kwargs"} for e in examples):
            found = [_called(torch, module, call) for call in examples]
        elif isinstance(examples, dict):
            arrays = {name: torch.as_tensor(array) for name, array in examples.items()}
            found = [_called(torch, module, {"args": (), "kwargs": arrays})]
        else:
            found = _called_with_numbers(torch, module, examples)
    finally:
        for part, training in modes:
            part.training = training
    return VALUES, _joined(found)


def _called(torch: Any, module: Any, call: dict[str, Any]) -> Any:
    place = next(module.parameters()).device
    return _rows(module(*_moved(torch, call["args"], place), **_moved(torch, call["kwargs"], place)))


def _moved(torch: Any, value: Any, place: Any) -> Any:
    if isinstance(value, torch.Tensor):
        return value.to(place)
    if isinstance(value, dict):
        return {key: _moved(torch, item, place) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(_moved(torch, item, place) for item in value)
    return value


def _called_with_numbers(torch: Any, module: Any, examples: Any) -> list[Any]:
    """Batch after batch; numbers in the type of the model's own, whole ones as they are where the model takes them."""
    parameter = next(p for p in module.parameters() if p.is_floating_point())
    given = torch.as_tensor(examples.to_numpy() if hasattr(examples, "to_numpy") else examples)
    types = [parameter.dtype] if given.is_floating_point() else [given.dtype, parameter.dtype]
    for dtype in types:
        try:
            batches = [
                given[i : i + _BATCH].to(device=parameter.device, dtype=dtype) for i in range(0, len(given), _BATCH)
            ]
            return [_rows(module(batch)) for batch in batches]
        except (RuntimeError, TypeError):
            if dtype is types[-1]:
                raise
    return []


def _rows(output: Any) -> Any:
    """The numbers of what a module gives: of several tensors, those of the first."""
    torch: Any = sys.modules["torch"]
    if isinstance(output, torch.Tensor):
        found = output.detach()
        found = found.double() if found.is_floating_point() else found
        return found.cpu().numpy()
    if hasattr(output, "logits"):
        return _rows(output.logits)
    items = output.values() if hasattr(output, "values") else output
    if isinstance(items, (str, bytes)) or not hasattr(items, "__iter__"):
        raise NoPredictionError(NO_NUMBERS, type(output).__qualname__)
    first = next((item for item in items if isinstance(item, torch.Tensor)), None)
    if first is None:
        raise NoPredictionError(NO_NUMBERS, type(output).__qualname__)
    return _rows(first)


def _joined(parts: list[Any]) -> Any:
    """The batches one after the other; where they are of different sizes per example, all numbers in a row."""
    numpy = _numpy()
    flat = [p.reshape(len(p), -1) if p.ndim > 2 else p for p in parts]
    if len({p.shape[1:] for p in flat}) == 1 and flat[0].ndim:
        return numpy.concatenate(flat)
    return numpy.concatenate([p.reshape(-1) for p in parts])


# --- Keras and gradient boosting


def _of_keras(model: Any, examples: Any) -> tuple[str, Any]:
    given = examples.to_numpy() if hasattr(examples, "columns") else examples
    shape = getattr(given, "shape", None)
    if shape is None:
        return VALUES, _rows_of_keras(model(given, training=False))
    return VALUES, _joined(
        [_rows_of_keras(model(given[i : i + _BATCH], training=False)) for i in range(0, shape[0], _BATCH)]
    )


def _rows_of_keras(output: Any) -> Any:
    if isinstance(output, (list, tuple)):
        output = output[0]
    if isinstance(output, dict):
        output = next(iter(output.values()))
    torch: Any = sys.modules.get("torch")
    if torch is not None and isinstance(output, torch.Tensor):
        return _rows(output)
    return _numpy().asarray(output)


def _of_xgboost(model: Any, examples: Any) -> tuple[str, Any]:
    matrix = sys.modules["xgboost.core"].DMatrix
    names = getattr(model, "feature_names", None)
    if hasattr(examples, "columns") and names and set(names) <= set(examples.columns):
        return VALUES, model.predict(matrix(examples[list(names)]))
    shape: Any = getattr(examples, "shape", ())
    wanted = model.num_features()
    if len(shape) == 2 and shape[1] != wanted:
        raise NoPredictionError(OTHER_COLUMNS, f"{shape[1]} columns, expected {wanted}")
    if hasattr(examples, "columns"):
        return VALUES, model.predict(matrix(examples))
    return VALUES, model.predict(matrix(examples, feature_names=names))


def _of_lightgbm(model: Any, examples: Any) -> tuple[str, Any]:
    names = model.feature_name()
    if hasattr(examples, "columns") and set(names) <= set(examples.columns):
        examples = examples[list(names)]
    shape: Any = getattr(examples, "shape", ())
    wanted = model.num_feature()
    if len(shape) == 2 and shape[1] != wanted:
        raise NoPredictionError(OTHER_COLUMNS, f"{shape[1]} columns, expected {wanted}")
    return VALUES, model.predict(examples)


def _numpy() -> Any:
    return sys.modules["numpy"]


_PREDICT: dict[str, Callable[[Any, Any], tuple[str, Any]]] = {
    "sklearn": _of_estimator,
    "torch": _of_module,
    "keras": _of_keras,
    "xgboost": _of_xgboost,
    "lightgbm": _of_lightgbm,
}
