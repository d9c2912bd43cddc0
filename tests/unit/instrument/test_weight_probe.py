"""Digests of trained models of real frameworks."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn.datasets import load_iris
from sklearn.linear_model import LinearRegression

from bis.instrument import weight_probe
from bis.instrument.recorder import MODEL_LIBRARIES
from bis.instrument.weight_probe import find_models, framework_of, weights_digest

_X, _Y = load_iris(return_X_y=True)


def _digest(model: Any) -> str:
    weights = weights_digest(model)
    assert weights is not None
    return str(weights["digest"])


def test_one_bit_of_one_weight_changes_the_digest() -> None:
    """The digest is over bits: the next floating-point number is another model, as are -0.0 and 0.0."""
    model = LinearRegression().fit(_X, _Y)
    before = _digest(model)
    kept = model.coef_[0]
    model.coef_[0] = np.nextafter(kept, 9)
    assert _digest(model) != before
    model.coef_[0] = kept
    assert _digest(model) == before
    model.intercept_ = 0.0
    zero = _digest(model)
    model.intercept_ = -0.0
    assert _digest(model) != zero


def test_every_library_with_models_is_known_to_the_recorder() -> None:
    """The recorder looks for models where one of these libraries is loaded, and nowhere else."""
    roots = {label for label, *_ in weight_probe._FRAMEWORKS}
    assert roots | {"tf_keras"} == set(MODEL_LIBRARIES)


def test_layout_and_byte_order_in_memory_do_not_matter() -> None:
    """Fortran order and big-endian storage hold the same values."""
    model = LinearRegression().fit(_X, np.column_stack([_Y, _Y]))
    before = _digest(model)
    model.coef_ = np.asfortranarray(model.coef_)
    assert _digest(model) == before
    model.coef_ = model.coef_.astype(">f8")
    assert _digest(model) == before


def test_memory_between_fields_is_not_read() -> None:
    """Padding of records is not part of any value: garbage in it leaves the digest alone."""
    kind = np.dtype({"names": ["a", "b"], "formats": ["u1", "f8"], "offsets": [0, 8], "itemsize": 16})
    digests = set()
    for fill in (0, 255):
        raw = np.full(32, fill, dtype=np.uint8)
        record = raw.view(kind)
        record["a"], record["b"] = 1, 2.0
        model = LinearRegression()
        model.table_ = record
        digests.add(_digest(model))
    assert len(digests) == 1


def test_odd_contents_end() -> None:
    """Cycles, locks, sets, functions, object arrays and very deep nesting neither hang nor raise."""
    import threading

    model = LinearRegression().fit(_X, _Y)
    model.self_ = model
    model.odd_ = [threading.Lock(), {3, 1, 2}, len, np.array([None, "a", [1]], dtype=object), iter(()), 1j, b"x"]
    assert _digest(model) == _digest(model)
    deep: list[Any] = []
    for _ in range(5000):
        deep = [deep]
    model.deep_ = deep
    assert weights_digest(model) is None


def test_what_bis_notes_of_a_generator_is_no_part_of_a_model() -> None:
    """A model that holds a generator has the same digest whether bis attends to the generator or not."""

    class MT19937(np.random.MT19937):
        __module__ = np.random.MT19937.__module__
        __qualname__ = "MT19937"

        def __reduce__(self) -> Any:
            plain = np.random.MT19937(7)
            plain.state = self.state
            return plain.__reduce__()

    attended: Any = MT19937(7)
    attended.bis_label = "legacy"
    attended.bis_mark = b"1"
    models = [LinearRegression().fit([[0.0], [1.0]], [0.0, 1.0]) for _ in range(3)]
    for model, generator in zip(models, (np.random.MT19937(7), attended, np.random.MT19937(8)), strict=True):
        model.random_ = generator
    one, same, other = (weights_digest(model) for model in models)
    assert one is not None
    assert one == same != other


def test_hostile_objects_are_no_models() -> None:
    """Objects that fail when they are looked at are passed over."""

    class Hostile:
        @property  # type: ignore[misc]  # what a lazy proxy does, badly
        def __class__(self) -> Any:
            raise RuntimeError("no")

    assert find_models({"a": Hostile(), "b": 1, "c": np, "d": [Hostile()], "e": {"x": Hostile()}}) == []


def test_models_are_found_by_name_once() -> None:
    """Globals and what lists and dicts hold, each object once; unfitted and private ones are not."""
    fitted = LinearRegression().fit(_X, _Y)
    other = LinearRegression().fit(_X, _Y)
    space = {"model": fitted, "alias": fitted, "all": [fitted, other], "new": LinearRegression(), "_p": other, "x": _X}
    assert find_models(space) == [("model", fitted), ("all[1]", other)]


@pytest.mark.torch
def test_torch_modules_and_state_dicts() -> None:
    """A module and its state dict have one digest; odd types, scalars and strides are read; a step changes it."""
    torch = pytest.importorskip("torch")

    def net() -> Any:
        torch.manual_seed(0)
        return torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.BatchNorm1d(4), torch.nn.LSTM(4, 2))

    model = net()
    assert framework_of(model) == framework_of(model.state_dict()) == "torch"
    assert _digest(model) == _digest(net()) == _digest(model.state_dict())
    before = _digest(model)
    with torch.no_grad():
        model[0].bias[0] += 1e-6
    assert _digest(model) != before
    odd = {
        "bf16": torch.ones(2, dtype=torch.bfloat16),
        "scalar": torch.tensor(1.5),
        "complex": torch.ones(2, dtype=torch.complex64).conj(),
        "strided": torch.arange(6.0).reshape(2, 3).T,
        "sparse": torch.eye(3).to_sparse(),
        "bool": torch.tensor([True]),
        "empty": torch.empty(0),
    }
    weights = weights_digest(odd)
    assert weights is not None
    assert weights["arrays"] == 7
    assert _digest({**odd, "strided": odd["strided"].contiguous()}) == weights["digest"]
    assert weights_digest(torch.nn.ReLU()) is None
    assert weights_digest({"meta": torch.ones(2, device="meta")}) is None


@pytest.mark.keras
@pytest.mark.slow
def test_keras_models() -> None:
    """Two models of one build in one process have one digest though Keras numbers their layers; training changes it."""
    keras = pytest.importorskip("keras")

    def net() -> Any:
        keras.utils.set_random_seed(0)
        return keras.Sequential(
            [keras.layers.Input((4,)), keras.layers.Dense(3), keras.layers.Dropout(0.5), keras.layers.Dense(3)]
        )

    model = net()
    assert framework_of(model) == "keras"
    assert _digest(model) == _digest(net())
    assert weights_digest(keras.Sequential([keras.layers.Dense(1)])) is None
    before = _digest(model)
    model.compile(loss="mse")
    model.fit(_X, np.eye(3)[_Y], epochs=1, verbose=0)
    assert _digest(model) != before


@pytest.mark.slow
@pytest.mark.parametrize("library", ["xgboost", "lightgbm"])
def test_boosters(library: str) -> None:
    """Boosters and their scikit-learn faces are digested by their trees, whatever the number of threads."""
    module = pytest.importorskip(library)

    def fit(depth: int, threads: int) -> Any:
        kind = module.XGBClassifier if library == "xgboost" else module.LGBMClassifier
        quiet = {} if library == "xgboost" else {"verbose": -1}
        return kind(n_estimators=3, max_depth=depth, n_jobs=threads, random_state=0, **quiet).fit(_X, _Y)

    def booster(model: Any) -> Any:
        return model.get_booster() if library == "xgboost" else model.booster_

    first = fit(2, 1)
    assert framework_of(booster(first)) == library
    assert _digest(booster(first)) == _digest(booster(fit(2, 2)))
    assert _digest(first) == _digest(fit(2, 1))
    assert _digest(booster(first)) != _digest(booster(fit(1, 1)))


@pytest.mark.slow
def test_statsmodels_results() -> None:
    """Estimated coefficients are the model."""
    api = pytest.importorskip("statsmodels.api")
    first, second = api.OLS(_Y, _X).fit(), api.OLS(_Y, _X[:, :3]).fit()
    assert framework_of(first) == "statsmodels"
    assert _digest(first) == _digest(api.OLS(_Y, _X).fit())
    assert _digest(first) != _digest(second)
