"""A corpus from the command line: projects in, tables, statistics and pages out; and the pages in a real browser."""

from __future__ import annotations

import csv
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlparse

import pyarrow.parquet as pq
import pytest

ROOT = Path(__file__).parents[2]
BROWSER = ROOT / ".venv" / "browser"
LOOK = ROOT / "tests" / "assets" / "browser" / "look.mjs"

LOGS = "import mlflow\nmlflow.log_param('a', 1)\nmlflow.log_metric('b', 2)\n"
PROJECTS = {
    "logs": {"train.py": LOGS, "README.md": "# Logs\n"},
    "copy": {"train.py": LOGS, "README.md": "# A copy\n"},
    "comments": {"train.py": "# mlflow.log_param('a', 1)\nprint('log_metric')\n"},
    "nothing": {"a.py": "print(1)\n"},
    "broken": {"a.py": "import mlflow\nmlflow.log_param(\n"},
    "<b>&'\"=x": {"a.py": LOGS + "'''<script>alert(1)</script>'''\n"},
}


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The results of a corpus of six projects, one of them a copy, one with a name that could harm a page."""
    folder = tmp_path_factory.mktemp("corpus")
    for name, files in PROJECTS.items():
        for file, text in files.items():
            (folder / "clones" / name).mkdir(parents=True, exist_ok=True)
            (folder / "clones" / name / file).write_text(text, encoding="utf-8")
    done = bis("audit", "clones/", "--corpus", "--out", "results/", cwd=folder)
    assert done.returncode == 0, done.stderr
    assert "5 projects" in done.stdout
    return folder / "results"


def bis(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run the command with a home of its own."""
    environ = {"PATH": os.environ["PATH"], "HOME": str(cwd), "BIS_HOME": str(cwd / "home")}
    command = [sys.executable, "-m", "bis", *arguments]
    return subprocess.run(command, cwd=cwd, env=environ, capture_output=True, text=True, timeout=120, check=False)


def rows(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV file."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_tables_say_what_the_audits_say(results: Path) -> None:
    """One row for each project, with its facts; copies are marked; Parquet has the same rows as CSV."""
    projects = {row["project"]: row for row in rows(results / "projects.csv")}
    assert set(projects) == set(PROJECTS)
    assert projects["logs"]["logs_params"] == "yes"
    assert projects["comments"]["logs_params"] == "no"
    assert projects["broken"]["logs_params"] == "unknown"
    assert sorted(row["counted"] for row in projects.values()) == ["no", "yes", "yes", "yes", "yes", "yes"]
    for name in ("projects", "facts", "findings", "calls"):
        table = pq.read_table(results / f"{name}.parquet")
        assert table.num_rows == len(rows(results / f"{name}.csv")) > 0
    where = [row for row in rows(results / "facts.csv") if row["project"] == "logs" and row["fact"] == "logs_params"]
    assert [(row["file"], row["line"]) for row in where] == [("train.py", "2")]


def test_statistics_have_both_figures_and_why_they_differ(results: Path) -> None:
    """The search for substrings and the audit are beside each other; each disagreement has its reason."""
    found = json.loads((results / "statistics.json").read_text(encoding="utf-8"))
    assert (found["projects"], found["search"]["count"], found["audit"]["count"]) == (5, 4, 2)
    reasons = {d["project"]: d["reason"] for d in found["disagreements"]}
    assert set(reasons) == {"comments", "broken"}
    assert "comments, strings" in reasons["comments"]
    assert "could not be read" in reasons["broken"]
    assert [d["similarity"] for d in found["duplicates"]] == [1.0]


def test_a_second_run_says_the_same(results: Path) -> None:
    """From the cache come the same audits, byte for byte."""
    before = (results / "audits.jsonl").read_bytes()
    done = bis("audit", "clones", "--corpus", "--out", "results", cwd=results.parent)
    assert done.returncode == 0, done.stderr
    assert sorted((results / "audits.jsonl").read_bytes().splitlines()) == sorted(before.splitlines())


def test_a_list_of_repositories_is_cloned_and_audited(tmp_path: Path) -> None:
    """Of each row the commit that is named is audited, not the newest; a repository that is not there is told."""
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@b", "-C", str(tmp_path / "work")]
    (tmp_path / "work").mkdir()
    subprocess.run([*git, "init", "-q"], check=True)
    for text in (LOGS, "print(1)\n"):
        (tmp_path / "work" / "a.py").write_text(text)
        subprocess.run([*git, "add", "."], check=True)
        subprocess.run([*git, "commit", "-q", "-m", "x"], check=True)
    commit = subprocess.run([*git, "rev-parse", "HEAD~1"], check=True, capture_output=True, text=True).stdout.strip()
    subprocess.run([*git, "config", "uploadpack.allowAnySHA1InWant", "true"], check=True)
    listing = tmp_path / "projects.csv"
    listing.write_text(f"repository,commit\n{tmp_path / 'work'},{commit}\n{tmp_path / 'gone'},{'0' * 40}\n")
    done = bis("audit", "--corpus", "projects.csv", "--out", "results", "--json", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    assert (document["projects"], sum(document["failed"].values())) == (1, 1)
    logged = [row["logs_params"] for row in rows(tmp_path / "results" / "projects.csv")]
    assert sorted(logged) == ["", "yes"]


@pytest.mark.skipif(not (BROWSER / "node_modules").is_dir() or not shutil.which("node"), reason="no browser")
def test_pages_in_a_browser(results: Path) -> None:
    """No error, no request but the page itself, no script, nothing wider than the window; links lead to files."""
    pages = [results / "index.html", results / "facts" / "logs_params.html"]
    command = ["node", str(LOOK), str(BROWSER), *(page.as_uri() for page in pages)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    told: list[dict[str, Any]] = json.loads(done.stdout)
    for page in told:
        assert page["errors"] == []
        assert page["requests"] == [page["address"]]
        assert page["scripts"] == 0
        assert page["width"] <= 900
        for link in page["links"]:
            assert Path(unquote(urlparse(link).path)).exists(), link
    assert told[0]["bars"] > 20
    assert "80.0\u00a0%" in told[0]["text"]
    assert "<b>&'\"=x" in told[1]["text"]
