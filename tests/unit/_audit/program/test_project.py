"""A project as it was read."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, replace
from typing import Any

import pytest

from tests.unit._audit.small_projects import analysed, project


def test_roots_are_those_of_all_files() -> None:
    """First parts of imports; relative ones are no library."""
    assert project({"a.py": "import a.b\nfrom .c import d", "b.py": "from e.f import g"}).roots == {"a", "e"}


def test_programs_are_the_files_that_test_no_others() -> None:
    """What a test draws and trains is not an experiment."""
    files = {"train.py": "", "tests/test_train.py": "", "conftest.py": "", "n.ipynb": "{}"}
    assert [module.file for module in project(files).programs] == ["train.py", "n.ipynb"]


def test_nothing_of_a_project_can_be_changed() -> None:
    """Neither its fields nor its files, nor the parts of a file, nor what was found out about it."""
    one = analysed({"a.py": "import mlflow\nwith mlflow.start_run() as r:\n    x = mlflow.log_param('a', 1)\n"})
    module: Any = one.project.modules[0]
    texts: Any = replace(one.project, texts={"a": "b"}).texts
    for value, name in [
        (one, "facts"), (one.project, "links"), (one.project, "programs"), (one.project.links, "modules"),
        (module, "file"), (module, "calls"), (module.calls[0], "api"), (module.calls[1].args[0], "data"),
        (module.withs[0], "end"), (module.assigns[0], "name"), (module.scopes[0], "last"), (module.imports[0], "alias"),
    ]:  # fmt: skip
        # A frozen dataclass with slots says so by a TypeError before Python 3.12.
        with pytest.raises((FrozenInstanceError, AttributeError, TypeError)):
            setattr(value, name, None)
    with pytest.raises(TypeError):
        texts["a"] = "c"
