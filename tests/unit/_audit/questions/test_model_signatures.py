"""Models that have a signature although `log_model` is given none."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bis._audit.auditor import Options, audit_project
from tests.unit._audit.small_projects import write

if TYPE_CHECKING:
    from pathlib import Path

M = "import mlflow\nfrom mlflow.pyfunc import PythonModel, ChatModel, ResponsesAgent\n"
LOGS = "mlflow.pyfunc.log_model(name='m', python_model={})\n"


def told(folder: Path, files: dict[str, str]) -> bool:
    """Whether the rule says that a model is logged without a signature."""
    return bool(audit_project(write(folder, files), "p", Options(select=("BIS104",))).findings)


def model(parameters: str, base: str = "PythonModel") -> str:
    """A class of models whose `predict` has these parameters."""
    return f"class Echo({base}):\n    def predict({parameters}):\n        return 1\n"


@pytest.mark.parametrize(
    ("parameters", "silent"),
    [
        ("self, model_input: list[str]", True),
        ("self, context, model_input: List[Row], params=None", True),
        ("self, rows: typing.List[dict[str, float]] | None = None", True),
        ("self, context, model_input", False),
        ("self, context, model_input: pd.DataFrame", False),
        ("self, context: list[str], model_input", False),
        ("self, model_input: list", False),
        ("self, model_input, params: list[str]", False),
    ],
)
def test_the_type_of_the_input_is_the_signature(parameters: str, silent: bool, tmp_path: Path) -> None:
    """Where it is a list of something: of a data frame MLflow knows nothing."""
    assert told(tmp_path, {"a.py": M + model(parameters) + LOGS.format("Echo()")}) is not silent


@pytest.mark.parametrize(
    ("files", "silent"),
    [
        ({"a.py": M + model("self, context, messages, params", "ChatModel") + LOGS.format("Echo()")}, True),
        ({"a.py": M + model("self, request", "mlflow.pyfunc.ResponsesAgent") + LOGS.format("Echo()")}, True),
        (
            {"a.py": "from mine import ChatModel\n" + M[:14] + model("self, x", "ChatModel") + LOGS.format("Echo()")},
            False,
        ),
        ({"a.py": M + model("self, x: list[str]") + "class Own(Echo):\n    pass\n" + LOGS.format("Own()")}, True),
        ({"a.py": M + model("self, x") + "one = Echo()\n" + LOGS.format("one")}, False),
        (
            {
                "a.py": "from echo import make\n" + M + "model = make()\n" + LOGS.format("model"),
                "echo.py": M + model("self, x: list[str]") + "def make():\n    return Echo()\n",
            },
            True,
        ),
        ({"a.py": M + "def shout(texts: list[str]):\n    return texts\n" + LOGS.format("shout")}, True),
        ({"a.py": M + "def shout(texts):\n    return texts\n" + LOGS.format("shout")}, False),
        (
            {
                "a.py": M + LOGS.format("'agent.py'"),
                "agent.py": M + model("self, request", "ResponsesAgent") + "mlflow.models.set_model(Echo())\n",
            },
            True,
        ),
        (
            {
                "a.py": M + LOGS.format("'echo.py'"),
                "echo.py": M + model("self, context, x") + "mlflow.models.set_model(Echo())\n",
            },
            False,
        ),
        ({"a.py": M + LOGS.format("'gone.py'")}, True),
    ],
)
def test_a_class_a_function_or_a_file_has_a_signature(files: dict[str, str], silent: bool, tmp_path: Path) -> None:
    """Of a chat or an agent by its base; a file that is not here may set anything."""
    assert told(tmp_path, files) is not silent


@pytest.mark.parametrize(
    ("given", "silent"),
    [
        ("signature=None", False),
        ("signature=None, input_example=None", False),
        ("signature=None, input_example=X", True),
    ],
)
def test_none_is_no_signature(given: str, silent: bool, tmp_path: Path) -> None:
    """Where both are None, neither is given."""
    assert told(tmp_path, {"a.py": M + f"mlflow.sklearn.log_model(m, name='m', {given})\n"}) is not silent


@pytest.mark.parametrize(
    ("later", "silent"),
    [
        ("mlflow.models.set_signature(info.model_uri, signature)\n", True),
        ("from mlflow.models.signature import set_signature\nset_signature('runs:/1/m', signature)\n", True),
        ("mlflow.models.infer_signature(X, y)\n", False),
    ],
)
def test_a_signature_is_set_later(later: str, silent: bool, tmp_path: Path) -> None:
    """One that is only made says nothing of the model."""
    assert told(tmp_path, {"a.py": M + "info = mlflow.sklearn.log_model(m, name='m')\n" + later}) is not silent
