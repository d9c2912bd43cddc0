"""What of the arguments of a function reaches a tracker."""

from __future__ import annotations

import pytest

from bis._audit.questions.logged_arguments import logged_arguments
from tests.unit._audit.small_projects import analysed

LOG = "    mlflow.log_param('a', a)\n"


@pytest.mark.parametrize(
    ("code", "logged"),
    [
        ("mlflow.log_param('k', v)\n", {"v"}),
        ("mlflow.log_metric('k', v)\n", set()),
        ("def f(a, b):\n" + LOG + "f(x, y)\n", {"x"}),
        ("def f(a, b):\n" + LOG + "f(b=y, a=x)\n", {"x"}),
        ("class C:\n    def f(self, a, b):\n        mlflow.log_param('a', b)\nC().f(x, y)\n", {"y"}),
        ("def f(a, **more):\n    mlflow.log_params(more)\nf(x, other=y)\n", {"y"}),
        ("def f(a, b):\n    c = str(a)\n    mlflow.log_param('a', c)\nf(x, y)\n", {"x"}),
        ("def f(a, b):\n    mlflow.log_param('n', len(a))\nf(x, y)\n", set()),
        ("def f(a, b):\n    mlflow.log_param('n', a['n'])\nf(x, y)\n", set()),
        ("def g(a):\n" + LOG + "def f(a, b):\n    g(b)\nf(x, y)\n", {"y"}),
        ("def f(a):\n    f(a)\nf(x)\n", set()),
        ("f(x)\n", set()),
    ],
)
def test_what_is_handed_on(code: str, logged: set[str]) -> None:
    """By position, keyword, assignment and through two functions; neither sizes, nor entries, nor metrics."""
    analysis = analysed({"a.py": "import mlflow\n" + code})
    (module,) = analysis.project.modules
    values = logged_arguments(analysis, module, module.calls[-1])
    assert {name for value in values for name in value.names()} == logged
