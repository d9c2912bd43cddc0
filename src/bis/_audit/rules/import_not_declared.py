"""An import that the environment file lacks.

## What it does
Finds packages that are imported and neither declared nor brought along by one that is, by an image or by a platform
(Databricks; Colab or Kaggle, where a notebook is made for it), nor installed by a notebook, a script of a shell, a
Makefile, a workflow, a dev container or the code itself, nor written or fetched by it (`%%writefile`, `wget
.../helper.py`). What tests import is left alone.
More than three are one finding: the list is not kept. Nothing is told where a list is missing (BIS505) or cannot be
read, where a command installs what is not seen (`pip install $PACKAGES`), or where it is not known what an image has.
A module that no known distribution has may lie where `git clone`, a submodule or `sys.path` says: it is not told then,
nor one of the name of a repository that a document says to clone. The image of a tracking server brings nothing to the
project's programs.

## Why is this bad?
The declared environment does not run the project. A person who replays it has to guess the package, and its version.

## Example
```python
# requirements.txt: mlflow
import xgboost
```

## Use instead
```python
# requirements.txt: mlflow, xgboost
import xgboost
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bis._audit.files.dependencies import imports_undeclared
from bis._audit.questions import installed_packages, third_party_imports, unused_lists
from bis._audit.rule_contract import Rule
from bis.model.project_audit import YES, Confidence, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bis._audit.files.dependencies import Undeclared
    from bis._audit.questions.analysis import Analysis
    from bis.model.project_audit import Finding

RULE = Rule("BIS503", "import-not-declared", Severity.WARNING, Confidence.MEDIUM)

_MOST = 3  # each for itself
_SHOWN = 12


def check(analysis: Analysis) -> Iterator[Finding]:
    """Report each package once, at its first import; many of them together."""
    if analysis.facts["deps_declared"].value != YES or not analysis.project.dependencies.declared:
        return
    missing = sorted(_missing(analysis), key=lambda one: one.place)
    if len(missing) <= _MOST:
        for one in missing:
            yield RULE.at(one.place, f"{one.name} is imported, and no dependency file brings it")
        return
    names = sorted(one.name for one in missing)
    shown = ", ".join(names[:_SHOWN]) + (", ..." if len(names) > _SHOWN else "")
    message = f"{len(names)} packages are imported, and no dependency file brings them: {shown}"
    yield RULE.at(missing[0].place, message, related=tuple(one.place for one in missing[1:]))


def _missing(analysis: Analysis) -> list[Undeclared]:
    """What is imported and nowhere said to be there; what scripts install is asked for only where something is."""
    third_party, dependencies = third_party_imports.third_party(analysis), unused_lists.without_servers(analysis)
    platform = third_party_imports.of_platform(analysis)
    found = [one for one in imports_undeclared(third_party, (), dependencies, platform) if not one.indirectly]
    if not found or (there := installed_packages.installed(analysis)).is_open:
        return []
    still = imports_undeclared({one.name: one.place for one in found}, (), dependencies, platform | there.names)
    return [
        one for one in still if not one.indirectly and not installed_packages.is_there(analysis, one.name, one.place)
    ]
