"""The house rules that must stay true, each as a test. An exception is named here, with its reason."""

from __future__ import annotations

import ast
import contextlib
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bis import config, errors
from bis._audit.rules.rule_catalogue import RULES

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "bis"
MODULES = sorted(SOURCE.rglob("*.py"))
PROGRAMS = sorted(p for folder in ("study", "docs", "benchmarks") for p in (ROOT / folder).rglob("*.py"))
TESTS = sorted(p for p in (ROOT / "tests").rglob("*.py") if "assets" not in p.parts)

MAX_FILE_LINES = 600
MAX_FUNCTION_LINES = 60
MAX_PARAMETERS = 8

LONG_FILES: dict[str, str] = {}
LONG_FUNCTIONS: dict[str, str] = {}
MANY_PARAMETERS: dict[str, str] = {
    "src/bis/launch/notebook.py:run_notebook": "each is a separate choice of the caller, named by keyword",
    "src/bis/record/probes/data.py:probe_data": "each is a separate sighting of the recorder, named by keyword",
    "src/bis/_verify/judgement.py:judge": "facts about the original that not every caller has, named by keyword",
}

# Modules without a test module of their own name: where they are tested instead, or why not.
_SERVED = "against the real framework: tests/functional/test_entropy_frameworks.py"
_INTERPRETER = "in real interpreters: tests/functional/test_entropy_interpreter.py"
TESTED_ELSEWHERE: dict[str, str] = {
    "src/bis/_audit/parsing/ir.py": "values; as they are made: tests/unit/_audit/parsing/test_lowering.py",
    "src/bis/model/project_audit.py": "values; written and read again: tests/unit/report/json/test_audit_json.py",
    "src/bis/corpus/outcomes.py": "values; as they come: tests/unit/corpus/test_corpus_run.py",
    "src/bis/model/corpus_summary.py": "values; as they are counted: tests/unit/corpus/audits/test_summary.py",
    # Only those that are in the catalogue: of each of these, that module demands fixtures and a snapshot.
    **{f"src/{rule.__name__.replace('.', '/')}.py": "on its fixtures: tests/rules/test_rules.py" for rule in RULES},
    "src/bis/__main__.py": "each functional test starts it: tests/functional/scene.py",
    "src/bis/model/lock.py": "beside the probe that it is made from: tests/unit/record/probes/test_packages.py",
    "src/bis/instrument/entropy/installation.py": _INTERPRETER,
    "src/bis/instrument/entropy/entropy_observer.py": "a protocol without code",
    "src/bis/instrument/entropy/processes.py": "with real processes: tests/functional/test_entropy_processes.py",
    "src/bis/instrument/entropy/service.py": _INTERPRETER,
    "src/bis/instrument/entropy/sources/joblib.py": _SERVED,
    "src/bis/instrument/entropy/sources/keras.py": _SERVED,
    "src/bis/instrument/entropy/sources/kernels.py": _SERVED,
    "src/bis/instrument/entropy/sources/numpy.py": _INTERPRETER,
    "src/bis/instrument/entropy/sources/python.py": _INTERPRETER,
    "src/bis/instrument/entropy/sources/tensorflow.py": _SERVED,
    "src/bis/instrument/entropy/sources/torch.py": _SERVED,
    "src/bis/instrument/entropy/sha3.py": "through the streams: tests/unit/instrument/entropy/test_streams.py",
    "src/bis/instrument/entropy/wrapping.py": _INTERPRETER,
    "src/bis/notebooks/extra.py": "with the runner: tests/unit/launch/test_notebook.py",
    "src/bis/launch/kernel.py": "with real kernels: tests/unit/launch/test_notebook.py",
    "src/bis/notebooks/parameters.py": "with notebooks: tests/unit/notebooks/test_document.py",
    "src/bis/record/probes/git_state.py": "with the code facet: tests/unit/record/probes/test_code.py",
    "src/bis/instrument/runtime_probe.py": "with the machine facet: tests/unit/record/probes/test_machine.py",
    "src/bis/record/probes/snapshot.py": "with the code facet: tests/unit/record/probes/test_code.py",
    "src/bis/evidence/session_secrets.py": "with real secrets: tests/functional/test_secrets.py",
}

# Where `except Exception` (or wider) is allowed: path of the module -> why.
FENCES: dict[str, str] = {
    "src/bis/_audit/auditor.py": "a rule that fails is a finding, BIS000, and the audit goes on",
    "src/bis/cli/main.py": "the outermost: no traceback reaches a user; exit status 70",
    "src/bis/instrument/fence.py": "the fence of the recorder: nothing that fails inside reaches the user's program",
    "src/bis/launch/injection.py": "runs before the program: without the recorder it goes on as if bis were not there",
    "src/bis/instrument/mlflow_plugin.py": "an exception here would break `import mlflow`",
    "src/bis/instrument/recorder.py": "an audit hook that raises would make the user's open() fail",
    "src/bis/instrument/entropy/import_hooks.py": "runs inside the user's import statement, which goes on without us",
    "src/bis/instrument/entropy/reports.py": "the fence of the entropy hooks, which know the standard library only",
    "src/bis/instrument/weight_probe.py": "reads objects of the user's program, lazy proxies included",
    "src/bis/launch/notebook.py": "handed from the worker thread to the caller's, which raises it",
}

HEAVY = ("numpy", "scipy", "mlflow", "click", "rich", "blake3", "threadpoolctl", "pandas", "torch", "tensorflow")
VAGUE = re.compile(r"^(utils?|helpers?|common|misc|manager|.*_impl|.*_utils?)$")


def name_of(path: Path) -> str:
    """The path as it is written in the tables above."""
    return path.relative_to(ROOT).as_posix()


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """All functions of a file, nested ones too."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield node


def test_imports_go_one_way() -> None:
    """The layers and the other contracts of import-linter are kept."""
    linter = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([linter, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_files_are_short() -> None:
    """No file has more than 600 lines, but the named ones; and the named ones still do."""
    counts = {name_of(p): len(p.read_text(encoding="utf-8").splitlines()) for p in [*MODULES, *PROGRAMS, *TESTS]}
    long = {name: count for name, count in counts.items() if count > MAX_FILE_LINES}
    assert set(long) == set(LONG_FILES), long


def test_functions_are_short() -> None:
    """No function of the source has more than 60 lines, but the named ones."""
    long = {
        f"{name_of(path)}:{node.name}": node.end_lineno - node.lineno + 1
        for path in [*MODULES, *PROGRAMS]
        for node in functions(path)
        if node.end_lineno and node.end_lineno - node.lineno + 1 - _docstring_lines(node) > MAX_FUNCTION_LINES
    }
    assert set(long) == set(LONG_FUNCTIONS), long


def _docstring_lines(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Statements are what makes a function long; a docstring of a statistic with its references is not."""
    text = ast.get_docstring(node, clean=False)
    return len(text.splitlines()) if text else 0


def test_functions_take_few_parameters() -> None:
    """No function of the source has more than 8 parameters, but the named ones (click commands: one per option)."""
    many = {}
    for path in [*MODULES, *PROGRAMS]:
        for node in functions(path):
            args = node.args
            count = len(args.posonlyargs) + len(args.args) + len(args.kwonlyargs)
            is_command = any("option" in ast.unparse(d) or "command" in ast.unparse(d) for d in node.decorator_list)
            if count > MAX_PARAMETERS and not is_command:
                many[f"{name_of(path)}:{node.name}"] = count
    assert set(many) == set(MANY_PARAMETERS), many


def test_modules_have_tests() -> None:
    """Each module of the source has its test module in the mirrored place, or a line saying where it is tested."""
    without = set()
    for path in MODULES:
        inner = path.relative_to(SOURCE)
        mirrored = ROOT / "tests" / "unit" / inner.parent / f"test_{inner.stem.strip('_')}.py"
        if path.name != "__init__.py" and not mirrored.exists():
            without.add(name_of(path))
    assert without == set(TESTED_ELSEWHERE), sorted(without ^ set(TESTED_ELSEWHERE))


def test_test_modules_named_in_exceptions_exist() -> None:
    """Where a module is said to be tested elsewhere, that place is there."""
    for place in TESTED_ELSEWHERE.values():
        for path in re.findall(r"tests/[\w/]+\.py", place):
            assert (ROOT / path).is_file(), path


def test_module_names_say_something() -> None:
    """No module is called utils, helpers, common, misc or manager."""
    assert [name_of(p) for p in MODULES if VAGUE.match(p.stem)] == []


def test_package_inits_are_empty() -> None:
    """Names are imported from the module that defines them; only `bis` itself has public names."""
    filled = [name_of(p) for p in MODULES if p.name == "__init__.py" and p.read_text(encoding="utf-8").strip()]
    assert filled == ["src/bis/__init__.py"]


def test_broad_excepts_stand_at_the_named_fences() -> None:
    """`except Exception`, `except BaseException` and a bare `except` stand in the named modules only."""
    found: set[str] = set()
    for path in MODULES:
        for text in _programs_in(path):
            handlers = (n for n in ast.walk(ast.parse(text)) if isinstance(n, ast.ExceptHandler))
            if any(_is_broad(handler) for handler in handlers):
                found.add(name_of(path))
    assert found == set(FENCES), sorted(found ^ set(FENCES))


def _programs_in(path: Path) -> list[str]:
    """The module itself, and programs that it holds as text (the injected `sitecustomize`)."""
    text = path.read_text(encoding="utf-8")
    programs = [text]
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and "\nexcept " in node.value:
            with contextlib.suppress(SyntaxError):  # prose
                programs.append(ast.unparse(ast.parse(node.value)))
    return programs


def _is_broad(handler: ast.ExceptHandler) -> bool:
    """Whether everything is caught, and not passed on unchanged."""
    names = {n.id for n in ast.walk(handler.type) if isinstance(n, ast.Name)} if handler.type else {"BaseException"}
    reraises = isinstance(handler.body[-1], ast.Raise)  # cleaning up or translating, not swallowing
    return bool(names & {"Exception", "BaseException"}) and not reraises


def test_no_failure_is_passed_over_silently() -> None:
    """No `except` consists of `pass` alone without a comment that says why."""
    found = []
    for path in MODULES:
        text = path.read_text(encoding="utf-8")
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.ExceptHandler) and all(isinstance(n, ast.Pass) for n in node.body):
                lines = text.splitlines()[node.lineno - 1 : node.body[-1].lineno]
                found += [] if any("#" in line for line in lines) else [f"{name_of(path)}:{node.lineno}"]
    assert found == []


def error_classes() -> list[type[errors.BisError]]:
    """All classes of the tree."""
    return [c for c in vars(errors).values() if isinstance(c, type) and issubclass(c, errors.BisError)]


def test_the_error_tree_is_drawn_completely() -> None:
    """The docstring of `bis.errors` draws every class below its parent, with its exit code."""
    drawn: dict[str, tuple[str, int]] = {}
    path: list[str] = []
    for line in (errors.__doc__ or "").splitlines():
        match = re.match(r"^ {4}([│ ├└─]*)(\w+) +(\d+|the root)", line)
        if match:
            depth = len(match[1]) // 4
            path = [*path[:depth], match[2]]
            drawn[match[2]] = (path[depth - 1] if depth else "Exception", int(match[3]) if match[3].isdigit() else 3)
    classes = error_classes()
    assert drawn == {c.__name__: (c.__mro__[1].__name__, c.exit_code) for c in classes}


def test_error_codes_are_distinct_and_documented() -> None:
    """Each error class has its own code and says when it is raised."""
    classes = error_classes()
    assert len({c.code for c in classes}) == len(classes)
    assert [c.__name__ for c in classes if not (c.__doc__ or "").startswith("Raised ")] == []


def test_public_names_are_documented() -> None:
    """Every module, and every public function, class and method of the source has a docstring."""
    bare = []
    for path in MODULES:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        if tree.body and ast.get_docstring(tree) is None:
            bare.append(name_of(path))
        bare += [f"{name_of(path)}:{node.name}" for node in _public(tree) if ast.get_docstring(node) is None]
    assert bare == []


def _public(tree: ast.Module | ast.ClassDef) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef]:
    for node in tree.body:
        if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)) or node.name.startswith("_"):
            continue
        yield node
        if isinstance(node, ast.ClassDef):
            yield from _public(node)


def loaded_by(statement: str) -> set[str]:
    """The heavy packages that a fresh interpreter has loaded after `statement`."""
    code = f"{statement}\nimport sys\nprint(*sorted(set(sys.modules) & {set(HEAVY)!r}))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


@pytest.mark.parametrize("module", ["bis", "bis.config", "bis.errors", "bis.model.record", "bis.model.verdict"])
def test_importing_loads_nothing_heavy(module: str) -> None:
    """What the recorder and the plug-in import in users' programs needs the standard library only."""
    assert loaded_by(f"import {module}") == set()


def test_variables_of_bis_are_listed_in_one_table() -> None:
    """Every environment variable named BIS_* in the source is described in `bis.config.VARIABLES`, and none more."""
    used = set()
    for path in MODULES:
        used |= set(re.findall(r"\bBIS_[A-Z_]+\b", path.read_text(encoding="utf-8")))
    assert used == set(config.VARIABLES)


def test_own_code_is_not_patched() -> None:
    """Tests stand on real things: no mock.patch."""
    here = Path(__file__)
    assert [name_of(p) for p in TESTS if p != here and re.search(r"mock\.patch|mocker|@patch", p.read_text())] == []


def test_tests_state_the_behaviour() -> None:
    """Every test has a docstring."""
    bare = [
        f"{name_of(path)}:{node.name}"
        for path in TESTS
        for node in functions(path)
        if node.name.startswith("test_") and ast.get_docstring(node) is None
    ]
    assert bare == []


def test_no_place_of_one_machine_is_named() -> None:
    """No tracked text names a home folder or a mount of the machine on which it was written."""
    # task_…: conda's build machines; ada, me: nobody, in examples of paths
    pattern = re.compile(r"/(work|Users|opt)/\w|/home/(?!task_|ada/|me/)\w|C:\\\\Users")
    texts = [*MODULES, *PROGRAMS, *(ROOT / "docs").rglob("*.md"), *(ROOT / "study").glob("*.ipynb"), ROOT / "README.md"]
    assert [name_of(p) for p in texts if pattern.search(p.read_text(encoding="utf-8"))] == []
