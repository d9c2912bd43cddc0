"""``bis bisect``, over variables: no environment needs to be built. Others: tests/functional/test_bisect.py."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from bis.cli.main import main
from bis.evidence.store import EvidenceStore

if TYPE_CHECKING:
    from pathlib import Path

PROGRAM = """\
import os
sizes = [int(os.environ["BATCH_SIZE"]), int(os.environ["HIDDEN_SIZE"])]
print("score:", 0.5 + float(os.environ["LR"]) + 0 * sum(sizes))
print("order:", hash("a") % 1000 / 1000)
"""
RECORDED = {"LR": "0.1", "BATCH_SIZE": "8", "HIDDEN_SIZE": "32"}
TODAY = {"LR": "0.2", "BATCH_SIZE": "16", "HIDDEN_SIZE": "64"}


@pytest.fixture
def recorded(project: Path, store_uri: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> str:
    """A run that was recorded with other variables than are set now."""
    (project / "train.py").write_text(PROGRAM)
    for name, value in RECORDED.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("PYTHONHASHSEED", "7")  # what is printed of it is no matter of chance
    assert main(["run", "--wait", "train.py"]) == 0
    monkeypatch.delenv("PYTHONHASHSEED")
    capfd.readouterr()
    for name, value in TODAY.items():
        monkeypatch.setenv(name, value)
    return EvidenceStore(store_uri).find("last")


def test_the_variable_that_matters(recorded: str, capfd: pytest.CaptureFixture[str]) -> None:
    """Cut off by a budget, continued, and told; the same command once more replays nothing."""
    assert main(["bisect", "last", "--only", "variables", "--replays", "6"]) == 5
    told = capfd.readouterr()
    assert "not as recorded: 3 variables" in told.err
    assert "the budget ended before the cause was found among 3 changes" in told.out
    assert main(["bisect", recorded, "--only", "variables"]) == 1
    told = capfd.readouterr()
    assert "variable LR makes today's replay differ (of 3 changes)" in told.out
    assert "this as recorded and everything else as today: as the record" in told.out
    assert "(and 6 made before)" in told.out
    assert main(["bisect", recorded, "--only", "variables", "--json"]) == 1
    document = json.loads(capfd.readouterr().out)
    assert (document["format"], document["outcome"], document["replays"]) == ("bis.bisection", "found", 0)
    assert [c["name"] for c in document["causes"][0]["changes"]] == ["LR"]
    assert document["causes"][0]["as_today"] is True


def test_a_tolerance_that_covers_the_difference(recorded: str, capfd: pytest.CaptureFixture[str]) -> None:
    """Then today's replay is as the record."""
    assert main(["bisect", "last", "--tolerance", "stdout: score=0.2", "--only", "variables"]) == 0
    assert "today's replay is as the record" in capfd.readouterr().out


def test_another_order_of_sets(recorded: str, capfd: pytest.CaptureFixture[str]) -> None:
    """It is tried where it is asked for, although none is set today; the variables stay as they were recorded."""
    assert main(["bisect", "last", "--only", "hash_seed", "--json"]) == 1
    document = json.loads(capfd.readouterr().out)
    assert [[c["name"] for c in cause["changes"]] for cause in document["causes"]] == [["PYTHONHASHSEED"]]
    assert {n["change"]["name"] for n in document["not_varied"]} >= set(TODAY)


def test_nothing_has_changed(recorded: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    """Nothing is replayed."""
    for name, value in RECORDED.items():
        monkeypatch.setenv(name, value)
    assert main(["bisect", "last", "--only", "variables"]) == 4
    assert "is here as it was recorded" in capfd.readouterr().out


def test_names_that_mean_nothing(recorded: str, capfd: pytest.CaptureFixture[str]) -> None:
    """Are errors that name what there is."""
    assert main(["bisect", "last", "--only", "variables", "--metric", "loss"]) == 2
    assert "no result is called 'loss': there are order, score, stdout" in capfd.readouterr().err
    assert main(["bisect", "last", "--only", "weather"]) == 2
