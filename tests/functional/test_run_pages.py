"""The page of a run as users get it: with the verdict in MLflow, from `bis report`, and in a real browser."""

from __future__ import annotations

import json
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from bis.evidence.run_notes import BEGIN, TAG
from bis.evidence.run_pages import PAGE
from bis.evidence.store import EvidenceStore
from bis.report.html.attribution_page import attribution_page
from bis.report.html.run_page import run_page
from bis.report.languages.language import CODES, language
from tests.functional.scene import Project
from tests.unit.report.attributions import explained
from tests.unit.report.run_pages import everything

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.functional.scene import Server

ROOT = Path(__file__).parents[2]
BROWSER = ROOT / ".venv" / "browser"
USE = ROOT / "tests" / "assets" / "browser" / "use.mjs"
PROGRAM = """\
import random, mlflow
with mlflow.start_run(run_name="a run"):
    mlflow.set_tag("mlflow.note.content", "mine")
    for step in range(6):
        mlflow.log_metric("loss", 1 / (step + 1) + random.random() / 9, step=step)
    mlflow.log_metric("accuracy", 0.9 + random.random() / 9)
"""
needs_a_browser = pytest.mark.skipif(
    not (BROWSER / "node_modules" / "axe-core").is_dir() or not shutil.which("node"), reason="no browser"
)


@dataclass(frozen=True, slots=True)
class Judged:
    """A run that was replayed."""

    project: Project
    run_id: str

    def written(self, *options: str) -> str:
        """What `bis report` writes."""
        done = self.project.bis("report", self.run_id, "--out", "page.html", *options)
        assert done.code == 0, done.err
        assert "the page is in page.html" in done.err
        return (self.project.folder / "page.html").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def judged(new_project: Callable[..., Project]) -> Judged:
    """With fresh replays, which differ, and a summary in the note."""
    project = new_project(draws="pages")
    project.add("train.py", PROGRAM)
    run_id = project.record("train.py")
    done = project.bis("replay", run_id, "--fresh", "-n", "3", "--note")
    assert done.code == 0, done
    return Judged(project, run_id)


def used(*given: str) -> list[dict[str, Any]]:
    """What the browser tells of pages that are used as given: ``look=ADDRESS``, ``frame=`` or ``mlflow=``."""
    command = ["node", str(USE), str(BROWSER), *given]
    done = subprocess.run(command, capture_output=True, text=True, timeout=240, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    told: list[dict[str, Any]] = json.loads(done.stdout)
    return told


def serious(findings: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Those that keep somebody from reading."""
    return [one for one in findings if one["impact"] in {"serious", "critical"}]


def test_every_verdict_writes_its_page_into_the_run(judged: Judged) -> None:
    """Under 1 MB; in the note of the run only where that was asked for, below what is there."""
    store = judged.project.store
    page = store.text(judged.run_id, PAGE)
    assert len(page) < 1_000_000
    for words in ("statistical", "3 fresh replays", "loss", "bis/verdict.json"):
        assert words in page
    note = store.tags(judged.run_id)[TAG]
    assert note.startswith(f"mine\n\n{BEGIN}\n**bis: statistical**")


def test_the_same_page_from_the_command(judged: Judged) -> None:
    """From what is stored alone, with the values of the child runs; in French, too."""
    stored = judged.project.store.text(judged.run_id, PAGE)
    page = judged.written()
    assert page.count("<figure") == stored.count("<figure") == 3
    assert 'lang="fr"' in judged.written("--language", "fr")


def test_errors_are_explained(judged: Judged) -> None:
    """A run or a place that is not there."""
    judged.project.bis("report", "ffffffff").explains("ffffffff")
    judged.project.bis("report", judged.run_id, "--out", "no/page.html").explains("no/page.html", "--out")


@pytest.mark.slow
@needs_a_browser
def test_pages_in_a_browser(judged: Judged, tmp_path: Path) -> None:
    """On a desk, a phone, paper and in the dark, in both languages: drawn, no error, links work, readable by all."""
    pages = {"stored": judged.project.store.text(judged.run_id, PAGE), "explained": attribution_page(explained())}
    pages |= {code: run_page(everything("<b>'&\""), language(code)) for code in CODES}
    for name, text in pages.items():
        (tmp_path / f"{name}.html").write_text(text, encoding="utf-8")
    told = used(*(f"look={(tmp_path / f'{name}.html').as_uri()}" for name in pages))
    for page in told:
        where = page["address"]
        assert page["errors"] == [], where
        assert page["requests"] == [where]
        assert (page["dead"], page["shut"]) == ([], 0), where
        assert page["drawn"] == page["figures"] > 0, where
        assert page["marks"] > 20, where
        assert [w for w, most in zip(page["widths"], (900, 360), strict=True) if w > most] == [], where
        assert page["paper"] > 10_000, where
        assert serious(page["findings"]) == serious(page["inTheDark"]) == [], where
    assert [page["language"] for page in told] == ["en", "en", "en", "fr"]
    assert all("<b>'&\"" in page["text"] for page in told[2:])


@pytest.mark.slow
@needs_a_browser
def test_the_page_in_a_sandbox_and_with_figures_drawn_there(judged: Judged, tmp_path: Path) -> None:
    """As MLflow's viewer frames it: places are reached, parts unfold, figures are drawn by the reader's browser."""
    for name, options in (("plain", ()), ("interactive", ("--interactive",))):
        (tmp_path / f"{name}.html").write_text(judged.written(*options), encoding="utf-8")
    told = used(*(f"frame={(tmp_path / f'{name}.html').as_uri()}" for name in ("plain", "interactive")))
    for page in told:
        assert page["errors"] == []
        assert (page["dead"], page["shut"]) == ([], 0)
        assert page["links"] > 10
        assert page["drawn"] == page["figures"] == 3
    assert (tmp_path / "interactive.html").stat().st_size < 1_500_000


@pytest.mark.slow
@needs_a_browser
def test_the_page_in_the_viewer_of_mlflow(judged: Judged, server: Server) -> None:
    """A real server, its real pages: the artifact is shown, and works within its sandbox."""
    store = EvidenceStore(server.uri)
    run_id = store.create("Default", "judged", {}, started_unix_s=1.7e9)
    store.log_text(run_id, judged.project.store.text(judged.run_id, PAGE), PAGE)
    store.end(run_id, "FINISHED", 1.7e9)
    [page] = used(f"mlflow={server.uri}/#/experiments/0/runs/{run_id}/artifacts/{PAGE}")
    assert page["sandbox"] == "allow-scripts"
    assert "statistical" in page["text"]
    assert (page["dead"], page["shut"]) == ([], 0)
    assert page["drawn"] == 3
