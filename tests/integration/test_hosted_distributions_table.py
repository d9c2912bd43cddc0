"""The program that makes the table of what notebooks find on Colab and on Kaggle, from the histories of both."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.documentation_programs import program

if TYPE_CHECKING:
    from pathlib import Path
    from types import ModuleType


@pytest.fixture
def script() -> ModuleType:
    """``docs/generate_hosted_distributions.py``."""
    return program("generate_hosted_distributions")


def history(folder: Path, *states: tuple[str, dict[str, str]]) -> Path:
    """A repository in which files were such at these days."""
    folder.mkdir()
    who = ["-c", "user.name=a", "-c", "user.email=a@b", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", "init", "--quiet", str(folder)], check=True)
    for day, files in states:
        for name, text in files.items():
            (folder / name).write_text(text, encoding="utf-8")
        when = {"GIT_AUTHOR_DATE": f"{day}T12:00:00Z", "GIT_COMMITTER_DATE": f"{day}T12:00:00Z"}
        subprocess.run(["git", "-C", str(folder), "add", "--all"], check=True)
        commit = ["git", "-C", str(folder), *who, "commit", "--quiet", "--no-verify", "--message", day]
        subprocess.run(commit, env={**os.environ, **when}, check=True)
    return folder


def test_the_table_is_made_of_two_histories(
    script: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of what files said at the end of each month; comments and words of shell and template are no names."""
    dockerfile = "RUN pip install emu && \\\n    # not this one\n    pip install 'owl>=2' \\\n  ibex\n{{ if eq .A }}\n"
    colab = history(
        tmp_path / "colab",
        ("2022-01-05", {"pip-freeze.txt": "dodo==1.0\n"}),
        ("2024-03-01", {"pip-freeze.txt": "crow==1.0\n"}),
        ("2024-03-09", {"pip-freeze.txt": "Zebra_Stripes==1.0\nhorse @ file:///x\n"}),
        ("2024-05-02", {"pip-freeze.txt": "zebra-stripes==2.0\nmule==1\n"}),
    )
    kaggle = history(
        tmp_path / "kaggle",
        ("2024-04-01", {"kaggle_requirements.txt": "# of 2024\ngnu[all]>=1\nhorse\n", "Dockerfile.tmpl": dockerfile}),
    )
    monkeypatch.setattr(script, "TABLE", tmp_path / "table.txt")
    assert script.main([str(colab), str(kaggle)]) == 0
    text = "emu kaggle\ngnu kaggle\nhorse\nibex kaggle\nmule\nowl kaggle\nzebra-stripes\n"
    assert (tmp_path / "table.txt").read_text("utf-8") == text


@pytest.mark.parametrize(
    ("names", "said"), [((), "name the clones of"), (("empty", "nowhere"), "empty is no clone with the lists")]
)
def test_the_table_stays_where_there_is_nothing_to_make_it_of(
    script: ModuleType,
    names: tuple[str, ...],
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """One line says what is missing."""
    (tmp_path / "empty").mkdir()
    (tmp_path / "table.txt").write_text("horse\n", encoding="utf-8")
    monkeypatch.setattr(script, "TABLE", tmp_path / "table.txt")
    assert script.main([str(tmp_path / name) for name in names]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert said in line
    assert (tmp_path / "table.txt").read_text("utf-8") == "horse\n"
