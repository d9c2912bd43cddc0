"""``bis audit``: exit codes, formats, selection, baseline, repairs, corpora."""

from __future__ import annotations

import csv
import json
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

from bis.cli.main import main
from tests.unit.cli.shops import GOOD, LOOP, REPAIRED, shop

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory: a project in which a metric is logged without a step."""
    return shop(tmp_path, monkeypatch)


def codes(document: dict[str, Any]) -> set[str]:
    """The codes of the findings."""
    return {finding["code"] for finding in document["findings"]}


@pytest.mark.parametrize("end", ["\n", "", "\n\n", "\nprint()"])
def test_diff_shows_and_changes_nothing(folder: Path, capsys: pytest.CaptureFixture[str], end: str) -> None:
    """A unified diff that git applies, however the file ends."""
    (folder / "train.py").write_text(LOOP.rstrip() + end, encoding="utf-8")
    assert main(["audit", "--diff", "--select", "BIS103"]) == 1
    shown = capsys.readouterr()
    assert (folder / "train.py").read_text(encoding="utf-8") == LOOP.rstrip() + end
    command = ["git", "apply", "--whitespace=nowarn", "-"]
    done = subprocess.run(command, input=shown.out, text=True, cwd=folder, check=False, capture_output=True)
    assert done.stderr == ""
    assert (folder / "train.py").read_text(encoding="utf-8") == REPAIRED.rstrip() + end


def test_a_corpus_of_a_folder(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Each folder below is a project; tables and the page are written; a second run says the same."""
    clones = folder.parent / "clones"
    for name, text in {"one": LOOP, "two": GOOD, "copy": LOOP, "none": None}.items():
        (clones / name).mkdir(parents=True)
        if text is not None:
            (clones / name / "a.py").write_text(text, encoding="utf-8")
    assert main(["audit", str(clones), "--corpus", "--out", "out", "--workers", "1"]) == 0
    shown = capsys.readouterr().out
    assert "3 projects" in shown
    assert "1 copy" in shown
    for name in (
        "index.html",
        "projects.csv",
        "projects.parquet",
        "statistics.json",
        "audits.jsonl",
        "facts/logs_params.html",
    ):
        assert (folder / "out" / name).exists(), name
    with (folder / "out" / "projects.csv").open(encoding="utf-8", newline="") as file:
        rows = {row["project"]: row for row in csv.DictReader(file)}
    assert {name: row["logs_params"] for name, row in rows.items()} == {
        "one": "yes", "copy": "yes", "two": "no", "none": "no",
    }  # fmt: skip
    assert sorted(name for name, row in rows.items() if row["counted"] == "no") in (["copy"], ["one"])
    assert main(["audit", str(clones), "--corpus", "--out", "out", "--workers", "1", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["projects"] == 3
