"""A global seed with which Keras repeats one order of the data.

## What it does
Finds `fit` calls of Keras on arrays that shuffle, in projects that set a global seed with
`keras.utils.set_random_seed` or `tf.random.set_seed`. Of a model that is an argument, `epochs` and `validation_data`
say that it is one of Keras.

## Why is this bad?
With a global seed, `fit(shuffle=True)` on TensorFlow draws the same permutation in every epoch and in every call of
`fit`; without one it draws another each time. The seeded training is repeatable, and yet another algorithm than the
unseeded one (measured with Keras 3.15 on TensorFlow 2.21).

## Example
```python
keras.utils.set_random_seed(42)
model.fit(X, y, epochs=10)
```

## Use instead
```python
keras.utils.set_random_seed(42)
data = tf.data.Dataset.from_tensor_slices((X, y)).shuffle(len(X), reshuffle_each_iteration=True)
model.fit(data.batch(32), epochs=10)
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bis._audit.parsing.ir import CONSTANT
from bis._audit.questions import ml_calls
from bis._audit.rule_contract import Rule
from bis.model.project_audit import Confidence, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bis._audit.parsing.ir import Call, Module
    from bis._audit.questions.analysis import Analysis
    from bis.model.project_audit import Finding

RULE = Rule(
    "BIS307",
    "keras-fixed-shuffle",
    Severity.NOTE,
    Confidence.MEDIUM,
    gate=frozenset({"tensorflow", "keras", "tf_keras"}),
)


def check(analysis: Analysis) -> Iterator[Finding]:
    """Report each such call of fit."""
    for module in analysis.project.programs:
        if _has_another_backend(module):
            continue
        for call in module.calls:
            if not _fits_arrays(call) or not analysis.is_seeded(module, ("keras", "tensorflow")):
                continue
            yield RULE.at_call(module, call, "with a global seed, fit(shuffle=True) repeats one order in every epoch")


def _has_another_backend(module: Module) -> bool:
    """Whether a file sets another backend than TensorFlow: the others draw a new order in each epoch."""
    values = [assign.value for assign in module.assigns if assign.key == _BACKEND]
    setters = [call for call in module.calls if call.method == "setdefault" and len(call.args) == 2]
    values += [call.args[1] for call in setters if call.args[0].data == _BACKEND]
    return any(value.kind == CONSTANT and value.data != "tensorflow" for value in values)


_BACKEND = "KERAS_BACKEND"


def _fits_arrays(call: Call) -> bool:
    """Whether it is Keras's fit with separate x and y: generators and data sets shuffle by themselves."""
    api = ml_calls.canonical(call.api)
    # Of a model that is given to a function, its maker is not seen: what only Keras's fit takes tells it.
    unknown = api == ".fit" and {"epochs", "validation_data"} <= call.keywords.keys()
    known = api.startswith("keras.") and api.endswith(".fit") and ".layers." not in api and ".preprocessing." not in api
    if not (known or unknown):
        return False
    if call.argument(1, "y") is None:
        return False
    shuffle, epochs = call.keywords.get("shuffle"), call.keywords.get("epochs")
    once = epochs is not None and epochs.kind == CONSTANT and epochs.data == 1
    return not once and not (shuffle is not None and shuffle.kind == CONSTANT and shuffle.data is False)
