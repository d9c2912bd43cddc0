"""NumPy draws, and is not seeded.

## What it does
Finds the first call of each file that draws from NumPy's or the standard library's global generator for the
experiment, where the file or one that it is connected with trains a model and none of them seeds that generator; also
one that makes a generator of its own without a seed (`np.random.default_rng()`).

For the experiment is what is seen to go into a training, a split, a loader, a file of data, a hyperparameter, a logged
metric or the method of a data set, a model or a transform: by names, attributes, arguments and returns, in all files of
the project. What is drawn for a name, a delay, a picture, an example of an input or the order of experiments is not.
Tests are left out.

Keras's generators of pictures (`ImageDataGenerator`) draw from NumPy's generator, too: the order of the pictures and
how they are changed, unless they are given a seed or `shuffle=False`.

Also the first environment of Gymnasium that draws its states (`CartPole-v1`) in a file that trains in it, where no
reset is given a seed: it has a generator of NumPy of its own, which no global seed reaches.

## Why is this bad?
Initial weights, noise and orders differ from run to run, and with them every metric.

## Example
```python
noise = np.random.normal(size=100)
```

## Use instead
```python
rng = np.random.default_rng(42)
noise = rng.normal(size=100)
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bis._audit.questions import ml_calls
from bis._audit.questions.call_arguments import as_given
from bis._audit.questions.environments import unseeded_environments
from bis._audit.questions.experiment_inputs import goes_into_experiment
from bis._audit.rule_contract import Rule
from bis.model.project_audit import YES, Confidence, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bis._audit.questions.analysis import Analysis
    from bis.model.project_audit import Finding

RULE = Rule(
    "BIS303",
    "unseeded-numpy",
    Severity.WARNING,
    Confidence.MEDIUM,
    gate=frozenset({"numpy", "random", "gymnasium", "gym", "tensorflow", "keras", "tf_keras"}),
)


def check(analysis: Analysis) -> Iterator[Finding]:
    """Report the first such call of each file."""
    if analysis.facts["trains_model"].value != YES:
        return
    for module in analysis.project.programs:
        for call in analysis.calls_where(module, ml_calls.may_draw):
            library, own = ml_calls.draws(as_given(analysis, module, call)), ml_calls.makes_unseeded(call)
            if not own and library not in ("numpy", "random"):
                continue
            if not analysis.is_part_of_training(module):
                break
            seeded = not own and analysis.is_seeded(module, (library,))
            if seeded or not goes_into_experiment(analysis, module, call):
                continue
            what = "makes a generator without a seed" if own else "draws, and nothing seeds the generator"
            yield RULE.at_call(module, call, f"{call.path} {what}")
            break
        for call in unseeded_environments(analysis, module):
            yield RULE.at_call(module, call, "the environment draws its states, and is never reset with a seed")
            break
