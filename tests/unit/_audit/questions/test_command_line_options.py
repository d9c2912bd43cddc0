"""What options of the command line are where they are not given."""

from __future__ import annotations

import pytest

from bis._audit.parsing.ir import NAME, Value
from bis._audit.questions.command_line_options import is_none_by_default
from tests.unit._audit.small_projects import script


@pytest.mark.parametrize(
    ("option", "none"),
    [
        ("'--seed', type=int", True),
        ("'-s', '--seed', default=None", True),
        ("'-s', dest='seed'", True),
        ("'--seed', default=1", False),
        ("'--seed', default=SEED", False),
        ("'--seed', required=True", False),
        ("'seed'", False),
        ("'--seed', **options", False),
        ("'--rate'", False),
    ],
)
def test_an_option_without_a_default(option: str, none: bool) -> None:
    """It is None, but for what must be given."""
    module = script(
        f"import argparse\np = argparse.ArgumentParser()\np.add_argument({option})\nargs = p.parse_args()\n"
    )
    assert is_none_by_default({}, module, Value(NAME, "args.seed")) is none
