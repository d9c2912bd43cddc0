"""The recorder in real programs: what it sees, and that the programs do not notice."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.unit.sessions import clean_environ, record


def test_a_plain_program_does_not_notice(project: Path) -> None:
    """Output, error output and exit status are those of a run without bis."""
    text = "import sys\nprint('out')\nsys.stderr.write('err\\n')\nraise SystemExit(5)"
    ran = record(project, text)
    assert (ran.out, ran.err, ran.code) == ("out\n", "err\n", 5)
    assert ran.all("failed") == []


def test_an_uncaught_exception_looks_as_ever(project: Path) -> None:
    """The traceback on stderr is the interpreter's own, and the exception is noted."""
    text = "def f():\n    raise ValueError('bad value')\nf()\n"
    ran = record(project, text)
    bare = subprocess.run(
        [sys.executable, "program.py"], cwd=project, env=clean_environ(), capture_output=True, text=True, check=False
    )
    assert (ran.err, ran.code) == (bare.stderr, 1)
    seen = ran.one("exception")
    assert (seen["type"], seen["message"]) == ("ValueError", "bad value")
    assert "in f" in seen["traceback"]


def test_an_exception_that_cannot_be_told_is_no_trouble(project: Path) -> None:
    """An exception whose text fails is passed to the hook that was there before."""
    text = (
        "import sys\nclass Bad(Exception):\n    def __str__(self): raise RuntimeError('no text')\n"
        "sys.excepthook = (lambda ours: lambda *a: (ours(*a), print('theirs')))(sys.excepthook)\nraise Bad"
    )
    ran = record(project, text)
    assert ran.code == 1
    assert ran.out == "theirs\n"


def test_files_are_noted_once_with_their_state(project: Path) -> None:
    """Reads and writes of data are distinguished; code, the interpreter's files and failed reads are left out."""
    (project / "data.csv").write_text("a,b\n")
    (project / "helper.py").write_text("X = 1\n")
    text = (
        "import helper, json\nfor _ in range(3): open('data.csv').read()\nopen('out.txt', 'w').write('x')\n"
        "open('log.txt', 'a').close()\nopen('data.csv', 'r+').close()\n"
        "try: open('absent.csv')\nexcept OSError: pass\n"
    )
    ran = record(project, text)
    seen = [(Path(e["path"]).name, e["mode"]) for e in ran.all("open")]
    assert sorted(seen) == [("data.csv", "r"), ("data.csv", "r+"), ("log.txt", "a"), ("out.txt", "w")]
    read = next(e for e in ran.all("open") if e["mode"] == "r")
    assert read["size"] == 4
    assert read["mtime_ns"] == (project / "data.csv").stat().st_mtime_ns


def test_changes_of_files_are_noted_and_what_they_were_is_kept(project: Path) -> None:
    """Replaced, removed and truncated files, databases, new folders, what is listed; not what imports search."""
    for name in ("counter", "gone", "short"):
        (project / name).write_text(name)
    (project / "folder").mkdir()
    text = (
        "import os, sqlite3, pathlib, _thread, time\nopen('counter').read()\nopen('new', 'w').close()\n"
        "os.replace('new', 'counter')\nopen('counter', 'w').close()\nos.remove('gone')\nos.truncate('short', 0)\n"
        "sqlite3.connect('made.db').close()\nsqlite3.connect(':memory:').close()\nos.mkdir('folder/new')\n"
        "os.rmdir('folder/new')\nos.mkdir('folder/new')\nos.listdir('folder')\nlist(pathlib.Path('folder').iterdir())\n"
        "_thread.start_new_thread(os.listdir, ('folder',))\ntime.sleep(0.1)\n"
    )
    ran = record(project, text)
    assert (ran.code, ran.err) == (0, "")
    seen = [(Path(e["path"]).name, e["mode"], e["size"]) for e in ran.all("open")]
    assert seen == [
        ("counter", "r", 7),
        ("new", "w", -1),
        ("counter", "w", 7),
        ("gone", "w", 4),
        ("short", "r+", 5),
        ("made.db", "db", -1),
    ]
    kept = {Path(e["path"]).name: (ran.folder / "kept" / e["copy"]).read_text() for e in ran.all("kept")}
    assert kept == {"counter": "counter", "gone": "gone", "short": "short"}
    assert [e["path"] for e in ran.all("made")] == [str(project / "folder" / "new")]
    assert [(Path(e["path"]).name, e["files"], e["folders"]) for e in ran.all("listed")] == [("folder", [], ["new"])]


def test_files_of_stores_are_left_out_and_no_others(project: Path) -> None:
    """A file whose name begins like that of the database is the program's own."""
    text = (
        "from bis.instrument import bootstrap\nrecorder = bootstrap.active()\nrecorder.store_seen('sqlite:///results')\n"
        "recorder.store_seen('./runs')\nrecorder.store_seen('https://host/results.csv')\nimport os\nos.mkdir('runs')\n"
        "for name in ('results', 'results-wal', 'results.json', 'runs/meta.yaml', 'runs.txt'):\n"
        "    open(name, 'w').close()\n"
    )
    ran = record(project, text)
    assert (ran.code, ran.err) == (0, "")
    assert [Path(e["path"]).name for e in ran.all("open")] == ["results.json", "runs.txt"]


def test_odd_opens_do_not_disturb(project: Path) -> None:
    """Descriptors, bytes, paths with NUL, and a program's own audit events pass through the hook unharmed."""
    text = (
        "import os, sys, pathlib\nopen(b'data.bin', 'wb').close()\nopen(os.open('data.bin', os.O_RDONLY)).close()\n"
        "open(pathlib.Path('data.bin')).close()\nsys.audit('open', 1)\nsys.audit('open')\nsys.audit('os.system')\n"
        "try: open('a\\0b')\nexcept ValueError as e: print(e)\n"
    )
    ran = record(project, text)
    assert ran.code == 0, ran.err
    assert ran.out == "embedded null byte\n"
    assert len(ran.err.splitlines()) == 1  # that some event was not understood


def test_children_are_noted_and_recorded(project: Path) -> None:
    """A Python child has a recorder of its own; only the program itself is the main process."""
    code = "open('child.txt', 'w').close()"
    text = f"import subprocess, sys, os\nsubprocess.run([sys.executable, '-c', {code!r}])\nos.system('true')"
    ran = record(project, text)
    assert [e["main"] for e in sorted(ran.all("process"), key=lambda e: e["t"])] == [True, False]
    commands = [e["command"] for e in ran.all("child")]
    assert [sys.executable, "-c", code] in commands
    assert ["true"] in commands
    writer = next(e for e in ran.all("open") if e["path"].endswith("child.txt"))
    main = next(e for e in ran.all("process") if e["main"])
    assert writer["pid"] != main["pid"]


@pytest.mark.skipif(sys.platform == "win32", reason="needs fork")
def test_a_forked_copy_tells_its_draws_only(project: Path) -> None:
    """What belongs to the program as a whole is recorded by the process that started it."""
    text = "import os\npid = os.fork()\nif pid == 0:\n    raise SystemExit(0)\nos.waitpid(pid, 0)\n"
    ran = record(project, text)
    main = ran.one("process")["pid"]
    assert {e["pid"] for e in ran.all("end")} == {main}
    assert {e["pid"] for e in ran.all("machine")} == {main}
    assert len({e["pid"] for e in ran.all("entropy")}) == 2


def test_lazy_modules_stay_unloaded(project: Path) -> None:
    """Looking at the loaded modules at the end loads none that the program left lazy."""
    (project / "heavy.py").write_text("print('loaded')\n")
    text = (
        "import importlib.util, sys\nspec = importlib.util.find_spec('heavy')\n"
        "spec.loader = importlib.util.LazyLoader(spec.loader)\nmodule = importlib.util.module_from_spec(spec)\n"
        "sys.modules['heavy'] = module\nspec.loader.exec_module(module)\nsys.modules['odd'] = 3\nprint('end')\n"
    )
    ran = record(project, text)
    assert ran.out == "end\n"
    assert ran.all("failed") == []
    assert "heavy" in ran.one("modules")["loaded"]


def test_a_full_spool_is_told_once(project: Path) -> None:
    """Where no event can be written the program runs as ever, with one line on stderr."""
    pytest.importorskip("resource")
    text = (
        "import resource\nresource.setrlimit(resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))\n"
        "for i in range(5): open(f'{i}.txt', 'w').close()\nprint('done')"
    )
    ran = record(project, text)
    assert (ran.out, ran.code) == ("done\n", 0)
    assert [e["k"] for e in ran.events] == ["process"]
    assert len(ran.err.splitlines()) == 1
    assert "your program goes on" in ran.err


def test_models_are_told_for_each_run_they_are_logged_to(project: Path) -> None:
    """Equal weights count in every run that logs them; those found at the end only where no run had them."""
    pytest.importorskip("scipy")
    text = (
        "from bis.instrument.bootstrap import active\nfrom sklearn.linear_model import LinearRegression\n"
        "m = LinearRegression().fit([[0.0], [1.0]], [0.0, 1.0])\n"
        "other = LinearRegression().fit([[0.0], [1.0]], [3, 1])\n"
        "for run in 'aab': active().model_seen('m', m, run)\n"
    )
    ran = record(project, text)
    assert [(e["run_id"], e["name"]) for e in ran.all("model")] == [("a", "m"), ("b", "m"), ("", "other")]


def test_thread_pools_are_looked_for_where_native_code_was_loaded(project: Path) -> None:
    """A program of Python alone has none, and its facts are complete whether threadpoolctl is installed or not."""
    text = "import sys\nsys.modules['threadpoolctl'] = None\n"
    facts = record(project, text).one("machine")["facts"]
    assert (facts["pools"], facts["reasons"]) == ([], [])
    facts = record(project, f"{text}import ctypes\n").one("machine")["facts"]
    assert [reason for reason in facts["reasons"] if "threadpoolctl" in reason] != []


def test_nothing_heavy_is_loaded(project: Path) -> None:
    """A recorded program finds no package loaded that it did not import."""
    text = (
        "import sys, json\nprint(json.dumps([m for m in sys.modules if m.partition('.')[0] in "
        "{'mlflow', 'numpy', 'click', 'rich', 'blake3', 'pandas', 'threadpoolctl', 'scipy'}]))"
    )
    assert json.loads(record(project, text).out) == []


def test_generators_that_were_not_used_are_told(project: Path) -> None:
    """At the end of each process: what is in the state in which it began, and what libraries drew at their import."""
    pytest.importorskip("scipy")
    child = "import random; random.random()"
    text = (
        "import os, random, subprocess, sys, numpy, scipy.stats\nnumpy.random.rand()\n"
        f"subprocess.run([sys.executable, '-c', {child!r}])\nif os.fork() == 0: sys.exit()\nos.wait()\n"
    )
    ran = record(project, text)
    traces = {
        ("fork" if "fork" in e["trace"]["key"] else e["trace"]["key"][:7]): e["trace"] for e in ran.all("entropy")
    }
    assert {key: trace["untouched"] for key, trace in traces.items()} == {
        "main": ["python.random"], "main/pr": [], "fork": ["numpy.random", "python.random"],
    }  # fmt: skip
    main = traces["main"]
    assert main["at_import"]["scipy"] == main["streams"]["scipy"]["draws"]
