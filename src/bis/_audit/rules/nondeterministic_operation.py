"""An operation that gives other bits each time, at a fixed seed.

## What it does
Finds operations whose result depends on the order in which threads come to add: `index_put_(accumulate=True)`,
`index_add_`, `scatter_add_` and the like in PyTorch, unless `torch.use_deterministic_algorithms(True)` is set;
`tf.math.bincount` with weights and segment sums in TensorFlow. Adaptive pooling adds in this way where its windows
overlap: not with one output, nor where the output's size divides the input's (8 of 32), which the code seldom shows.

## Why is this bad?
A seed does not fix them. `torch.index_put(accumulate=True)` with 32,768 elements or more on two threads gave 30
different results in 30 runs, and `tf.math.bincount(weights=)` differs even under `enable_op_determinism()`.

## Example
```python
counts = tf.math.bincount(labels, weights=weights)
```

## Use instead
```python
counts = tf.reduce_sum(tf.one_hot(labels, classes) * weights[:, None], axis=0)
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bis._audit.frameworks.naming import library
from bis._audit.frameworks.randomness import MAKES_DETERMINISTIC, nondeterministic
from bis._audit.parsing.ir import CALL, CONSTANT, LIST
from bis._audit.rule_contract import Rule
from bis.model.project_audit import Confidence, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bis._audit.frameworks.randomness import Operation
    from bis._audit.parsing.ir import Call, Module
    from bis._audit.questions.analysis import Analysis
    from bis.model.project_audit import Finding

RULE = Rule(
    "BIS309",
    "nondeterministic-operation",
    Severity.NOTE,
    Confidence.MEDIUM,
    gate=frozenset({"torch", "tensorflow"}),
)

_COUNTS = frozenset({"histc", "bincount"})  # often only for a picture
_NEAR = 300  # calls
_SHOW = frozenset({"matplotlib", "seaborn", "plotly", "bokeh", "print", "display"})


def check(analysis: Analysis) -> Iterator[Finding]:
    """Report each such call."""
    fixed = any(call.api in MAKES_DETERMINISTIC for module in analysis.project.modules for call in module.calls)
    for module in analysis.project.programs:
        if not module.roots & {"torch", "tensorflow"}:
            continue
        for call in module.calls:
            operation = nondeterministic(call.api)
            if operation is None and call.api.startswith("torch."):  # a method of what a function of torch has made
                operation = nondeterministic(f".{call.method}")
            if operation is None or (fixed and operation.remedy) or not _applies(call, operation):
                continue
            if _is_layer_called(call) or _is_mean(call):
                continue
            if call.method in _COUNTS and _is_only_shown(module, call):
                continue
            message = f"{call.method} gives other bits at the same seed: {operation.condition}"
            yield RULE.at_call(module, call, message)


def _is_layer_called(call: Call) -> bool:
    """Whether a layer is called that was made, and reported, elsewhere: ``self.pool(x)``."""
    return call.method[:1].isupper() and not call.path.rpartition(".")[2][:1].isupper()


def _is_only_shown(module: Module, call: Call) -> bool:
    """Whether what is counted is only drawn or printed: ``plt.bar(x, counts)``."""
    given = [
        one
        for one in module.calls[call.index + 1 : call.index + _NEAR]
        if any(
            (value.kind == CALL and value.data == call.index) or not value.names().isdisjoint(call.targets)
            for value in (*one.args, *one.keywords.values())
        )
    ]
    return bool(given) and all(library(one.api) in _SHOW for one in given)


def _is_mean(call: Call) -> bool:
    """Whether an adaptive pooling has one output: the mean, or one single maximum, whose gradients repeat."""
    size = call.argument(0, "output_size") if call.method.startswith("Adaptive") else None
    if size is None:
        return False
    sizes = size.items if size.kind == LIST else (size,)
    return bool(sizes) and all(one.kind == CONSTANT and one.data == 1 for one in sizes)


def _applies(call: Call, operation: Operation) -> bool:
    """Whether the call has the argument with which alone the operation does so."""
    if operation.needs is None:
        return True
    position, keyword, wanted = operation.needs
    given = call.argument(position, keyword)
    if given is None:
        return False
    return wanted is None or (given.kind == CONSTANT and given.data == wanted)
