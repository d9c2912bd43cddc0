"""A run as PROV-JSON; the library of the format reads one in tests/functional/test_export.py."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from bis.report.prov.prov_document import PREFIXES, prov_document
from tests.unit.report.exported_values import REPLAY, RUN, exported


def names(document: dict[str, Any]) -> set[str]:
    """Everything that is described."""
    return {name for kind in ("entity", "activity", "agent") for name in document[kind]}


def test_relations_lead_to_what_is_described() -> None:
    """Each end of each relation is an entity, an activity or an agent of the document."""
    document = prov_document(exported())
    relations = [kind for kind in document if kind not in {"prefix", "entity", "activity", "agent"}]
    ends = {end for kind in relations for relation in document[kind].values() for end in relation.values()}
    assert set(relations) == {"used", "wasGeneratedBy", "wasAssociatedWith", "wasInformedBy"}
    assert ends <= names(document)


def test_names_have_declared_prefixes() -> None:
    """And stay names, whatever a metric is called."""
    document = prov_document(exported())
    assert {name.partition(":")[0] for name in names(document)} <= set(PREFIXES)
    assert "bis:param/%CE%94/%CE%B2" in document["entity"]


def test_the_run_used_and_made_things() -> None:
    """With times, a program as its plan, and values that keep their bits."""
    document = prov_document(exported())
    run = document["activity"][f"mlflow:{RUN}"]
    assert run["prov:endTime"] == "2023-11-14T22:13:23.250+00:00"
    used = [u["prov:entity"] for u in document["used"].values() if u["prov:activity"] == f"mlflow:{RUN}"]
    assert {"bis:program", "bis:param/lr", "bis:environment"} <= set(used)
    assert document["entity"]["bis:run/metric/mse"]["prov:value"] == {"$": "0.5", "type": "xsd:double"}
    assert document["entity"]["bis:run/metric/loss"]["prov:value"] == {"$": "NaN", "type": "xsd:double"}
    (associated, _bis) = document["wasAssociatedWith"].values()
    assert associated["prov:plan"] == "bis:program"


def test_the_verdict_was_informed_by_run_and_replays() -> None:
    """Which is what it judges."""
    document = prov_document(exported())
    informants = [
        r["prov:informant"] for r in document["wasInformedBy"].values() if r["prov:informed"] == "bis:verdict"
    ]
    assert informants == [f"mlflow:{RUN}", f"mlflow:{REPLAY}"]


def test_nothing_is_claimed_that_is_not_known() -> None:
    """No agent without a name, no verdict without replays."""
    document = prov_document(replace(exported(), user="", verdict=None, replays=()))
    assert list(document["agent"]) == ["bis:bis-0.1"]
    assert "wasInformedBy" not in document
    assert json.dumps(document, allow_nan=False)
