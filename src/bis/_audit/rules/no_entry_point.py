"""Nothing says how to start it.

## What it does
Finds projects with programs that train and neither an MLproject file nor any other sign of how to start them: no
Makefile, DVC pipeline or script entry point, no program called `main.py`, `train.py` or like them (`train_model.py`),
no command in a document, a script of a shell or the file of a pipeline (`command: python fit.py`). A library, which
others start, needs none, nor do notebooks of Databricks, nor a script that is alone but for one notebook.

## Why is this bad?
Among several files, only the author knows which is run first, and with which arguments.

## Example
```text
step_a.py
step_b.py
```

## Use instead
```text
MLproject
step_a.py
step_b.py
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bis._audit.files.entry_points import entry_points, is_named_as_program
from bis._audit.questions.program_roots import program_roots, starts_training
from bis._audit.rule_contract import Rule
from bis.model.project_audit import NO, YES, Confidence, Place, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bis._audit.questions.analysis import Analysis
    from bis.model.project_audit import Finding

RULE = Rule("BIS504", "no-entry-point", Severity.NOTE, Confidence.MEDIUM)


def check(analysis: Analysis) -> Iterator[Finding]:
    """Report it once."""
    facts = analysis.facts
    if facts["mlproject"].value != NO or facts["trains_model"].value != YES:
        return
    sources = [m.file for m in analysis.project.modules]
    scripts = [m for m in analysis.project.modules if not (m.is_notebook or m.of_databricks)]
    programs = [one.module.file for one in program_roots(analysis) if starts_training(analysis, one)]
    notebooks = [m for m in analysis.project.programs if m.is_notebook and not m.of_databricks and analysis.training(m)]
    if (len(scripts) < 2 and len(notebooks) < 2) or not programs or any(is_named_as_program(file) for file in programs):
        return
    if len([file for file in programs if "run_" in file.rpartition("/")[2].lower()]) == 1:
        return  # run_pipeline.py; of several such programs, none is the one
    # Most projects have a file that says it by its name: the documents are read for the others only.
    files = [*analysis.project.files, *sources]
    if not entry_points(files, {}) and not entry_points(files, analysis.project.texts):
        yield RULE.at(Place(""), "neither an MLproject file nor anything else says how to start the project")
