"""An operation that gives other bits each time, at a fixed seed.

## What it does
Finds operations whose result depends on the order in which threads come to add: `index_put_(accumulate=True)`, `index_add_`,
`scatter_add_` and the like in PyTorch, unless `torch.use_deterministic_algorithms(True)` is set; `tf.math.bincount` with
weights and segment sums in TensorFlow.

## Why is this bad?
A seed does not fix them. `torch.index_put(accumulate=True)` with 32,768 elements or more on two threads gave 30 different
results in 30 runs, and `tf.math.bincount(weights=)` differs even under `enable_op_determinism()`.

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

from bis.audit.program import CONSTANT
from bis.audit.rule import Rule
from bis.model.audit import Confidence, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bis.audit.program import Call
    from bis.audit.project import Project
    from bis.model.audit import Finding

RULE = Rule(
    "BIS309", "nondeterministic-operation", Severity.NOTE, Confidence.MEDIUM, gate=frozenset({"torch", "tensorflow"})
)

_TORCH = frozenset(
    {"index_add", "index_add_", "scatter_add", "scatter_add_", "index_reduce_", "scatter_reduce", "scatter_reduce_"}
)
_TENSORFLOW = frozenset(
    {
        "tensorflow.math.bincount",
        "tensorflow.math.unsorted_segment_sum",
        "tensorflow.math.segment_sum",
        "tensorflow.tensor_scatter_nd_add",
    }
)


def check(project: Project) -> Iterator[Finding]:
    """Tell each such call."""
    fixed = any(
        call.api == "torch.use_deterministic_algorithms" and call.args and call.args[0].data is True
        for module in project.modules
        for call in module.calls
    )
    for module in project.modules:
        for call in module.calls:
            what = _what(call, fixed=fixed, torch="torch" in module.roots)
            if what:
                yield RULE.at_call(module, call, f"{what} adds in the order of the threads: other bits at the same seed")


def _what(call: Call, *, fixed: bool, torch: bool) -> str:
    if call.api in _TENSORFLOW:
        weighted = "bincount" not in call.api or call.argument(1, "weights") is not None
        return call.path if weighted else ""
    if fixed or not torch or call.api.startswith("@"):
        return ""
    if call.method in {"index_put", "index_put_"}:
        accumulate = call.argument(2, "accumulate")
        yes = accumulate is not None and accumulate.kind == CONSTANT and accumulate.data is True
        return f"{call.method}(accumulate=True)" if yes else ""
    known = call.api.startswith((".", "torch."))
    return call.method if call.method in _TORCH and known else ""
