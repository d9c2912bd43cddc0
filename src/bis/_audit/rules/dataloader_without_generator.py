"""A DataLoader with workers and without a generator.

## What it does
Finds PyTorch DataLoaders that shuffle in several worker processes and are given neither `generator` nor
`worker_init_fn`. As many workers as the machine has cores are several, and those of one of two cases
(`4 if cuda else 0`) count.

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

import math
from typing import TYPE_CHECKING

from bis._audit.parsing.ir import BINARY, CONSTANT, NAME, OTHER
from bis._audit.questions.call_arguments import spread
from bis._audit.questions.dictionary_entries import entries_of
from bis._audit.questions.function_callers import callers
from bis._audit.questions.written_values import Written, followed, values_of
from bis._audit.rule_contract import Rule
from bis.model.project_audit import Confidence, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bis._audit.parsing.ir import Call, Module
    from bis._audit.questions.analysis import Analysis
    from bis.model.project_audit import Finding

RULE = Rule("BIS308", "dataloader-without-generator", Severity.NOTE, Confidence.HIGH, gate=frozenset({"torch"}))

_LOADERS = frozenset({"torch.utils.data.DataLoader", "torch.utils.data.dataloader.DataLoader"})


# What says how many cores there are, and what keeps several of them several.
_CORES = frozenset(
    {"os.cpu_count", "os.process_cpu_count", "os.sched_getaffinity", "joblib.cpu_count", "psutil.cpu_count"}
    | {f"{module}.cpu_count" for module in ("multiprocessing", "torch.multiprocessing", "loky")}
)
_PER_CORE = math.inf
_FOLDS = {"min": min, "max": max, "int": min, "len": min}
_OPERATORS = frozenset({"Sub", "Div", "FloorDiv", "Mult"})
_DEEPEST = 4


def check(analysis: Analysis) -> Iterator[Finding]:
    """Report each such call."""
    for module in analysis.project.programs:
        for call in module.calls:
            if call.api in _LOADERS:
                workers = max((_workers(analysis, module, one) for one in _cases(analysis, module, call)), default=0)
                number = "as many workers as there are cores" if workers == _PER_CORE else f"{workers:.0f} workers"
                if workers > 1:
                    yield RULE.at_call(module, call, f"{number} shuffle without generator= and worker_init_fn=")


def _cases(analysis: Analysis, module: Module, call: Call) -> Iterator[Call]:
    """A call with what a dictionary gives it; once for each of two, ``**({"num_workers": 4} if cuda else {})``."""
    given = spread(analysis, module, call)
    tables = [name for name in call.keywords if name.startswith("**")]
    if not given.starred or len(tables) != 1:
        yield given
        return
    found = followed(analysis, Written(module, call.keywords[tables[0]], call.scope, call.index))
    if found is None or found.module is not module or (found.value.kind, found.value.data) != (OTHER, "choice"):
        return
    own = {name: value for name, value in call.keywords.items() if name not in tables}
    for item in found.value.items:
        entries, whole = entries_of(analysis, found._replace(value=item))
        yield call._replace(keywords=entries | own, starred=not whole)


def _workers(analysis: Analysis, module: Module, call: Call) -> float:
    """How many workers a loader that shuffles has at least; 0 where that is not seen.

    A parameter is what the calls of its function give, or its default where none is seen.
    """
    if call.starred or {"generator", "worker_init_fn"} & set(call.keywords):
        return 0
    shuffle, given = call.argument(2, "shuffle"), call.argument(5, "num_workers")
    if given is None or shuffle is None or shuffle.kind != CONSTANT or shuffle.data is not True:
        return 0
    number = _number(analysis, Written(module, given, call.scope, call.index))
    scope = module.scopes[call.scope]
    by_default = given.kind == NAME and given.data in scope.defaults
    if number is None and by_default and not list(callers(analysis, module, call.scope)):
        number = _number(analysis, Written(module, scope.defaults[given.data], scope.parent, call.index))
    return number or 0


def _number(analysis: Analysis, written: Written, depth: int = 0) -> float | None:
    """The number that an expression is at least, infinite where it grows with the machine; None where not seen."""
    numbers = [_of_expression(analysis, one, depth) for one in values_of(analysis, written)]
    return min((one for one in numbers if one is not None), default=None) if None not in numbers else None


def _of_expression(analysis: Analysis, written: Written, depth: int) -> float | None:
    value, call = written.value, written.call()
    if value.kind == CONSTANT:
        return value.data if isinstance(value.data, int) else None
    if call is not None and call.api in _CORES:
        return _PER_CORE
    items = value.items if call is None else call.args
    numbers = [_number(analysis, written._replace(value=item), depth + 1) for item in items if depth < _DEEPEST]
    known = [one for one in numbers if one is not None]
    if (value.kind, value.data) == (OTHER, "choice"):
        return max(known, default=None)
    if value.kind == BINARY and value.data in _OPERATORS and len(known) == 2:
        return _PER_CORE if known[0] == _PER_CORE and known[1] < _PER_CORE else None
    fold = _FOLDS.get(call.api) if call is not None else None
    return fold(known) if fold is not None and known and len(known) == len(items) else None
