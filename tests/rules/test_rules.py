"""Every rule on its fixtures: what it finds in the bad ones, and where, and that it finds nothing in the good ones.

A fixture is a file ``bad*.py``, ``good*.py``, ``bad*.ipynb`` or ``good*.ipynb``, or a folder ``bad*`` or ``good*``
that is a whole project, below ``tests/rules/<CODE>``. A file is audited as the only one of a project.
``snapshot.txt`` beside them holds the findings: ``python -m tests.rules.test_rules`` writes it anew; look at the
change before it is committed.
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import pytest

from bis._audit.auditor import Options, audit_project
from bis._audit.rules.rule_catalogue import RULES

FOLDER = Path(__file__).parent
CODES = [module.RULE.code for module in RULES]
# Rules about whole projects, which have no fixtures of single files.
OF_PROJECTS = {"BIS106", "BIS501", "BIS502", "BIS503", "BIS504", "BIS505", "BIS801"}
# Rules about notebooks, which have no fixtures of scripts.
OF_NOTEBOOKS = {"BIS601", "BIS602"}
# Rules about experiments, which leave files of tests alone.
OF_EXPERIMENTS = [c for c in CODES if c[3] in "1237" and c not in {"BIS101", "BIS105", "BIS106", "BIS201"}]


def fixtures(code: str) -> list[Path]:
    """The fixtures of a rule, in order."""
    return sorted(p for p in (FOLDER / code).iterdir() if p.name.startswith(("bad", "good")))


def findings(code: str, fixture: Path) -> list[str]:
    """What the rule finds in a fixture, one line each: place, code, message."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "project"
        if fixture.is_dir():
            shutil.copytree(fixture, root)
        else:
            root.mkdir()
            shutil.copy(fixture, root)
        audit = audit_project(root, "project", Options(select=(code,)))
    lines = []
    for finding in audit.findings:
        place = finding.place
        cell = f"cell {place.cell}:" if place.cell >= 0 else ""
        repair = " [fixable]" if finding.edits else ""
        lines.append(f"{place.file}:{cell}{place.line}:{place.column}: {finding.code} {finding.message}{repair}")
    return lines


def snapshot(code: str) -> str:
    """All findings in all fixtures of a rule, as text."""
    parts = []
    for fixture in fixtures(code):
        parts.append(f"# {fixture.name}")
        parts += findings(code, fixture)
    return "\n".join(parts) + "\n"


@pytest.mark.parametrize("code", CODES)
def test_findings_are_those_of_the_snapshot(code: str) -> None:
    """Code, place and message of every finding in every fixture are as they were."""
    assert snapshot(code) == (FOLDER / code / "snapshot.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("code", CODES)
def test_bad_fixtures_have_findings_and_good_ones_have_none(code: str) -> None:
    """A snapshot cannot bless a rule that is silent on a bad fixture, or tells a good one."""
    for fixture in fixtures(code):
        assert bool(findings(code, fixture)) == fixture.name.startswith("bad"), fixture.name


@pytest.mark.parametrize("code", CODES)
def test_every_rule_has_its_fixtures(code: str) -> None:
    """Each rule has bad and good fixtures, as scripts and as notebooks; rules about projects have folders."""
    names = {fixture.name for fixture in fixtures(code)}
    kinds = {(n.startswith("bad"), Path(n).suffix) for n in names}
    wanted = {".ipynb"} if code in OF_NOTEBOOKS else {".py", ".ipynb"}
    if code in OF_PROJECTS:
        wanted = {""}
    assert {(bad, suffix) for bad in (True, False) for suffix in wanted} <= kinds


@pytest.mark.parametrize("code", OF_EXPERIMENTS)
def test_what_tests_do_is_no_experiment(code: str, tmp_path: Path) -> None:
    """The same code is told of in a program, and not in a file of tests."""
    bad = next(fixture for fixture in fixtures(code) if fixture.name.startswith("bad") and fixture.suffix == ".py")
    for name in ("train.py", "tests/test_train.py"):
        file = tmp_path / name.replace("/", "-") / name
        file.parent.mkdir(parents=True)
        shutil.copy(bad, file)
        found = audit_project(tmp_path / name.replace("/", "-"), "project", Options(select=(code,))).findings
        assert bool(found) == (name == "train.py"), name


def test_there_are_no_fixtures_without_a_rule() -> None:
    """A folder of fixtures belongs to a rule that exists."""
    assert sorted(p.name for p in FOLDER.iterdir() if p.is_dir() and p.name.startswith("BIS")) == sorted(CODES)


if __name__ == "__main__":
    for each in CODES:
        if (FOLDER / each).is_dir():
            (FOLDER / each / "snapshot.txt").write_text(snapshot(each), encoding="utf-8")
