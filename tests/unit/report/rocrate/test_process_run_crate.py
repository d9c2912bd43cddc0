"""A run as a Process Run Crate; the official validator looks at one in tests/functional/test_export.py."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from bis.model.exported_run import ExportedFile, FileRole
from bis.model.record import missing_record
from bis.report.rocrate.process_run_crate import NO_LICENCE, process_run_crate
from tests.unit.report.exported_values import REPLAY, RUN, exported, failed

if TYPE_CHECKING:
    from bis.model.exported_run import ExportedRun


def entities(run: ExportedRun) -> dict[str, Any]:
    """The entities of its crate, by id."""
    return {entity["@id"]: entity for entity in process_run_crate(run)["@graph"]}


def ids(value: Any) -> list[str]:
    """The ids that a property refers to."""
    return [one["@id"] for one in (value if isinstance(value, list) else [value])]


def references(value: Any) -> list[str]:
    """All ids that a document refers to."""
    if isinstance(value, list):
        return [i for one in value for i in references(one)]
    if isinstance(value, dict):
        own = [value["@id"]] if set(value) == {"@id"} else []
        return own + [i for one in value.values() for i in references(one)]
    return []


def test_it_says_what_it_conforms_to() -> None:
    """RO-Crate 1.1, and the profile in its version."""
    found = entities(exported())
    assert found["ro-crate-metadata.json"]["conformsTo"] == {"@id": "https://w3id.org/ro/crate/1.1"}
    assert found["./"]["conformsTo"] == {"@id": "https://w3id.org/ro/wfrun/process/0.5"}
    assert found["https://w3id.org/ro/wfrun/process/0.5"]["version"] == "0.5"


def test_every_reference_leads_somewhere() -> None:
    """To an entity of the crate, or to the specification."""
    document = process_run_crate(exported())
    known = {entity["@id"] for entity in document["@graph"]}
    assert set(references(document["@graph"])) - known == {"https://w3id.org/ro/crate/1.1"}


def test_the_run_is_an_action() -> None:
    """With command, program, agent, times, inputs, outputs and status."""
    found = entities(exported())
    run = found["#run"]
    assert run["@type"] == "CreateAction"
    assert run["description"] == "python train.py --lr 0.1"
    assert run["identifier"] == RUN
    assert (run["startTime"], run["endTime"]) == ("2023-11-14T22:13:20.000+00:00", "2023-11-14T22:13:23.250+00:00")
    assert run["actionStatus"] == "http://schema.org/CompletedActionStatus"
    assert "error" not in run
    assert found[run["instrument"]["@id"]]["version"] == "abc123def4567890"
    assert found[run["agent"]["@id"]]["name"] == "ada"
    assert [found[i]["name"] for i in ids(run["object"])] == ["data.csv", "far.csv", "digits", "lr", "Δ/β"]
    assert [found[i]["name"] for i in ids(run["result"])] == ["mse", "loss", "net", "model/weights.bin"]
    assert [found[i].get("value") for i in ids(run["result"])][:2] == [0.5, "NaN"]
    assert [found[i]["name"] for i in ids(run["environment"])] == ["LR"]


def test_no_place_of_a_machine_is_in_it() -> None:
    """Files elsewhere are named without their folders; a secret has no entity."""
    text = json.dumps(process_run_crate(exported()))
    assert "/home" not in text
    assert "TOKEN" not in text


def test_a_run_that_failed_says_why() -> None:
    """With the profile's word for it."""
    run = entities(failed())["#run"]
    assert run["actionStatus"] == "http://schema.org/FailedActionStatus"
    assert run["error"] == "ValueError: no data"


def test_a_run_that_bis_never_saw_claims_nothing() -> None:
    """MLflow's FINISHED does not say that the program ended well."""
    run = replace(exported(), recorded=False, record=missing_record("never seen"), user="", verdict=None, replays=())
    found = entities(replace(run, files=()))
    action = found["#run"]
    assert {"actionStatus", "agent", "endTime", "object", "result", "location"}.isdisjoint(action)
    assert "not recorded by bis" in found["./"]["description"]
    assert "no verdict" in found["./"]["description"]
    gone = entities(replace(run, status="FAILED"))["#run"]
    assert gone["actionStatus"] == "http://schema.org/FailedActionStatus"


def test_replays_are_actions_with_their_changes() -> None:
    """By the same program, with the outcome as a file."""
    found = entities(exported())
    replay = found[f"#replay-{REPLAY}"]
    assert replay["instrument"] == found["#run"]["instrument"]
    assert "numpy: 1 -> 2" in replay["description"]
    assert f"replays/{REPLAY}/replay.json" in ids(replay["result"])


def test_the_verdict_assesses_the_run_by_its_replays() -> None:
    """With its level, that of each metric, and the file that has all figures."""
    found = entities(exported())
    verdict = found["#verdict"]
    assert verdict["@type"] == "AssessAction"
    assert ids(verdict["object"]) == ["#run", f"#replay-{REPLAY}"]
    values = [found[i].get("value", i) for i in ids(verdict["result"])]
    assert values == ["bitwise", "bitwise", "bitwise", "bis/verdict.json"]
    assert found["#level"]["description"].startswith("2 metrics identical in 3/3")


def test_files_have_digests() -> None:
    """And say where something was taken out of them."""
    found = entities(exported())
    assert ids(found["./"]["hasPart"]) == [f.path for f in exported().files]
    assert found["bis/record.json"]["sha256"] == "04" * 32
    assert "secrets were taken out of it in 2 places" in found["bis/record.json"]["description"]
    assert "secrets" not in found["bis/environment.lock"]["description"]


def test_artifacts_may_be_files() -> None:
    """They are then results of the run by their names in the crate, with the kind that these show."""
    run = exported()
    path = "artifacts/model/weights.bin"
    contained = ExportedFile(path, FileRole.OUTPUT, RUN, 9, "08" * 32, artifact="model/weights.bin")
    found = entities(replace(run, files=(*run.files, contained)))
    assert path in ids(found["#run"]["result"])
    assert "model/weights.bin" not in [found[i].get("name") for i in ids(found["#run"]["result"])]
    assert found[path]["encodingFormat"] == "application/octet-stream"
    assert path in ids(found["./"]["hasPart"])


def test_a_licence_is_not_made_up() -> None:
    """It is what was stated, or that nothing was."""
    assert entities(exported())["./"]["license"] == NO_LICENCE
    assert entities(replace(exported(), licence="CC-BY-4.0"))["./"]["license"] == "CC-BY-4.0"


def test_strict_json() -> None:
    """Nothing in it that JSON does not have."""
    assert json.loads(json.dumps(process_run_crate(exported()), allow_nan=False))
