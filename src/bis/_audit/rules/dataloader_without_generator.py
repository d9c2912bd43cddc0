"""A DataLoader with workers and without a generator.

## What it does
Finds PyTorch DataLoaders that shuffle in several worker processes and are given neither `generator` nor
`worker_init_fn`.

## Why is this bad?
The order comes from the global generator, which everything else draws from too; and NumPy's and Python's generators in
the workers are seeded from that. One draw more anywhere changes the order of the data and every augmentation.

## Example
```python
loader = DataLoader(data, batch_size=32, shuffle=True, num_workers=4)
```

## Use instead
```python
generator = torch.Generator().manual_seed(42)
loader = DataLoader(data, batch_size=32, shuffle=True, num_workers=4, generator=generator)
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bis._audit.parsing.ir import CONSTANT, NAME
from bis._audit.questions.function_callers import callers
from bis._audit.questions.written_values import Written, values_of
from bis._audit.rule_contract import Rule
from bis.model.project_audit import Confidence, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bis._audit.parsing.ir import Call, Module
    from bis._audit.questions.analysis import Analysis
    from bis.model.project_audit import Finding

RULE = Rule("BIS308", "dataloader-without-generator", Severity.NOTE, Confidence.HIGH, gate=frozenset({"torch"}))

_LOADERS = frozenset({"torch.utils.data.DataLoader", "torch.utils.data.dataloader.DataLoader"})


def check(analysis: Analysis) -> Iterator[Finding]:
    """Report each such call."""
    for module in analysis.project.programs:
        for call in module.calls:
            if call.api not in _LOADERS or call.starred or {"generator", "worker_init_fn"} & set(call.keywords):
                continue
            shuffle = call.argument(2, "shuffle")
            if shuffle is None or shuffle.kind != CONSTANT or shuffle.data is not True:
                continue
            workers = _workers(analysis, module, call)
            if workers:
                yield RULE.at_call(module, call, f"{workers} workers shuffle without generator= and worker_init_fn=")


def _workers(analysis: Analysis, module: Module, call: Call) -> int:
    """How many workers a loader has at least; 0 where that is not seen.

    A parameter is what the calls of its function give, or its default where none is seen.
    """
    given = call.argument(5, "num_workers")
    if given is None:
        return 0
    choices = [one.value for one in values_of(analysis, Written(module, given, call.scope, call.index))]
    scope = module.scopes[call.scope]
    if given.kind == NAME and given.data in scope.defaults and not list(callers(analysis, module, call.scope)):
        choices = choices or [scope.defaults[given.data]]
    numbers = [value.data for value in choices if value.kind == CONSTANT and isinstance(value.data, int)]
    return min(numbers) if numbers and len(numbers) == len(choices) else 0
