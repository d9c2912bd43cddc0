"""PyTorch draws, and is not seeded.

## What it does
Finds the first call of each file that draws from PyTorch's global generator, the initialisation of layers and the order
of a loader that shuffles included, where a program that the file is a part of trains a model, and neither it nor a file
that it is connected with seeds that generator. Layers count wherever they are, but for a model that is then filled with
what was trained; a number, a permutation or a loader counts where it is seen to go into the experiment (BIS303 says
what that is), which an example for an exporter does not. The head that Transformers adds to a checkpoint
(`num_labels=2`, or `Wav2Vec2ForCTC` from one of speech alone), those that torchvision makes, the matrices of PEFT and
the head of a learner of fastai are drawn, too: `Trainer` seeds only what comes after it is made. Tests are left out.

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

from bis._audit.frameworks import fresh_weights
from bis._audit.parsing.ir import CALL, NAME
from bis._audit.questions import ml_calls
from bis._audit.questions.call_arguments import as_given, looked_up
from bis._audit.questions.experiment_inputs import goes_into_experiment
from bis._audit.questions.program_roots import is_trained_with
from bis._audit.rule_contract import Rule
from bis.model.project_audit import YES, Confidence, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bis._audit.parsing.ir import Call, Module
    from bis._audit.questions.analysis import Analysis
    from bis.model.project_audit import Finding

RULE = Rule(
    "BIS304",
    "unseeded-torch",
    Severity.WARNING,
    Confidence.MEDIUM,
    gate=frozenset({"torch", "torchvision", "transformers", "peft", "fastai"}),
)


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
            if _is_filled(analysis, module, call):
                continue
            if fresh_weights.may_draw(call.api) and not _are_new(analysis, module, call):
                continue
            if analysis.is_seeded(module, ("torch",)) or not goes_into_experiment(analysis, module, call):
                continue
            yield RULE.at_call(module, call, f"{call.path} draws, and nothing seeds PyTorch")
            break


def _is_filled(analysis: Analysis, module: Module, call: Call) -> bool:
    """Whether a layer is put into a model that is then filled with what was trained: ``model.load_state_dict(...)``."""
    models = {target.partition(".")[0] for target in call.targets if "." in target}
    return bool(models) and any(
        one.method == "load_state_dict"
        and one.owner in models
        and one.index > call.index
        and one.branches == call.branches[: len(one.branches)]
        and not (len(one.args) > 1 or "strict" in one.keywords)
        for one in analysis.calls_in(module, call.scope)
    )


def _are_new(analysis: Analysis, module: Module, call: Call) -> bool:
    """Whether a model that is trained is given new weights before `Trainer`, which seeds first, calls `model_init`."""
    if any("model_init" in one.keywords for one in module.calls) or not is_trained_with(analysis, module):
        return False
    if fresh_weights.always_draws(call.api):
        return True
    given = call.argument(0, "pretrained_model_name_or_path")
    known = looked_up(analysis, module, given, call) or analysis.value_of(module, given, call.scope, call.index)
    texts = known.constants() if known is not None else []
    if known is not None and known.kind == CALL:  # settings.get("model", "bert-base-cased")
        made = module.calls[known.data]
        texts = [text for value in (*made.args, *made.keywords.values()) for text in value.constants()]
    if fresh_weights.is_speech(call.api):
        return fresh_weights.only_hears(texts)
    return not fresh_weights.has_head(texts, given.data if given is not None and given.kind == NAME else "")
