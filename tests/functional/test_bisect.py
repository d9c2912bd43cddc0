"""`bis bisect` in environments that are really built: 32 tiny packages in two versions, from an index in a folder.

The run is recorded with an interpreter that has the old versions, and bisected with one that has the new ones.
"""

from __future__ import annotations

import json
import os
import signal
import site
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import bis
from tests.functional.local_index import add_wheel, install
from tests.functional.scene import BIS, eventually

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.functional.scene import Project

NAMES = [f"part{i:02}" for i in range(32)]
# What each figure depends on: one package, two together, one of two that need each other, one under noise.
PROGRAM = """\
import importlib, time
v = [importlib.import_module(f"part{i:02}").VALUE for i in range(32)]
assert v[8] == v[26], "part08 and part26 are of different versions"
print("single:", 0.25 + v[17])
print("pair:", 0.5 + v[4] * v[21])
print("tied:", 0.75 + v[26])
print("noisy:", v[11] + time.time_ns() % 997 * 1e-5)
"""
# The noise is the clock's, so that one test run in 1,000 may find a cause that is none.
ALPHA = 0.001
# One process for all, since loading MLflow takes longer than most of this.
BISECT = """\
import json, sys
import bis
from bis.model.jsonable import to_json
found = {}
for name, options in json.loads(sys.argv[2]).items():
    found[name] = to_json(bis.bisect(sys.argv[1], **options))
print(json.dumps(found))
"""
CALLS = {
    "cut off": {"metric": "single", "replays": 7},
    "single": {"metric": "single"},
    "again": {"metric": "single"},
    "pair": {"metric": "pair"},
    "tied": {"metric": "tied"},
    "noisy": {"metric": "noisy"},
}

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def found(new_project: Callable[..., Project]) -> dict[str, Any]:
    """The bisections of one run, by what they are asked."""
    project = new_project()
    index = project.folder.parent / "index"
    for name in NAMES:
        for version in ("1.0", "2.0"):
            needs = [f"part08=={version}"] if name == "part26" else []
            add_wheel(index, name, version, f"VALUE = {int(version == '2.0')}\n", requires=needs)
    old, new = (str(install(project.folder.parent / v, index, dict.fromkeys(NAMES, v))) for v in ("1.0", "2.0"))
    project.add("train.py", PROGRAM)
    project.add("pyproject.toml", f"[tool.bis]\nalpha = {ALPHA}\n")
    path = os.pathsep.join([str(Path(bis.__file__).parents[1]), *site.getsitepackages()])
    recorded = project.command(old, "-m", "bis", "run", "train.py", PYTHONPATH=path)
    assert recorded.code == 0, recorded.err
    asked = (BISECT, recorded.run_id, json.dumps(CALLS))
    done = project.command(new, "-c", *asked, timeout=600, PYTHONPATH=path, PIP_FIND_LINKS=str(index), PIP_NO_INDEX="1")
    assert done.code == 0, done.err
    answer: dict[str, Any] = json.loads(done.out)
    return answer


def causes(bisection: dict[str, Any]) -> list[list[str]]:
    """The names of the changes of each cause."""
    return [[c["name"] for c in cause["changes"]] for cause in bisection["causes"]]


def test_one_package_of_many(found: dict[str, Any]) -> None:
    """The one that matters is found in at most 8 environments, and checked in both directions."""
    single = found["single"]
    assert (single["outcome"], causes(single)) == ("found", [["part17"]])
    assert len(single["changes"]) == 32
    cause = single["causes"][0]
    assert (cause["minimal"], cause["alone"], cause["without"]) == (True, "differs", "same")
    # The one that bis runs in is used as well, and not built.
    assert single["environments"] <= 9
    assert found["cut off"]["built"] + single["built"] <= 8


def test_what_was_cut_off_is_continued(found: dict[str, Any]) -> None:
    """The end of a budget tells what is left; replays and environments are used again, and nothing is made twice."""
    cut_off, single, again = found["cut off"], found["single"], found["again"]
    assert (cut_off["outcome"], cut_off["replays"], cut_off["budget_ended"]) == ("open", 7, True)
    assert "part17" in {c["name"] for c in cut_off["left"]}
    assert len(cut_off["left"]) <= 16
    assert single["kept"] == 7
    assert (again["replays"], again["built"], causes(again)) == (0, 0, [["part17"]])


def test_two_that_matter_only_together(found: dict[str, Any]) -> None:
    """One cause of two packages."""
    pair = found["pair"]
    assert (pair["outcome"], causes(pair)) == ("found", [["part04", "part21"]])
    assert pair["causes"][0]["minimal"]


def test_two_of_which_neither_runs_without_the_other(found: dict[str, Any]) -> None:
    """Their metadata says so: they are found in few environments, and it is told that neither could be tried alone."""
    tied = found["tied"]
    assert (tied["outcome"], causes(tied)) == ("found", [["part08", "part26"]])
    assert not tied["causes"][0]["minimal"]
    assert [t["reason"] for t in tied["trials"] if t["answer"] == "unresolved"] == ["failed", "failed"]


def test_one_package_under_noise(found: dict[str, Any]) -> None:
    """No two replays have the same bits; tests find the one that shifts them."""
    noisy = found["noisy"]
    assert (noisy["outcome"], causes(noisy)) == ("found", [["part11"]])
    assert (noisy["noisy"], noisy["error_level"]) == (True, ALPHA)


def test_a_kill_loses_the_replay_that_ran(new_project: Callable[..., Project]) -> None:
    """What had ended before is not made again."""
    project = new_project()
    project.add("train.py", 'import os, time\ntime.sleep(0.5)\nprint("score:", float(os.environ["LR"]))\n')
    run_id = project.record("train.py", LR="0.1")
    process = project.start(*BIS, "bisect", run_id, "--only", "variables", LR="0.2")
    journal = project.home / "bisections" / f"{run_id}.jsonl"
    assert eventually(lambda: journal.exists() and journal.read_bytes().count(b"\n") >= 2, seconds=120)
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    kept = journal.read_bytes().count(b"\n")
    done = project.bis("bisect", run_id, "--only", "variables", "--json", LR="0.2")
    assert done.code == 1, done.err
    document = json.loads(done.out)
    assert (document["outcome"], causes(document), document["kept"]) == ("found", [["LR"]], kept)
