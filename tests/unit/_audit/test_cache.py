"""Earlier audits: found again, and nothing else made of what stands in the folder."""

from __future__ import annotations

import os
import pickle
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from bis._audit.cache import Cache, pickled, sealed
from bis._audit.parsing.reading import read_module
from bis.model.project_audit import Confidence, Fact, Finding, Place, ProjectAudit, Severity, Substrings

if TYPE_CHECKING:
    from collections.abc import Callable

AUDIT = ProjectAudit(
    "p",
    {"logs_params": Fact("yes", "why", (Place("a.py", -1, 1),)), "via": Fact(("api", "rest"))},
    findings=(Finding("BIS101", "x", "m", Place("a.py"), Severity.ERROR, Confidence.LOW),),
    substrings=Substrings(traces=True),
)


def test_what_was_kept_is_found(tmp_path: Path) -> None:
    """The same audit, in another process's hands too; of another project or other contents nothing."""
    Cache(tmp_path, "1").keep("p", "key", AUDIT)
    cache = Cache(tmp_path, "1")
    assert cache.audit("p", "key") == AUDIT
    assert cache.audit("p", "other key") is None
    assert cache.audit("q", "key") is None


def test_nothing_in_an_entry_calls_for_attributes() -> None:
    """Members of enumerations stand there by their values, whatever Python's own way is: a reader allows no getattr."""
    assert b"getattr" not in pickled(AUDIT)
    assert pickle.loads(pickled(AUDIT)) == AUDIT  # noqa: S301 (from the line before)


def test_another_version_reads_nothing(tmp_path: Path) -> None:
    """What another bis, or another selection of rules, found is not taken."""
    Cache(tmp_path, "1").keep("p", "key", AUDIT)
    assert Cache(tmp_path, "2").audit("p", "key") is None


def test_the_last_audit_of_a_project_replaces_the_one_before(tmp_path: Path) -> None:
    """The folder does not grow with every change of a project."""
    cache = Cache(tmp_path, "1")
    for key in ("a", "b", "c"):
        cache.keep("p", key, AUDIT)
    assert [cache.audit("p", key) for key in ("a", "b", "c")] == [None, None, AUDIT]
    assert len([path for path in tmp_path.rglob("*") if path.is_file()]) == 1


def test_modules_are_found_by_their_content(tmp_path: Path) -> None:
    """With all that was read from them."""
    text = b"import mlflow\nwith mlflow.start_run() as r:\n    mlflow.log_param('a', [1.5, None])\n"
    module = read_module(text, is_notebook=False)
    cache = Cache(tmp_path, "1")
    cache.keep_modules("p", {"digest": module})
    found = cache.modules("p")
    assert found == {"digest": module}
    assert found["digest"].calls[1].api == "mlflow.log_param"
    assert cache.modules("q") == {}


@pytest.mark.parametrize(
    "damage",
    [
        b"",
        lambda content: content[:20],
        lambda content: content.replace(b"yes", b"yet"),
        lambda content: content + b"x",
        bytes(range(200)),
        lambda content: sealed(content[16:].replace(b"ProjectAudit", b"ProjectOudit")),
        sealed(pickle.dumps("text")),
        sealed(pickle.dumps(("key",))),
        sealed(pickle.dumps(("key", "no audit"))),
        sealed(b"\x80\x04\x95\xff\xff\xff\xff\xff\xff\xff\x7f."),
        sealed(b"j\xff\xff\xff\xff."),
        sealed(b"S'unfinished"),
        sealed(b"I1\nI2\nI3\n"),
        sealed(b""),
    ],
)
def test_a_damaged_entry_counts_as_absent(tmp_path: Path, damage: bytes | Callable[[bytes], bytes]) -> None:
    """Cut, changed, foreign or random bytes, also under a good checksum: the project is read again."""
    cache = Cache(tmp_path, "1")
    cache.keep("p", "key", AUDIT)
    path = next(path for path in tmp_path.rglob("*") if path.is_file())
    path.write_bytes(damage if isinstance(damage, bytes) else damage(path.read_bytes()))
    assert cache.audit("p", "key") is None
    cache.keep("p", "key", AUDIT)
    assert cache.audit("p", "key") == AUDIT


class Runs:
    """Unpickled as a call."""

    def __init__(self, function: Any, *arguments: Any) -> None:
        self._call = (function, arguments)

    def __reduce__(self) -> Any:
        """What unpickling would do."""
        return self._call


@pytest.mark.parametrize("function", [os.system, eval, Path.touch, getattr])
def test_an_entry_cannot_run_anything(tmp_path: Path, function: Any) -> None:
    """Names other than those of the audit's own values are refused before they are called."""
    cache, mark = Cache(tmp_path / "cache", "1"), tmp_path / "mark"
    cache.keep("p", "key", AUDIT)
    path = next(path for path in (tmp_path / "cache").rglob("*") if path.is_file())
    argument: Any = (
        mark if function is Path.touch else f"open({str(mark)!r}, 'w')" if function is eval else f"touch {mark}"
    )
    arguments = [argument, "x"] if function is getattr else [argument]
    path.write_bytes(sealed(pickle.dumps(("key", Runs(function, *arguments)))))
    assert cache.audit("p", "key") is None
    assert not mark.exists()


def test_a_folder_that_cannot_be_written_costs_nothing(tmp_path: Path) -> None:
    """Nothing is kept, and nothing is raised."""
    (tmp_path / "file").write_text("x", encoding="utf-8")
    cache = Cache(tmp_path / "file", "1")
    cache.keep("p", "key", AUDIT)
    assert cache.audit("p", "key") is None


def test_names_of_projects_are_any_text(tmp_path: Path) -> None:
    """Also such that are no file names, or no text at all."""
    cache = Cache(tmp_path / "a" / "b" / "c", "1")
    for name in ("../../x", "/", "a\0b", "\udcff"):
        cache.keep(name, "key", AUDIT)
        assert cache.audit(name, "key") == AUDIT
    assert all(len(path.relative_to(tmp_path).parts) == 5 for path in tmp_path.rglob("*") if path.is_file())


def test_damaged_modules_are_read_again(tmp_path: Path) -> None:
    """Of an entry's values only modules are taken."""
    cache = Cache(tmp_path, "1")
    module = read_module(b"f()", is_notebook=False)
    cache.keep_modules("p", {"a": module})
    path = next(path for path in tmp_path.rglob("*") if path.is_file())
    path.write_bytes(sealed(pickle.dumps({"a": module, "b": 5})))
    assert cache.modules("p") == {"a": module}
    path.write_bytes(sealed(pickle.dumps([module])))
    assert cache.modules("p") == {}
