"""What is decided before a project is tried."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import TYPE_CHECKING

import pytest

from bis._replay.environment import Interpreter
from bis._try import trying
from bis._try.resolution import Unresolved
from bis._try.trying import TryOptions, as_of_time, is_installable
from bis.errors import UsageError
from bis.model.tried_project import Candidate, CandidateKind, EvidenceKind, FunnelPlace, TryEvidence
from tests.unit._try.test_candidates import files

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("as_of", "expected"),
    [
        ("2024-01-31", "2024-01-31T23:59:59+00:00"),
        ("2024-02", "2024-02-29T23:59:59+00:00"),
        ("2024-01-31T12:00:00+00:00", "2024-01-31T12:00:00+00:00"),
    ],
)
def test_a_day_means_its_end(as_of: str, expected: str) -> None:
    """A month its last day; a time is that time."""
    found = as_of_time(as_of, 5.0)
    assert found is not None
    assert datetime.fromtimestamp(found, timezone.utc).isoformat() == expected


def test_the_commits_day_is_the_default_and_today_is_none() -> None:
    """A folder without a commit has packages of today, too."""
    assert as_of_time("commit", 5.0) == 5.0
    assert as_of_time("commit", None) is None
    assert as_of_time("today", 5.0) is None


@pytest.mark.parametrize("as_of", ["yesterday", "2024-13", "2024-02-30"])
def test_other_words_are_refused(as_of: str) -> None:
    """With what would be understood."""
    with pytest.raises(UsageError, match="expected commit, today or a day"):
        as_of_time(as_of, None)


def test_what_says_how_it_is_built_is_importable() -> None:
    """A pyproject.toml that holds settings of tools only does not; an installed command needs it in any case."""
    one = Candidate(CandidateKind.MAIN, "a.py")
    assert is_installable(files({"setup.py": "from setuptools import setup\nsetup(name='a')\n"}), one)
    assert is_installable(files({"pyproject.toml": "[project]\nname = 'a'\n"}), one)
    assert not is_installable(files({"pyproject.toml": "[tool.ruff]\n"}), one)
    assert is_installable(files({"src/a/b.py": ""}), Candidate(CandidateKind.DOCUMENT, "a.b", module=True))
    assert is_installable(files({}), Candidate(CandidateKind.SCRIPT, "a", module=True, function="f"))


def test_what_no_python_can_mend_is_the_end(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The newest Python has no wheel; with the next one it turns out that the requirements contradict each other."""
    wheels = TryEvidence(EvidenceKind.UV, "no usable wheels", "pandas")
    contradiction = TryEvidence(EvidenceKind.UV, "mlflow needs docker<7, docker==7", "mlflow")
    answers = {
        "3.13.0": Unresolved(FunnelPlace.NOT_INSTALLABLE, wheels, other_python=True),
        "3.12.1": Unresolved(FunnelPlace.UNRESOLVABLE, contradiction, other_python=True, any_python=True),
    }
    pythons = tuple(Interpreter(version, f"/{version}") for version in answers)
    monkeypatch.setattr(trying, "interpreters", lambda: pythons)
    monkeypatch.setattr(trying, "resolve_packages", lambda *_lines, version, **_options: answers[version])
    (tmp_path / "p").mkdir()
    (tmp_path / "p" / "fit.py").write_text(
        "import numpy\n\nif __name__ == '__main__':\n    print(1)\n", encoding="utf-8"
    )
    options = TryOptions(as_of="2026-01-31", sandbox="none")
    found = trying.try_folder(tmp_path / "p", "p", out=tmp_path / "out", options=options)
    assert (found.place, found.evidence) == (FunnelPlace.UNRESOLVABLE, (contradiction,))
