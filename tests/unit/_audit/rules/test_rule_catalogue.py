"""What holds for every rule of the catalogue."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bis._audit import rules
from bis._audit.questions.facts import state
from bis._audit.rule_contract import CRASHED, UNUSED
from bis._audit.rules.rule_catalogue import RULES
from bis.model.project_audit import Finding, RuleStatus
from tests.unit._audit.small_projects import analysed, notebook

if TYPE_CHECKING:
    from types import ModuleType

    from bis._audit.rule_contract import Rule

NAMES = [module.__name__.rpartition(".")[2] for module in RULES]
HEADINGS = ["What it does", "Why is this bad?", "Example", "Use instead"]
every_rule = pytest.mark.parametrize("module", RULES, ids=NAMES)


def test_every_rule_is_listed() -> None:
    """Each module of the package that has a rule stands in the catalogue once."""
    found = {one.name for one in pkgutil.iter_modules(rules.__path__)}
    with_rule = {name for name in found if hasattr(importlib.import_module(f"bis._audit.rules.{name}"), "RULE")}
    assert sorted(NAMES) == sorted(with_rule)


def test_codes_are_unique_and_ascend() -> None:
    """Across the rules that the audit itself has, too; names are unique as well."""
    codes = [CRASHED.code, UNUSED.code, *(module.RULE.code for module in RULES)]
    assert codes == sorted(set(codes))
    names = [CRASHED.name, UNUSED.name, *(module.RULE.name for module in RULES)]
    assert len(names) == len(set(names))


@every_rule
def test_code_and_name(module: ModuleType) -> None:
    """BIS and three digits; the name is the module's, with dashes."""
    rule: Rule = module.RULE
    assert re.fullmatch(r"BIS[1-9]\d\d", rule.code)
    assert rule.name == module.__name__.rpartition(".")[2].replace("_", "-")
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", rule.name)
    assert rule.status in set(RuleStatus)
    assert rule.since


@every_rule
def test_documentation(module: ModuleType) -> None:
    """A sentence; what it does, why it matters, a bad and a good example; how it is repaired, if it is."""
    text = inspect.getdoc(module) or ""
    summary, _blank, rest = text.partition("\n")
    assert summary.endswith(".")
    assert len(summary) <= 100
    headings = re.findall(r"(?m)^## (.+)$", rest)
    assert [h for h in headings if h in HEADINGS] == HEADINGS
    assert ("Fix" in headings) is module.RULE.fixable
    sections = re.split(r"(?m)^## .+$\n", rest)[1:]
    assert all(section.strip() for section in sections), "a heading with nothing below it"


@every_rule
def test_examples_are_code(module: ModuleType) -> None:
    """Fenced, and where they are Python, they parse."""
    text = inspect.getdoc(module) or ""
    parts = dict(zip(re.findall(r"(?m)^## (.+)$", text), re.split(r"(?m)^## .+$\n", text)[1:], strict=True))
    for heading in ("Example", "Use instead"):
        blocks = re.findall(r"(?ms)^```(\w*)\n(.*?)^```$", parts[heading])
        assert blocks, heading
        for language, code in blocks:
            if language == "python":
                compile(re.sub(r"(?m)^[!%].*$", "", code), heading, "exec")  # a cell may run commands
    assert parts["Example"].strip() != parts["Use instead"].strip()


@every_rule
def test_files_are_short(module: ModuleType) -> None:
    """A rule that needs more is two rules, or has a part that others can use."""
    assert len(Path(module.__file__ or "").read_text(encoding="utf-8").splitlines()) <= 350


PROJECTS: dict[str, dict[str, str]] = {
    "nothing": {},
    "an empty script": {"a.py": ""},
    "an empty notebook": {"a.ipynb": notebook()},
    "calls of nothing": {
        "a.py": "import mlflow\nf()()\n(lambda: x)()\nx[0]()\nmlflow.log_param()\nmlflow.log_metric(*a, **k)\n"
    },
    "a file that is not read": {"a.py": "def f(:\n"},
}


@every_rule
@pytest.mark.parametrize("name", PROJECTS)
def test_rules_take_every_project(module: ModuleType, name: str) -> None:
    """Findings of the rule's own code and name, or none; of no code no finding in code."""
    one = analysed(PROJECTS[name])
    one = one.with_facts(state(one, list(one.tracking())))
    found = list(module.check(one))
    assert all(isinstance(f, Finding) and (f.code, f.name) == (module.RULE.code, module.RULE.name) for f in found)
    if name == "nothing":
        assert [f for f in found if f.place.line] == []


@pytest.mark.parametrize("name", PROJECTS)
def test_the_order_in_which_rules_are_asked_makes_no_difference(name: str) -> None:
    """Forwards, backwards and twice, each rule finds the same: none of them changes what the others see."""
    one = analysed(PROJECTS[name] | {"train.py": TRAINING})
    one = one.with_facts(state(one, list(one.tracking())))
    forwards = {module.RULE.code: list(module.check(one)) for module in RULES}
    backwards = {module.RULE.code: list(module.check(one)) for module in reversed(RULES)}
    fresh = analysed(PROJECTS[name] | {"train.py": TRAINING})
    fresh = fresh.with_facts(state(fresh, list(fresh.tracking())))
    alone = {module.RULE.code: list(module.check(fresh)) for module in reversed(RULES)}
    assert forwards == backwards == alone
    assert sum(map(len, forwards.values())) >= 5


TRAINING = (
    "import mlflow, numpy as np\nfrom joblib import Parallel, delayed\nfrom multiprocessing import Pool\n"
    "from sklearn.model_selection import train_test_split\nfrom sklearn.ensemble import RandomForestClassifier\n"
    "SEED = 1\ndef draw(i):\n    return np.random.rand()\nparams = {'n_estimators': 5}\nparams['max_depth'] = 3\n"
    "train, test = train_test_split(open('/home/me/data.csv'))\nmodel = RandomForestClassifier(**params)\n"
    "model.fit(train)\nmlflow.autolog()\nmlflow.log_param('a', 1)\nPool().map(draw, range(3))\n"
    "for epoch in range(3):\n    mlflow.log_metric('loss', epoch)\n"
)
