"""Trainings with JAX: its optimisers, and what updates a model."""

from __future__ import annotations

import pytest

from bis._audit.questions import ml_calls
from tests.unit._audit.small_projects import analysed, last_call, script

HEAD = "import equinox as eqx, jax, optax\nfrom flax import nnx\nfrom flax.training import train_state\n"


@pytest.mark.parametrize(
    ("text", "trains"),
    [
        ("params = optax.apply_updates(params, updates)", True),
        ("model = eqx.apply_updates(model, updates)", True),
        ("optimizer = nnx.Optimizer(model, optax.adam(0.1))\noptimizer.update(grads)", True),
        ("def step(model, optimizer: nnx.Optimizer, grads):\n    optimizer.update(grads)", True),
        ("state = train_state.TrainState.create()\nstate.apply_gradients(grads=grads)", True),
        ("metrics = nnx.MultiMetric()\nmetrics.update(loss=1)", False),
        ("updates, state = optax.adam(0.1).update(grads, state)", False),  # which are applied elsewhere
        ("settings = {}\nsettings.update(a=1)", False),
        ("loss, grads = jax.value_and_grad(f)(x)", False),
    ],
)
def test_what_updates_a_model_trains(text: str, trains: bool) -> None:
    """Applied updates train; metrics, dictionaries and gradients for something else do not."""
    assert ml_calls.trains(last_call(script(HEAD + text + "\n"))) == trains


def test_arguments_of_optimisers_are_hyperparameters() -> None:
    """Of optax's optimisers and schedules, and not of its losses or of what clips."""
    found = ml_calls.hyperparameters(last_call(script(HEAD + "optax.adamw(learning_rate=0.1, weight_decay=1e-4)\n")))
    assert set(found) == {"learning_rate", "weight_decay"}
    assert ml_calls.hyperparameters(last_call(script(HEAD + "optax.cosine_decay_schedule(init_value=0.1)\n")))
    assert not ml_calls.hyperparameters(last_call(script(HEAD + "optax.softmax_cross_entropy(logits=a, labels=b)\n")))


def test_a_loop_of_jax_is_a_training() -> None:
    """A project whose only training is one of JAX trains."""
    text = HEAD + "for x in data:\n    params = optax.apply_updates(params, step(x))\n"
    analysis = analysed({"train.py": text})
    assert [call.line for call in analysis.training(analysis.project.modules[0])] == [5]
