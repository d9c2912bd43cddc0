"""The ways in which MLflow is reached."""

from __future__ import annotations

from bis._audit.questions.mlflow_doors import doors
from tests.unit._audit.small_projects import analysed


def test_each_door_has_its_places() -> None:
    """A client that is made, and functions of MLflow beside it; what is imported from another library."""
    analysis = analysed(
        {
            "a.py": "import mlflow\nc = mlflow.MlflowClient()\nmlflow.search_runs()\n",
            "b.py": "from kedro_mlflow.io import x\n",
        }
    )
    found = doors(analysis, [])
    assert {door: [(p.file, p.line) for p in places] for door, places in found.items()} == {
        "client": [("a.py", 2)],
        "kedro": [("b.py", 1)],
    }
    del analysis
    alone = analysed({"a.py": "import mlflow\nc = mlflow.MlflowClient()\nmlflow.search_runs()\n"})
    assert sorted(doors(alone, [])) == ["api", "client"]
