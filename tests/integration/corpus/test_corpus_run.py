"""Whole runs over a corpus."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from bis.corpus.audits.audit_outcomes import AUDIT_RESULTS
from bis.corpus.corpus_run import CorpusOptions, run_corpus
from bis.corpus.project_outcomes import ProjectOutcome, ResultKind
from bis.corpus.projects import ProjectListing, ProjectSource, projects_in
from bis.model.progress import Note
from bis.model.project_audit import Problem
from tests.unit.corpus.auditors import Notebook, audit_as_told, audit_text, make_projects, projects_of
from tests.unit.corpus.repositories import make_repository

ROOT = Path(__file__).parents[3]

PROGRAM = """
import sys
from pathlib import Path
from bis.corpus.projects import listing_of
from bis.corpus.audits.audit_outcomes import AUDIT_RESULTS
from bis.corpus.corpus_run import CorpusOptions, run_corpus
from tests.unit.corpus.auditors import audit_slowly
try:
    sources, out = listing_of(Path(sys.argv[1])), Path(sys.argv[2])
    options = CorpusOptions(load=print if sys.argv[3] == "forked" else None)
    run_corpus(sources, results=AUDIT_RESULTS, task=audit_slowly, out=out, workers=2, options=options)
except KeyboardInterrupt:
    sys.exit(130)
"""

MEMORY = """
import resource, sys
from pathlib import Path
from bis.model.progress import Silent
from bis.corpus.projects import ProjectListing, ProjectSource
from bis.corpus.audits.audit_outcomes import AUDIT_RESULTS
from bis.corpus.corpus_run import run_corpus
from tests.unit.corpus.auditors import nobody

class Peaks(Silent):
    count = 0
    def advanced(self, task, step):
        self.count += 1
        if self.count in {500, 2000}:
            print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)

sources = ProjectListing(lambda: (ProjectSource(f"p{n}", folder=Path("x")) for n in range(2000)))
run_corpus(sources, results=AUDIT_RESULTS, task=nobody, out=Path(sys.argv[1]), workers=2, observer=Peaks())
"""


ways = pytest.mark.parametrize("way", ["forked", "started"])


def started(program: str, *arguments: Path | str) -> subprocess.Popen[str]:
    """A program of its own that audits a corpus."""
    return subprocess.Popen(
        [sys.executable, "-c", f"import sys; sys.path.insert(0, {str(ROOT)!r})\n{program}", *map(str, arguments)],
        stdout=subprocess.PIPE,
        text=True,
    )


def lines(path: Path) -> list[str]:
    """The lines of a file of results, sorted; none where there is no file."""
    return sorted(path.read_text(encoding="utf-8").splitlines()) if path.exists() else []


def test_a_corpus_is_audited(tmp_path: Path) -> None:
    """Each project has a line; the observer is told of each; failures are counted by kind."""
    sources = make_projects(tmp_path / "p", 7, do={2: "raise", 4: "hang"})
    progress = Notebook()
    result = run_corpus(
        ProjectListing(lambda: iter(sources), total=7, notes=(Note("cluster-warning", {"message": "a note"}),)),
        results=AUDIT_RESULTS,
        task=audit_as_told,
        out=tmp_path / "out",
        workers=2,
        observer=progress,
        options=CorpusOptions(project_timeout_s=2.0),
    )
    assert projects_of(result.results) == [s.name for s in sources]
    assert (result.done, result.kept) == (7, 0)
    assert result.failed == {"crashed": 1, "timeout": 1}
    assert (progress.total, progress.notes) == (7, ["a note"])
    assert sorted(progress.names) == [s.name for s in sources]


def test_a_list_of_repositories(tmp_path: Path) -> None:
    """They are cloned into the folder of the results, and audited at their commits; a second run only looks them up."""
    first, second = make_repository(tmp_path / "r.git", {"a.py": "import mlflow"}, {"a.py": ""})
    path = tmp_path / "p.csv"
    path.write_text(f"repository,commit\n./r.git,{first}\n./r.git,{second}\n", encoding="utf-8")
    for audited, kept in ((2, 0), (0, 2)):
        progress = Notebook()
        result = run_corpus(
            projects_in(path),
            results=AUDIT_RESULTS,
            task=audit_text,
            out=tmp_path / "out",
            workers=1,
            observer=progress,
        )
        assert (result.done, result.kept, len(progress.kept_names)) == (audited, kept, kept)
        assert projects_of(result.results) == ["r", "r"]
    assert len(list((tmp_path / "out" / "clones" / "_elsewhere").iterdir())) == 2


@ways
def test_a_killed_run_is_resumed(tmp_path: Path, way: str) -> None:
    """Killed in the middle and run again, it gives what one run gives, and audits only what was left."""
    sources = make_projects(tmp_path / "p", 60)
    whole = run_corpus(sources, results=AUDIT_RESULTS, task=audit_text, out=tmp_path / "whole", workers=2)
    path = tmp_path / "out" / "audits.jsonl"
    with started(PROGRAM, tmp_path / "p", tmp_path / "out", way) as process:
        while len(lines(path)) < 15:
            assert process.poll() is None
            time.sleep(0.01)
        children = [int(n) for n in _children(process.pid)]
        process.kill()
    deadline = time.monotonic() + 20
    while any(_lives(n) for n in children) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert [n for n in children if _lives(n)] == []  # they notice that nobody asks them any more
    finished = len(lines(path))
    assert 15 <= finished < 60
    with path.open("ab") as file:
        file.write(b'{"project": "p0')  # as a kill in the middle of a line leaves it
    result = run_corpus(sources, results=AUDIT_RESULTS, task=audit_text, out=tmp_path / "out", workers=2)
    assert (result.kept, result.done) == (finished, 60 - finished)
    assert lines(path) == lines(whole.results)


@ways
def test_an_interrupted_run_keeps_what_was_finished(tmp_path: Path, way: str) -> None:
    """Ctrl-C ends the processes and raises; whole lines are left, and the same command goes on."""
    make_projects(tmp_path / "p", 60)
    path = tmp_path / "out" / "audits.jsonl"
    with started(PROGRAM, tmp_path / "p", tmp_path / "out", way) as process:
        while len(lines(path)) < 10:
            assert process.poll() is None
            time.sleep(0.01)
        children = [int(n) for n in _children(process.pid)]
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 130
    assert 10 <= len([json.loads(line) for line in lines(path)]) < 60
    assert len(children) == 2
    assert [n for n in children if os.path.exists(f"/proc/{n}")] == []  # noqa: PTH110 (no path of ours)
    with started(PROGRAM, tmp_path / "p", tmp_path / "out", way) as process:
        assert process.wait(60) == 0
    assert len(lines(path)) == 60


def _lives(pid: int) -> bool:
    """Whether a process is there, and not only its exit code, which an idle `init` may never ask for."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def _children(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()


def test_memory_does_not_grow_with_the_corpus(tmp_path: Path) -> None:
    """Between 500 and 2,000 projects the process that writes grows by less than 5 MiB."""
    with started(MEMORY, tmp_path) as process:
        early_kib, late_kib = map(int, process.communicate(timeout=120)[0].split())
    assert late_kib - early_kib < 5 * 1024
    assert len(lines(tmp_path / "audits.jsonl")) == 2000


def test_any_iterable_will_do(tmp_path: Path) -> None:
    """A generator of sources has no total, and is read once."""
    progress = Notebook()
    made = (ProjectSource(s.name, folder=s.folder) for s in make_projects(tmp_path / "p", 3))
    result = run_corpus(made, results=AUDIT_RESULTS, task=audit_text, out=tmp_path / "out", observer=progress)
    assert (result.done, progress.total) == (3, None)


def count_files(folder: Path, name: str) -> dict[str, object]:
    """A task that is not an audit."""
    if name == "p001":
        raise ZeroDivisionError("the task has a defect")
    return {"name": name, "files": len(list(folder.iterdir()))}


def counted(outcome: ProjectOutcome[dict[str, object]]) -> dict[str, object]:
    """Its result, or the problem."""
    found = outcome.result
    return {"name": outcome.source.name, "problem": found.kind} if isinstance(found, Problem) else found


def key_of(result: dict[str, object]) -> tuple[str, str]:
    """The name; there are no commits."""
    return str(result["name"]), ""


def problem_of(result: dict[str, object]) -> str:
    """The kind of problem, or nothing."""
    return str(result.get("problem", ""))


COUNTS = ResultKind(
    "counts.jsonl",
    of=counted,
    to_line=json.dumps,
    from_line=json.loads,
    key_of=key_of,
    failure_of=problem_of,
    detail_of=str,
)


def test_a_corpus_serves_tasks_other_than_audits(tmp_path: Path) -> None:
    """What is done with projects, and how that is written, is the caller's; crashes and resuming are the same."""
    sources = make_projects(tmp_path / "p", 3)
    result = run_corpus(sources, task=count_files, results=COUNTS, out=tmp_path / "out", workers=1)
    assert (result.results.name, result.done, result.failed) == ("counts.jsonl", 3, {"crashed": 1})
    found = sorted(result.results.read_text(encoding="utf-8").splitlines())
    assert [json.loads(line) for line in found] == [
        {"name": "p000", "files": 1}, {"name": "p001", "problem": "crashed"}, {"name": "p002", "files": 1},
    ]  # fmt: skip


class Remembered:
    """Results of earlier runs in files, one for each project and state."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def line_of(self, source: ProjectSource) -> str | None:
        """What is kept of the project as it is."""
        path = self.folder / f"{source.name} {self.state_of(source)}"
        return path.read_text(encoding="utf-8") if path.exists() else None

    def state_of(self, source: ProjectSource) -> str:
        """The size of its file."""
        return str((source.folder / "a.py").stat().st_size) if source.folder is not None else ""

    def keep(self, source: ProjectSource, state: str, line: str) -> None:
        """Write it, with the process beside it."""
        (self.folder / f"{source.name} {state}").write_text(line, encoding="utf-8")
        (self.folder / f"{source.name} process").write_text(str(os.getpid()), encoding="utf-8")


@ways
def test_what_is_known_is_not_done_again(tmp_path: Path, way: str) -> None:
    """It is remembered in the processes that have done it, in the state that a project had before, failures never."""
    sources = make_projects(tmp_path / "p", 4, do={2: "raise"})
    known = Remembered(tmp_path)
    options = CorpusOptions(known=known, load=print if way == "forked" else None, resume=False)
    runs = []
    for _ in range(2):
        result = run_corpus(
            sources, results=AUDIT_RESULTS, task=audit_as_told, out=tmp_path / "out", workers=2, options=options
        )
        runs.append(lines(result.results))
        assert (result.done, result.failed) == (4, {"crashed": 1})
    assert runs[0] == runs[1]
    kept = {path.name.split()[0] for path in tmp_path.glob("p0* process")}
    assert kept == {"p000", "p001", "p003"}
    assert str(os.getpid()) not in {path.read_text(encoding="utf-8") for path in tmp_path.glob("p0* process")}
    (tmp_path / "p" / "p000" / "a.py").write_text("import mlflow, os\n", encoding="utf-8")
    assert known.line_of(sources[0]) is None
