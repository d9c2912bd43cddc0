"""``bis audit``: exit codes, formats, selection, baseline, repairs, corpora."""

from __future__ import annotations

import json
import os
import sys
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


def told(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    """The JSON document of a command that ends with 0 or 1."""
    assert main(["audit", "--json", *arguments]) in {0, 1}
    document: dict[str, Any] = json.loads(capsys.readouterr().out)
    return document


def codes(document: dict[str, Any]) -> set[str]:
    """The codes of the findings."""
    return {finding["code"] for finding in document["findings"]}


def test_findings_exit_with_1(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The place, the code and what is wrong are on stdout."""
    assert main(["audit", "--select", "BIS103"]) == 1
    shown = capsys.readouterr()
    for words in ("shop", "train.py", "4:", "BIS103"):
        assert words in shown.out
    assert shown.err == ""


def test_no_findings_exit_with_0(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Facts are shown all the same."""
    assert main(["audit", "--select", "BIS4", "."]) == 0
    assert "logs_params" in capsys.readouterr().out


def test_an_empty_folder_is_told_without_a_profile(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """On stderr, with the folder; a folder with code beside it is still told of."""
    (folder / "empty").mkdir()
    assert main(["audit", "empty"]) == 4
    shown = capsys.readouterr()
    assert shown.out == ""
    assert "there is no Python file and no notebook in empty" in shown.err
    assert main(["audit", "empty", "."]) == 1
    shown = capsys.readouterr()
    assert "shop" in shown.out
    assert "in empty" in shown.err


def test_nothing_to_look_at_exits_with_4(folder: Path) -> None:
    """A folder without code."""
    (folder / "empty").mkdir()
    assert main(["audit", "empty"]) == 4


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nosuch"], "there is no folder or file nosuch"),
        (["--select", "BIS9"], "no rule has the code BIS9"),
        (["--ignore", "E501,BIS101"], "no rule has the code E501"),
        (["--baseline", "nosuch.json"], "the baseline nosuch.json cannot be read"),
        (["--fix", "--json"], "leave out --json"),
        (["--diff", "--format", "sarif"], "leave out --json"),
        (["--corpus", ".", "--fix"], "are for one project"),
        (["--corpus", ".", "--baseline", "x.json"], "are for one project"),
        (["--corpus", ".", "--write-baseline", "x.json"], "are for one project"),
        (["--corpus", ".", "--format", "sarif"], "are for one project"),
        (["--baseline", "train.py"], "is not JSON"),
        (["--out", "x"], "belong to --corpus"),
        (["--workers", "2"], "belong to --corpus"),
        (["--format", "xml"], "Invalid value"),
        (["--corpus"], "takes one PATH"),
        (["--corpus", "a", "b"], "takes one PATH"),
        (["--workers", "0", "--corpus", "."], "Invalid value"),
    ],
)
def test_what_cannot_be_meant_exits_with_2(
    folder: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], words: str
) -> None:
    """One message on stderr that says what to do, and no traceback."""
    assert main(["audit", *arguments]) == 2
    shown = capsys.readouterr()
    assert words in shown.err
    assert shown.out == ""
    assert "Traceback" not in shown.err


def test_selection(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Codes with commas, families, any case; the project's settings, which the command's options come before."""
    everything = codes(told(capsys))
    assert "BIS103" in everything
    assert len(everything) > 1
    assert codes(told(capsys, "--select", "bis103")) == {"BIS103"}
    assert codes(told(capsys, "--ignore", "BIS1,BIS5", "--ignore", "BIS8")) == {
        code for code in everything if code[:4] not in {"BIS1", "BIS5", "BIS8"}
    }
    (folder / "pyproject.toml").write_text('[tool.bis]\nselect = ["BIS1"]\nignore = ["BIS103"]\n', encoding="utf-8")
    assert codes(told(capsys)) == {code for code in everything if code.startswith("BIS1")} - {"BIS103"}
    assert codes(told(capsys, "--select", "BIS5")) == {code for code in everything if code.startswith("BIS5")}


def test_exclusion(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """By option and by setting."""
    (folder / "old").mkdir()
    (folder / "old" / "a.py").write_text(LOOP, encoding="utf-8")
    assert {f["file"] for f in told(capsys, "--select", "BIS103")["findings"]} == {"train.py", "old/a.py"}
    assert {f["file"] for f in told(capsys, "--select", "BIS103", "--exclude", "old")["findings"]} == {"train.py"}
    (folder / "pyproject.toml").write_text('[tool.bis]\nexclude = ["old/**"]\n', encoding="utf-8")
    assert {f["file"] for f in told(capsys, "--select", "BIS103")["findings"]} == {"train.py"}


def test_a_single_file(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What concerns it is told, as it stands in its project."""
    (folder / "pyproject.toml").write_text("", encoding="utf-8")
    (folder / "other.py").write_text(LOOP, encoding="utf-8")
    document = told(capsys, "--select", "BIS103", "other.py")
    assert [(f["file"], f["line"]) for f in document["findings"]] == [("other.py", 4)]
    assert document["project"] == "shop"


def test_several_projects(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One document for all; findings in any of them are findings."""
    (folder.parent / "good").mkdir()
    (folder.parent / "good" / "a.py").write_text(GOOD, encoding="utf-8")
    document = told(capsys, "--select", "BIS103", "../good", ".")
    assert [(p["project"], len(p["findings"])) for p in document["projects"]] == [("good", 0), ("shop", 1)]


@pytest.mark.parametrize("form", ["text", "concise", "json", "sarif", "github"])
def test_formats(folder: Path, capsys: pytest.CaptureFixture[str], form: str) -> None:
    """All of them name the rule and the file, and exit alike."""
    assert main(["audit", "--format", form, "--select", "BIS103"]) == 1
    shown = capsys.readouterr().out
    assert "BIS103" in shown
    assert "train.py" in shown
    if form in {"json", "sarif"}:
        json.loads(shown)


def test_suppression(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A comment silences its line; the finding is kept apart."""
    text = LOOP.replace("'loss', i)", "'loss', i)  # bis: ignore[BIS103] one value is enough")
    (folder / "train.py").write_text(text, encoding="utf-8")
    document = told(capsys, "--select", "BIS103")
    assert (document["findings"], [f["code"] for f in document["suppressed"]]) == ([], ["BIS103"])


def test_baseline(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What was there before is not told; what is new is; by option and by setting."""
    assert main(["audit", "--write-baseline", "known.json", "--select", "BIS103"]) == 0
    assert "1 finding" in capsys.readouterr().err
    assert main(["audit", "--baseline", "known.json", "--select", "BIS103"]) == 0
    (folder / "train.py").write_text("\n\n" + LOOP, encoding="utf-8")
    assert main(["audit", "--baseline", "known.json", "--select", "BIS103"]) == 0
    (folder / "pyproject.toml").write_text(
        '[tool.bis]\nbaseline = "known.json"\nselect = ["BIS103"]\n', encoding="utf-8"
    )
    assert main(["audit"]) == 0
    (folder / "new.py").write_text(LOOP, encoding="utf-8")
    capsys.readouterr()
    assert {f["file"] for f in told(capsys)["findings"]} == {"new.py"}


def test_a_baseline_that_the_settings_name_is_written_and_written_again(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The first time there is none; later, what it lists is listed again."""
    (folder / "pyproject.toml").write_text('[tool.bis]\nbaseline = "b.json"\nselect = ["bis103"]\n', encoding="utf-8")
    assert main(["audit"]) == 2
    for _time in range(2):
        assert main(["audit", "--write-baseline", "b.json"]) == 0
        assert "1 finding" in capsys.readouterr().err
    assert main(["audit"]) == 0


def test_a_baseline_of_several_projects_keeps_them_apart(folder: Path) -> None:
    """A finding that one project had is new in the other."""
    for name, text in (("one", LOOP), ("two", GOOD)):
        (folder / name).mkdir()
        (folder / name / "a.py").write_text(text, encoding="utf-8")
    assert main(["audit", "one", "two", "--write-baseline", "b.json", "--select", "BIS103"]) == 0
    assert main(["audit", "one", "two", "--baseline", "b.json", "--select", "BIS103"]) == 0
    (folder / "two" / "a.py").write_text(LOOP, encoding="utf-8")
    assert main(["audit", "two", "--baseline", "b.json", "--select", "BIS103"]) == 1
    assert main(["audit", "one", "--baseline", "b.json", "--select", "BIS103"]) == 0


def test_fix_repairs(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """And ends with 0 where nothing is left; the second time there is nothing to do."""
    assert main(["audit", "--fix", "--select", "BIS103"]) == 0
    assert "train.py" in capsys.readouterr().out
    assert (folder / "train.py").read_text(encoding="utf-8") == REPAIRED
    assert main(["audit", "--fix", "--select", "BIS103"]) == 0
    assert main(["audit", "--fix", "--select", "BIS801"]) == 1
    assert (folder / "train.py").read_text(encoding="utf-8") == REPAIRED


def test_a_damaged_setting_is_told(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Of bis's own; a pyproject.toml that only others cannot read stops nothing."""
    (folder / "pyproject.toml").write_text("[tool.bis]\nselect = 'BIS1'\n", encoding="utf-8")
    assert main(["audit"]) == 2
    assert "select" in capsys.readouterr().err
    (folder / "pyproject.toml").write_text("[project\n", encoding="utf-8")
    assert main(["audit"]) == 1


def test_nothing_is_kept_without_a_cache(folder: Path) -> None:
    """With one, the second audit is the same."""
    assert main(["audit", "--no-cache"]) == 1
    assert not (folder.parent / "home" / "audit").exists()
    assert main(["audit"]) == 1
    assert (folder.parent / "home" / "audit").exists()


def test_a_corpus_of_nothing_exits_with_4(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """No project, no statistics."""
    (folder / "empty").mkdir()
    assert main(["audit", "empty", "--corpus", "--out", "out"]) == 4
    assert "No project could be audited." in capsys.readouterr().out


@pytest.mark.parametrize("given", ["nosuch", "bad.csv"])
def test_a_corpus_that_is_none(folder: Path, capsys: pytest.CaptureFixture[str], given: str) -> None:
    """A message that names it."""
    (folder / "bad.csv").write_text("name\nx\n", encoding="utf-8")
    assert main(["audit", given, "--corpus", "--out", "out"]) in {2, 3}
    shown = capsys.readouterr().err
    assert given in shown
    assert "Traceback" not in shown


@pytest.mark.skipif(sys.platform != "linux", reason="names that are no text")
@pytest.mark.parametrize("form", ["text", "concise", "json", "sarif", "github"])
def test_a_folder_whose_name_is_no_text(folder: Path, capfd: pytest.CaptureFixture[str], form: str) -> None:
    """It is audited and told, in every format, as a stream of UTF-8 can hold it."""
    name = os.fsdecode(b"sh\xff\x1b[31m")
    folder.rename(folder.parent / name)
    assert main(["audit", f"../{name}", "--format", form, "--select", "BIS103"]) == 1
    shown = capfd.readouterr()
    assert "BIS103" in shown.out
    assert "\x1b[31m" not in shown.out
    assert shown.err == ""
