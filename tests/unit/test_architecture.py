"""The house rules that must stay true, each as a test. An exception is named here, with its reason."""

from __future__ import annotations

import ast
import contextlib
import re
from collections import Counter
from typing import TYPE_CHECKING

import bis
from bis import config, errors
from bis._audit.rules.rule_catalogue import RULES
from bis._version import __version__
from tests.sources import ROOT, own_files

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SOURCE = ROOT / "src" / "bis"
MODULES = own_files(ROOT, "*.py", ["src/bis"])
PROGRAMS = own_files(ROOT, "*.py", ["study", "docs", "benchmarks"])
TESTS = [p for p in own_files(ROOT, "*.py", ["tests"]) if "assets" not in p.parts]

MAX_FILE_LINES = 600
MAX_FUNCTION_LINES = 60
MAX_PARAMETERS = 8

LONG_FILES: dict[str, str] = {}
LONG_FUNCTIONS: dict[str, str] = {}
MANY_PARAMETERS: dict[str, str] = {
    "src/bis/launch/notebook.py:run_notebook": "each is a separate choice of the caller, named by keyword",
    "src/bis/record/probes/data.py:probe_data": "each is a separate sighting of the recorder, named by keyword",
    "src/bis/api.py:replay": "a keyword for each option of the command",
    "src/bis/api.py:audit_corpus": "a keyword for each option of the command",
}

# Names that two modules still share: name -> why.
SHARED_FILE_NAMES: dict[str, str] = {}
SHARED_CLASS_NAMES: dict[str, str] = {}

# Modules without a test module of their own name: where they are tested instead, or why not.
_SERVED = "against the real framework: tests/functional/test_entropy_frameworks.py"
_INTERPRETER = "in real interpreters: tests/functional/test_entropy_interpreter.py"
TESTED_ELSEWHERE: dict[str, str] = {
    "src/bis/_audit/parsing/ir.py": "values; as they are made: tests/unit/_audit/parsing/test_lowering.py",
    "src/bis/model/project_audit.py": "values; written and read again: tests/unit/report/json/test_audit_json.py",
    "src/bis/corpus/project_outcomes.py": "values; as they come: tests/integration/corpus/test_corpus_run.py",
    "src/bis/model/corpus_summary.py": "values; as they are counted: tests/unit/corpus/audits/test_summary.py",
    # Only those that are in the catalogue: of each of these, that module demands fixtures and a snapshot.
    **{f"src/{rule.__name__.replace('.', '/')}.py": "on its fixtures: tests/rules/test_rules.py" for rule in RULES},
    "src/bis/_replay/uv_client.py": "with the real uv: tests/functional/test_rebuild.py",
    "src/bis/model/kept_thing.py": "values; as they are found: tests/integration/_replay/test_home_contents.py",
    "src/bis/_version.py": "one constant; with the metadata: tests/unit/test_architecture.py",
    "src/bis/__main__.py": "each functional test starts it: tests/functional/scene.py",
    "src/bis/model/written_content.py": "values; as they are read: tests/unit/record/contents/test_content_reading.py",
    **{
        f"src/bis/record/contents/{name}.py": "each kind: tests/unit/record/contents/test_content_reading.py"
        for name in (
            "archive_content",
            "array_content",
            "gathering",
            "json_content",
            "settings_content",
            "table_content",
            "text_content",
        )
    },
    "src/bis/_verify/exact/printed_items.py": "with all content: tests/unit/_verify/exact/test_content.py",
    "src/bis/evidence/run_index.py": "against real stores: tests/integration/evidence/test_evidence_access.py",
    "src/bis/evidence/tracking_reader.py": "beside MLflow: tests/integration/evidence/test_sqlite_reader.py",
    "src/bis/evidence/tracking_writer.py": "beside MLflow: tests/integration/evidence/test_sqlite_writer.py",
    "src/bis/evidence/sql_run_index.py": "against a real store: tests/integration/evidence/test_evidence_access.py",
    "src/bis/_verify/figures/volatile_token.py": "codes; with words: tests/unit/report/text/test_english_statements.py",
    "src/bis/model/lock.py": "beside the probe that it is made from: tests/unit/record/probes/test_packages.py",
    "src/bis/instrument/entropy/installation.py": _INTERPRETER,
    "src/bis/instrument/entropy/entropy_observer.py": "a protocol without code",
    "src/bis/instrument/entropy/processes.py": "with real processes: tests/functional/test_entropy_processes.py",
    "src/bis/instrument/entropy/service.py": _INTERPRETER,
    "src/bis/instrument/entropy/sources/incidental.py": _INTERPRETER,
    "src/bis/instrument/entropy/sources/joblib.py": _SERVED,
    "src/bis/instrument/entropy/sources/keras.py": _SERVED,
    "src/bis/instrument/entropy/sources/kernels.py": _SERVED,
    "src/bis/instrument/entropy/sources/numpy.py": _INTERPRETER,
    "src/bis/instrument/entropy/sources/pools.py": "with real pools: tests/functional/test_races.py",
    "src/bis/instrument/entropy/sources/python.py": _INTERPRETER,
    "src/bis/instrument/entropy/sources/tensorflow.py": _SERVED,
    "src/bis/instrument/entropy/sources/torch.py": _SERVED,
    "src/bis/instrument/entropy/sha3.py": "through the streams: tests/unit/instrument/entropy/test_streams.py",
    "src/bis/instrument/entropy/wrapping.py": _INTERPRETER,
    "src/bis/notebooks/extra.py": "with the runner: tests/integration/launch/test_notebook.py",
    "src/bis/launch/kernel.py": "with real kernels: tests/integration/launch/test_notebook.py",
    "src/bis/notebooks/parameters.py": "with notebooks: tests/unit/notebooks/test_document.py",
    "src/bis/record/probes/git_state.py": "with the code facet: tests/integration/record/probes/test_code.py",
    "src/bis/instrument/runtime_probe.py": "with the machine facet: tests/unit/record/probes/test_machine.py",
    "src/bis/record/probes/snapshot.py": "with the code facet: tests/integration/record/probes/test_code.py",
    "src/bis/record/asked_runs.py": "with the commands: tests/integration/test_api.py",
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
    "src/bis/instrument/entropy/shared_generators.py": "reads a generator that the user's program may have replaced",
    "src/bis/instrument/entropy/reports.py": "the fence of the entropy hooks, which know the standard library only",
    "src/bis/instrument/weight_probe.py": "reads objects of the user's program, lazy proxies included",
    "src/bis/launch/notebook.py": "handed from the worker thread to the caller's, which raises it",
}

VAGUE = re.compile(r"^(utils?|helpers?|common|misc|manager|.*_impl|.*_utils?)$")


def name_of(path: Path) -> str:
    """The path as it is written in the tables above."""
    return path.relative_to(ROOT).as_posix()


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """All functions of a file, nested ones too."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield node


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


def mirrored(path: Path) -> list[Path]:
    """Where tests of a module are: unit tests, and those that need a process, a store or a socket."""
    inner = path.relative_to(SOURCE)
    name = f"test_{inner.stem.strip('_')}.py"
    return [ROOT / "tests" / kind / inner.parent / name for kind in ("unit", "integration")]


def test_modules_have_tests() -> None:
    """Each module of the source has its test module in a mirrored place, or a line saying where it is tested."""
    without = {name_of(p) for p in MODULES if p.name != "__init__.py" and not any(q.exists() for q in mirrored(p))}
    assert without == set(TESTED_ELSEWHERE), sorted(without ^ set(TESTED_ELSEWHERE))


def test_test_modules_named_in_exceptions_exist() -> None:
    """Where a module is said to be tested elsewhere, that place is there."""
    for place in TESTED_ELSEWHERE.values():
        for path in re.findall(r"tests/[\w/]+\.py", place):
            assert (ROOT / path).is_file(), path


def test_module_names_say_something() -> None:
    """No module is called utils, helpers, common, misc or manager."""
    assert [name_of(p) for p in MODULES if VAGUE.match(p.stem)] == []


def test_file_names_are_unique() -> None:
    """A file name stands for one module: only packages' own files and the commands, named like verbs, share theirs."""
    counts = Counter(p.name for p in MODULES if p.name != "__init__.py" and p.parent.name != "cli")
    assert {name for name, count in counts.items() if count > 1} == set(SHARED_FILE_NAMES)


def test_class_names_are_unique() -> None:
    """A class name stands for one class, over the whole source; so do the names of public type aliases."""
    trees = [ast.parse(p.read_text(encoding="utf-8")) for p in MODULES]
    counts = Counter(node.name for tree in trees for node in tree.body if isinstance(node, ast.ClassDef))
    assert {name for name, count in counts.items() if count > 1} == set(SHARED_CLASS_NAMES)


def test_no_package_is_named_like_a_public_function() -> None:
    """`bis.audit` is a function and nothing else: importing a room must not put a module in its place."""
    rooms = {p.name for p in SOURCE.iterdir() if p.is_dir()} | {p.stem for p in SOURCE.glob("*.py")}
    assert rooms & set(bis.__all__) == set()


def rooms_drawn() -> list[str]:
    """The first word of each line of the plan on the page about the architecture."""
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    plan = re.findall(r"^```text\n(.*?)^```", page, re.MULTILINE | re.DOTALL)[0]
    return [line.split()[0].rstrip("/").removesuffix(".py") for line in plan.splitlines() if line[:1].strip()]


def test_the_plan_and_the_folder_agree() -> None:
    """Each room of the drawn plan is a package or a module of `bis`, and none is left out."""
    listed = {p.relative_to(SOURCE).parts[0].removesuffix(".py") for p in MODULES} - {"__init__"}
    drawn = rooms_drawn()
    assert len(set(drawn)) == len(drawn)
    assert set(drawn) == listed


def test_the_plan_and_the_layers_agree() -> None:
    """The plan is drawn in the order of the layers that import-linter checks."""
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    layers = re.findall(r'^containers = \["bis"\]\nlayers = \[\n(.*?)^\]', text, re.MULTILINE | re.DOTALL)[0]
    assert rooms_drawn() == re.findall(r'"(\w+)"', layers)


def test_the_version_is_that_of_the_metadata() -> None:
    """The version in the source is the one in pyproject.toml."""
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert f'\nversion = "{__version__}"\n' in text


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


def test_variables_of_bis_are_listed_in_one_table() -> None:
    """Every environment variable named BIS_* in the source is described in `bis.config.VARIABLES`, and none more."""
    used = set()
    for path in MODULES:
        used |= set(re.findall(r"\bBIS_[A-Z_]+\b", path.read_text(encoding="utf-8")))
    assert used == set(config.VARIABLES)


def test_own_code_is_not_patched() -> None:
    """Tests stand on real things: no mock.patch."""
    here = name_of(ROOT / "tests" / "unit" / "test_architecture.py")
    assert [
        name_of(p) for p in TESTS if name_of(p) != here and re.search(r"mock\.patch|mocker|@patch", p.read_text())
    ] == []


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
    pages = [*own_files(ROOT, "*.md"), *own_files(ROOT, "*.ipynb", ["study"]), *own_files(ROOT, "*.yml")]
    texts = [*MODULES, *PROGRAMS, *(p for p in pages if "assets" not in p.parts)]
    assert [name_of(p) for p in texts if pattern.search(p.read_text(encoding="utf-8"))] == []
