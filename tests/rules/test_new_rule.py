"""A rule that `make new-rule` begins: it works, passes the checks of all rules, and hides none that is there."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from bis._audit.rules.retired_rules import RetiredRule
from tests.rules.new_rule import FIXTURES, ROOT, RULES, codes_of, fault, register, write

if TYPE_CHECKING:
    from pathlib import Path

CODE, NAME = "BIS399", "replaced-thing"


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the source, and of the tests of rules without their fixtures."""
    shutil.copytree(ROOT / "src", tmp_path / "src", ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / FIXTURES).mkdir(parents=True)
    for name in ("tests/__init__.py", "tests/rules/__init__.py", "tests/rules/test_rules.py", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run Python on the copy."""
    env = {**os.environ, "PYTHONPATH": os.pathsep.join((str(folder / "src"), str(folder)))}
    command = [sys.executable, *arguments]
    return subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False)


def test_a_new_rule_passes_the_tests_of_rules(copy: Path) -> None:
    """Fixtures, snapshot, catalogue and documentation of a rule that was just begun are as those tests want them."""
    write(CODE, NAME, copy)
    done = run(copy, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/rules/test_rules.py", "-k", CODE)
    assert done.returncode == 0, done.stdout
    assert "4 passed" in done.stdout  # one of them for rules of families about experiments only
    snapshot = (copy / FIXTURES / CODE / "snapshot.txt").read_text(encoding="utf-8")
    assert f"bad.py:3:1: {CODE} say what" in snapshot
    assert f"bad.ipynb:cell 0:3:1: {CODE} say what" in snapshot


def test_a_new_rule_is_explained(copy: Path) -> None:
    """`bis rule` knows it, by its code and with its documentation."""
    write(CODE, NAME, copy)
    done = run(copy, "-m", "bis", "rule", CODE)
    assert done.returncode == 0, done.stderr
    assert f"{CODE} {NAME} (warning" in done.stdout
    assert "What it does" in done.stdout


def test_a_new_rule_is_well_formed(copy: Path) -> None:
    """Ruff has nothing against the module and the catalogue, neither their content nor their form."""
    write(CODE, NAME, copy)
    files = [str(RULES / "replaced_thing.py"), str(RULES / "rule_catalogue.py")]
    for check in (["check", "--no-cache"], ["format", "--check", "--no-cache"]):
        done = run(copy, "-m", "ruff", *check, *files)
        assert done.returncode == 0, done.stdout


def test_the_catalogue_keeps_its_order(copy: Path) -> None:
    """The new rule stands between those of lower and higher codes, and no other has moved."""
    before = (copy / RULES / "rule_catalogue.py").read_text(encoding="utf-8")
    after = register(before, "replaced_thing", CODE, codes_of(copy))
    old, new = before.splitlines(), after.splitlines()
    added = [i for i, line in enumerate(new) if line == "    replaced_thing,"]
    assert len(added) == 2
    assert [line for line in new if line != "    replaced_thing,"] == old
    codes = [codes_of(copy)[new[added[1] + step].strip(" ,")] for step in (-1, 1)]
    assert codes[0] < CODE < codes[1]


@pytest.mark.parametrize(
    ("code", "name", "word"),
    [
        ("BIS103", "some-name", "never used again"),
        ("BIS1", "some-name", "expected a code"),
        ("BIS011", "some-name", "expected a code"),
        (CODE, "SomeName", "expected a name"),
        (CODE, "../evil-name", "expected a name"),
        (CODE, "unseeded-split", "there is a module"),
    ],
)
def test_what_cannot_be_a_rule_is_refused(copy: Path, code: str, name: str, word: str) -> None:
    """A code or name that is taken, or is none, is refused before anything is written."""
    with pytest.raises(ValueError, match=word):
        write(code, name, copy)
    assert not (copy / FIXTURES / code).exists()
    assert (copy / RULES / "rule_catalogue.py").read_bytes() == (ROOT / RULES / "rule_catalogue.py").read_bytes()


def test_no_rule_was_left_as_it_was_begun() -> None:
    """No rule of the project is the one that `make new-rule` writes."""
    texts = {path.name: path.read_text(encoding="utf-8") for path in (ROOT / RULES).glob("*.py")}
    assert [name for name, text in texts.items() if "replace_me" in text] == []


def test_codes_and_names_of_removed_rules_are_refused() -> None:
    """Whoever has a comment that names the old rule must not silence a new one with it."""
    gone = {"BIS398": RetiredRule("old-thing", "0.9", "it was wrong too often")}
    assert "BIS398 (old-thing) was removed in bis 0.9" in fault("BIS398", NAME, ROOT, gone)
    assert "was removed" in fault(CODE, "old-thing", ROOT, gone)
    assert fault(CODE, NAME, ROOT, gone) == ""
