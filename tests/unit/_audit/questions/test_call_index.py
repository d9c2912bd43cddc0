"""The calls of files by function and by name."""

from __future__ import annotations

from bis._audit.questions.call_index import CallIndex, is_of_project
from tests.unit._audit.small_projects import analysed

PROJECT = {
    "a.py": "import mlflow\ndef f():\n    mlflow.log_param('a', 1)\nprint(1)\nf()\nmlflow.log_metric('b', 2)\nprint(2)",
    "b.py": "print(3)",
}


def test_calls_in_a_function() -> None:
    """The calls of a function's own body, those of the file's top apart."""
    a, b = analysed(PROJECT).project.modules
    index = CallIndex([a, b])
    assert [call.path for call in index.in_scope(a, 1)] == ["mlflow.log_param"]
    assert [call.path for call in index.in_scope(a, 0)] == ["print", "f", "mlflow.log_metric", "print"]
    assert index.in_scope(b, 7) == ()


def test_calls_of_names() -> None:
    """The calls of wanted names, by file, in the order of the text; each name is asked about once."""
    a, b = analysed(PROJECT).project.modules
    asked: list[str] = []

    def wanted(api: str) -> bool:
        asked.append(api)
        return api == "print" or api.startswith("mlflow.")

    index = CallIndex([a, b])
    found = [call.line for call in index.where(a, wanted)]
    assert found == [3, 4, 6, 7]
    assert [call.line for call in index.where(b, wanted)] == [1]
    assert sorted(asked) == ["@f", "mlflow.log_metric", "mlflow.log_param", "print"]
    assert not index.where(b, is_of_project)
    assert [call.path for call in index.where(a, is_of_project)] == ["f"]
