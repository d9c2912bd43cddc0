"""No dependencies are declared.

## What it does
Finds projects that import third-party packages and declare none: no requirements, no pyproject.toml, no environment
file. What a script of a shell, a Makefile, a workflow or the code itself installs is not missing, and what only tests
import is not looked at.

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
from bis._audit.files.installing_files import Installed
from bis._audit.questions import installed_packages, third_party_imports
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
    third_party = third_party_imports.third_party(analysis)
    platform = third_party_imports.of_platform(analysis)
    there = installed_packages.installed(analysis) if third_party else Installed()
    needed = sorted(
        name
        for name, place in third_party.items()
        if (there.names | platform).isdisjoint(distributions_of(name))
        and not installed_packages.is_there(analysis, name, place)
    )
    if needed and not there.is_open:
        shown = ", ".join(needed[:5]) + (", ..." if len(needed) > 5 else "")
        yield RULE.at(Place(""), f"nothing declares what is imported: {shown}")
