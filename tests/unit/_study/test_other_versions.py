"""Notes on versions, before the first step of a study."""

from __future__ import annotations

from dataclasses import replace

from bis._study.other_versions import notes_on_versions, versions_by_name
from tests.unit._study.studies import VERSIONS

BEFORE = versions_by_name(VERSIONS)


def test_versions_have_python_and_bis_beside_packages() -> None:
    """All that decides over whether a step is done again; the machine does not."""
    assert BEFORE == {"mlflow": "3.17.0", "bis": "0.1.0", "Python": "3.11.7"}
    assert versions_by_name(replace(VERSIONS, cpu="another", cores=64)) == BEFORE


def test_nothing_is_said_where_nothing_is_done_again() -> None:
    """Of a study that is new, has the versions of last time, or goes on with those of now."""
    newer = replace(VERSIONS, python="3.12.1")
    assert list(notes_on_versions(None, newer, steps=3, begun=False)) == []
    assert list(notes_on_versions(BEFORE, VERSIONS, steps=3, begun=False)) == []
    assert list(notes_on_versions(BEFORE, newer, steps=3, begun=True)) == []


def test_what_differs_is_named() -> None:
    """Changed, added and removed ones, five at most; the rest is counted."""
    newer = replace(VERSIONS, python="3.12.1", packages={f"p{i}": "1" for i in range(5)})
    first, *named, last = notes_on_versions(BEFORE, newer, steps=14, begun=False)
    assert (first.code, first.values) == ("study-begins-anew", {"steps": 14, "differing": 7})
    assert {n.code for n in named} == {"version-differs"}
    assert named[0].values == {"name": "Python", "before": "3.11.7", "now": "3.12.1"}
    assert named[1].values == {"name": "mlflow", "before": "3.17.0", "now": ""}
    assert (len(named), last.code, last.values) == (5, "more-packages-differ", {"count": 2})
