"""Begin a rule: ``make new-rule CODE=BIS319 NAME=some-name`` writes module, fixtures, catalogue.

What it writes works, and its fixtures pass: it finds calls of ``mlflow.replace_me``. Change it from there.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from bis._audit.rules.retired_rules import RETIRED, removal_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bis._audit.rules.retired_rules import RetiredRule

ROOT = Path(__file__).parents[2]
RULES = Path("src/bis/_audit/rules")
FIXTURES = Path("tests/rules")

MODULE = '''\
"""A call of a function that stands for the defect: one noun phrase, as a heading.

## What it does
Finds calls of `mlflow.replace_me`: say what is found, and what is not.

## Why is this bad?
Say what goes wrong, for whom, and how that was observed.

## Example
```python
mlflow.replace_me()
```

## Use instead
```python
mlflow.log_param("lr", 0.1)
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bis._audit.rule_contract import Rule
from bis.model.project_audit import Confidence, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bis._audit.questions.analysis import Analysis
    from bis.model.project_audit import Finding

RULE = Rule("{code}", "{name}", Severity.WARNING, Confidence.MEDIUM, gate=frozenset({{"mlflow"}}))


def check(analysis: Analysis) -> Iterator[Finding]:
    """Report each such call."""
    for module in analysis.project.programs:  # analysis.project.modules, where files of tests are meant as well
        for call in module.calls:
            if call.api == "mlflow.replace_me":
                yield RULE.at_call(module, call, "say what is wrong here, with what was found")
'''
BAD = "import mlflow\n\nmlflow.replace_me()\n"
GOOD = 'import mlflow\n\nmlflow.log_param("lr", 0.1)\n'
SNAPSHOT = """\
from tests.rules.test_rules import FOLDER, snapshot
(FOLDER / "{code}" / "snapshot.txt").write_text(snapshot("{code}"), encoding="utf-8")
"""


def notebook(source: str) -> str:
    """A notebook with this code in one cell, not executed."""
    cell: dict[str, object] = {
        "cell_type": "code",
        "execution_count": None,
        "id": "a",
        "metadata": {},
        "outputs": [],
        "source": source,
    }
    document = {"cells": [cell], "metadata": {"language_info": {"name": "python"}}, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(document, indent=1) + "\n"


def codes_of(root: Path) -> dict[str, str]:
    """Code of each rule by the name of its module."""
    found = {}
    for path in sorted((root / RULES).glob("*.py")):
        match = re.search(r'^RULE = Rule\(\s*"(BIS\d{3})"', path.read_text(encoding="utf-8"), re.MULTILINE)
        if match:
            found[path.stem] = match[1]
    return found


def fault(code: str, name: str, root: Path, retired: Mapping[str, RetiredRule] = RETIRED) -> str:
    """Why there can be no rule of this code and name; empty where there can."""
    known = codes_of(root)
    if not re.fullmatch(r"BIS[1-9]\d{2}", code):
        return f"expected a code such as BIS319, found {code!r}; the hundreds are the family"
    if not re.fullmatch(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)+", name):
        return f'expected a name that reads after "allow", such as unseeded-split, found {name!r}'
    if code in known.values() or (root / FIXTURES / code).exists():
        return f"there is a rule {code}; codes are never used again, those of removed rules included"
    gone = removal_of(code, retired) or next((removal_of(c, retired) for c, r in retired.items() if r.name == name), "")
    if gone:
        return f"{gone}; its code and its name are never used again"
    exists = (root / RULES / f"{module_name(name)}.py").exists()
    return f"there is a module {module_name(name)}.py" if exists else ""


def module_name(name: str) -> str:
    """The module of a rule."""
    return name.replace("-", "_")


def register(catalogue: str, module: str, code: str, known: dict[str, str]) -> str:
    """The catalogue with a further rule: its import in alphabetical order, its line in the order of codes."""
    head, imports, rest = re.split(
        r"(?<=from bis\._audit\.rules import \(\n)|(?=^\)\n)", catalogue, maxsplit=2, flags=re.MULTILINE
    )
    names = sorted({*imports.replace(",", "").split(), module})
    before, listed, after = re.split(r"(?<=\] = \(\n)|(?=^\)\n\Z)", rest, maxsplit=2, flags=re.MULTILINE)
    order = sorted([*listed.replace(",", "").split(), module], key=lambda name: known.get(name, code))
    return head + _lines(names) + before + _lines(order) + after


def _lines(names: list[str]) -> str:
    return "".join(f"    {name},\n" for name in names)


def write(code: str, name: str, root: Path = ROOT) -> list[Path]:
    """Write a rule's files; returns them.

    Raises
    ------
    ValueError
        There can be no rule of this code and name.
    """
    why = fault(code, name, root)
    if why:
        raise ValueError(why)
    module, folder, catalogue = module_name(name), root / FIXTURES / code, root / RULES / "rule_catalogue.py"
    files = {
        root / RULES / f"{module}.py": MODULE.format(code=code, name=name),
        folder / "bad.py": BAD,
        folder / "good.py": GOOD,
        folder / "bad.ipynb": notebook(BAD),
        folder / "good.ipynb": notebook(GOOD),
        catalogue: register(catalogue.read_text(encoding="utf-8"), module, code, codes_of(root)),
    }
    folder.mkdir(parents=True)
    for path, text in files.items():
        path.write_text(text, encoding="utf-8")
    # In an interpreter of its own, which sees the new catalogue.
    env = {**os.environ, "PYTHONPATH": os.pathsep.join((str(root / "src"), str(root)))}
    subprocess.run([sys.executable, "-c", SNAPSHOT.format(code=code)], cwd=root, env=env, check=True)
    return [*files, folder / "snapshot.txt"]


def main(arguments: list[str]) -> int:
    """Write the files of the rule that is named, and say what comes next."""
    if len(arguments) != 2:
        sys.stderr.write("expected a code and a name: make new-rule CODE=BIS319 NAME=some-name\n")
        return 2
    try:
        files = write(arguments[0], arguments[1])
    except ValueError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    sys.stdout.writelines(f"{path.relative_to(ROOT)}\n" for path in files)
    sys.stdout.write(
        "\nNext: the rule and its docstring; its fixtures; `python -m tests.rules.test_rules`; `make rule-docs`.\n"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
