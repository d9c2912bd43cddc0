"""PyTorch draws, and is not seeded.

## What it does
Finds the first call of each file that draws from PyTorch's global generator, the initialisation of layers and the order
of a loader that shuffles included, where a program that the file is a part of trains a model, and neither it nor a file
that it is connected with seeds that generator. Layers count wherever they are; a number, a permutation or a loader
counts where it is seen to go into the experiment (BIS303 says what that is), which an example for an exporter does not.
Tests are left out.

## Why is this bad?
Initial weights, noise and orders differ from run to run, and with them every metric.

## Example
```python
net = torch.nn.Linear(10, 1)
```

## Use instead
```python
torch.manual_seed(42)
net = torch.nn.Linear(10, 1)
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bis._audit.questions import ml_calls
from bis._audit.questions.call_arguments import as_given
from bis._audit.questions.experiment_inputs import goes_into_experiment
from bis._audit.rule_contract import Rule
from bis.model.project_audit import YES, Confidence, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bis._audit.questions.analysis import Analysis
    from bis.model.project_audit import Finding

RULE = Rule("BIS304", "unseeded-torch", Severity.WARNING, Confidence.MEDIUM, gate=frozenset({"torch"}))


def check(analysis: Analysis) -> Iterator[Finding]:
    """Report the first such call of each file."""
    if analysis.facts["trains_model"].value != YES:
        return
    for module in analysis.project.programs:
        for call in analysis.calls_where(module, ml_calls.may_draw):
            library = ml_calls.draws(as_given(analysis, module, call))
            if library != "torch":
                continue
            if not analysis.is_part_of_training(module):
                break
            if analysis.is_seeded(module, ("torch",)) or not goes_into_experiment(analysis, module, call):
                continue
            yield RULE.at_call(module, call, f"{call.path} draws, and nothing seeds PyTorch")
            break
