"""No dependencies are declared.

## What it does
Finds projects that import third-party packages and declare none: no requirements, no pyproject.toml, no environment
file. What a script of a shell or a Makefile installs is not missing.

## Why is this bad?
It is not known what to install, and the versions that made the results are lost.

## Example
```text
train.py
```

## Use instead
```text
train.py
requirements.txt
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bis._audit.files.distributions import distributions_of
from bis._audit.questions import third_party_imports
from bis._audit.rule_contract import Rule
from bis.model.project_audit import NO, Confidence, Place, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bis._audit.questions.analysis import Analysis
    from bis.model.project_audit import Finding

RULE = Rule("BIS501", "dependencies-undeclared", Severity.WARNING, Confidence.HIGH)


def check(analysis: Analysis) -> Iterator[Finding]:
    """Report it once, with the packages that are imported."""
    if analysis.facts["deps_declared"].value != NO:
        return
    there = third_party_imports.installed_by_scripts(analysis)
    third_party = third_party_imports.third_party(analysis)
    needed = sorted(name for name in third_party if there.isdisjoint(distributions_of(name)))
    if needed:
        shown = ", ".join(needed[:5]) + (", ..." if len(needed) > 5 else "")
        yield RULE.at(Place(""), f"nothing declares what is imported: {shown}")
