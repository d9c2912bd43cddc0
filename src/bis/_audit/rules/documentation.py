"""The documentation of the rules, which is written in the rules themselves."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING

from bis._audit.rule_contract import CRASHED, UNUSED
from bis._audit.rules.rule_catalogue import RULES
from bis.model.rule_text import RuleText

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bis._audit.rule_contract import Rule

_OWN = {
    CRASHED.code: """A rule that failed.

## What it does
Says that a rule of bis ended with an error on this project. The other rules were asked.

## Why is this bad?
It is a defect of bis: please report it, with the project if you may.
""",
    UNUSED.code: """A comment that silences nothing.

## What it does
Finds comments `# bis: ignore[...]` on lines where the rules that they name find nothing.

## Why is this bad?
It hides what comes later, and suggests a fault that is not there.

## Example
```python
mlflow.log_metric("loss", loss, step=epoch)  # bis: ignore[BIS103]
```

## Use instead
```python
mlflow.log_metric("loss", loss, step=epoch)
```
""",
}


def rule_texts() -> list[RuleText]:
    """All rules with their documentation, by code."""
    documented = [(CRASHED, _OWN[CRASHED.code]), (UNUSED, _OWN[UNUSED.code])]
    documented += [(module.RULE, inspect.getdoc(module) or "") for module in RULES]
    return [_text(rule, text.strip()) for rule, text in documented]


def unknown_codes(codes: Iterable[str]) -> list[str]:
    """Codes, or prefixes of codes, that no rule has."""
    known = [CRASHED.code, UNUSED.code, *(module.RULE.code for module in RULES)]
    return [code for code in codes if not any(one.startswith(code) for one in known)]


def _text(rule: Rule, text: str) -> RuleText:
    summary, _blank, rest = text.partition("\n")
    return RuleText(
        rule.code, rule.name, summary.strip(), rest.strip(), rule.severity, rule.confidence, rule.fixable, rule.since
    )
