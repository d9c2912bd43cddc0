"""Tests that the tables of what draws and what seeds agree with the installed libraries."""

from __future__ import annotations

import ast
import importlib.util
import random
from pathlib import Path

import numpy as np
import pytest

from bis._audit.frameworks import randomness


def test_numpy_draws_are_all_legacy_functions() -> None:
    """Every function of NumPy's legacy interface that draws is listed, and no other."""
    functions = {name for name in np.random.__all__ if name.islower() and callable(getattr(np.random, name))}
    quiet = {"seed", "get_state", "set_state", "default_rng"}
    assert {f"numpy.random.{name}" for name in functions - quiet} == set(randomness.NUMPY_DRAWS)


def _state() -> str:
    """The state of NumPy's global generator."""
    return repr(np.random.get_state())  # noqa: NPY002 - the legacy generator is what is tested


def test_numpy_draws_move_the_global_generator() -> None:
    """A listed function without required arguments moves the global generator."""
    for name in ("rand", "randn", "random", "random_sample", "normal", "uniform", "standard_normal"):
        before = _state()
        getattr(np.random, name)()
        assert _state() != before


def test_stdlib_draws_exist() -> None:
    """Every listed function of the standard library is there, but those that a Python version lacks."""
    names = {name.rpartition(".")[2] for name in randomness.STDLIB_DRAWS}
    assert {name for name in names if not hasattr(random, name)} == set()
    assert {"seed", "getstate", "setstate"} & names == set()


def _torch() -> Path:
    found = importlib.util.find_spec("torch")
    if found is None or found.origin is None:
        pytest.skip("PyTorch is not installed")
    return Path(found.origin)


def test_nondeterministic_torch_operations_are_documented() -> None:
    """Every operation of PyTorch that is listed stands in the documentation of its deterministic mode.

    Operations with a remedy stand in its first list, those that it refuses in the second.
    """
    tree = ast.parse(_torch().read_text(encoding="utf-8"))
    function = next(
        node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == "use_deterministic_algorithms"
    )
    text = ast.get_docstring(function) or ""
    made, refused = text.split("will throw a\n:class:`RuntimeError` when ``mode=True``")
    for operation in randomness.NONDETERMINISTIC:
        for name in operation.names:
            if name.startswith("torch.") and not name.startswith("torch.Tensor."):
                short = name.rpartition(".")[2].rstrip("_")
                assert short in (made if operation.remedy else refused), name


def test_nondeterministic_conditions() -> None:
    """What an operation needs to differ is told: an argument, or a device."""
    put = randomness.nondeterministic(".index_put_")
    assert put is not None
    assert (put.needs, put.device, put.measured) == ((2, "accumulate", True), "cpu", True)
    count = randomness.nondeterministic("tensorflow.math.bincount")
    assert count is not None
    assert (count.needs, count.remedy) == ((1, "weights", None), "")
    added = randomness.nondeterministic("torch.Tensor.scatter_add_")
    assert added is not None
    assert added.device == "cuda"
    assert randomness.nondeterministic("numpy.bincount") is None


@pytest.mark.parametrize(
    ("api", "library"),
    [
        ("numpy.random.rand", "numpy"),
        ("random.shuffle", "random"),
        ("torch.randperm", "torch"),
        ("torch.nn.Linear", "torch"),
        ("torch.nn.Conv2d", "torch"),
        ("torch.nn.Dropout", "torch"),
        ("tensorflow.random.normal", "tensorflow"),
        ("tensorflow.keras.layers.Dense", "tensorflow"),
        ("tensorflow.keras.layers.RandomFlip", "tensorflow"),
        ("torch.nn.ReLU", ""),
        ("keras.layers.Flatten", ""),
        ("numpy.random.default_rng", ""),
        ("numpy.random.seed", ""),
        ("random.seed", ""),
        ("secrets.choice", ""),
        ("@random", ""),
    ],
)
def test_drawn_from(api: str, library: str) -> None:
    """What draws from a global generator names its library; what does not, none."""
    assert randomness.drawn_from(api) == library


@pytest.mark.parametrize(
    ("api", "libraries"),
    [
        ("numpy.random.seed", {"numpy", "sklearn"}),
        ("torch.manual_seed", {"torch"}),
        ("torch.random.manual_seed", {"torch"}),
        ("tensorflow.compat.v1.set_random_seed", {"tensorflow", "keras"}),
        ("tensorflow.keras.utils.set_random_seed", {"tensorflow", "keras", "numpy", "random"}),
        ("pytorch_lightning.seed_everything", {"torch", "numpy", "random"}),
        ("transformers.trainer_utils.set_seed", {"torch", "numpy", "random"}),
    ],
)
def test_seeded_by(api: str, libraries: set[str]) -> None:
    """A seeding function seeds at least these libraries."""
    assert libraries <= set(randomness.seeded_by(api))


def test_seeded_by_other_calls_is_empty() -> None:
    """Only listed functions seed; torch.seed() draws a new seed."""
    assert randomness.seeded_by("torch.seed") == ()
    assert randomness.seeded_by("@set_seed") == ()


@pytest.mark.parametrize(
    "api",
    [
        "joblib.delayed",
        "sklearn.utils.parallel.delayed",
        "multiprocessing.Pool.map",
        "concurrent.futures.ProcessPoolExecutor.submit",
    ],
)
def test_hands_over_to_processes(api: str) -> None:
    """Calls that hand a task to another process are known."""
    assert randomness.hands_over(api)


def test_hands_over_threads_do_not() -> None:
    """Threads share the generators of the process."""
    assert not randomness.hands_over("concurrent.futures.ThreadPoolExecutor.submit")
    assert not randomness.hands_over("multiprocessing.Pool.close")
