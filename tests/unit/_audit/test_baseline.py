"""Findings that were there before."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

import bis.api
from bis._audit.baseline import read_baseline, without_known, write_baseline
from bis.errors import StorageError, UsageError
from bis.model.project_audit import Confidence, Finding, Place, Severity

if TYPE_CHECKING:
    from pathlib import Path

HEAD = '{"format": "bis.baseline", "version": 1, "findings": '


def finding(line: int, *, code: str = "BIS101", file: str = "a.py", message: str = "m") -> Finding:
    """A finding at a line."""
    return Finding(code, "x", message, Place(file, -1, line), Severity.WARNING, Confidence.HIGH)


@pytest.mark.parametrize(
    ("now", "new"),
    [
        ([finding(1), finding(5)], []),
        ([finding(10), finding(50)], []),
        ([finding(1)], []),
        ([], []),
        ([finding(1), finding(5), finding(9)], [9]),
        ([finding(1, code="BIS102")], [1]),
        ([finding(2, file="b.py")], [2]),
        ([finding(3, message="other")], [3]),
    ],
)
def test_only_what_is_new_is_told(tmp_path: Path, now: list[Finding], new: list[int]) -> None:
    """Lines may move; a third finding of a kind of which two were known is new."""
    path = tmp_path / "baseline.json"
    assert write_baseline(path, [finding(1), finding(5)]) == 2
    assert [f.place.line for f in without_known(now, read_baseline(path))] == new


def test_the_file_is_for_version_control(tmp_path: Path) -> None:
    """Sorted, one finding's fields by name, no lines of code; equal findings make equal files."""
    one, two = tmp_path / "1", tmp_path / "2"
    findings = [finding(1, file="b.py"), finding(2), finding(3, message="é")]
    write_baseline(one, findings)
    write_baseline(two, reversed(findings))
    assert one.read_bytes() == two.read_bytes()
    assert json.loads(one.read_text(encoding="utf-8"))["findings"][0] == {
        "code": "BIS101", "file": "a.py", "message": "m", "count": 1,
    }  # fmt: skip
    assert "é" in one.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (None, "cannot be read"),
        ("", "is not JSON"),
        ("[]", "is not a valid baseline"),
        ('{"format": "bis.audit", "version": 1}', "is not a valid baseline"),
        ('{"format": "bis.baseline", "version": 99}', "is not a valid baseline"),
        (HEAD + "[1]}", "expected code, file, message and count"),
        (HEAD + "7}", "expected a list of findings"),
        (HEAD + '[{"code": "a", "file": "b", "message": "c", "count": 0}]}', "expected code, file, message and count"),
    ],
)
def test_what_is_no_baseline_is_refused(tmp_path: Path, text: str | None, words: str) -> None:
    """With the file's name and the command that writes one."""
    path = tmp_path / "b.json"
    if text is not None:
        path.write_text(text, encoding="utf-8")
    with pytest.raises(UsageError) as raised:
        read_baseline(path)
    assert words in raised.value.message
    assert str(path) in raised.value.message
    assert "--write-baseline" in (raised.value.hint or "")


def test_a_baseline_that_cannot_be_written(tmp_path: Path) -> None:
    """The message says where."""
    with pytest.raises(StorageError, match=r"no/b\.json"):
        write_baseline(tmp_path / "no" / "b.json", [])


def test_one_root_for_each_audit(tmp_path: Path) -> None:
    """Without roots files stand as the audits have them; too few are told."""
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "t.py").write_text("import mlflow\nmlflow.log_metric('a', 1)\n", encoding="utf-8")
    audits = [bis.api.audit(tmp_path / "a")] * 2
    files = {}
    for roots in ((), (tmp_path / "a", tmp_path / "a")):
        assert bis.api.write_baseline(tmp_path / "b.json", audits, roots) == 2 * len(audits[0].findings)
        files[len(roots)] = {file for _code, file, _message in read_baseline(tmp_path / "b.json")}
    assert files == {0: {"", "t.py"}, 2: {"a", "a/t.py"}}
    with pytest.raises(UsageError, match="2 audits and 1 roots"):
        bis.api.write_baseline(tmp_path / "b.json", audits, (tmp_path,))
