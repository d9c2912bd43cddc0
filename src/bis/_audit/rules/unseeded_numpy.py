"""NumPy draws, and is not seeded.

## What it does
Finds the first call of each file that draws from NumPy's or the standard library's global generator, where
the file or one that it is connected with trains a model and none of them
seeds that generator. Tests are left out, and what decides no result: an example of an input (`sample_input`), a part of
a run's name, one of the files of a folder to look at, a delay, the order in which experiments are started.

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
from bis._audit.questions.draws_without_effect import decides_nothing
from bis._audit.questions.environments import unseeded_environments
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
    gate=frozenset({"numpy", "random", "gymnasium", "gym"}),
)


def check(analysis: Analysis) -> Iterator[Finding]:
    """Report the first such call of each file."""
    if analysis.facts["trains_model"].value != YES:
        return
    for module in analysis.project.programs:
        for call in analysis.calls_where(module, ml_calls.may_draw):
            library = ml_calls.draws(call)
            if library not in ("numpy", "random"):
                continue
            if not analysis.is_part_of_training(module):
                break
            if analysis.is_seeded(module, (library,)) or decides_nothing(analysis, module, call):
                continue
            yield RULE.at_call(module, call, f"{call.path} draws, and nothing seeds the generator")
            break
        for call in unseeded_environments(analysis, module):
            yield RULE.at_call(module, call, "the environment draws its states, and is never reset with a seed")
            break
