"""Dependencies without versions.

## What it does
Finds files that declare dependencies without one version each, in projects that have no lock file. A version in a
file beside it counts (`requirements.in` and `requirements.txt`), and so do columns of names and versions as `pip list`
writes them; one in an image, a notebook or another folder does not. The same list in several files is one finding, and
so are the lists of more than five files. What a library declares for those who use it is left open for good reason.
Lists in folders such as `archive` and `old`, those of a tracking server alone or of one that shows logs (TensorBoard),
those of a folder in which nothing computes, and those among papers and documents that nothing names are left alone.
What a notebook installs (`!pip install`, `%pip install`) counts where there is no list beside it or in a folder around
it.

## Why is this bad?
The same requirements install other versions next month. Between two versions of a library the same seed gives other
numbers.

## Example
```text
scikit-learn
mlflow>=2
```

## Use instead
```text
scikit-learn==1.5.2
mlflow==2.16.0
```
"""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from bis._audit.questions import unused_lists
from bis._audit.rule_contract import Rule
from bis.model.project_audit import Confidence, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from bis._audit.files.requirements import Declared
    from bis._audit.questions.analysis import Analysis
    from bis.model.project_audit import Finding

RULE = Rule("BIS502", "dependencies-unpinned", Severity.NOTE, Confidence.HIGH)


def check(analysis: Analysis) -> Iterator[Finding]:
    """Report it once for each list, at the first package that is not pinned; of many lists once."""
    dependencies = analysis.project.dependencies
    if dependencies.pins == "lock":
        return
    by_file: dict[str, dict[str, Declared]] = {}
    for one in dependencies.unpinned:
        file = one.place.file
        if not _has_a_list(file, dependencies.manifests) and not unused_lists.is_unused(analysis, file):
            by_file.setdefault(file, {}).setdefault(one.name, one)
    if len(by_file) > _MOST:
        yield _together(by_file)
        return
    alike: dict[tuple[str, ...], list[str]] = {}
    for file, loose in sorted(by_file.items(), key=lambda item: (item[0].endswith(".ipynb"), item[0])):
        alike.setdefault(tuple(loose), []).append(file)
    for names, files in alike.items():
        total = len({one.name for one in dependencies.computing if one.place.file == files[0]})
        shown = ", ".join(names[:3]) + (", ..." if len(names) > 3 else "")
        first, *others = (by_file[file][names[0]].place for file in files)
        also = f" (and in {len(others)} other {'files' if len(others) > 1 else 'file'})" if others else ""
        yield RULE.at(
            first, f"{len(names)} of {total} dependencies are not pinned: {shown}{also}", related=tuple(others)
        )


def _has_a_list(file: str, manifests: Iterable[str]) -> bool:
    """Whether what a notebook installs comes on top of a list, of its folder or of one around it."""
    around = {"", *(str(folder) for folder in PurePosixPath(file).parents)} - {"."}
    return file.endswith(".ipynb") and any(one.rpartition("/")[0] in around for one in manifests)


_MOST = 5  # files, each for itself


def _together(by_file: dict[str, dict[str, Declared]]) -> Finding:
    """One finding for many lists: that of each chapter, of each service."""
    names = sorted({name for loose in by_file.values() for name in loose})
    shown = ", ".join(names[:3]) + (", ..." if len(names) > 3 else "")
    first, *others = (next(iter(loose.values())).place for _file, loose in sorted(by_file.items()))
    message = f"dependencies are not pinned in {len(by_file)} files, {len(names)} in all: {shown}"
    return RULE.at(first, message, related=tuple(others))
