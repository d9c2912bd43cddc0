"""Which metrics are said to be logged in a loop without their step."""

from __future__ import annotations

import pytest

from bis._audit.rules.metric_without_step import check
from tests.unit._audit.small_projects import analysed


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("for e in range(3):\n    log(f'loss_{kind}', x)\n", True),
        ("for e in range(3):\n    log(f'loss_{e}', x)\n", False),
        ("for _, row in t.iterrows():\n    w = int(row['window'])\n    log(f'wmape_{w}', x)\n", False),
        ("for name, row in t.iterrows():\n    safe = name.replace(' ', '_')\n    log(f'p_{safe}', x)\n", False),
        ("for f in files:\n    stem = Path(f).stem.lower()\n    log(f'acc_{stem}', x)\n", False),
        ("for r in rows:\n    n = clean(str(r.name))\n    log(f'acc_{n}', x)\n", False),
        ("for r in rows:\n    n = clean(title)\n    log(f'acc_{n}', x)\n", True),
        ("for a in kinds:\n    log(f'{a.upper()}_loss', x)\n", False),
        ("for a in kinds:\n    for k, v in d[a].items():\n        log(f'{a.upper()}_{k}', x)\n", False),
        ("for k, v in d.items():\n    log(k, v)\n", False),
        ("for e in range(3):\n    for k, v in m.compute().items():\n        log(f'train_{k}', v)\n", True),
        ("for e in range(3):\n    for k, v in m.compute().items():\n        log(k, v)\n", True),
        ("while True:\n    for k, v in scores.items():\n        log(k, v)\n", True),
        ("for e in range(3):\n    for k, v in m.items():\n        log(f'{k}_{e}', v)\n", False),
        ("for n, m in models.items():\n    for k, v in evaluate(m).items():\n        log(k, v)\n", False),
        ("for n in names:\n    s = score(n)\n    for k, v in s.items():\n        log(k, v)\n", False),
        ("for e in range(3):\n    for k, v in m.items():\n        log(k, v, step=e)\n", False),
        (
            "for e in range(3):\n    with mlflow.start_run():\n        for k, v in m.items():\n            log(k, v)\n",
            False,
        ),
    ],
)
def test_names_that_change_with_a_loop(code: str, told: bool) -> None:
    """Also by what is made of the loop's own value; those of an inner loop are the same in each turn of the outer."""
    code = "import mlflow\nfrom mlflow import log_metric as log\n" + code
    assert bool(list(check(analysed({"a.py": code})))) is told


HELPER = "def scalar(name, value, step=None):\n    writer.add_scalar(name, value, step)\n    {}\n"
DROPS = HELPER.format("mlflow.log_metric(name, value)")


@pytest.mark.parametrize(
    ("code", "told"),
    [
        (DROPS + "for e in range(3):\n    scalar('loss', x, e)\n", True),
        (DROPS + "for e in range(3):\n    scalar('loss', value=x, step=e)\n", True),
        (DROPS + "for e in range(3):\n    scalar('loss', x)\n", False),
        (DROPS + "scalar('loss', x, 3)\n", False),
        (DROPS + "for e in range(3):\n    scalar(f'loss_{e}', x, e)\n", False),
        (DROPS + "for e in range(3):\n    with mlflow.start_run():\n        scalar('loss', x, e)\n", False),
        (HELPER.format("mlflow.log_metric(name, value, step)") + "for e in a:\n    scalar('loss', x, e)\n", False),
        (HELPER.format("mlflow.log_metric(name, value, step=step)") + "for e in a:\n    scalar('loss', x, e)\n", False),
        (
            "def both(d, epoch):\n    mlflow.log_metrics(d)\nfor e in a:\n    both({'loss': x, 'accuracy': y}, e)\n",
            True,
        ),
        ("def one(epoch):\n    mlflow.log_metric('loss', run(epoch))\nfor e in a:\n    one(e)\n", True),
        ("def one(data):\n    mlflow.log_metric('loss', run(data))\nfor e in a:\n    one(e)\n", False),
    ],
)  # fmt: skip
def test_a_function_that_drops_the_step_it_is_given(code: str, told: bool) -> None:
    """Called in loops, with a metric of one name: that some other writer is told the step does not help MLflow."""
    assert bool(list(check(analysed({"a.py": "import mlflow\n" + code})))) is told
