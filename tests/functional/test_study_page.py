"""The report of a study in a real browser: on a desk and on a phone, in both languages."""

from __future__ import annotations

import json
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from bis._study.report_files import write_report
from bis._study.study_run import run_study
from tests.unit._study.studies import STUDY, VERSIONS, PretendedWork

if TYPE_CHECKING:
    from bis.model.study_result import StudyResult

pytest.importorskip("vl_convert")
ROOT = Path(__file__).parents[2]
BROWSER = ROOT / ".venv" / "browser"
NARROW = ROOT / "tests" / "assets" / "browser" / "narrow.mjs"
WIDTHS = (900, 360)


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> StudyResult:
    """All that a study can give, of work that is only pretended."""
    return run_study(STUDY, tmp_path_factory.mktemp("study"), PretendedWork(), versions=VERSIONS)


@pytest.fixture(scope="module")
def seen(result: StudyResult, tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """What the browser saw of the pages in English and in French."""
    if not (BROWSER / "node_modules").is_dir() or not shutil.which("node"):
        pytest.skip("no browser")
    pages = []
    for language in ("en", "fr"):
        out = tmp_path_factory.mktemp(language)
        write_report(replace(result, language=language), out)
        pages.append((out / "index.html").as_uri())
    command = ["node", str(NARROW), str(BROWSER), ",".join(map(str, WIDTHS)), *pages]
    done = subprocess.run(command, capture_output=True, text=True, timeout=240, check=False)
    assert done.returncode == 0, done.stderr
    found: list[dict[str, Any]] = json.loads(done.stdout)
    return found


@pytest.mark.slow
def test_pages_work_in_a_browser(seen: list[dict[str, Any]]) -> None:
    """No error, nothing from elsewhere, all figures drawn, nothing wider than the screen, no dead link or anchor."""
    assert [(one["language"], one["width"]) for one in seen] == [(c, w) for c in ("en", "fr") for w in WIDTHS]
    for one in seen:
        assert one["errors"] == []
        assert [r for r in one["requests"] if not r.startswith(("file:", "data:"))] == []
        assert one["scrollWidth"] <= one["width"], (one["width"], one["scrollWidth"])
        assert one["drawn"] == one["figures"] >= 6
        assert (one["dead"], one["twice"]) == ([], [])


@pytest.mark.slow
def test_files_that_pages_lead_to_are_there(seen: list[dict[str, Any]]) -> None:
    """Each link to a file beside the report leads to one, but those of audits, tries and logs, which no work wrote."""
    for one in seen:
        folder = Path(one["address"].removeprefix("file://")).parent
        files = {href for href in one["links"] if not href.startswith("#")}
        assert {href for href in files if href.startswith("results/")}
        gone = [f for f in files if not f.startswith(("audits/", "tries/", "logs/")) and not (folder / f).is_file()]
        assert gone == []
