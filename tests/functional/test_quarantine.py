"""Real MLflow programs in a quarantine: whatever store they name, nothing but the quarantine is written."""

from __future__ import annotations

import ast
import json
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

import bis
from bis._replay.program_environment import neutralise

ASSETS = Path(__file__).parents[1] / "assets" / "quarantine"


@dataclass(frozen=True, slots=True)
class Ran:
    """What a program printed and what is in its quarantine."""

    lines: list[str]
    folder: Path
    left: list[str]

    def rows(self, query: str) -> list[tuple[object, ...]]:
        """Rows of the quarantine's database."""
        with closing(sqlite3.connect(self.folder / "mlflow.db")) as connection:
            return connection.execute(query).fetchall()

    def deviations(self) -> list[str]:
        """What the store reported."""
        path = self.folder / "deviations.jsonl"
        return [json.loads(line)["what"] for line in path.read_text().splitlines()] if path.exists() else []


@pytest.fixture(scope="session")
def templates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of templates that all tests share, as replays do."""
    return tmp_path_factory.mktemp("templates")


def run(name: str, folder: Path, templates: Path, *, scheme: str = "http", store: str = "") -> Ran:
    """Run an asset in a quarantine below `folder`, in an empty working directory; some name the `store`."""
    cwd, quarantine = folder / "cwd", folder / "quarantine"
    cwd.mkdir()
    environ = neutralise(os.environ, quarantine)
    environ |= {
        "PYTHONPATH": str(Path(bis.__file__).parents[1]),
        "BIS_RECORD": "0",
        "NO_COLOR": "1",
        "NAMED_STORE": store,
    }
    command = [sys.executable, str(ASSETS / "driver.py"), str(quarantine), scheme, str(templates), str(ASSETS / name)]
    answer = subprocess.run(command, capture_output=True, text=True, check=False, env=environ, cwd=cwd, timeout=120)
    assert answer.returncode == 0, answer.stderr[-3000:]
    return Ran(answer.stdout.splitlines(), quarantine, sorted(p.name for p in cwd.iterdir()))


@dataclass(frozen=True, slots=True)
class Named:
    """What programs without a name for their store drew, by the scheme of the original's; how templates came about."""

    ran: dict[str, Ran]
    stamps: list[list[int]]


@pytest.fixture(scope="module")
def named(tmp_path_factory: pytest.TempPathFactory) -> Named:
    """One after the other with templates of their own, of which there are none before: several tests look at them."""
    templates = tmp_path_factory.mktemp("first") / "templates"
    ran, stamps = {}, []
    for scheme in ("http", "sqlite"):
        ran[scheme] = run("random_names.py", tmp_path_factory.mktemp(scheme), templates, scheme=scheme)
        stamps.append([p.stat().st_mtime_ns for p in templates.iterdir()])
    return Named(ran, stamps)


def test_dead_server_with_registry(tmp_path: Path, templates: Path) -> None:
    """A hard-coded dead server, register_model, an alias and loading by it work, without an edit."""
    ran = run("dead_server.py", tmp_path, templates)
    assert ran.lines == ["version 2", "answer [7, 7]", "uri http://127.0.0.1:9"]
    assert ran.left == []
    assert ran.rows("SELECT key, value FROM metrics WHERE key = 'loss'") == [("loss", 0.5)]
    assert ran.rows("SELECT name, version FROM model_versions") == [("constant", 1), ("constant", 2)]
    assert [p.read_text() for p in ran.folder.rglob("hello.txt")] == ["hello"]
    uris = ran.rows("SELECT artifact_uri FROM runs UNION SELECT artifact_location FROM experiments")
    assert all(str(uri[0]).startswith(str(ran.folder)) for uri in uris)


def test_every_kind_of_store(tmp_path: Path, templates: Path) -> None:
    """Files, plain paths, databases, other plug-ins' schemes and explicit clients all end in the quarantine."""
    ran = run("many_stores.py", tmp_path, templates)
    assert ran.lines == ["['by-client']"]
    assert ran.left == []
    assert sorted(ran.rows("SELECT value FROM metrics WHERE key = 'i'")) == [(float(i),) for i in range(7)]
    assert ran.rows("SELECT status FROM runs GROUP BY status") == [("FINISHED",)]
    assert len(list(ran.folder.rglob("i.json"))) == 7


def test_literal_ids(tmp_path: Path, templates: Path) -> None:
    """Experiments and runs of somebody's store that are named by id are made up, and reported."""
    ran = run("literal_ids.py", tmp_path, templates)
    assert ran.lines == ["old experiment", "['0', '1', '4', '715123456789012345']", "RESOURCE_DOES_NOT_EXIST"]
    assert ran.deviations() == [
        "experiment 715123456789012345",
        "experiment 4",
        "run 0123456789abcdef0123456789abcdef",
        "run " + "f" * 32,
        "registered model somebody's model",
    ]
    query = "SELECT experiment_id FROM runs WHERE run_uuid = '0123456789abcdef0123456789abcdef'"
    assert ran.rows(query) == [(4,)]


def test_literal_ids_without_a_database(tmp_path: Path, templates: Path) -> None:
    """The same where MLflow can have a store of files only."""
    ran = run("no_database.py", tmp_path, templates)
    assert (ran.lines[0], ran.lines[2]) == ("old experiment", "RESOURCE_DOES_NOT_EXIST")
    assert {"0", "4", "715123456789012345"} < set(ast.literal_eval(ran.lines[1]))
    assert ran.deviations() == [
        "experiment 715123456789012345",
        "experiment 4",
        "run 0123456789abcdef0123456789abcdef",
        "run " + "f" * 32,
        "registered model somebody's model",
    ]
    assert (ran.folder / "runs/4/0123456789abcdef0123456789abcdef/metrics/b").is_file()
    assert ran.left == []


def test_hosted_workspace(tmp_path: Path, templates: Path) -> None:
    """A Databricks workspace with its Unity Catalog is replaced too, without credentials."""
    ran = run("hosted_workspace.py", tmp_path, templates)
    assert (ran.lines[-1], ran.left) == ("answer [7]", [])
    assert ran.rows("SELECT name FROM registered_models") == [("main.default.constant",)]


@pytest.mark.parametrize(
    ("store", "scheme", "touched"),
    [
        ("", "http", False),
        ("", "databricks", False),
        ("", "sqlite", True),
        ("", "file", True),
        ("http://127.0.0.1:9", "sqlite", False),
        ("sqlite:///other.db", "http", True),
        ("./runs", "http", True),
    ],
)
def test_random_names(tmp_path: Path, templates: Path, named: Named, store: str, scheme: str, touched: bool) -> None:
    """The program's own generator is drawn from where it was in the original, and left alone elsewhere.

    A store that the program names itself may be another one than that of the run that is replayed.
    """
    import random

    undisturbed = random.Random(7)
    expected = [undisturbed.random() for _ in range(3)]
    done = None if store else named.ran.get(scheme)
    ran = done or run("random_names.py", tmp_path, templates, scheme=scheme, store=store)
    drawn = json.loads(ran.lines[-1])
    assert drawn[0] == expected[0]
    assert (drawn != expected) == touched


def test_random_names_are_those_of_the_original(tmp_path: Path, named: Named) -> None:
    """Where the original store was a database, the draws in the replay are bit for bit those without bis."""
    environ = {**os.environ, "BIS_RECORD": "0", "NAMED_STORE": f"sqlite:///{tmp_path}/plain.db"}
    command = [sys.executable, str(ASSETS / "random_names.py")]
    plain = subprocess.run(command, capture_output=True, text=True, check=True, env=environ, cwd=tmp_path, timeout=120)
    assert named.ran["sqlite"].lines[-1] == plain.stdout.splitlines()[-1]


def test_template_saves_the_migrations(named: Named) -> None:
    """The second quarantine is a copy of a migrated template, and knows nothing of the first one's folder."""
    first, second = named.stamps
    assert second == first
    assert len(first) == 1
    ran = named.ran["sqlite"]
    assert ran.rows("SELECT artifact_location FROM experiments") == [(str(ran.folder / "artifacts" / "0"),)]
