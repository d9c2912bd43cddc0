"""Seeds that a file declares."""

from __future__ import annotations

import pytest

from bis._audit.questions.seeding import add_seed, declared_seed
from tests.unit._audit.small_projects import project

SPLIT = "from sklearn.model_selection import train_test_split\n"
CASES = [
    ("SEED = 1\ntrain_test_split(X)\n", "SEED", ", random_state=SEED"),
    ("random_state = 1\ntrain_test_split()\n", "random_state", "random_state=random_state"),
    ("GLOBAL_SEED = 7\ntrain_test_split(X, test_size=0.2)\n", "GLOBAL_SEED", ", random_state=GLOBAL_SEED"),
    ("train_test_split(X)\nSEED = 1\n", "", None),
    ("SEED = 1\nrandom_seed = 2\ntrain_test_split(X)\n", "", None),
    ("SEED = get()\ntrain_test_split(X)\n", "", None),
    ("def f():\n    SEED = 1\ntrain_test_split(X)\n", "", None),
    ("SEED = 1\ntrain_test_split(X, **more)\n", "SEED", None),
    ("SEED = 1\ntrain_test_split(X, random_state=None)\n", "SEED", None),
]


@pytest.mark.parametrize(("text", "name", "edit"), CASES)
def test_a_declared_seed_is_passed_on(text: str, name: str, edit: str | None) -> None:
    """The one seed that stands at the top before the call; where there is none, or several, nothing is changed."""
    one = project({"a.py": SPLIT + text})
    module = one.modules[0]
    call = next(c for c in module.calls if c.method == "train_test_split")
    assert declared_seed(module, call) == name
    edits = add_seed(module, call, "random_state")
    assert [e.text for e in edits] == ([] if edit is None else [edit])
