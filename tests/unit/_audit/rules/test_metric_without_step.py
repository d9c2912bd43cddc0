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
