"""Whose account a draw is on."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import sklearn

from bis.instrument.entropy.reports import Reports
from bis.instrument.entropy.roles.call_site import CallSite
from bis.instrument.entropy.roles.draw_ledger import Owner
from bis.instrument.entropy.roles.scopes import Scopes

if TYPE_CHECKING:
    from types import FrameType

LIBRARY = str(sklearn.__file__)


def frame_in(file: str, module: str, function: str) -> FrameType:
    """The frame of a function of this name, in a module of this name that lies there."""
    names: dict[str, Any] = {"__name__": module, "sys": sys}
    exec(compile(f"def {function}(): return sys._getframe()", file, "exec"), names)  # noqa: S102 - the text before
    found: FrameType = names[function]()
    return found


def test_draws_of_the_user_and_of_some_threads_of_libraries_are_direct(told: Any) -> None:
    """Keras orders the batches of a `PyDataset` in a thread of its own, while others draw from `random`."""
    scopes = Scopes(Reports(told), reseeded=False)
    adapter = "keras.src.trainers.data_adapters.py_dataset_adapter"
    users = scopes.direct(frame_in("/home/me/train.py", "__main__", "train"), "sampling", "random.random")
    thread = scopes.direct(frame_in(LIBRARY, adapter, "_run"), "shuffle", "random.shuffle")
    assert users is not None
    assert (users.role, users.place) == ("sampling", "train.py:1")
    assert thread is not None
    assert thread.role == "shuffle"
    assert scopes.direct(frame_in(LIBRARY, adapter, "get"), "shuffle", "random.shuffle") is None
    assert scopes.direct(frame_in(LIBRARY, "sklearn.utils", "_run"), "shuffle", "random.shuffle") is None


def test_seeds_among_parameters_are_drawn(told: Any) -> None:
    """As `xgboost.train` has them: the program's dictionary stays as it is, and what is no seed as well."""
    scopes = Scopes(Reports(told), reseeded=True)
    scopes.from_seed = lambda role, generator, seed, size: f"{role}{generator}{seed}".encode()[-size:]
    row = CallSite("boost", "train", "bootstrap", seed="params", keys=("seed", "bagging_seed"), replaces=True)

    def train(params: dict[str, Any], data: object = None) -> dict[str, Any]:
        return params

    def decorated(*args: Any, **kwargs: Any) -> Any:
        return train(*args, **kwargs)

    decorated.__wrapped__ = train  # type: ignore[attr-defined]
    given = {"seed": 7, "eta": 0.1}
    for function in (train, decorated):
        called = scopes.calling(row, function)
        for got in (called((given, "data"), {}), called((), {"params": given})):
            assert got.keys() == given.keys()
            assert (got["eta"], got["seed"] != 7) == (0.1, True)
    assert given["seed"] == 7
    plain = {"eta": 0.1}
    assert scopes.calling(row, train)((plain,), {}) is plain
    (told_of,) = scopes.ledger.report()
    assert (told_of["role"], told_of["draws"], told_of["seeded"]) == ("bootstrap", 4, True)


def test_served_entropy_that_becomes_a_seed_counts_no_more(told: Any) -> None:
    """A sequence of seeds that the program did not seed: its generators draw, not it; once."""
    scopes = Scopes(Reports(told), reseeded=False)
    entropy, owner = bytes(range(16)), Owner("other", "", "train.py", 3)
    scopes.drew_entropy(owner, 4, entropy, b"x")
    scopes.drew_entropy(owner, 2, b"12345678", b"y")
    assert not scopes.is_entropy(7)
    assert not scopes.is_entropy([1, 2])
    number = int.from_bytes(entropy, "big")
    assert scopes.is_entropy(number)
    assert scopes.is_entropy(number)
    assert [r["draws"] for r in scopes.ledger.report()] == [2]
