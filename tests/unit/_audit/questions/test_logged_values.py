"""Keys, names and literals that the calls of a file log."""

from __future__ import annotations

import pytest

from bis._audit.questions.logged_values import logged_values
from tests.unit._audit.small_projects import analysed

M = "import mlflow\n"


@pytest.mark.parametrize(
    ("code", "keys", "names"),
    [
        ("C = ask()\nmlflow.log_param('c', C)\n", {"c"}, {"C"}),
        ("mlflow.log_params({'Depth': d, 'rate': 0.1})\n", {"depth", "rate"}, {"d"}),
        ("p = {'depth': d}\nmlflow.log_params(p)\n", {"depth"}, {"p", "d"}),
        ("p = {}\np['rate'] = r\np.update(depth=d)\nmlflow.log_params(p)\n", {"rate", "depth"}, {"p", "d"}),
        ("mlflow.log_param('depth', config['max_depth'])\n", {"depth", "max_depth"}, set()),
        ("mlflow.log_metric('loss', loss)\n", set(), set()),
        ("mlflow.start_run(run_name=f'depth-{depth}')\n", set(), {"depth"}),
    ],
)
def test_keys_and_names(code: str, keys: set[str], names: set[str]) -> None:
    """Of dictionaries their entries; a metric is no parameter, and the name of a run says what it is made from."""
    analysis = analysed({"a.py": M + code})
    logged = logged_values(analysis, analysis.project.modules[0])
    assert (keys, names) == (logged.keys, logged.names & {"C", "d", "p", "loss", "depth"})


@pytest.mark.parametrize(
    ("code", "found", "says_anything"),
    [
        ("mlflow.log_params(search.best_params_)\n", True, True),
        ("mlflow.log_params(params)\n", False, True),
        ("mlflow.set_tag('kind', 'forest')\n", False, False),
    ],
)
def test_what_a_search_has_found(code: str, found: bool, says_anything: bool) -> None:
    """It is among what is logged; a tag is no parameter."""
    analysis = analysed({"a.py": M + code})
    logged = logged_values(analysis, analysis.project.modules[0])
    assert (logged.found, logged.says_anything) == (found, says_anything)
