"""Run ids in Kedro's catalogue."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bis._audit.auditor import Options, audit_project
from bis._audit.questions.catalogue_run_ids import catalogue_run_ids
from tests.unit._audit.small_projects import write

if TYPE_CHECKING:
    from pathlib import Path

ID = "3407b91a98dc4eddb3b2858090a2b211"
MODEL = "model:\n  type: kedro_mlflow.io.models.MlflowModelTrackingDataset\n  flavor: mlflow.sklearn\n  run_id: {}\n"
FILE = "conf/base/catalog.yml"


@pytest.mark.parametrize(
    ("text", "places"),
    [
        (MODEL.format(ID), [(4, 11)]),
        (MODEL.format(f'"{ID}"  # mine'), [(4, 12)]),
        ("a:\n  type: pandas.CSVDataset\n\n" + MODEL.format(ID) + MODEL.format(ID), [(7, 11), (11, 11)]),
        (MODEL.format("${oc.env:RUN_ID}"), []),
        (MODEL.replace("  run_id", "  # run_id").format(ID), []),
        ("a:\n  type: kedro_mlflow.io.metrics.MlflowMetricDataset\nother:\n  run_id: " + ID + "\n", []),
        ("a:\n  type: pandas.CSVDataset\n  run_id: " + ID + "\n", []),
    ],
)
def test_ids_of_data_sets(text: str, places: list[tuple[int, int]]) -> None:
    """Those of entries of the plug-in, which load from one run; a comment, a variable and other entries are none."""
    found = [(place.line, place.column) for place in catalogue_run_ids({FILE: text, "README.md": text})]
    assert found == places


def test_they_are_findings(tmp_path: Path) -> None:
    """The rule tells them with their file and line."""
    files = {FILE: MODEL.format(ID), "pipeline.py": "import kedro_mlflow\n"}
    findings = audit_project(write(tmp_path, files), "p", Options(select=("BIS401",))).findings
    assert [(one.place.file, one.place.line) for one in findings] == [(FILE, 4)]
