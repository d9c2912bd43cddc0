"""Digests of trained models, taken in the program that trained them.

A digest is SHA-256 over (name, dtype, shape, little-endian bytes) of every array and scalar in sorted order of names.
Nothing is imported: a framework that the program has not loaded has no models.
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
import types
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

MAX_DEPTH = 64
MAX_LEAVES = 1_000_000
_MAX_CONTAINER = 100

# Attributes that are not the model: clocks, and how many processors to use.
_NOT_MODEL = re.compile(r"(?:.*_)?(?:time|times|timing)_?|n_jobs|verbose|memory|n_threads|nthread|_mlflow_.*")
_OF_BIS = ("bis_", "_bis_")
_SIMPLE = (type(None), bool, int, float, complex, str, bytes, bytearray)
_CALLABLE = (types.FunctionType, types.BuiltinFunctionType, types.MethodType, type, types.ModuleType)


class _TooBig(Exception):
    """Raised when a walk exceeds its bounds."""


@dataclass(slots=True)
class _Leaf:
    """One array or scalar: `read` gives its bytes when it is its turn, so that not all are copied at once."""

    dtype: str
    shape: tuple[int, ...]
    read: Callable[[], bytes]


def find_models(namespace: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """The trained models among the globals of a program, with their names, each object once.

    Lists, tuples and dicts are looked into, one level deep.
    """
    found: list[tuple[str, Any]] = []
    seen: set[int] = set()
    for name, value in list(namespace.items()):
        if name.startswith("_"):
            continue
        for label, item in _one_level(name, value):
            if id(item) not in seen and framework_of(item) is not None:
                seen.add(id(item))
                found.append((label, item))
    return found


def framework_of(obj: Any) -> str | None:
    """Which framework made this trained model; None for everything else, untrained estimators included."""
    if issubclass(type(obj), types.ModuleType):  # isinstance would load a lazy one
        return None
    # Third-party classes may define __class__ or __instancecheck__, and fail in them.
    try:
        if isinstance(obj, (*_SIMPLE, *_CALLABLE)):
            return None
        return next((name for name, _, is_model, _ in _FRAMEWORKS if is_model(obj)), None)
    except Exception:  # noqa: BLE001 - any object of the user's program may come, a lazy proxy included
        return None


def weights_digest(obj: Any, *, name: str = "") -> dict[str, Any] | None:
    """Digest a model.

    Parameters
    ----------
    obj : object
        A torch module or state dict, a Keras model, a fitted scikit-learn estimator or pipeline, an XGBoost, LightGBM
        or CatBoost model, or statsmodels results.
    name : str
        The program's name for it.

    Returns
    -------
    dict or None
        The fields of `bis.model.facets.ModelWeights`: ``name``, ``framework``, ``digest``, ``arrays``, ``size_bytes``.
        None where `obj` is not a trained model, or cannot be read.
    """
    framework = framework_of(obj)
    if framework is None:
        return None
    leaves_of = next(leaves for label, _, _, leaves in _FRAMEWORKS if label == framework)
    hasher = hashlib.sha256()
    arrays = size = 0
    # Reading a model runs methods of frameworks and of the user's own classes, at the exit of their program.
    try:
        leaves = dict(_unique(leaves_of(obj)))
        for key in sorted(leaves):
            leaf = leaves[key]
            content = leaf.read()
            hasher.update(json.dumps([key, leaf.dtype, leaf.shape, len(content)]).encode() + b"\0")
            hasher.update(content)
            arrays += 1
            size += len(content)
    except Exception:  # noqa: BLE001 - third-party code; a model that cannot be read has no digest
        return None
    if not arrays:
        return None
    return {
        "name": name,
        "framework": framework,
        "digest": hasher.hexdigest(),
        "arrays": arrays,
        "size_bytes": size,
    }


def _one_level(name: str, value: Any) -> Iterator[tuple[str, Any]]:
    yield name, value
    items: Iterable[tuple[Any, Any]]
    if type(value) in (list, tuple) and len(value) <= _MAX_CONTAINER:
        items = enumerate(value)
    elif type(value) is dict and len(value) <= _MAX_CONTAINER and framework_of(value) is None:
        items = list(value.items())
    else:
        return
    for key, item in items:
        yield f"{name}[{key!r}]", item


def _unique(leaves: Iterable[tuple[str, _Leaf]]) -> Iterator[tuple[str, _Leaf]]:
    counts: dict[str, int] = {}
    for index, (name, leaf) in enumerate(leaves):
        if index >= MAX_LEAVES:
            raise _TooBig
        n = counts[name] = counts.get(name, 0) + 1
        yield (name if n == 1 else f"{name}#{n}"), leaf


def _loaded(module: str, attribute: str) -> Any:
    """An attribute of a module that is loaded already; an empty tuple, which nothing is an instance of, otherwise."""
    found: Any = sys.modules.get(module)
    for part in attribute.split("."):
        # vars(), since a lazy module would import its parts when asked for them
        found = getattr(found, "__dict__", {}).get(part, None)
    return found if isinstance(found, type) else ()


# --- torch


def _is_torch(obj: Any) -> bool:
    if isinstance(obj, _loaded("torch.nn.modules.module", "Module")):
        return next(iter(obj.state_dict()), None) is not None
    tensor = _loaded("torch", "Tensor")
    return isinstance(obj, dict) and bool(obj) and all(isinstance(v, tensor) for v in obj.values())


def _torch_leaves(obj: Any) -> Iterator[tuple[str, _Leaf]]:
    state = obj if isinstance(obj, dict) else obj.state_dict()
    tensor = _loaded("torch", "Tensor")
    for name, value in state.items():
        if isinstance(value, tensor):
            yield str(name), _tensor_leaf(value)
        else:  # "extra state" of modules such as those with fake quantisation
            yield from _walk(value, str(name))


def _tensor_leaf(value: Any) -> _Leaf:
    def read() -> bytes:
        torch: Any = sys.modules["torch"]
        plain = value.detach()
        if plain.layout is not torch.strided:
            plain = plain.to_dense()
        if plain.is_quantized:
            plain = plain.int_repr()
        plain = plain.resolve_conj().resolve_neg() if plain.is_complex() else plain
        # Through bytes, since NumPy has no bfloat16.
        flat = plain.cpu().contiguous().reshape(-1).view(torch.uint8).numpy().tobytes()
        return _little(flat, plain.element_size())

    return _Leaf(str(value.dtype).removeprefix("torch."), tuple(value.shape), read)


def _little(content: bytes, item_bytes: int) -> bytes:
    if sys.byteorder == "little" or item_bytes == 1:
        return content
    return b"".join(content[i : i + item_bytes][::-1] for i in range(0, len(content), item_bytes))


# --- Keras


def _is_keras(obj: Any) -> bool:
    kinds = tuple(
        c
        for m in ("keras.src.models.model", "tf_keras.src.engine.training")
        if isinstance(c := _loaded(m, "Model"), type)
    )
    return isinstance(obj, kinds) and len(cast("Any", obj).weights) > 0


def _keras_leaves(obj: Any) -> Iterator[tuple[str, _Leaf]]:
    # A path bears numbers that count layers made in the process ("dense_7/kernel"); the position does not.
    for index, variable in enumerate(obj.weights):
        path = str(getattr(variable, "path", None) or variable.name)
        name = f"{index:06d}/{path.rsplit('/', 1)[-1]}"
        value = variable.value if not callable(variable.value) else variable.value()
        if isinstance(value, _loaded("torch", "Tensor")):
            yield name, _tensor_leaf(value)
        else:
            yield from _walk(value.numpy() if hasattr(value, "numpy") else _array(value), name)


def _array(value: Any) -> Any:
    numpy: Any = sys.modules["numpy"]
    return numpy.asarray(value)


# --- gradient boosting and statsmodels


def _is_booster(module: str, kind: str) -> Callable[[Any], bool]:
    return lambda obj: isinstance(obj, _loaded(module, kind))


def _xgboost_leaves(obj: Any) -> Iterator[tuple[str, _Leaf]]:
    raw = bytes(obj.save_raw(raw_format="json"))
    yield "model", _Leaf("json", (), lambda: raw)


def _lightgbm_leaves(obj: Any) -> Iterator[tuple[str, _Leaf]]:
    # After the trees come the parameters, the number of threads among them.
    text = obj.model_to_string().partition("\nparameters:")[0]
    yield "model", _Leaf("text", (), text.encode)


def _catboost_leaves(obj: Any) -> Iterator[tuple[str, _Leaf]]:
    text = obj._serialize_model()  # noqa: SLF001 - save_model is public and writes a file
    yield "model", _Leaf("cbm", (), lambda: bytes(text))


def _is_statsmodels(obj: Any) -> bool:
    kinds = (_loaded("statsmodels.base.wrapper", "ResultsWrapper"), _loaded("statsmodels.base.model", "Results"))
    known = tuple(k for k in kinds if isinstance(k, type))
    return isinstance(obj, known) and getattr(obj, "params", None) is not None


def _statsmodels_leaves(obj: Any) -> Iterator[tuple[str, _Leaf]]:
    yield from _walk(obj.params, "params")


# --- scikit-learn, and whatever is found inside of it


def _is_sklearn(obj: Any) -> bool:
    if not isinstance(obj, _loaded("sklearn.base", "BaseEstimator")):
        return False
    if any(key.endswith("_") and not key.startswith("__") for key in vars(obj)):
        return True
    if isinstance(obj, _loaded("sklearn.pipeline", "Pipeline")):
        return any(_is_sklearn(step) for _, step in obj.steps)
    booster = getattr(obj, "_Booster", None)  # the scikit-learn interfaces of XGBoost and LightGBM
    return booster is not None


def _sklearn_leaves(obj: Any) -> Iterator[tuple[str, _Leaf]]:
    return _walk(obj, "")


def _walk(obj: Any, path: str, above: tuple[int, ...] = ()) -> Iterator[tuple[str, _Leaf]]:
    """Arrays and scalars reachable from an object, by the path that leads there; cycles end where they close."""
    if isinstance(obj, _SIMPLE):
        yield path, _scalar_leaf(obj)
        return
    numpy: Any = sys.modules.get("numpy")
    if numpy is not None and isinstance(obj, (numpy.ndarray, numpy.generic)):
        yield from _array_leaves(obj, path, above)
        return
    if isinstance(obj, _CALLABLE) or (numpy is not None and isinstance(obj, (numpy.dtype, numpy.ufunc))):
        yield path, _text_leaf("name", _qualified(obj))
        return
    if id(obj) in above:
        yield path, _text_leaf("cycle", str(len(above) - above.index(id(obj))))
        return
    if len(above) >= MAX_DEPTH:
        raise _TooBig
    above = (*above, id(obj))
    label = framework_of(obj)
    if label not in (None, "sklearn") and label is not None:
        leaves_of = next(leaves for known, _, _, leaves in _FRAMEWORKS if known == label)
        for name, leaf in leaves_of(obj):
            yield f"{path}/{name}", leaf
        return
    yield f"{path}/", _text_leaf("type", _qualified(type(obj)))
    for name, value in _children(obj):
        yield from _walk(value, f"{path}/{name}", above)


def _children(obj: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(obj, dict):
        for key, value in obj.items():
            name = key if isinstance(key, str) else repr(key)
            if not _NOT_MODEL.fullmatch(name):
                yield name, value
    elif isinstance(obj, (list, tuple)):
        yield from ((f"{n:06d}", v) for n, v in enumerate(obj))
    elif isinstance(obj, (set, frozenset)):
        yield from ((f"{n:06d}", v) for n, v in enumerate(sorted(obj, key=repr)))
    else:
        yield from _state(obj)


def _state(obj: Any) -> Iterator[tuple[str, Any]]:
    """What an object would be pickled as; its attributes first, since __getstate__ may drop or stamp some."""
    attributes = getattr(obj, "__dict__", None)
    # What bis notes of a generator is no part of it: without that it has no attributes.
    own = (
        {k: v for k, v in attributes.items() if not str(k).startswith(_OF_BIS)} if isinstance(attributes, dict) else {}
    )
    if own:
        yield from ((k, v) for k, v in own.items() if not _NOT_MODEL.fullmatch(k))
        return
    try:
        reduced = obj.__reduce_ex__(2)
    except (TypeError, AttributeError, NotImplementedError):
        return  # locks, generators, open files: no part of a model
    if isinstance(reduced, str):
        return
    parts = ("arguments", "state", "items", "pairs")
    for part, value in zip(parts, (reduced[1], *reduced[2:]), strict=False):
        if value is not None:
            yield part, list(value) if part in {"items", "pairs"} else value


def _array_leaves(obj: Any, path: str, above: tuple[int, ...]) -> Iterator[tuple[str, _Leaf]]:
    numpy: Any = sys.modules["numpy"]
    array = numpy.asarray(obj)
    if array.dtype.names:
        # Field by field: between the fields of a record lies memory that was never written (scikit-learn's tree nodes).
        for name in array.dtype.names:
            yield from _array_leaves(array[name], f"{path}.{name}", above)
    elif array.dtype.hasobject:
        yield path, _text_leaf("object", repr(array.shape))
        for index, value in enumerate(array.ravel().tolist()):
            yield from _walk(value, f"{path}/{index:06d}", (*above, id(obj)))
    else:
        little = array.dtype.newbyteorder("<")

        def read() -> bytes:
            # C order whatever the layout in memory, which is not a property of the values.
            return bytes(numpy.ascontiguousarray(array).astype(little, copy=False).tobytes())

        yield path, _Leaf(little.str, tuple(array.shape), read)


def _scalar_leaf(value: Any) -> _Leaf:
    if isinstance(value, float):
        return _text_leaf("float", value.hex())
    if isinstance(value, complex):
        return _text_leaf("complex", f"{value.real.hex()} {value.imag.hex()}")
    if isinstance(value, (bytes, bytearray)):
        content = bytes(value)
        return _Leaf("bytes", (), lambda: content)
    return _text_leaf(type(value).__name__, str(value))


def _text_leaf(kind: str, text: str) -> _Leaf:
    return _Leaf(kind, (), lambda: text.encode("utf-8", "surrogatepass"))


def _qualified(obj: Any) -> str:
    # Never repr(): it holds addresses.
    module = getattr(obj, "__module__", None) or ""
    return f"{module}.{getattr(obj, '__qualname__', None) or getattr(obj, '__name__', None) or obj}"


_FRAMEWORKS: tuple[
    tuple[str, str, Callable[[Any], bool], Callable[[Any], Iterator[tuple[str, _Leaf]]]],
    ...,
] = (
    ("torch", "torch", _is_torch, _torch_leaves),
    ("keras", "keras", _is_keras, _keras_leaves),
    ("xgboost", "xgboost", _is_booster("xgboost.core", "Booster"), _xgboost_leaves),
    ("lightgbm", "lightgbm", _is_booster("lightgbm.basic", "Booster"), _lightgbm_leaves),
    ("catboost", "catboost", _is_booster("catboost.core", "CatBoost"), _catboost_leaves),
    ("statsmodels", "statsmodels", _is_statsmodels, _statsmodels_leaves),
    ("sklearn", "sklearn", _is_sklearn, _sklearn_leaves),
)
