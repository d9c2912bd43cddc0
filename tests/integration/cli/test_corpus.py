"""``bis corpus fetch``, from a server on this machine that answers as GitHub does."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from bis.cli.main import main
from bis.corpus.projects import projects_in
from tests.unit.corpus.github_server import item, serving
from tests.unit.corpus.repositories import make_repository

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory; without a token of the machine's."""
    for name in ("GITHUB_TOKEN", "GH_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BIS_HOME", str(tmp_path / "home"))
    return tmp_path


FETCH = ["corpus", "fetch", "--topic", "mlflow", "--out", "c", "--list-only"]


def test_repositories_are_listed(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """With the token, which is kept nowhere; at the commits that they have now; again as JSON."""
    commits = {name: make_repository(folder / "o" / name, {"a.py": name})[-1] for name in ("one", "two")}
    items = [item(f"o/{name}", stars=len(name), clone_url=(folder / "o" / name).as_uri()) for name in commits]
    with serving(items) as server:
        monkeypatch.setenv("GITHUB_API_URL", server.url)
        monkeypatch.setenv("GITHUB_TOKEN", "s3cret")
        assert main(FETCH) == 0
        assert "2 repositories are listed in c/projects.csv" in capsys.readouterr().out
        assert main([*FETCH, "--json"]) == 0
        assert server.requests[0][1]["authorization"].endswith("s3cret")
    assert json.loads(capsys.readouterr().out)["repositories"] == 2
    assert {s.name: s.commit for s in projects_in(folder / "c" / "projects.csv")} == {
        f"o/{name}": commit for name, commit in commits.items()
    }
    assert "s3cret" not in "".join(p.read_text(encoding="utf-8") for p in (folder / "c").rglob("*") if p.is_file())


def test_no_more_than_were_asked_for(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Those with the most stars; nothing is cloned."""
    items = []
    for stars in range(3):
        make_repository(folder / f"r{stars}", {"a.py": ""})
        items.append(item(f"o/r{stars}", stars=stars, clone_url=(folder / f"r{stars}").as_uri()))
    with serving(items) as server:
        monkeypatch.setenv("GITHUB_API_URL", server.url)
        assert main([*FETCH, "--limit", "2"]) == 0
    assert [source.name for source in projects_in(folder / "c" / "projects.csv")] == ["o/r2", "o/r1"]
    assert not (folder / "c" / "clones").exists()


def test_nothing_found_exits_with_4(monkeypatch: pytest.MonkeyPatch) -> None:
    """A topic that no repository has."""
    with serving([]) as server:
        monkeypatch.setenv("GITHUB_API_URL", server.url)
        assert main(FETCH) == 4


@pytest.mark.parametrize(("status", "words"), [(401, "token"), (422, "answers 422")])
def test_a_server_that_refuses(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], status: int, words: str
) -> None:
    """What it said, without a traceback."""
    with serving([]) as server:
        server.answers = [(status, {}, b'{"message": "no"}')] * 9
        monkeypatch.setenv("GITHUB_API_URL", server.url)
        assert main(FETCH) in {2, 3}
    shown = capsys.readouterr()
    assert words in shown.err
    assert "Traceback" not in shown.err


@pytest.mark.parametrize(
    "arguments", [["corpus"], ["corpus", "fetch"], ["corpus", "fetch", "--topic", "x", "--limit", "0"]]
)
def test_usage(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """A topic is needed, and at least one repository."""
    assert main(arguments) == 2
    assert capsys.readouterr().out == ""
