"""A program that names its servers is replayed after they have gone, and changes nothing that was there."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pytest

from tests.functional.scene import PROGRAMS, Done, Project, rows, start_server, tree

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

VERDICT_TAGS = {"bis.verdict", "bis.verdict.exact", "bis.replays"}
MODEL_TAGS = {"bis.verdict", "bis.replays"}
TAGGED = {"tags": VERDICT_TAGS, "logged_model_tags": MODEL_TAGS, "model_version_tags": MODEL_TAGS}
Rows = dict[str, list[tuple[object, ...]]]

pytestmark = pytest.mark.slow


@dataclass(frozen=True, slots=True)
class Replayed:
    """A store before and after the replay of its run."""

    run_id: str
    recorded: Done
    replayed: Done
    children: list[str]
    rows: tuple[Rows, Rows]
    artifacts: tuple[dict[str, bytes], dict[str, bytes]]
    project: tuple[dict[str, bytes], dict[str, bytes]]


@pytest.fixture(scope="module")
def replayed(
    empty_database: Path, new_project: Callable[..., Project], tmp_path_factory: pytest.TempPathFactory
) -> Replayed:
    """A run recorded while its hard-coded server lived, and replayed after it died."""
    server = start_server(tmp_path_factory.mktemp("gone"), empty_database, proxied=False)
    try:
        project = new_project("dead", MLFLOW_ALLOW_FILE_STORE="true")
        source = (PROGRAMS / "dead_server.py").read_text(encoding="utf-8")
        project.add("train.py", source.replace("@PORT@", str(server.port)))
        recorded = project.bis("run", "train.py")
        assert recorded.code == 0, recorded.err
    finally:
        server.stop()
    behind = replace(project, uri=f"sqlite:///{server.database}")
    query = [r for r in rows(server.database)["runs"] if "dead" not in str(r)]
    run_id = str(query[0][0])
    before = rows(server.database), tree(server.artifacts), tree(project.folder)
    done = behind.bis("replay", run_id, "-n", "1", "--json")
    after = rows(server.database), tree(server.artifacts), tree(project.folder)
    return Replayed(
        run_id, recorded, done, behind.children(run_id),
        (before[0], after[0]), (before[1], after[1]), (before[2], after[2]),
    )  # fmt: skip


def test_replay_without_the_server_is_bitwise(replayed: Replayed) -> None:
    """The replay of an unseeded program with a dead server, a registry and a file store has the same bits."""
    assert replayed.replayed.code == 0, replayed.replayed.err
    assert '"level": "bitwise"' in replayed.replayed.out
    assert len(replayed.children) == 1


def test_metrics_that_a_model_repeats_count_once(replayed: Replayed) -> None:
    """Logging a model logs the run's metrics again, for the model; the record has each step once."""
    [group] = json.loads(replayed.replayed.out)["groups"]
    [loss] = [i for i in group["items"] if i["name"] == "loss"]
    assert loss["statements"][0]["figures"]["steps"] == 3


def test_rows_of_the_original_store_are_as_they_were(replayed: Replayed) -> None:
    """Every row that was there is there; new are the child run's, and tags of run and models with the verdict."""
    before, after = replayed.rows
    assert before.keys() == after.keys()
    assert {t: r for t, r in before.items() if [x for x in r if x not in after[t]]} == {}
    new = {t: [x for x in r if x not in before[t]] for t, r in after.items()}
    others = [(t, x) for t, found in new.items() for x in found if replayed.children[0] not in map(str, x)]
    assert all(replayed.run_id in x for t, x in others if t == "tags")
    tagged = sorted((t, next(str(v) for v in x if str(v).startswith("bis."))) for t, x in others)
    assert tagged == sorted((table, tag) for table, tags in TAGGED.items() for tag in tags)
    assert {t for t, found in new.items() if found} <= {"runs", "metrics", "latest_metrics", "params", *TAGGED}
    assert len(after["model_versions"]) == len(before["model_versions"]) == 1


def test_artifacts_of_the_original_store_are_as_they_were(replayed: Replayed) -> None:
    """No artifact changed; new are what bis keeps of the child run, and the verdict on the original."""
    before, after = replayed.artifacts
    assert {k: v for k, v in after.items() if k in before} == before
    new = [k for k in after if k not in before]
    runs = (replayed.children[0], replayed.run_id)
    kept = sorted(next((f"{n} {k.partition(run)[2]}" for n, run in enumerate(runs) if run in k), k) for k in new)
    assert kept == [
        *(f"0 /artifacts/bis/{name}" for name in ("contents.json", "replay.json")),
        *(f"1 /artifacts/bis/{name}" for name in ("report.html", "verdict.json")),
    ]


def test_project_folder_is_as_it_was(replayed: Replayed) -> None:
    """Neither the file store in the project nor what the program wrote beside itself was touched."""
    before, after = replayed.project
    assert any(name.startswith("mlruns/") for name in before)
    assert before == after
