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
PROGRAMS = own_files(ROOT, "*.py", ["study", "docs", "benchmarks", "campaigns"])
TESTS = [p for p in own_files(ROOT, "*.py", ["tests"]) if "assets" not in p.parts]

MAX_FILE_LINES = 600
MAX_FUNCTION_LINES = 60
MAX_PARAMETERS = 8

LONG_FILES: dict[str, str] = {}
LONG_FUNCTIONS: dict[str, str] = {"src/bis/api/replays.py:replay": "a line for each option of the command, twice"}
MANY_PARAMETERS: dict[str, str] = {
    "src/bis/instrument/entropy/roles/call_site.py:__init__": "the columns of a table, named by keyword",
    "src/bis/launch/notebook.py:run_notebook": "each is a separate choice of the caller, named by keyword",
    "src/bis/record/probes/data.py:probe_data": "each is a separate sighting of the recorder, named by keyword",
    "src/bis/api/replays.py:plan": "a keyword for each option of the command",
    "src/bis/api/replays.py:replay": "a keyword for each option of the command",
    "src/bis/api/experiments.py:find_operation": "a keyword for each option of the command",
    "src/bis/api/gates.py:ci": "a keyword for each option of the command",
    "src/bis/api/comparisons.py:compare": "a keyword for each option of the command",
    "src/bis/api/audits.py:audit_corpus": "a keyword for each option of the command",
    "src/bis/api/bisections.py:bisect": "a keyword for each option of the command",
    "src/bis/_explain/bisect/trials.py:__init__": "what a campaign and a verdict need, each named by keyword",
    "src/bis/api/experiments.py:explain": "a keyword for each option of the command",
    "src/bis/api/tries.py:try_project": "a keyword for each option of the command",
    "src/bis/api/tries.py:try_corpus": "a keyword for each option of the command",
    "src/bis/_replay/campaign.py:campaign": "each is a separate choice of the caller, named by keyword",
}

# Names that two modules still share: name -> why.
SHARED_FILE_NAMES: dict[str, str] = {}
SHARED_CLASS_NAMES: dict[str, str] = {}

# Modules without a test module of their own name: where they are tested instead, or why not.
_SERVED = "against the real framework: tests/functional/test_entropy_frameworks.py"
_INTERPRETER = "in real interpreters: tests/functional/test_entropy_interpreter.py"
TESTED_ELSEWHERE: dict[str, str] = {
    "src/bis/instrument/late_storing.py": "with a real child: tests/functional/test_interruptions.py",
    "src/bis/_audit/parsing/ir.py": "values; as they are made: tests/unit/_audit/parsing/test_lowering.py",
    "src/bis/_audit/parsing/open_scope.py": "a value; as it is filled: tests/unit/_audit/parsing/test_lowering.py",
    "src/bis/model/project_audit.py": "values; written and read again: tests/unit/report/json/test_audit_json.py",
    "src/bis/api/comparisons.py": "with real programs and a server: tests/functional/test_compare.py",
    "src/bis/cli/compare.py": "with real programs and a server: tests/functional/test_compare.py",
    "src/bis/_explain/comparison/replays_of_two.py": "with real programs: tests/functional/test_compare.py",
    "src/bis/model/comparison.py": "values; as they are made: tests/unit/_explain/comparison/test_compare_runs.py",
    "src/bis/corpus/cluster_client.py": "with a real scheduler: tests/integration/corpus/test_cluster.py",
    "src/bis/corpus/project_outcomes.py": "values; as they come: tests/integration/corpus/test_corpus_run.py",
    "src/bis/model/corpus_summary.py": "values; as they are counted: tests/unit/corpus/audits/test_summary.py",
    # Only those that are in the catalogue: of each of these, that module demands fixtures and a snapshot.
    **{  # some have a test module besides
        f"src/{rule.__name__.replace('.', '/')}.py": "on its fixtures: tests/rules/test_rules.py"
        for rule in RULES
        if not (ROOT / f"tests/unit/_audit/rules/test_{rule.__name__.rpartition('.')[2]}.py").exists()
    },
    **{
        f"src/bis/report/figures/{name}.py": "all kinds of figures: tests/unit/report/figures/test_figures.py"
        for name in (
            "curve_band",
            "drawing",
            "figure",
            "funnel_bars",
            "interval_bars",
            "metric_strip",
            "palette",
            "proportion_dots",
        )
    },
    **{
        f"src/bis/report/languages/{name}.py": "tests/unit/report/languages/test_french_statements.py"
        for name in ("french_explanations", "french_figures", "french_published", "statement_words")
    },
    "src/bis/api/notebook_displays.py": "what notebooks show: tests/unit/report/html/test_displays.py",
    "src/bis/api/pages.py": "with the command: tests/functional/test_run_pages.py",
    "src/bis/cli/report.py": "as users run it: tests/functional/test_run_pages.py",
    "src/bis/_explain/bisect/bisect_run.py": "with real environments: tests/functional/test_bisect.py",
    "src/bis/_explain/bisect/trials.py": "with real environments: tests/functional/test_bisect.py",
    "src/bis/cli/consent.py": "with the commands: tests/integration/cli/test_replay.py",
    "src/bis/_replay/uv_client.py": "with the real uv: tests/functional/test_rebuild.py",
    "src/bis/model/kept_thing.py": "values; as they are found: tests/integration/_replay/test_home_contents.py",
    "src/bis/_version.py": "one constant; with the metadata: tests/unit/test_architecture.py",
    "src/bis/__main__.py": "each functional test starts it: tests/functional/scene.py",
    "src/bis/model/written_content.py": "values; as they are read: tests/unit/record/contents/test_content_reading.py",
    **{
        f"src/bis/record/contents/{name}.py": "each kind: tests/unit/record/contents/test_content_reading.py"
        for name in (
            "archive_content",
            "gathering",
            "json_content",
            "settings_content",
            "table_content",
            "text_content",
        )
    },
    "src/bis/_verify/exact/printed_items.py": "with all content: tests/unit/_verify/exact/test_content.py",
    "src/bis/evidence/record_tags.py": "with the run that has them: tests/integration/evidence/test_store.py",
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
    **{
        f"src/bis/instrument/entropy/roles/{name}.py": "with real libraries: tests/functional/test_roles.py"
        for name in (
            "call_site",
            "holders",
            "numpy_roles",
            "python_roles",
            "scoping",
            "sites/further_sites",
            "sites/keras_sites",
            "sites/numpy_sites",
            "sites/python_sites",
            "sites/sklearn_sites",
            "sites/torch_sites",
            "tensorflow_roles",
            "torch_roles",
        )
    },
    "src/bis/instrument/entropy/sha3.py": "through the streams: tests/unit/instrument/entropy/test_streams.py",
    "src/bis/instrument/entropy/wrapping.py": _INTERPRETER,
    "src/bis/notebooks/extra.py": "with the runner: tests/integration/launch/test_notebook.py",
    "src/bis/launch/kernel.py": "with real kernels: tests/integration/launch/test_notebook.py",
    "src/bis/notebooks/parameters.py": "with notebooks: tests/unit/notebooks/test_document.py",
    "src/bis/record/probes/git_state.py": "with the code facet: tests/integration/record/probes/test_code.py",
    "src/bis/instrument/warm_parent.py": "in real interpreters: tests/integration/launch/test_warm_slots.py",
    "src/bis/launch/warm_parents.py": "with real parents: tests/integration/launch/test_warm_slots.py",
    "src/bis/launch/warm_runner.py": "with real parents: tests/integration/launch/test_warm_slots.py",
    "src/bis/model/start.py": "values and names only",
    "src/bis/model/sandbox.py": "values and names only",
    **{
        f"src/bis/launch/sandbox/{name}.py": "with real programs: tests/integration/launch/sandbox/test_escapes.py"
        for name in ("available", "kernel_calls", "namespaces", "sandboxed_command", "stage")
    },
    "src/bis/instrument/unaudited_writes.py": "in real interpreters: tests/integration/instrument/test_confinement.py",
    **{
        f"src/bis/instrument/{name}.py": "with real programs: tests/functional/test_quarantine.py"
        for name in ("made_up", "quarantine_folder")
    },
    "src/bis/instrument/runtime_probe.py": "with the machine facet: tests/unit/record/probes/test_machine.py",
    "src/bis/record/probes/snapshot.py": "with the code facet: tests/integration/record/probes/test_code.py",
    **{
        f"src/bis/api/{name}.py": "all verbs: tests/integration/test_api.py"
        for name in ("audits", "bisections", "named_runs", "recorded_runs", "replays")
    },
    "src/bis/model/attribution.py": "values without behaviour; stored: tests/unit/evidence/test_attributions.py",
    "src/bis/model/probe_prediction.py": "values without behaviour; found: tests/functional/test_probe.py",
    "src/bis/instrument/probe_hooks.py": "on the real frameworks: tests/functional/test_probe.py",
    "src/bis/instrument/probe_report.py": "with real models: tests/functional/test_probe.py",
    **{
        f"src/bis/{name}.py": "with a real search: tests/functional/test_one_trial.py"
        for name in ("_replay/trial_sightings", "instrument/search_trials", "model/search_trial")
    },
    **{
        f"src/bis/{name}.py": "with a real program: tests/functional/test_operation.py"
        for name in ("_replay/operations_seen", "instrument/operation_log", "model/operations")
    },
    "src/bis/model/role.py": "values without behaviour; drawn: tests/functional/test_roles.py",
    "src/bis/record/asked_runs.py": "with the commands: tests/integration/test_api.py",
    "src/bis/instrument/library_switches.py": "in a real program: tests/functional/test_environment_causes.py",
    "src/bis/model/library_state.py": "values; with settings: tests/unit/_explain/environment/test_setting_taken.py",
    "src/bis/api/experiments.py": "from the command line: tests/functional/test_explain.py",
    "src/bis/cli/explain.py": "in a real project: tests/functional/test_explain.py",
    "src/bis/_explain/explain_run.py": "in a real project: tests/functional/test_explain.py",
    "src/bis/evidence/kept_results.py": "with each kind: tests/unit/evidence/test_verdicts.py and others",
    "src/bis/corpus/held_folder.py": "with what is held: tests/unit/corpus/test_journal.py, tests/unit/_study",
    "src/bis/_replay/machine_pins.py": "with the whole plan: tests/unit/_replay/test_planning.py",
    "src/bis/evidence/store_errors.py": "with real stores: tests/integration/evidence/test_store.py",
    "src/bis/_explain/pilot.py": "with the whole: tests/unit/_explain/test_explanation.py",
    "src/bis/_explain/trial.py": "as it is kept: tests/unit/_explain/test_trial_journal.py",
    **{
        f"src/bis/{name}.py": "with the programs of others: tests/functional/test_export.py"
        for name in ("_export/export_run", "api/exports", "cli/badge", "cli/export")
    },
    **{f"src/bis/{name}.py": "in a real repository: tests/functional/test_ci.py" for name in ("api/gates", "cli/ci")},
    "src/bis/model/base_commit.py": "values; as they are made: tests/integration/_gate/test_base_checkout.py",
    "src/bis/model/exported_run.py": "values; as they are written: tests/unit/report/rocrate/test_process_run_crate.py",
    **{
        f"src/bis/{name}.py": "with real projects: tests/functional/test_try.py"
        for name in (
            "_try/corpus_tries",
            "_try/judging",
            "api/tries",
            "cli/try_options",
            "cli/try_project",
            "evidence/store_migration",
        )
    },
    **{
        f"src/bis/{name}.py": "with a whole study: tests/unit/_study/test_study_run.py"
        for name in ("_study/study_answers", "_study/study_figures", "model/study", "model/study_result")
    },
    **{
        f"src/bis/{name}.py": "written and read again: tests/unit/_study/test_result_reading.py"
        for name in ("_study/report_files", "report/json/study_json", "report/tables/study_tables")
    },
    **{
        f"src/bis/report/{name}.py": "with the whole report: tests/unit/report/study/test_study_report.py"
        for name in (
            "markdown/study_markdown",
            "study/blocks",
            "study/corpus_section",
            "study/experiment_section",
            "study/study_words",
            "study/study_page",
            "study/study_text",
        )
    },
    **{
        f"src/bis/{name}.py": "with real programs: tests/functional/test_study.py"
        for name in (
            "_study/run_summary",
            "_study/study_verbs",
            "_study/study_work",
            "api/studies",
            "cli/study",
        )
    },
    "src/bis/_study/earlier_replay.py": "with a real environment: tests/functional/test_study_then.py",
    "src/bis/report/text/comparison_statements.py": "with all: tests/unit/report/text/test_english_statements.py",
    "src/bis/report/text/explanation_statements.py": "with all: tests/unit/report/text/test_english_statements.py",
}

# Where `except Exception` (or wider) is allowed: path of the module -> why.
FENCES: dict[str, str] = {
    "src/bis/_audit/auditor.py": "a rule that fails is a finding, BIS000, and the audit goes on",
    "src/bis/cli/main.py": "the outermost: no traceback reaches a user; exit status 70",
    "src/bis/instrument/fence.py": "the fence of the recorder: nothing that fails inside reaches the user's program",
    "src/bis/launch/injection.py": "runs before the program: without the recorder it goes on as if bis were not there",
    "src/bis/instrument/mlflow_plugin.py": "an exception here would break `import mlflow`",
    "src/bis/instrument/warm_parent.py": "imports names that a package made up; a parent ends where a fork would go on",
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
    trees = (ast.parse(p.read_text(encoding="utf-8")) for p in MODULES)  # one at a time: all of them are slow to hold
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
    """Names are imported from the module that defines them; only `bis` itself and its verbs have public names."""
    filled = [name_of(p) for p in MODULES if p.name == "__init__.py" and p.read_text(encoding="utf-8").strip()]
    assert filled == ["src/bis/__init__.py", "src/bis/api/__init__.py"]


def test_broad_excepts_stand_at_the_named_fences() -> None:
    """`except Exception`, `except BaseException` and a bare `except` stand in the named modules only."""
    found: set[str] = set()
    for path in MODULES:
        for tree in _programs_in(path):
            handlers = (n for n in ast.walk(tree) if isinstance(n, ast.ExceptHandler))
            if any(_is_broad(handler) for handler in handlers):
                found.add(name_of(path))
    assert found == set(FENCES), sorted(found ^ set(FENCES))


def _programs_in(path: Path) -> list[ast.Module]:
    """The module itself, and programs that it holds as text (the injected `sitecustomize`)."""
    programs = [ast.parse(path.read_text(encoding="utf-8"))]
    for node in ast.walk(programs[0]):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and "\nexcept " in node.value:
            with contextlib.suppress(SyntaxError):  # prose
                programs.append(ast.parse(node.value))
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
