"""The audit of one project."""

from __future__ import annotations

import gc
import os
import pickle
from dataclasses import replace
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from bis._audit import auditor
from bis._audit.auditor import Options, audit_project
from bis._audit.cache import pickled, sealed, unsealed
from bis._audit.rule_contract import CRASHED, Rule
from bis.model.project_audit import Confidence, Place, ProjectAudit, Severity
from tests.unit._audit.small_projects import notebook, write

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from bis._audit.parsing.ir import Module
    from bis._audit.program.project import Project
    from bis.model.project_audit import Finding
M = "import mlflow\nmlflow.log_param('a', 1)\n"


def with_rules(monkeypatch: pytest.MonkeyPatch, *rules: Any) -> None:
    """Ask these rules and no others."""
    monkeypatch.setattr(auditor, "RULES", rules)


def rule(code: str, *, gate: str = "", at: tuple[tuple[str, int], ...] = (("a.py", 1),), fails: bool = False) -> Any:
    """A rule that finds something at each of the places, or fails after the first."""
    made = Rule(code, "a-rule", Severity.NOTE, Confidence.LOW, gate=frozenset({gate} if gate else ()))

    def check(project: Project) -> Iterator[Finding]:
        for file, line in at:
            yield made.at(Place(file, -1, line), "found")
        if fails:
            raise ZeroDivisionError("odd")

    return SimpleNamespace(RULE=made, check=check)


def codes(audit: ProjectAudit) -> list[str]:
    """The codes of the findings, in order."""
    return [finding.code for finding in audit.findings]


def test_a_project(tmp_path: Path) -> None:
    """Facts, calls, sizes and what was left out, of files on disk."""
    files = {"a.py": M, "n.ipynb": notebook("import wandb", "wandb.log({})"), "venv/pyvenv.cfg": "", "venv/b.py": M}
    audit = audit_project(write(tmp_path, files), "name")
    assert audit.project == "name"
    assert audit.facts["logs_params"].value == "yes"
    assert [(c.place.file, c.place.cell, c.place.line, c.kind, c.tracker) for c in audit.calls] == [
        ("a.py", -1, 2, "param", "mlflow"),
        ("n.ipynb", 1, 1, "metric", "wandb"),
    ]
    assert (audit.size.python_files, audit.size.notebooks, audit.size.code_lines) == (1, 1, 4)
    assert list(audit.left_out) == ["venv"]
    assert audit.trackers == {"mlflow": ("param",), "wandb": ("metric",)}


def test_a_rule_that_fails_is_a_finding_and_ends_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """BIS000 names the rule and the error; what it found before, and the other rules' findings, stand."""
    with_rules(monkeypatch, rule("BIS901", fails=True), rule("BIS902"))
    audit = audit_project(write(tmp_path, {"a.py": M}), "p")
    assert sorted(codes(audit)) == ["BIS000", "BIS901", "BIS902"]
    crash = next(f for f in audit.findings if f.code == CRASHED.code)
    assert "BIS901" in crash.message
    assert "ZeroDivisionError: odd" in crash.message


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (Options(select=("BIS901",)), ["BIS000"]),
        (Options(ignore=("BIS000",)), []),
        (Options(ignore=("BIS901",)), []),
    ],
)
def test_a_failure_is_told_whatever_is_selected(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: Options, expected: list[str]
) -> None:
    """Unless the rule is not asked, or failures are ignored by name."""
    with_rules(monkeypatch, rule("BIS901", at=(), fails=True))
    assert codes(audit_project(write(tmp_path, {"a.py": M}), "p", options)) == expected


@pytest.mark.parametrize(
    ("select", "ignore", "wanted"),
    [
        ((), (), {"BIS101", "BIS102", "BIS301"}),
        (("BIS1",), (), {"BIS101", "BIS102"}),
        ((), ("BIS1",), {"BIS301"}),
        (("BIS1",), ("BIS102",), {"BIS101"}),
        (("BIS102",), ("BIS1",), {"BIS102"}),
        (("BIS101",), ("BIS101",), set()),
        (("BIS",), ("BIS3",), {"BIS101", "BIS102"}),
        (("BIS9",), (), set()),
    ],
)
def test_selection(select: tuple[str, ...], ignore: tuple[str, ...], wanted: set[str]) -> None:
    """Codes or their beginnings; the longer one wins, and of equals the one that leaves out."""
    options = Options(select, ignore)
    assert {code for code in ("BIS101", "BIS102", "BIS301") if options.wants(code)} == wanted


def test_rules_are_asked_of_projects_that_they_concern(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A gate is a library that the project imports."""
    with_rules(monkeypatch, rule("BIS901", gate="torch"), rule("BIS902", gate="mlflow"), rule("BIS903"))
    assert codes(audit_project(write(tmp_path, {"a.py": M}), "p")) == ["BIS902", "BIS903"]


def test_findings_are_sorted_by_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """File, line, then code, whatever the order of the rules."""
    with_rules(
        monkeypatch, rule("BIS902", at=(("b.py", 1), ("a.py", 2))), rule("BIS901", at=(("a.py", 2), ("a.py", 1)))
    )
    audit = audit_project(write(tmp_path, {"a.py": M, "b.py": M}), "p")
    assert [(f.place.file, f.place.line, f.code) for f in audit.findings] == [
        ("a.py", 1, "BIS901"), ("a.py", 2, "BIS901"), ("a.py", 2, "BIS902"), ("b.py", 1, "BIS902"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("comment", "options", "found", "silenced"),
    [
        ("# bis: ignore[BIS901] why", Options(), ["BIS902"], ["BIS901"]),
        ("# bis: ignore", Options(), [], ["BIS901", "BIS902"]),
        ("# bis: ignore[BIS903]", Options(), ["BIS002", "BIS901", "BIS902"], []),
        ("# bis: ignore[BIS903]", Options(ignore=("BIS903",)), ["BIS901", "BIS902"], []),
        ("# bis: ignore[BIS903]", Options(select=("BIS90",)), ["BIS901", "BIS902"], []),
    ],
)
def test_suppression(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    comment: str,
    options: Options,
    found: list[str],
    silenced: list[str],
) -> None:
    """Silenced findings are kept apart; a comment that silences nothing is told, unless its rule was not asked."""
    with_rules(monkeypatch, rule("BIS901"), rule("BIS902"), rule("BIS903", at=()))
    audit = audit_project(write(tmp_path, {"a.py": f"x = 1  {comment}\n"}), "p", options)
    assert (codes(audit), [f.code for f in audit.suppressed]) == (found, silenced)


def test_files_that_cannot_be_read_are_problems(tmp_path: Path) -> None:
    """Each with its kind; the others are read."""
    root = write(tmp_path, {"a.py": M, "b.py": "print 'x'\n", "c.py": "x" * 3000, "n.ipynb": "{"})
    os.mkfifo(root / "d.py")
    audit = audit_project(root, "p", Options(max_file_mib=0.002))
    assert audit.facts["logs_params"].value == "yes"
    kinds = {problem.file: problem.kind for problem in audit.problems}
    assert set(kinds) == {"b.py", "c.py", "d.py", "n.ipynb"}
    assert kinds["b.py"] == "python-2"


def test_files_that_are_excluded(tmp_path: Path) -> None:
    """By globs relative to the project."""
    root = write(tmp_path, {"a.py": "x = 1\n", "old/b.py": M})
    assert audit_project(root, "p", Options(exclude=("old",))).facts["logs_params"].value == "no"
    assert audit_project(root, "p").facts["logs_params"].value == "yes"


def test_nothing_is_run_or_imported_or_written(tmp_path: Path) -> None:
    """Code that would leave a mark leaves none; the folder is as it was."""
    mark = tmp_path / "mark"
    code = f"open({str(mark)!r}, 'w')\nimport mlflow\n"
    root = write(tmp_path / "p", {"a.py": code, "conftest.py": code, "setup.py": code, "mlflow.py": code})
    before = {path: path.stat().st_mtime_ns for path in root.rglob("*")}
    audit_project(root, "p")
    assert not mark.exists()
    assert {path: path.stat().st_mtime_ns for path in root.rglob("*")} == before


def altered(folder: Path, kind: str, change: Callable[[Any], Any]) -> None:
    """Change the one entry of a kind in a cache, so that one sees where a result is from."""
    (path,) = folder.rglob(f"*.{kind}")
    stored = pickle.loads(unsealed(path.read_bytes()) or b"")  # noqa: S301 (it was written just now)
    path.write_bytes(sealed(pickled(change(stored))))


def test_the_cache_answers_for_what_has_not_changed(tmp_path: Path) -> None:
    """Under the name that is asked for now; after a change of any file, or other options, a new audit is made."""
    root, options = write(tmp_path / "p", {"a.py": M, "README.md": "x"}), Options(cache=tmp_path / "cache")
    first = audit_project(root, "p", options)
    assert audit_project(root, "p", options) == first == audit_project(root, "p")
    for file, text in {"a.py": "x = 1\n", "README.md": "see `mlflow ui`", "new.py": M}.items():
        altered(tmp_path / "cache", "audit", lambda stored: (stored[0], replace(stored[1], digest="kept")))
        assert [audit_project(root, name, options).digest for name in "pq"] == ["kept", "kept"]
        assert audit_project(root, "q", options).project == "q"
        write(root, {file: text})
        assert audit_project(root, "p", options) == audit_project(root, "p")
    altered(tmp_path / "cache", "audit", lambda stored: (stored[0], replace(stored[1], digest="kept")))
    assert audit_project(root, "p", Options(cache=tmp_path / "cache", ignore=("BIS",))).digest != "kept"


def test_of_many_files_only_those_that_changed_are_read(tmp_path: Path) -> None:
    """And the result is that of reading all."""
    files = {f"m{n}.py": f"from m{n + 1} import log\nlog({n})\n" for n in range(220)}
    files["m220.py"] = "import mlflow\ndef log(x):\n    mlflow.log_param('x', x)\n"
    root, options = write(tmp_path / "p", files), Options(cache=tmp_path / "cache")
    audit_project(root, "p", options)
    write(root, {"m2.py": "x = 2\n"})
    assert audit_project(root, "p", options) == audit_project(root, "p")

    def marked(modules: dict[str, Module]) -> dict[str, Module]:
        return {digest: replace(module, code_lines=1000) for digest, module in modules.items()}

    altered(tmp_path / "cache", "modules", marked)
    write(root, {"m2.py": "x = 3\ny = 4\n"})
    assert audit_project(root, "p", options).size.code_lines == 220 * 1000 + 2


def test_copies_have_one_digest(tmp_path: Path) -> None:
    """Whatever the files are called; other code has another."""
    digests = [
        audit_project(write(tmp_path / str(n), files), str(n)).digest
        for n, files in enumerate(({"a.py": M, "b.py": "x"}, {"c.py": "x", "d/e.py": M}, {"a.py": M, "b.py": "y"}))
    ]
    assert digests[0] == digests[1] != digests[2]


def test_the_sketch_has_files_of_some_size(tmp_path: Path) -> None:
    """Small files are alike without being copies; of many the smallest digests stand for all."""
    files = {f"m{n}.py": f"x = {n}\n" * 200 for n in range(40)} | {"small.py": "x = 1\n"}
    sketch = audit_project(write(tmp_path, files), "p").sketch
    assert (len(sketch), list(sketch)) == (24, sorted(sketch))
    assert audit_project(write(tmp_path / "small", {"a.py": "x = 1\n"}), "p").sketch == ()


@pytest.mark.parametrize("files", [{}, {"x.txt": ""}, {"a.py": ""}, {"n.ipynb": ""}, {"a.py": "\ufeff"}])
def test_projects_of_next_to_nothing(tmp_path: Path, files: dict[str, str]) -> None:
    """Every rule and fact takes them."""
    audit = audit_project(write(tmp_path, files), "p")
    assert audit.facts["uses_mlflow"].value == "no"
    assert "BIS000" not in codes(audit)


def test_garbage_collection_is_as_it_was(tmp_path: Path) -> None:
    """It is off during the audit only, and stays off for who switched it off."""
    audit_project(tmp_path, "p")
    assert gc.isenabled()
    gc.disable()
    try:
        audit_project(tmp_path, "p")
        assert not gc.isenabled()
    finally:
        gc.enable()


@pytest.mark.parametrize("options", [Options(select=("BIS002",)), Options(ignore=("BIS103",))])
def test_a_comment_for_any_rule_is_of_use_while_not_all_are_asked(tmp_path: Path, options: Options) -> None:
    """That it silences nothing is known where every rule was."""
    loop = "import mlflow\nfor e in range(3):\n    mlflow.log_metric('a', e){}\n"
    root = write(tmp_path, {"a.py": loop.format("  # bis: ignore")})
    assert "BIS002" not in {one.code for one in audit_project(root, "p", options).findings}
    write(root, {"a.py": "x = 1  # bis: ignore\n"})
    assert "BIS002" in {one.code for one in audit_project(root, "p").findings}
