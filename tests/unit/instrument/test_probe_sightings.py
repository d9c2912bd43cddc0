"""Which calls of a model count as the program's, and what is kept of them."""

from __future__ import annotations

import threading
from typing import Any

import numpy as np

from bis.instrument.fence import Fence
from bis.instrument.probe_examples import MAX_EXAMPLES
from bis.instrument.probe_sightings import MOST_MODELS, ModelSightings


class Model:
    """Something that predicts."""

    def __init__(self, inner: Any = None) -> None:
        self.inner = inner

    def predict(self, x: Any) -> Any:
        """Itself, or by another one."""
        return x if self.inner is None else predict(self.inner, x)


fence = Fence()
seen: list[Any] = []
sightings = ModelSightings(fence, keeps=True)
predict = sightings.watch(Model.predict, lambda model, args, _kwargs: seen.append((model, args[0])))


def test_calls_within_calls_are_not_the_programs() -> None:
    """Nor are those of other threads; and every call gives what it gives."""
    seen.clear()
    inner = Model()
    outer = Model(inner)
    assert predict(outer, 3) == 3
    thread = threading.Thread(target=predict, args=(inner, 4))
    thread.start()
    thread.join()
    assert seen == [(outer, 3)]


def test_what_fails_in_noting_stays_inside() -> None:
    """The call goes on, and the failure is noted."""

    def failing(*_: object) -> None:
        raise RuntimeError

    own = Fence()
    watched = ModelSightings(own, keeps=True).watch(Model.predict, failing)
    assert watched(Model(), 5) == 5
    assert list(own.failures) == ["predictions"]


def test_models_are_numbered_by_class() -> None:
    """In the order in which they were seen, also when the first ones are not held any more."""
    own = ModelSightings(Fence(), keeps=True)
    models = [Model() for _ in range(MOST_MODELS + 2)]
    for model in models:
        own.seen(model)
    own.logged("best", models[-1])
    found = list(own)
    assert [found[0].name, found[-1].name] == ["Model#3", f"Model#{MOST_MODELS + 2}"]
    assert (len(found), found[-1].logged_as) == (MOST_MODELS, "best")


def test_the_last_batches_since_training_are_kept() -> None:
    """Those of earlier epochs, and the first of very many, are not."""
    one = ModelSightings(Fence(), keeps=True).seen(Model())
    one.in_calls = True
    one.trained({"args": (np.zeros(3),), "kwargs": {}})
    assert [call["args"][0].tolist() for call in one.examples] == [[0, 0, 0]]
    for epoch in range(2):
        one.trained(None)
        for batch in range(3):
            one.asked_in_call({"args": (np.full(MAX_EXAMPLES // 2, 10 * epoch + batch),), "kwargs": {}})
    assert [call["args"][0][0] for call in one.examples] == [11, 12]


def test_the_last_question_is_kept() -> None:
    """Of a model that is asked in one call: as it was then."""
    one = ModelSightings(Fence(), keeps=True).seen(Model())
    nothing: Any = one.examples
    assert nothing is None
    given = np.arange(3)
    one.asked_for(np.zeros(2))
    one.asked_for(given)
    given[:] = 7
    assert one.examples.tolist() == [0, 1, 2]
