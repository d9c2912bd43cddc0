"""TensorFlow draws, and is not seeded.

## What it does
Finds the first call of each file that draws from TensorFlow's or Keras's global generator, the initialisation of
layers included, where the file or one that it is connected with trains a model and none of them seeds that generator.
Layers count wherever they are, unless their initialiser has a seed of its own, and so do known models without weights
(`ResNet50(weights=None)`); a tensor counts where it is seen to go into the experiment (BIS303 says what that is), and
so does a pipeline that is shuffled before its batches are made (`ds.shuffle(1000).batch(32)`).
Tests are left out.

## Why is this bad?
Initial weights, noise and orders differ from run to run, and with them every metric.

## Example
```python
model = keras.Sequential([keras.layers.Dense(10)])
```

## Use instead
```python
keras.utils.set_random_seed(42)
model = keras.Sequential([keras.layers.Dense(10)])
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bis._audit.parsing.ir import CALL, CONSTANT
from bis._audit.questions import ml_calls
from bis._audit.questions.call_arguments import looked_up
from bis._audit.questions.experiment_inputs import goes_into_experiment
from bis._audit.rule_contract import Rule
from bis.model.project_audit import YES, Confidence, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bis._audit.parsing.ir import Call, Module
    from bis._audit.questions.analysis import Analysis
    from bis.model.project_audit import Finding

RULE = Rule(
    "BIS305",
    "unseeded-tensorflow",
    Severity.WARNING,
    Confidence.MEDIUM,
    gate=frozenset({"tensorflow", "keras", "tf_keras"}),
)


def check(analysis: Analysis) -> Iterator[Finding]:
    """Report the first such call of each file."""
    if analysis.facts["trains_model"].value != YES:
        return
    for module in analysis.project.programs:
        if not analysis.is_part_of_training(module) or analysis.is_seeded(module, ("tensorflow", "keras")):
            continue
        call = next(_drawing(analysis, module), None)
        if call is not None:
            yield RULE.at_call(module, call, f"{call.path} draws, and nothing seeds TensorFlow")


def _drawing(analysis: Analysis, module: Module) -> Iterator[Call]:
    """The calls of a file that draw for the experiment: those of known names first."""
    calls = analysis.calls_where(module, ml_calls.may_draw)
    drawing = [
        call for call in calls if ml_calls.draws(call) == "tensorflow" and not _brings_seed(analysis, module, call)
    ]
    drawing += [call for call in calls if ml_calls.shuffles_pipeline(module, call)]
    return (call for call in drawing if goes_into_experiment(analysis, module, call))


def _brings_seed(analysis: Analysis, module: Module, call: Call) -> bool:
    """Whether the weights of a layer come from an initialiser with a seed of its own, or are constant."""
    keyword = _INITIALISED.get(call.method)
    given = looked_up(analysis, module, call.keywords.get(keyword), call) if keyword is not None else None
    if given is None:
        return False
    if given.kind == CONSTANT:
        return given.data in _CONSTANT_WEIGHTS
    made = module.calls[given.data] if given.kind == CALL else None
    seed = made.keywords.get("seed") if made is not None and ".initializers." in made.api else None
    return seed is not None and not seed.is_none


# Layers with one kind of weights that are drawn, and the argument that says how.
_INITIALISED = {
    **dict.fromkeys(("Dense", "EinsumDense", "Conv1D", "Conv2D", "Conv3D", "Conv2DTranspose"), "kernel_initializer"),
    "Embedding": "embeddings_initializer",
}
_CONSTANT_WEIGHTS = frozenset({"zeros", "ones"})
